"""Each kind with what would fool it: few calls, calls that are not here, holidays, nights on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from portal.lib.calling_codes import country_of_prefix
from telephony.alerts.links import calls_url, search_of
from telephony.alerts.words import words_of
from telephony.forms.calls import CallFilterForm
from telephony.models import (
    Alert,
    AlertRule,
    Call,
    Connection,
    Coverage,
    Credential,
    Entity,
    OpeningHours,
    SyncRun,
    SyncState,
)
from telephony.models.rollups import WITHIN_S, Part
from telephony.models.spans import Span
from telephony.services.alert_episodes import would_open
from telephony.services.alert_kinds import KINDS, by_hour
from telephony.services.alert_kinds.base import Reading, Round
from telephony.services.alert_kinds.new_country import night_of
from telephony.services.alert_kinds.quiet import weeks_before
from telephony.services.waiting import waited_over_time
from telephony.views.attention import attention_of

from .conftest import NOW, mark_whole

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
PARIS = ZoneInfo("Europe/Paris")
LIBERIA, SPAIN = "+231770000001", "+34910000001"


def readings(tenant: Any, rule: AlertRule, now: datetime = NOW) -> dict[str, Reading]:
    """What is so now; days and nights that are over are left out."""
    with tenant_scope(tenant):
        found = KINDS[rule.kind].look(rule, Round(tenant, now))
        return {one.subject.key: one for one in found if one.ended is None}


def verdict(tenant: Any, rule: AlertRule, now: datetime = NOW) -> str:
    return str(next(iter(readings(tenant, rule, now).values())).verdict)


def behind(tenant: Tenant, rule: AlertRule, reading: Reading) -> int:
    """How many calls are behind what was found, as an alert's page counts them and as the history that it leads to does."""
    alert = Alert(rule=rule, subject=reading.subject.key, evidence=reading.evidence)
    with tenant_scope(tenant):
        query = QueryDict(urlsplit(calls_url(tenant, alert)).query)
        form = CallFilterForm(query, zone=PARIS, region="FR", connections=())
        assert form.is_valid(), form.errors
        search = search_of(alert, PARIS)
        listed = form.narrow(Call.objects.all()).count()
        assert listed == search.narrow(Call.objects.all(), region="FR").count()
    return listed


def opened(tenant: Any, rule: AlertRule, now: datetime = NOW) -> list[date]:
    with tenant_scope(tenant):
        past = KINDS[rule.kind].past
        assert past is not None
        return [day for day, _reading in would_open(past(rule, Round(tenant, now), 30))]


# ---- rates ----
def test_one_call_makes_no_rate(alder, call, rule):
    low = rule()
    call(NOW, 9, outcome="missed")
    assert verdict(alder, low) == "unknown"
    call(NOW, 1, outcome="missed")
    assert verdict(alder, low) == "over"


def test_no_rate_of_days_that_are_not_whole_or_that_a_sync_has_not_reached(alder, call, rule):
    weekly = rule(period="week")
    call(NOW - DAY, 20, outcome="missed")
    assert verdict(alder, weekly) == "over"
    with tenant_scope(alder):
        Coverage.objects.filter(day=(NOW - 2 * DAY).date()).update(state="fetching")
    assert verdict(alder, weekly) == "unknown"
    with tenant_scope(alder):
        Coverage.objects.update(state="complete")
        SyncState.objects.update(last_success_at=NOW - timedelta(hours=3))
    assert verdict(alder, weekly) == "unknown"


