"""Making a report in the browser's way, without script: ready-made, preview, kept, test, its look, edited, paused."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import islice, pairwise

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from accounts.models import AuditEvent, Membership
from accounts.rights import Role
from accounts.scoping import tenant_scope
from accounts.tenancy import POWER_KEY
from portal.lib.periods import Period
from telephony.models import (
    Connection,
    Report,
    ReportLook,
    ReportRun,
)
from telephony.reports import workshop
from telephony.reports.drawing import picture
from telephony.reports.figures import READY
from telephony.services import report_files, report_schedule
from telephony.tables.report_words import cadence_words
from telephony.tasks import advance_report
from tests.people import person, signed_in, staff

from .conftest import MONDAY, PAGES, WEEK


def entered(page: str, client: Client, **more: object) -> dict:
    """The form's own values, and others in their place."""
    form = client.get(page).context["form"]
    told = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in {**told, **more}.items() if value not in (None, "")}


def test_a_ready_made_report_is_looked_at_kept_and_tried(alder, carol, calls, client):
    told = entered(
        f"{PAGES}new/?ready=weekly-calls", client, addresses="a@b.example, c@d.example\nA@b.example"
    )
    seen = client.post(f"{PAGES}new/", {**told, "preview": "1"}).content.decode()
    assert "Next three" in seen and "Calls by day" in seen and "<svg viewBox" in seen
    with tenant_scope(alder):
        assert not Report.objects.exists()
    kept = client.post(f"{PAGES}new/", told)
    assert kept.status_code == 302
    with tenant_scope(alder):
        report = Report.objects.get()
    assert (report.addresses, report.owner, report.weekdays) == (["a@b.example", "c@d.example"], carol, [1])
    assert (
        report.next_at is not None
        and "Monday at 06:00, Europe/Paris" in client.get(kept["Location"]).content.decode()
    )

    sent = client.post(f"{PAGES}{report.pk}/do/test/")
    with tenant_scope(alder):
        run = ReportRun.objects.get()
    advance_report(alder.pk, run.pk)
    [only] = mail.outbox
    assert only.to == [carol.email] and only.subject.startswith("Test: ") and "only you got it" in only.body
    page = client.get(sent["Location"]).content.decode()
    assert "sb-report-head" in page and carol.email in page
    client.post(f"{PAGES}{report.pk}/do/pause/")
    assert "Paused" in client.get(PAGES).content.decode()
    client.post(f"{PAGES}{report.pk}/do/go-on/")
    assert client.post(f"{PAGES}{report.pk}/do/dance/").status_code == 404
    assert report_files.folder_of(run).is_dir()
    client.post(f"{PAGES}{report.pk}/do/delete/")
    with tenant_scope(alder):
        assert not Report.objects.exists() and not report_files.folder_of(run).exists()
    said = [one.detail["summary"] for one in AuditEvent.objects.filter(tenant=alder).order_by("pk")]
    assert said == [
        "report made",
        "test of a report sent",
        "report paused",
        "report goes on",
        "report deleted",
    ]


def test_a_ready_made_name_is_read_in_ones_own_language_until_somebody_gives_another(alder, carol, client):
    page = f"{PAGES}new/?ready=missed-calls"
    client.post(page, entered(page, client, language="fr"))
    with tenant_scope(alder):
        report = Report.objects.get()
    period = Period(MONDAY.date(), MONDAY.date())
    with tenant_scope(alder):
        assert workshop.document_of(report, period)[0].title == "Appels manqués"
    assert "Missed calls</b>" in client.get(PAGES).content.decode()
    carol.language = "fr"
    carol.save()
    edit = f"{PAGES}{report.pk}/edit/"
    told = entered(edit, client)
    assert told["name"] == "Appels manqués"
    client.post(edit, {**told, "at": "08:00"})
    with tenant_scope(alder):
        assert Report.objects.get().ready == "missed-calls"
    client.post(edit, {**told, "name": "Ceux qui attendent"})
    with tenant_scope(alder):
        assert (str(Report.objects.get()), Report.objects.get().ready) == ("Ceux qui attendent", "")


@pytest.mark.parametrize("key", [key for key in READY if key != Report.Ready.INVENTORY])
def test_no_day_is_in_none_of_the_runs_of_a_ready_made_report(key):
    """Each run's days begin where those of the one before end; what tells how things are now is of no days."""
    ready = READY[key].initial
    when = {"month_day": ready["month_day"]} if ready["every"] == "month" else {"weekdays": ready["weekdays"]}
    report = Report(figures=ready["figures"], period=ready["period"], **when)
    days = [period for _at, period in islice(report_schedule.ahead(report, MONDAY), 10)]
    assert all(later.first - period.last == timedelta(days=1) for period, later in pairwise(days))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("addresses", "nobody", "is no e-mail address"),
        ("addresses", f"accounting@{'.'.join(['a' * 60] * 4)}.example", "has more than 254 letters"),
        ("weekdays", [], "Choose at least one."),
        ("members", [], "Choose at least one member"),
        ("at", "25:00", "valid time"),
        ("figures", ["salaries"], "salaries"),
        ("figures", [], "Choose at least one."),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_field(alder, client, field, value, words):
    told = entered(f"{PAGES}new/?ready=changes-made", client, **{field: value})
    answer = client.post(f"{PAGES}new/", told)
    assert answer.status_code == 422 and words in answer.content.decode()


