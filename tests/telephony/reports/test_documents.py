"""What a report says, on its page as in its files: figures that are not whole, currencies, waits, subjects."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from accounts.rights import Right
from accounts.scoping import tenant_scope
from portal.lib.periods import Period
from telephony.figures.missing import coverage_words
from telephony.models import (
    Call,
    Change,
    Connection,
    Coverage,
    Entity,
    EntityReference,
)
from telephony.models.rollups import Part
from telephony.reports import sheets, workshop
from telephony.reports.document import Document
from telephony.reports.figures import FIGURES
from telephony.services.period_coverage import coverage_of

from .conftest import MONDAY, WEEK


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
    assert [one.key for one in queues.sections] == ["findings", "queues", "queue_hours", "queue_days"]
    assert queues.sections[1].rows[0][:2] == ["Campagne", 21]
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