def test_a_connection_that_a_person_paused_is_not_waited_for(alder, line, call, rule):
    """Its calls from before count in a rate; the silence of the others is measured by theirs alone."""
    low, silent = rule(), quiet_rule(rule, of="whole")
    busy(call)
    with tenant_scope(alder):
        paused = Connection.objects.create(
            credential=Credential.objects.create(provider="voipcloud"),
            provider="voipcloud",
            slug="alder-voipcloud",
            name="VoIPcloud",
            capabilities=["calls.list"],
        )
        SyncState.objects.create(connection=paused, stream="calls", last_success_at=NOW - 5 * DAY)
        mark_whole(paused, [NOW - back * DAY for back in range(5, 180)])
        Call.objects.create(connection=paused, fold_key="v", started_at=NOW - timedelta(minutes=20))
    call(NOW.replace(hour=8), 40, outcome="missed")
    assert (verdict(alder, low), verdict(alder, silent)) == ("unknown", "unknown")
    with tenant_scope(alder):
        Connection.objects.filter(pk=paused.pk).update(is_paused=True)
    [rate], [silence] = readings(alder, low).values(), readings(alder, silent).values()
    for found, of in ((rate, low), (silence, silent)):
        assert (str(found.verdict), found.evidence["left_out"]) == ("over", ["VoIPcloud"])
        sentence = words_of(Alert(rule=of, evidence=found.evidence)).sentence
        assert sentence.endswith("VoIPcloud is paused: its calls since then are not counted.")
    with tenant_scope(alder):
        Coverage.objects.filter(connection=paused, day=(NOW - 6 * DAY).date()).delete()
    assert verdict(alder, rule(period="week")) == "unknown"  # a day from before it was paused
    with tenant_scope(alder):
        Connection.objects.update(is_paused=True)
    assert verdict(alder, low) == "unknown"  # nothing is read any more


def test_a_rule_for_each_line_knows_later_ones_and_leaves_some_out(alder, line, call, rule):
    each = rule(of="each_line")
    call(NOW, 20, outcome="missed")
    assert {key: str(one.verdict) for key, one in readings(alder, each).items()} == {
        f"place-{line.pk}": "over"
    }
    each.left_out = [line.pk]
    assert readings(alder, each) == {}


def test_a_group_that_is_a_line_too_is_judged_by_what_it_was_offered(alder, link, line, call, rule):
    with tenant_scope(alder):
        group = Entity.objects.create(
            connection=link, kind="ACDService", facet="group", is_line=True, remote_id="33199001000",
            name="Welcome", checksum="", fetched_at=NOW,
        )  # fmt: skip
    call(NOW, 45, group_remote_id=group.remote_id)
    call(NOW + timedelta(minutes=1), 15, group_remote_id=group.remote_id, line=group, outcome="missed")
    alone, each_group, each_line = (
        rule(of="place", place=group),
        rule(of="each_group"),
        rule(of="each_line"),
    )
    [found] = readings(alder, alone).values()
    assert readings(alder, each_group)[f"place-{group.pk}"].evidence["value"] == found.evidence["value"] == 75
    assert readings(alder, each_line).keys() == {f"place-{line.pk}"}
    alert = Alert(rule=alone, evidence=found.evidence, place=group)
    with tenant_scope(alder):
        behind = search_of(alert, ZoneInfo("Europe/Paris")).narrow(Call.objects.all(), region="FR")
        assert behind.count() == found.evidence["calls"] == 60


def test_waiting_is_the_service_level_of_which_figures_tell(alder, line, call, rule):
    """Who gave up was not answered in time; calls that tell no wait count nowhere, and are not among those behind it."""
    slow = rule(kind="waiting", period="today", limit_s=WITHIN_S, limit_percent=80, least_calls=10)
    call(NOW - timedelta(hours=2), 9, outcome="abandoned", wait_s=600)
    assert verdict(alder, slow) == "unknown"
    call(NOW - timedelta(hours=1), 7, wait_s=WITHIN_S - 1)
    call(NOW, 3, wait_s=WITHIN_S)
    call(NOW, 5, wait_s=None)
    call(NOW, 4, direction="outbound", wait_s=1)
    [one] = readings(alder, slow).values()
    assert (str(one.verdict), one.evidence["value"], one.evidence["in_time"]) == ("over", 36.8, 7)
    assert one.evidence["calls"] == behind(alder, slow, one) == 19
    with tenant_scope(alder):
        span = Span(name="today", first=NOW.date(), last=NOW.date(), today=NOW.date())
        [shown] = waited_over_time(span, PARIS, Part()).values()
    assert shown.level == 7 / 19
    assert opened(alder, slow, NOW + DAY) == [NOW.date()]