def test_the_look_takes_a_dark_colour_and_a_real_picture(alder, client):
    logo = picture('<svg viewBox="0 0 4 4"></svg>', "#7a1f5c")
    told = {"heading": "Telvane", "colour": "#7a1f5c", "foot": "Telvane SAS"}
    for colour, name, content in (
        ("#ffff00", "", b""),
        ("#7a1f5c", "x.png", logo[:40]),
        ("#7a1f5c", "x.svg", b"<svg/>"),
    ):
        upload = {"picture": SimpleUploadedFile(name, content)} if name else {}
        assert client.post(f"{PAGES}look/", {**told, "colour": colour, **upload}).status_code == 422
    assert (
        client.post(f"{PAGES}look/", {**told, "picture": SimpleUploadedFile("x.png", logo)}).status_code
        == 302
    )
    with tenant_scope(alder):
        look = ReportLook.objects.get()
    assert (look.colour, bytes(look.logo)) == ("#7a1f5c", logo)


def test_what_was_due_when_somebody_edited_it_goes_out(alder, weekly, client, monkeypatch):
    """Also where the edit came before the dispatcher, and what is paused meanwhile stays paused."""
    due = MONDAY + timedelta(hours=5)
    monkeypatch.setattr(timezone, "now", lambda: due + timedelta(seconds=20))
    page = f"{PAGES}{weekly.pk}/edit/"
    told = entered(page, client, at="07:00")
    assert client.post(page, told).status_code == 302
    with tenant_scope(alder):
        run = ReportRun.objects.get()
        weekly.refresh_from_db()
    assert (run.period, run.due_for_at, weekly.next_at) == (WEEK, due, due + timedelta(days=7, hours=1))
    assert report_schedule.open_due(due + timedelta(hours=2)) == 0
    with tenant_scope(alder):
        report_schedule.pause(weekly, timezone.now())
    client.post(page, told)
    with tenant_scope(alder):
        weekly.refresh_from_db()
    assert (weekly.next_at, weekly.paused_why) == (None, "person")


def test_what_was_due_when_somebody_paused_it_goes_out(alder, weekly, client, monkeypatch):
    """Where no scheduler had looked by then; nothing that is due later does."""
    due = MONDAY + timedelta(hours=5)
    monkeypatch.setattr(timezone, "now", lambda: due + timedelta(hours=2))
    client.post(f"{PAGES}{weekly.pk}/do/pause/")
    with tenant_scope(alder):
        run = ReportRun.objects.get()
        weekly.refresh_from_db()
    assert (run.period, run.due_for_at) == (WEEK, due)
    assert (weekly.next_at, weekly.paused_why) == (None, "person")
    assert report_schedule.open_due(due + timedelta(days=30)) == 0


@pytest.mark.parametrize("is_paused", [False, True])
def test_who_keeps_a_report_whose_owner_may_not_see_it_becomes_its_owner(alder, carol, weekly, is_paused):
    """The form says so before; one that paused for that goes on."""
    olga = person("olga@alder.example", "Olga", {alder: Role.ADMINISTRATOR})
    Membership.objects.filter(person=carol).update(role=Role.VIEWER)
    if is_paused:
        with tenant_scope(alder):
            report_schedule.pause(weekly, timezone.now(), Report.Pause.RIGHTS)
    client, page = signed_in(olga), f"{PAGES}{weekly.pk}/edit/"
    for path in (page, f"{PAGES}{weekly.pk}/"):
        assert "sent for you." in client.get(path).content.decode()
    kept = client.post(page, entered(page, client, members=[olga.pk]), follow=True)
    assert "is kept, and sent for you from now on" in kept.content.decode()
    with tenant_scope(alder):
        weekly.refresh_from_db()
    assert (weekly.owner, weekly.paused_why, weekly.next_at is None) == (olga, "", False)


def test_staff_keep_no_report_that_their_role_may_not_schedule(alder, carol, weekly):
    """It is sent by the rights of a membership, whatever they may do while they act as staff."""
    Membership.objects.filter(person=carol).delete()
    tom = staff("tom@telvane.example", "Tom")
    Membership.objects.create(tenant=alder, person=tom, role=Role.VIEWER)
    client, page = signed_in(tom), f"{PAGES}{weekly.pk}/edit/"
    session = client.session
    session[POWER_KEY] = [alder.pk]
    session.save()
    assert "not a member any more" in client.get(f"{PAGES}{weekly.pk}/").content.decode()
    refused = client.post(page, entered(page, client, members=[tom.pk]))
    assert refused.status_code == 422 and "your role here may not" in refused.content.decode()


def test_a_report_of_a_connection_that_was_unlinked_stays_one_of_it(alder, calls, weekly, client):
    """Editing something else must not widen it to the whole tenant."""
    with tenant_scope(alder):
        Report.objects.update(connection=calls)
        Connection.objects.update(unlinked_at=MONDAY)
    page = f"{PAGES}{weekly.pk}/edit/"
    told = entered(page, client, name="Weekly, of Keyyo")
    assert client.post(page, told).status_code == 302
    with tenant_scope(alder):
        weekly.refresh_from_db()
    assert (weekly.name, weekly.connection_id) == ("Weekly, of Keyyo", calls.pk)


def test_the_first_of_a_month_is_said_as_its_language_does(alder):
    monthly = Report(tenant=alder, month_day=1, at=time(6), time_zone="Europe/Paris")
    with translation.override("fr"):
        assert cadence_words(monthly) == "le 1er de chaque mois à 06:00, Europe/Paris"
    assert cadence_words(monthly) == "day 1 of each month at 06:00, Europe/Paris"
