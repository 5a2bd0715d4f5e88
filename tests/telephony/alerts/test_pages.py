"""The pages of alerts: the list, one with the calls behind it, rules with their preview, and staff's over all tenants."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from django.db import connection as database
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.alerts.shared_preview import shared_preview_of
from telephony.models import (
    Alert,
    AlertRule,
    Change,
    Connection,
    Coverage,
    Credential,
    Job,
    SharedRule,
    SyncRun,
)
from telephony.services import alert_mails
from telephony.services.alert_rules import currencies_for
from telephony.views.staff_alerts import StaffAlertsView
from tests.exported import exported
from tests.people import person, signed_in, staff
from tests.reading import text_of

from .conftest import NOW

ALERTS, RULES = "/t/alder/alerts/", "/t/alder/alerts/rules/"


def test_the_list_and_the_calls_behind_an_alert(alder, carol, call, rule, look):
    rule(of="each_line")
    call(NOW, 12, outcome="missed")
    call(NOW, 3, direction="outbound", callee="+33639980001")
    look(NOW)
    client = signed_in(carol)
    page = text_of(client.get(ALERTS))
    assert "1 open" in page and "0.0 % answered" in page and "at least 80 %" in page and "Accueil" in page
    assert "1 alert waits for somebody" in client.get("/t/alder/calls/").content.decode()
    with tenant_scope(alder):
        alert = Alert.objects.get()
    answer = client.get(f"{ALERTS}{alert.pk}/")
    assert "12 calls" in text_of(answer) and "<svg" in answer.content.decode()
    calls = client.get(answer.context["calls_url"])
    assert calls.context["count"].value == 12
    assert parse_qs(urlsplit(answer.context["calls_url"]).query)["direction"] == ["inbound"]
    assert "Answer rate too low: Accueil" in text_of(client.get("/t/alder/"))

    assert client.post(f"{ALERTS}{alert.pk}/do/acknowledge/", {"note": "Accueil is ill"}).status_code == 302
    page = text_of(client.get(ALERTS))
    assert "Acknowledged" in page and "0 wait for somebody" in page and "1 alert waits" not in page
    assert "Accueil is ill" in text_of(client.get(f"{ALERTS}{alert.pk}/"))
    client.post(f"{ALERTS}{alert.pk}/do/close/")
    assert "No open alerts" in text_of(client.get(ALERTS))
    assert "Closed by a person" in text_of(client.get(f"{ALERTS}?state=closed"))
    done = AuditEvent.objects.of(alder).filter(verb="settings").order_by("pk")
    assert [one.detail["alert"] for one in done] == ["acknowledge", "close"]


def test_one_act_for_all_that_a_rule_raised(alder, carol, clock, rule):
    clock(NOW)
    cost = rule(kind="cost", of="each_line", limit_micros=1, currency="EUR")
    numbers = {
        "value": 2,
        "limit": 1,
        "currency": "EUR",
        "calls": 1,
        "first": "2026-11-19",
        "last": "2026-11-19",
    }
    with tenant_scope(alder):
        made = [
            Alert.objects.create(
                rule=one, subject=f"place-{n}", opened_at=NOW, last_seen_at=NOW, evidence=numbers
            )
            for one, n in ((cost, 1), (cost, 2), (cost, 3), (rule(kind="cost", currency="EUR"), 4))
        ]
        Alert.objects.filter(pk=made[2].pk).update(acknowledged_at=NOW - timedelta(days=1))
    client = signed_in(carol)
    page = f"{ALERTS}{made[0].pk}/"
    assert "The 1 other open alert of this rule as well" in text_of(client.get(page))

    client.post(f"{page}do/close/", {"note": "The new tariff", "is_for_all": "on"})

    with tenant_scope(alder):
        closed = Alert.objects.filter(end="person", note="The new tariff").order_by("pk")
        assert [one.pk for one in closed] == [made[0].pk, made[1].pk]
    [event] = AuditEvent.objects.of(alder).filter(verb="settings")
    assert event.detail["summary"] == "alert closed, and 1 more of its rule"


def test_what_is_grave_stands_first_and_leads_to_its_connection(alder, carol, link, call, rule, look):
    rule()
    call(NOW, 12, outcome="missed")
    with tenant_scope(alder):
        SyncRun.objects.create(connection=link, what="entities", state="parked", error="Too much is gone.")
        Coverage.objects.filter(day="2026-11-03").update(state="missing")
    look(NOW)
    client = signed_in(carol)
    page = client.get(ALERTS)
    titles = [page.context["table"].told[row.pk].title for row in page.context["page"].rows]
    assert titles[0] == "A sync of Keyyo was given up"
    assert set(titles[1:]) == {"Answer rate too low", "1 day of Keyyo missing"}
    with tenant_scope(alder):
        grave = Alert.objects.get(is_grave=True)
    answer = client.get(f"{ALERTS}{grave.pk}/")
    assert f"/t/alder/connections/{link.pk}/" in answer.content.decode()
    assert "Too much is gone." in text_of(answer)
    overview = text_of(client.get("/t/alder/"))
    assert overview.count("A sync of Keyyo was given up") == 1  # once, though there is an alert too


def test_a_viewer_reads_and_an_operator_follows(alder, carol, call, rule, look):
    rule()
    call(NOW, 12, outcome="missed")
    look(NOW)
    with tenant_scope(alder):
        alert = Alert.objects.get()
    viewer = signed_in(person("vic@alder.example", "Vic", {alder: Role.VIEWER}))
    operator = signed_in(person("olga@alder.example", "Olga", {alder: Role.OPERATOR}))
    act = f"{ALERTS}{alert.pk}/do/snooze-day/"
    assert "Acknowledge" not in text_of(viewer.get(ALERTS)) and viewer.post(act).status_code == 403
    assert operator.post(act).status_code == 302 and operator.get(RULES).status_code == 403
    assert "Snoozed until" in text_of(viewer.get(ALERTS))


def test_a_rule_is_previewed_kept_and_changed(alder, carol, line, call, look):
    call(NOW.replace(day=17), 30, outcome="missed")
    look(NOW)
    client = signed_in(carol)
    form = {
        "scope": "each_line",
        "period": "today",
        "limit_percent": "70",
        "least_calls": "20",
        "tells_managers": "on",
        "addresses": "a@elsewhere.example, no-address",
    }
    new = f"{RULES}new/answer_rate/"
    answer = client.post(new, form)
    assert answer.status_code == 422 and "“no-address” is no e-mail address" in text_of(answer)
    form["addresses"] = "a@elsewhere.example"
    preview = client.post(new, {**form, "preview": "1"})
    assert "1 alert in the last 30 days" in text_of(preview) and "Tuesday 17 November · Accueil" in text_of(
        preview
    )
    with tenant_scope(alder):
        assert not AlertRule.objects.filter(made_as="").exists()
    quieter = client.post(new, {**form, "preview": "1", "least_calls": "31"})
    assert "0 alerts in the last 30 days" in text_of(quieter)
    assert client.post(new, form).status_code == 302
    with tenant_scope(alder):
        made = AlertRule.objects.get(made_as="")
    assert (made.of, made.limit_percent, made.addresses) == ("each_line", 70, ["a@elsewhere.example"])
    page = text_of(client.get(RULES))
    assert "less than 70 % answered today, from 20 calls on" in page and "there from the start" in page

    one = f"{RULES}{made.pk}/"
    assert 'value="70"' in client.get(one).content.decode()
    client.post(one, {**form, "scope": f"place-{line.pk}"})
    with tenant_scope(alder):
        made.refresh_from_db()
        assert (made.of, made.place_id) == ("place", line.pk)
        usual = AlertRule.objects.get(made_as="quiet")
    assert client.post(f"{RULES}{usual.pk}/do/delete/").status_code == 404
    assert client.post(f"{RULES}{usual.pk}/do/off/").status_code == 302
    assert client.post(f"{one}do/delete/").status_code == 302


def test_each_kind_has_its_form(alder, carol, line, look):
    look(NOW)
    client = signed_in(carol)
    for kind, more in {
        "quiet": {"limit_s": "7200", "least_calls": "10"},
        "waiting": {"period": "week", "limit_s": "30", "limit_percent": "80", "least_calls": "5"},
        "cost": {"period": "month", "limit_money": "12.50", "currency": "EUR"},
        "new_country": {"from_time": "20:00", "until_time": "07:00", "limit_calls": "3", "known_days": "90"},
    }.items():
        page = f"{RULES}new/{kind}/"
        assert client.get(page).status_code == 200, kind
        form = {"scope": "whole", **more}
        assert "in the last 30 days" in text_of(client.post(page, {**form, "preview": "1"})), kind
        assert client.post(page, form).status_code == 302, kind
    with tenant_scope(alder):
        assert AlertRule.objects.get(kind="cost").limit_micros == 12_500_000
    assert client.get(RULES).status_code == 200 and client.get(f"{RULES}new/nothing/").status_code == 404


def test_calls_to_a_new_country_lead_to_where_they_are_barred(alder, carol, link, line, call, rule, look):
    rule(kind="new_country", from_time="20:00", until_time="07:00", limit_calls=3, known_days=90)
    with tenant_scope(alder):
        Connection.objects.update(capabilities=[*link.capabilities, "barring.edit"])
    call(NOW - timedelta(hours=16), 5, direction="outbound", callee="+231770000000")
    look(NOW)
    with tenant_scope(alder):
        alert = Alert.objects.get(rule__kind="new_country")
    page = signed_in(carol).get(f"/t/alder/alerts/{alert.pk}/").content.decode()
    assert "Bar calls abroad" in page and f"/t/alder/lines/{line.pk}/bar/" in page
    page = text_of(
        signed_in(person("bob@alder.example", "Bob", {alder: Role.VIEWER})).get(
            f"/t/alder/alerts/{alert.pk}/"
        )
    )
    assert "Bar calls abroad" not in page and "barred at the provider" in page


def test_what_of_a_cost_went_abroad_can_be_barred(alder, carol, link, line, call, rule, look):
    rule(kind="cost", of="each_line", period="today", limit_micros=1_000_000, currency="EUR")
    with tenant_scope(alder):
        Connection.objects.update(capabilities=[*link.capabilities, "barring.edit"], currency="EUR")
    call(NOW, direction="outbound", callee="+33199001002", cost_micros=2_000_000)
    look(NOW)
    with tenant_scope(alder):
        alert = Alert.objects.get(rule__kind="cost")
    client, page = signed_in(carol), f"/t/alder/alerts/{alert.pk}/"
    at_home = client.get(page).content.decode()
    call(NOW, direction="outbound", callee="+231770000000", cost_micros=500_000)
    abroad = client.get(page).content.decode()
    assert "Bar calls abroad" not in at_home and "What cost most" not in at_home
    assert "of which abroad 0.50" in abroad and f"/t/alder/lines/{line.pk}/bar/" in abroad
    bar = link.declaration.bars_abroad[line.kind]
    told = {"connection": link, "line": line, "operation": bar.operation, "state": Change.State.APPLIED}
    with tenant_scope(alder):
        change = Change.objects.create(**told, wanted={"groups": ["premium", "international"]})
    barred = client.get(page).content.decode()
    assert "Calls abroad were barred" in barred and f"/t/alder/changes/{change.pk}/" in barred
    with tenant_scope(alder):
        Change.objects.create(**told, wanted={"groups": ["premium"]})
    assert "Calls abroad were barred" not in client.get(page).content.decode()


def test_a_rule_of_staff_stands_in_each_tenant_and_only_staff_change_it(alder, carol, call, look, settings):
    tom = staff("tom@telvane.example", "Tom")
    client, page = signed_in(tom), "/staff/alerts/rules/"
    entered = {
        "scope": "whole",
        "period": "today",
        "limit_percent": "80",
        "least_calls": "10",
        "members": [tom.pk],
    }
    answer = client.post(f"{page}new/answer_rate/", {**entered, "limit_percent": "800"})
    assert answer.status_code == 422 and "800" in answer.content.decode()
    assert client.post(f"{page}new/answer_rate/", entered).status_code == 302
    shared = SharedRule.objects.get()
    assert "all tenants, those to come too" in text_of(client.get("/staff/alerts/"))
    call(NOW, 12, outcome="missed")
    look(NOW)
    with tenant_scope(alder):
        [alert], rule = Alert.objects.all(), AlertRule.objects.get(shared=shared.pk)
        [job] = Job.objects.filter(parameters__mail="alerts")
        told = alert_mails.compose(job)
        Job.objects.update(state=Job.State.DONE)
    assert re.search(r"Tom\s*Sent", text_of(signed_in(carol).get(f"/t/alder/alerts/{alert.pk}/")))
    assert told is not None and told.to == [tom.email] and f"/t/alder/alerts/{alert.pk}/" in told.body
    admin = signed_in(carol)
    assert "platform staff" in text_of(admin.get(RULES))
    assert admin.get(f"{RULES}{rule.pk}/").status_code == 404
    assert admin.post(f"{RULES}{rule.pk}/do/off/").status_code == 404

    client.post(f"{page}{shared.pk}/", {**entered, "limit_percent": "90"})
    look(NOW)
    with tenant_scope(alder):
        assert AlertRule.objects.get(shared=shared.pk).limit_percent == 90 and Alert.objects.count() == 1
    client.post(
        f"{page}{shared.pk}/", {**entered, "tenants": [Tenant.objects.create(slug="oak", name="Oak").pk]}
    )
    look(NOW)
    with tenant_scope(alder):
        assert not AlertRule.objects.exclude(shared=None).exists() and not Alert.objects.exists()
    assert client.post(f"{page}{shared.pk}/delete/").status_code == 302 and not SharedRule.objects.exists()
    noted = AuditEvent.objects.filter(detail__has_key="alert_rule").order_by("pk")
    told = {
        slug: [one.detail["alert_rule"] for one in noted.filter(tenant__slug=slug)]
        for slug in ("alder", "oak")
    }
    assert told == {"alder": ["made", "changed", "delete"], "oak": ["changed", "delete"]}


def test_staff_see_those_of_all_tenants(alder, carol, call, rule, look, settings):
    rule()
    call(NOW, 12, outcome="missed")
    look(NOW)
    client = signed_in(staff("tom@telvane.example", "Tom"))
    page = text_of(client.get("/staff/alerts/"))
    assert "Alder & Ash" in page.replace("&amp;", "&") and "Answer rate too low" in page
    assert "Nothing matches" in text_of(client.get("/staff/alerts/?q=elsewhere"))
    assert "% answered" in text_of(client.get("/staff/alerts/?q=ash&kind=answer_rate"))
    assert "% answered" not in text_of(client.get("/staff/alerts/?kind=cost"))
    assert "Open alerts" in text_of(client.get("/staff/"))
    with tenant_scope(alder):
        Alert.objects.update(snoozed_until=NOW + timedelta(days=1))
    assert "No open alerts" in text_of(client.get("/staff/alerts/"))
    assert "Snoozed until" in text_of(client.get("/staff/alerts/?all=1"))
    assert signed_in(carol).get("/staff/alerts/").status_code == 404


def test_staff_have_the_alerts_of_all_open_tenants_page_by_page(alder, rule):
    """As a worker opens the list, too: without a request's way through the portal, and without a scope."""
    tenants = [alder, *(Tenant.objects.create(slug=one.lower(), name=one) for one in ("Oak", "Elm"))]
    for hours, tenant in enumerate(tenants):
        times = {"opened_at": NOW - timedelta(hours=hours), "last_seen_at": NOW}
        with tenant_scope(tenant):
            Alert.objects.create(
                rule=AlertRule.objects.create(kind="trouble"),
                is_grave=tenant.slug == "oak",
                evidence={"sort": "behind", "name": "Keyyo", "count": 1, "error": ""},
                **times,
            )
    tom = staff("tom@telvane.example", "Tom")

    def told(cursor: str = "") -> tuple[list[str], StaffAlertsView]:
        request = RequestFactory().get("/staff/alerts/", {"cursor": cursor})
        request.user, request.tenant, request.htmx = tom, None, None  # type: ignore[attr-defined]
        view = StaffAlertsView()
        view.setup(request)
        view.page_size = 2  # type: ignore[misc]
        sheet = view.sheet()
        assert [column.name for column in sheet.columns] == ["tenant", "rule", "found", "opened_at", "state"]
        return [row[0] for row in sheet.rows()], view

    first, view = told()
    assert (first, view.count.value) == (["Oak", "Alder & Ash"], 3)
    assert told(view.page.next_cursor)[0] == ["Elm"]
    client = signed_in(tom)
    with CaptureQueriesContext(database) as of_three:
        page = client.get("/staff/alerts/")
    assert f'href="/t/elm/alerts/{page.context["page"].rows[-1].pk}/"' in page.content.decode()
    rows = json.loads(exported(client, "/staff/alerts/?q=elm"))
    assert [(row["tenant"], row["rule"], row["state"]) for row in rows] == [
        ("Elm", "No new calls come from Keyyo", "Open")
    ]
    Tenant.objects.filter(slug="elm").update(closed_at=NOW)
    assert told()[1].count.value == 2
    with CaptureQueriesContext(database) as of_two:
        client.get("/staff/alerts/")
    assert len(of_two) == len(of_three), "a query a row"