def test_what_costs_too_much_does_so_while_calls_are_missing(alder, link, call, rule):
    dear = rule(kind="cost", period="month", limit_micros=10_000_000, currency="EUR")
    call(NOW - DAY, 2, direction="outbound", callee=SPAIN, cost_micros=6_000_000)
    with tenant_scope(alder):
        Coverage.objects.filter(day=(NOW - 3 * DAY).date()).update(state="missing")
    assert verdict(alder, dear) == "over"
    dear.limit_micros = 20_000_000
    assert verdict(alder, dear) == "unknown"
    dear.currency, dear.limit_micros = "USD", 1
    with tenant_scope(alder):
        Coverage.objects.update(state="complete")
    assert verdict(alder, dear) == "clear"


def test_calls_that_come_after_the_look_are_not_behind_it(alder, line, call, rule, thieves):
    """Of what goes on, the history shows as many as were counted, and the sentence says until when."""
    hour = timedelta(hours=1)
    evening = NOW + 8 * hour  # 23:00 in Paris
    busy(call)
    call(NOW, 12, outcome="missed")
    call(NOW - DAY, 3, outcome="missed")
    call(evening - hour, 4, direction="outbound", callee=LIBERIA, cost_micros=2_000_000)
    with tenant_scope(alder):
        SyncState.objects.update(last_success_at=evening)
    rules = [
        rule(),
        rule(period="week", limit_percent=95),
        rule(kind="cost", period="month", limit_micros=1_000_000, currency="EUR"),
        rule(kind="waiting", period="today", limit_s=30, limit_percent=80, least_calls=10),
        thieves,
    ]
    found = [(one, reading) for one in rules for reading in readings(alder, one, evening).values()]
    call(evening - timedelta(minutes=1), 5, outcome="missed")
    call(evening, 5, direction="outbound", callee=LIBERIA, cost_micros=2_000_000)
    for one, reading in found:
        assert str(reading.verdict) == "over", one
        counted = reading.evidence.get("calls", reading.evidence["value"])
        assert behind(alder, one, reading) == counted, one
    sentences = [words_of(Alert(rule=one, evidence=reading.evidence)).sentence for one, reading in found]
    assert "on 19 November until 22:00" in sentences[0]
    assert "from 13 November to 19 November at 22:00" in sentences[1]


def test_a_cost_counts_and_shows_the_calls_of_its_currency_alone(alder, link, call, rule):
    dear = rule(kind="cost", period="today", limit_micros=5_000_000, currency="EUR")
    call(NOW - timedelta(hours=1), 3, direction="outbound", callee=SPAIN, cost_micros=2_000_000)
    with tenant_scope(alder):
        theirs = Connection.objects.create(
            credential=link.credential, provider="keyyo", slug="us", name="US", currency="USD"
        )
        values = {"direction": "outbound", "cost_micros": 1_000_000}
        Call.objects.bulk_create(
            Call(connection=theirs, fold_key=f"us{n}", started_at=NOW, **values) for n in range(7)
        )
        [found] = readings(alder, dear).values()
        alert = Alert(rule=dear, evidence=found.evidence)
        behind = search_of(alert, ZoneInfo("Europe/Paris")).narrow(Call.objects.all(), region="FR")
        assert (found.evidence["calls"], behind.count()) == (3, 3)
        assert "currency=EUR" in calls_url(alder, alert) and words_of(alert).sentence.startswith("3 calls")


def test_a_preview_tells_what_each_day_would_have_raised(alder, call, rule):
    low = rule()
    for back in (3, 4, 9):
        call(NOW - back * DAY, 20, outcome="missed")
    call(NOW - 6 * DAY, 20)
    call(NOW - DAY, 2, outcome="missed")
    assert opened(alder, low) == [(NOW - back * DAY).date() for back in (9, 4)]  # the 3rd day goes on


