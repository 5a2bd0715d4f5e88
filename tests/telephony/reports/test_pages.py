"""Making a report in the browser's way, without script: ready-made, preview, kept, test, its run, files and look."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from accounts.models import AuditEvent, Membership
from accounts.rights import Right, Role
from accounts.scoping import tenant_scope
from accounts.tenancy import POWER_KEY
from portal.lib.periods import Period
from telephony.figures.missing import coverage_words
from telephony.models import (
    Call,
    Change,
    Connection,
    Coverage,
    Entity,
    EntityReference,
    Report,
    ReportLook,
    ReportRun,
)
from telephony.models.rollups import Part
from telephony.reports import sheets, workshop
from telephony.reports.document import Document
from telephony.reports.drawing import picture
from telephony.reports.figures import FIGURES, READY
from telephony.services import report_files, report_schedule
from telephony.services.period_coverage import coverage_of
from telephony.tables.report_words import cadence_words
from telephony.tasks import advance_report
from tests.people import person, signed_in, staff

from .conftest import MONDAY

PAGES = "/t/alder/reports/"
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))


@pytest.fixture
def client(carol) -> Client:
    return signed_in(carol)


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


def test_files_hold_every_row_as_numbers_and_texts(alder, calls, weekly, client):
    """No formula is evaluated, numbers stay numbers, the zone is named, what is missing is said in each."""
    client.post(f"{PAGES}{weekly.pk}/do/run/")
    with tenant_scope(alder):
        ReportRun.objects.update(first_day="2026-11-09", last_day="2026-11-15")
        run = ReportRun.objects.get()
    advance_report(alder.pk, run.pk)
    with tenant_scope(alder):
        run.refresh_from_db()
        document = workshop.kept(run)
    files = {
        one["format"]: client.get(f"{PAGES}runs/{run.pk}/files/{one['name']}").content for one in run.files
    }
    assert files["pdf"].startswith(b"%PDF")
    text = files["csv"].decode()
    assert "'=Accueil,'+33 1 99 00 10 01" not in text and "'=Accueil,'+33199001001,21" in text
    assert "Complete but for 1 day" in text and "2026-11-09 10:00:00" in text and "(Europe/Paris)" in text
    book = zipfile.ZipFile(io.BytesIO(files["xlsx"]))
    sheets = "".join(
        book.read(name).decode() for name in book.namelist() if "sheet" in name or "shared" in name
    )
    assert "<f>" not in sheets and "=Accueil" in sheets and "Complete but for 1 day" in sheets
    fates = next(one for one in document.sections if one.key == "missed_fates")
    assert [row[1] for row in fates.rows] == [7, 0, 0, 0, 7]
    assert client.get(f"{PAGES}runs/{run.pk}/files/document.json").status_code == 404


def test_a_report_is_made_again_once_its_missing_days_are_here(alder, carol, calls, weekly, client):
    """To everybody, for the same days; each of its mails and files says in whose place it comes."""
    client.post(f"{PAGES}{weekly.pk}/do/run/")
    with tenant_scope(alder):
        ReportRun.objects.update(first_day="2026-11-09", last_day="2026-11-15")
        first = ReportRun.objects.get()
    page = f"{PAGES}runs/{first.pk}/"
    assert client.post(f"{page}again/").status_code == 404  # it is being made
    advance_report(alder.pk, first.pk)
    assert "is here by now" not in client.get(page).content.decode()
    sent = len(mail.outbox)
    with tenant_scope(alder):
        Coverage.objects.update(state=Coverage.State.COMPLETE)
    assert "1 day of a connection that was missing" in client.get(page).content.decode()
    to = client.post(f"{page}again/")["Location"]
    assert client.post(f"{page}again/")["Location"] == to  # pressed twice it is one
    with tenant_scope(alder):
        again = ReportRun.objects.get(remakes=first)
    advance_report(alder.pk, again.pk)
    with tenant_scope(alder):
        again.refresh_from_db()
        document = workshop.kept(again)
    assert document is not None and document.stamp.is_whole
    assert "It takes the place of the one made on" in document.stamp.replaces
    assert again.period == first.period and again.subject.startswith("Made again: ")
    assert [one.to for one in mail.outbox[sent:]] == [one.to for one in mail.outbox[:sent]]
    assert all("takes the place" in str(one.body) for one in mail.outbox[sent:])
    assert f'href="{to}"' in client.get(page).content.decode()
    said = [one.detail["summary"] for one in AuditEvent.objects.filter(tenant=alder).order_by("pk")]
    assert said[-1] == "report made and sent again"
    with tenant_scope(alder):
        ReportRun.objects.update(sort=ReportRun.Sort.TEST)
    assert client.post(f"{page}again/").status_code == 404


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


def test_every_figure_of_a_period_that_is_not_whole_is_kept_as_it_was_made(alder, calls, weekly):
    with tenant_scope(alder):
        weekly.figures, weekly.language = list(FIGURES), "fr"
        Connection.objects.create(
            credential=calls.credential, provider="keyyo", slug="other", name="Sans appels", capabilities=[]
        )
        document, _asked = workshop.document_of(weekly, WEEK)
    again = Document.from_json(document.to_json())
    assert again is not None and Document.from_json('{"title": "Of another release"}') is None
    assert again.to_json() == document.to_json() and [one.key for one in again.sections] == list(FIGURES)
    assert again.stamp.title == "Complet sauf 1 jour" and "jeudi 12 novembre" in again.stamp.text
    assert "7 appelants n’ont jamais été rappelés" in again.sections[0].say
    for one in again.sections:
        if FIGURES[one.key].right == Right.CALLS_LIST and (one.rows or one.tiles):
            shown = [
                one.heading,
                one.svg,
                *(tile.value for tile in one.tiles),
                *(cell.text for row in one.cells for cell in row),
            ]
            assert any("*" in words for words in shown), f"{one.key} has the star that the stamp tells of"
    health = next(one for one in again.sections if one.key == "connections")
    assert [row[-1] for row in health.rows] == [1, None] and health.brief == [
        "2 connexions",
        "1 avec des jours manquants",
    ]


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


def test_a_button_that_is_pressed_twice_sends_once(alder, carol, weekly, client):
    """To everybody as to oneself; once it was sent, or still waits after a while, another one is made."""
    with tenant_scope(alder):
        Report.objects.update(formats=["csv"], figures=["changes"], addresses=[])
    for act in ("run", "test"):
        page = f"{PAGES}{weekly.pk}/do/{act}/"
        assert client.post(page)["Location"] == client.post(page)["Location"]
    with tenant_scope(alder):
        waiting = list(ReportRun.objects.order_by("pk"))
        ReportRun.objects.update(due_for_at=timezone.now() - timedelta(minutes=11))
    assert [run.sort for run in waiting] == ["by_hand", "test"]
    advance_report(alder.pk, waiting[0].pk)
    assert [one.to for one in mail.outbox] == [[carol.email]]
    for act in ("run", "test"):
        client.post(f"{PAGES}{weekly.pk}/do/{act}/")
    with tenant_scope(alder):
        assert ReportRun.objects.count() == 4


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


def test_each_currency_has_a_column_of_its_own(alder, calls, weekly):
    """Calls of no known line may have cost in several; none of them is left out, on any page or in any file."""
    with tenant_scope(alder):
        abroad = Connection.objects.create(
            credential=calls.credential, provider="keyyo", slug="us", name="US", currency="USD"
        )
        at = MONDAY - timedelta(days=3)
        paid = ((calls, 50_000_000), (abroad, 49_500_000))
        Call.objects.bulk_create(
            Call(connection=link, fold_key="lost", started_at=at, direction="outbound", cost_micros=micros)
            for link, micros in paid
        )
        weekly.figures = ["cost_by_line", "by_line"]
        document, _asked = workshop.document_of(weekly, WEEK)
    for section in document.sections:
        assert [column.label for column in section.columns[-2:]] == ["Cost EUR", "Cost USD"]
        costs = {row[0].text: [cell.text for cell in row[-2:]] for row in section.cells}
        assert costs == {"No known line": ["50.00\u00a0€", "49.50\u00a0$"], "=Accueil": ["0.07\u00a0€", "–"]}
    assert document.sections[0].urls[1][-2].endswith("&currency=EUR")
    assert ",50.0,EUR,49.5,USD" in sheets.csv_of(document).decode()


def test_a_report_tells_of_each_change_and_its_pages_that_they_show_a_part(alder, calls, weekly):
    at = MONDAY - timedelta(days=3)
    made = [
        Change(
            connection=calls,
            operation="line_profile.set",
            summary=f"Change {number}",
            state="applied",
            sent_at=at,
        )
        for number in range(2_100)
    ]
    with tenant_scope(alder):
        Change.objects.bulk_create(made)
        weekly.figures = ["changes"]
        document, _asked = workshop.document_of(weekly, WEEK)
    [section] = document.sections
    assert len(section.rows) == 2_100 and section.more == "The first 200 of 2,100."
    assert document.subject.startswith("Weekly call summary") and "2,100 changes" in document.subject


def test_what_a_report_is_called_after_comes_first_and_what_is_so_now_says_when(alder, calls, weekly):
    """A number that rings several lines goes by its name among the queues."""
    with tenant_scope(alder):
        number = Entity.objects.get()
        number.pk, number.kind, number.facet, number.is_line = None, "NumberTranslation", "number", False
        number.remote_id, number.number, number.name = "33199001080", "+33199001080", "Campagne"
        number.fetched_at = timezone.now()
        number.save()
        Call.objects.filter(direction="inbound").update(group_remote_id="33199001080")
        weekly.ready, weekly.figures = "queue-service", ["queue_days", "queue_hours", "queues"]
        queues, _asked = workshop.document_of(weekly, WEEK)
        weekly.ready, weekly.figures = "inventory", ["numbers", "lines"]
        inventory, _asked = workshop.document_of(weekly, WEEK)
        weekly.figures = ["changes"]
        changes, _asked = workshop.document_of(weekly, WEEK)
    assert [one.key for one in queues.sections] == ["queues", "queue_hours", "queue_days"]
    assert queues.sections[0].rows[0][:2] == ["Campagne", 21]
    assert (
        queues.subject == "Queue service, week 46: 33.3\u00a0% of 21 calls answered (1 day of Keyyo missing)"
    )
    lines, numbers = inventory.sections
    assert inventory.period.startswith("As of ") and inventory.stamp.title == "As last read"
    assert numbers.rows[0][:2] == ["+33199001080", "Campagne"]
    assert re.search(r"[A-Z][a-z]{2,3}", numbers.cells[0][-1].text), "with its day"
    assert (lines.key, changes.stamp.title) == ("lines", "Complete")
    assert changes.subject.startswith("Lines and numbers, week 46: no change")


def test_a_report_tells_waits_as_the_page_does(alder, calls, weekly, client):
    """Within the same bounds: of all calls, and of a line."""
    days = "period=dates&period_from=2026-11-09&period_to=2026-11-15"
    with tenant_scope(alder):
        for at, one in enumerate(Call.objects.filter(wait_s=8).order_by("started_at")):
            Call.objects.filter(pk=one.pk).update(wait_s=17 if at % 7 else 70)
        line = Entity.objects.get()
        document, _asked = workshop.document_of(weekly, WEEK)
    sections = {one.key: one for one in document.sections}
    [tile] = [one for one in sections["summary"].tiles if one.label == "Half answered within"]
    half = [column.name for column in sections["by_line"].columns].index("half_within")
    waits = [client.get(f"/t/alder/?{days}{of}").context["waits"] for of in ("", f"&line={line.pk}")]
    assert [(one.half_s, one.most_s) for one in waits] == [(20, 90), (20, 90)]
    assert (tile.value, tile.unit, tile.note) == ("20*", "s", "9 of 10 within 1:30\u00a0min")
    assert "half of them within 20\u00a0s" in sections["summary"].say
    assert sections["by_line"].rows[0][half] == 20


def test_an_inventory_of_one_line_has_that_line_and_its_numbers(alder, calls, weekly):
    """A number leads to it by a callflow that has both; the others of its connection are not told."""
    with tenant_scope(alder):
        line = Entity.objects.get()
        told = {"connection": calls, "checksum": "", "fetched_at": MONDAY}
        own, other = (
            Entity.objects.create(**told, kind="phone_number", facet="number", remote_id=one, number=one)
            for one in ("+33199001090", "+33199001091")
        )
        Entity.objects.create(**told, kind="UCaaSVoIPAccount", facet="line", is_line=True, remote_id="2")
        group = Entity.objects.create(
            **told, kind="group", facet="group", is_line=True, remote_id="3", name="Support"
        )
        flow = Entity.objects.create(**told, kind="callflow", facet="callflow", remote_id="4")
        for source, target in [(flow, line), (flow, own), (group, line)]:
            EntityReference.objects.create(
                source=source, path="data", target=target, target_kind=target.kind,
                target_remote_id=target.remote_id,
            )  # fmt: skip
        weekly.figures = ["lines", "numbers"]
        rows = {}
        for place in (None, line, group):
            weekly.line = place
            lines, numbers = workshop.document_of(weekly, WEEK)[0].sections
            rows[place] = [row[0] for row in lines.rows], [row[0] for row in numbers.rows]
    assert rows == {
        None: (["", "=Accueil", "Support"], [own.number, other.number]),
        line: (["=Accueil"], [own.number]),
        group: (["=Accueil", "Support"], []),
    }
    assert numbers.nothing == "No number leads there but its own."


def test_of_a_day_that_is_half_here_the_hour_is_said(alder, calls, weekly):
    """In subjects, stamps, mails and files alike; not where it would be of another day in the zone of who reads."""
    paris, now = ZoneInfo("Europe/Paris"), datetime(2026, 11, 16, 13, 5, tzinfo=UTC)
    with tenant_scope(alder):
        half = Coverage.objects.filter(day=date(2026, 11, 12))
        half.update(state="partial", complete_until=datetime(2026, 11, 12, 13, tzinfo=UTC))
        document, _asked = workshop.document_of(weekly, WEEK)
        weekly.language = "fr"
        of_week, _asked = workshop.document_of(weekly, WEEK)
        weekly.period = "yesterday"
        of_day, _asked = workshop.document_of(weekly, Period(date(2026, 11, 12), date(2026, 11, 12)))
        weekly.language, weekly.period = "en", "last_week"
        half.update(complete_until=datetime(2026, 11, 12, 23, 30, tzinfo=UTC))
        other, _asked = workshop.document_of(weekly, WEEK)
        today = Coverage(connection=calls, day=now.date(), state="partial", complete_until=now, read_at=now)
        today.save()
        half.update(state="complete")
        coverage = coverage_of(WEEK.first, now.date(), now.date(), paris, Part())
        before = coverage_of(WEEK.first, WEEK.last, now.date(), paris, Part())
        late = now + timedelta(hours=1)
        with translation.override("fr"):
            words = coverage_words(coverage, paris)
    assert document.stamp.words.startswith(
        "Keyyo: Thursday 12 November from 14:00 on. Figures that contain it "
    )
    csv = sheets.csv_of(document).decode("utf-8-sig")
    assert csv.count("from 14:00 on") == 1 and "carry a star" not in csv
    assert "Rows that contain it say “yes” under “Not whole”." in csv
    assert document.subject.endswith(" never called back (12 November incomplete from 14:00 on)")
    assert of_week.subject.endswith(" (12 novembre incomplet dès 14:00)")
    assert of_day.subject.startswith("Jeudi 12 novembre\u00a0: ") and of_day.subject.endswith(
        " (incomplet dès 14:00)"
    )
    titles = ["Complete but for part of a day", "Complet sauf une partie d’un jour", "Le jour est incomplet"]
    assert [one.stamp.title for one in (document, of_week, of_day)] == titles
    assert (
        other.subject.endswith(" (1 day of Keyyo not complete)")
        and other.stamp.title == "Complete but for 1 day"
    )
    assert other.stamp.text == "Keyyo: Thursday 12 November."
    assert not coverage.not_whole and not before.current
    assert words == "Incomplet\u00a0: Keyyo\u00a0: aujourd’hui à partir de 14:05."
    assert (coverage.behind(now), coverage.behind(late)) == ({}, {"Keyyo": now})


def test_the_first_of_a_month_is_said_as_its_language_does(alder):
    monthly = Report(tenant=alder, month_day=1, at=time(6), time_zone="Europe/Paris")
    with translation.override("fr"):
        assert cadence_words(monthly) == "le 1er de chaque mois à 06:00, Europe/Paris"
    assert cadence_words(monthly) == "day 1 of each month at 06:00, Europe/Paris"