def test_staff_see_what_a_rule_would_have_raised_in_which_tenant(alder, carol, call, clock):
    """Nothing is kept of it, and when its time is up it says of how many it tells."""
    clock(NOW)
    client, page = signed_in(staff("tom@telvane.example", "Tom")), "/staff/alerts/rules/new/answer_rate/"
    entered = {"scope": "each_line", "period": "today", "limit_percent": "80", "least_calls": "10"}
    for back in (2, 5):
        call(NOW - timedelta(days=back), 12, outcome="missed")
    call(NOW - timedelta(days=4), 12)
    oak = Tenant.objects.create(slug="oak", name="Oak")
    with tenant_scope(oak):
        Connection.objects.create(
            credential=Credential.objects.create(provider="keyyo"), provider="keyyo", slug="oak-keyyo"
        )
    Tenant.objects.create(slug="elm", name="Elm")  # has no connection: nothing looks at it

    seen = text_of(client.post(page, {**entered, "preview": "1"}))
    alone = text_of(client.post(page, {**entered, "tenants": [oak.pk], "preview": "1"}))
    rule = SharedRule(kind="answer_rate", of="whole", period="today", limit_percent=80, least_calls=10)
    hurried = shared_preview_of(rule, NOW, within_s=0)

    assert "2 alerts in the last 30 daystenants: 1 of 2" in seen and "17 NovemberAccueil" in seen
    assert "What would it have raised?" in seen and "Of 1 tenant no day tells enough" in seen
    assert "0 alerts in the last 30 days" in alone and "No day tells enough" in alone
    assert hurried is not None and [one.tenant for one in hurried.told] == [alder] and hurried.left == 1
    assert not SharedRule.objects.exists()


def test_a_new_rule_begins_with_the_currency_that_most_connections_have():
    used = ["AUD", "EUR", "", "EUR"]

    assert currencies_for(SharedRule(kind="cost"), used) == ["EUR", "AUD"]
    assert currencies_for(SharedRule(kind="cost", currency="GBP"), used) == ["EUR", "AUD", "GBP"]