def test_a_preview_sees_what_came_and_went_within_a_day(alder, call, rule, monkeypatch):
    """A bad morning, which the afternoon makes good; of too many calls the days alone are looked at."""
    low = rule()
    morning = (NOW - 2 * DAY).replace(hour=8)
    call(morning, 12, outcome="missed")
    call(morning + timedelta(hours=5), 200)
    assert opened(alder, low) == [morning.date()]
    slow = rule(kind="waiting", period="today", limit_s=30, limit_percent=80, least_calls=10)
    call(morning - DAY, 12, wait_s=31)
    call(morning - DAY + timedelta(hours=5), 200, wait_s=29)
    assert opened(alder, slow) == [(morning - DAY).date(), morning.date()]
    monkeypatch.setattr(by_hour, "MOST_CALLS", 10)
    assert opened(alder, low) == opened(alder, slow) == []


# ---- silence ----
def busy(call: Any, weeks: int = 4) -> None:
    """Three calls an hour in the opening hours of the weeks before NOW."""
    for back in range(1, 7 * weeks + 1):
        at = (NOW - back * DAY).replace(hour=8)
        if at.weekday() < 5:
            for hour in range(8):
                call(at + timedelta(hours=hour), 3)


def quiet_rule(rule: Any, **values: Any) -> AlertRule:
    return rule(kind="quiet", **{"limit_s": 7200, "least_calls": 5, **values})


def test_silence_is_of_opening_hours_and_only_where_calls_are_usual(alder, call, rule):
    silent = quiet_rule(rule)
    busy(call, weeks=1)
    call(NOW.replace(hour=8), 5)  # 9:00 in Paris, and none since
    assert verdict(alder, silent) == "between"  # one week is no usage
    busy(call)
    [one] = readings(alder, silent).values()
    assert (str(one.verdict), one.evidence["weeks"]) == ("over", 4) and one.evidence["value"] > 20_000
    call(NOW - timedelta(minutes=90), 1)
    assert verdict(alder, silent) == "clear"


def test_days_of_a_silence_end_with_what_the_sync_has_brought(alder, call, rule):
    """The last sync was before midnight, the look is after it."""
    silent = quiet_rule(rule)
    busy(call)
    call(NOW.replace(hour=8), 5)
    midnight = NOW.replace(hour=23)
    with tenant_scope(alder):
        SyncState.objects.update(last_success_at=midnight - timedelta(minutes=2))
    [one] = readings(alder, silent, midnight + timedelta(minutes=3)).values()
    assert (one.evidence["last"], one.evidence["trail"][-1]) == ("2026-11-19", 5)
    shown = behind(alder, silent, one)
    call(midnight, 2)
    assert behind(alder, silent, one) == shown


def test_nothing_is_silent_while_closed_or_on_a_holiday(alder, call, rule):
    silent = quiet_rule(rule)
    busy(call)
    call(NOW.replace(hour=15, minute=30), 5)  # 16:30 on Thursday
    morning = NOW.replace(hour=8) + DAY  # an hour of Friday's has not passed

    def at(now: datetime) -> str:
        with tenant_scope(alder):
            SyncState.objects.update(last_success_at=now)
        return verdict(alder, silent, now)

    assert at(morning) == "clear"
    with tenant_scope(alder):
        OpeningHours.objects.create(name="Open", week=[[]] * 7)
    assert at(morning + timedelta(hours=6)) == "clear"
    with tenant_scope(alder):
        OpeningHours.objects.all().delete()
    assert at(morning + timedelta(hours=6)) == "over"


def test_a_holiday_is_no_day_of_silence(alder, link, call, rule):
    """Armistice Day is closed: the Thursday after it is compared with other weeks."""
    silent = quiet_rule(rule)
    armistice = datetime(2026, 11, 11, 15, tzinfo=UTC)
    for back in range(1, 29):
        at = (armistice - back * DAY).replace(hour=8)
        if at.weekday() < 5:
            for hour in range(8):
                call(at + timedelta(hours=hour), 3)
    with tenant_scope(alder):
        SyncState.objects.update(last_success_at=armistice)
    assert verdict(alder, silent, armistice) == "clear"
    assert opened(alder, silent, datetime(2026, 11, 12, 6, tzinfo=UTC)) == []


def test_what_a_sync_has_not_brought_is_not_silence(alder, call, rule):
    silent = quiet_rule(rule)
    busy(call)
    call(NOW.replace(hour=8), 5)
    with tenant_scope(alder):
        SyncState.objects.update(last_success_at=NOW - timedelta(hours=2))
    assert verdict(alder, silent) == "unknown"
    with tenant_scope(alder):
        SyncState.objects.update(last_success_at=NOW)
        Coverage.objects.filter(day=NOW.date()).update(state="partial")
    assert verdict(alder, silent) == "over"  # today is never whole
    with tenant_scope(alder):
        Coverage.objects.filter(day__lt=NOW.date()).update(state="fetching")
    assert verdict(alder, silent) == "between"  # no week to compare with


def test_a_week_before_is_the_same_hour_of_the_clocks():
    """On the 25th of October clocks went back in Paris: 10:00 was 8:00 UTC before, and is 9:00 since."""
    paris = ZoneInfo("Europe/Paris")
    at = datetime(2026, 10, 28, 9, tzinfo=UTC)
    assert weeks_before(at, 1, paris) == datetime(2026, 10, 21, 8, tzinfo=UTC)


# ---- nights ----
@pytest.fixture
def thieves(rule: Any) -> AlertRule:
    made: AlertRule = rule(
        kind="new_country", from_time=time(20), until_time=time(7), limit_calls=3, known_days=90
    )
    return made


def test_a_new_country_at_night(alder, call, thieves):
    night = NOW - timedelta(hours=16)  # 23:00 in Paris
    call(NOW - 30 * DAY, 1, direction="outbound", callee=SPAIN)
    call(night, 5, direction="outbound", callee=SPAIN)
    call(night, 3, direction="outbound", callee=LIBERIA, cost_micros=1_000_000)
    assert str(readings(alder, thieves)["+231"].verdict) == "between"
    call(night, 1, direction="outbound", callee=LIBERIA, cost_micros=1_000_000)
    found = readings(alder, thieves)
    assert set(found) == {"+231"} and str(found["+231"].verdict) == "over"
    assert (found["+231"].evidence["value"], found["+231"].evidence["cost"]) == (4, {"EUR": 4_000_000})
    assert readings(alder, thieves, NOW + timedelta(hours=6)) == {}  # the next night has begun
    assert opened(alder, thieves, NOW + timedelta(days=1)) == [date(2026, 11, 18)]


def test_calls_by_day_make_a_country_known_and_short_histories_say_nothing(alder, call, thieves):
    night = NOW - timedelta(hours=16)
    call(night, 9, direction="outbound", callee=LIBERIA)
    call(night.replace(hour=12), 1, direction="outbound", callee=LIBERIA)
    assert readings(alder, thieves) == {}
    call(night, 9, direction="outbound", callee="+2250700000001")
    assert set(readings(alder, thieves)) == {"+225"}
    with tenant_scope(alder):
        Coverage.objects.filter(day__lt=(NOW - 20 * DAY).date()).delete()
    assert readings(alder, thieves) == {}


def test_north_america_and_the_caribbean_lead_to_their_own_calls_alone(alder, call, thieves):
    night = NOW - timedelta(hours=16)
    call(night, 5, direction="outbound", callee="+12125550100")
    call(night, 4, direction="outbound", callee="+18765550100")
    counts = {}
    for country, reading in readings(alder, thieves).items():
        search = search_of(Alert(rule=thieves, subject=country, evidence=reading.evidence), UTC)
        with tenant_scope(alder):
            counts[country] = (
                reading.evidence["value"],
                search.narrow(Call.objects.all(), region="FR").count(),
            )
    assert counts == {"+1": (5, 5), "+1876": (4, 4)}


def test_nights_on_which_the_clocks_change():
    paris = ZoneInfo("Europe/Paris")
    rule = AlertRule(from_time=time(22), until_time=time(6))
    hours = {
        day: (night.end_at - night.start_at) / timedelta(hours=1)
        for day in (date(2026, 3, 27), date(2026, 3, 28), date(2026, 10, 24))
        for night in [night_of(rule, day, paris)]
    }
    assert list(hours.values()) == [8, 7, 9]
    rule.from_time, rule.until_time = time(1), time(5)
    assert night_of(rule, date(2026, 3, 29), paris).end_at - night_of(
        rule, date(2026, 3, 29), paris
    ).start_at == timedelta(hours=3)


@pytest.mark.parametrize(
    ("prefix", "country"),
    [("+2317", "+231"), ("+3361", "+33"), ("+1212", "+1"), ("+1876", "+1876"), ("+1416", "+1"), ("201", "")],
)
def test_countries_of_prefixes(prefix, country):
    assert country_of_prefix(prefix) == country


# ---- trouble ----
def test_trouble_is_found_and_gone(alder, link, rule):
    trouble = rule(kind="trouble")
    assert readings(alder, trouble) == {}
    with tenant_scope(alder):
        SyncState.objects.update(last_success_at=NOW - timedelta(hours=5))
        SyncRun.objects.create(connection=link, what="entities", state="parked", error="Too much is gone.")
    assert set(readings(alder, trouble)) == {f"behind {link.pk}", f"given_up {link.pk} entities"}
    with tenant_scope(alder):
        Credential.objects.update(state="needs_reconnect", state_since=NOW)
        SyncRun.objects.create(connection=link, what="entities", state="complete")
    [dead] = readings(alder, trouble).values()
    assert dead.evidence["sort"] == "needs_reconnect"
    with tenant_scope(alder):
        Connection.objects.update(unlinked_at=NOW)
    assert readings(alder, trouble) == {}


def test_what_was_given_up_is_not_over_before_it_was_repaired(alder, link, rule):
    trouble = rule(kind="trouble")
    with tenant_scope(alder):
        SyncRun.objects.create(connection=link, what="entities", state="refused", error="no")
        SyncRun.objects.update(created_at=NOW - 9 * DAY, finished_at=NOW - 9 * DAY)
    assert set(readings(alder, trouble)) == {f"given_up {link.pk} entities"}
    with tenant_scope(alder):
        SyncRun.objects.create(connection=link, what="entities", state="complete")
    assert readings(alder, trouble) == {}


def test_days_that_were_never_read_are_missing(alder, link, rule):
    """Of which nothing is stored. Those since a connection stands still are told with that alone."""
    trouble = rule(kind="trouble")
    with tenant_scope(alder):
        Coverage.objects.filter(day__in=[(NOW - back * DAY).date() for back in (9, 10)]).delete()
    told = {key: one.evidence["count"] for key, one in readings(alder, trouble).items()}
    assert told == {f"missing_days {link.pk}": 2}
    with tenant_scope(alder):
        assert [one.title for one in attention_of(alder, NOW)] == ["2 days of Keyyo missing"]
        SyncState.objects.update(last_success_at=NOW - 3 * DAY)
        Coverage.objects.filter(day__gt=(NOW - 3 * DAY).date()).delete()
        Coverage.objects.filter(day=(NOW - 3 * DAY).date()).update(state="partial")
    for sort, paused in (("behind", False), ("paused", True)):
        with tenant_scope(alder):
            Connection.objects.update(is_paused=paused)
        told = {key: one.evidence["count"] for key, one in readings(alder, trouble).items()}
        assert told == {f"{sort} {link.pk}": 3, f"missing_days {link.pk}": 2}


def test_a_pause_needs_somebody_at_once_and_is_an_alert_once_a_day_is_missing(alder, link, rule):
    trouble = rule(kind="trouble")
    with tenant_scope(alder):
        Connection.objects.update(is_paused=True)
        assert [one.title for one in attention_of(alder, NOW)] == ["Keyyo is paused"]
    assert readings(alder, trouble) == {}
    [one] = readings(alder, trouble, NOW + 2 * DAY).values()
    assert (one.evidence["sort"], one.evidence["is_grave"]) == ("paused", False)
