"""Worth a look: what is said is so by a plain count of the rows, leads to these calls, and is said of whole days only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.lib.periods import Period
from telephony.models import (
    Call,
    Connection,
    Coverage,
    Credential,
    Entity,
    NumberName,
    Report,
    ReportReceipt,
    ReportRun,
)
from telephony.reports import workshop
from telephony.reports.asked import Asked
from telephony.reports.document import Finding
from telephony.reports.figures import FIGURES, READY
from telephony.reports.findings import worth_a_look
from telephony.reports.findings.clear import LEAST_CALLS, LEAST_LOST, Counts, is_clear

from .conftest import MONDAY, WEEK, call
from .test_ways import CALLS, found

PARIS = ZoneInfo("Europe/Paris")
BEFORE = Period(date(2026, 11, 2), date(2026, 11, 8))
BEGIN = date(2026, 10, 12)  # five weeks, and the clocks change in one of them
KNOWN = 90  # days of which every call is here
LINES = ("Accueil", "Comptabilité des copropriétés et des associations syndicales libres", "Dépannage")
OPEN = range(9, 17)


@dataclass(frozen=True)
class Leanings:
    """What a world is inclined to; `missing` days of the last three weeks are not read."""

    seed: int
    calls: int
    weak_line: bool = False
    weak_hour: bool = False
    impatient: bool = False
    dearer: bool = False
    abroad: bool = False
    quiet_day: bool = False
    missing: frozenset[int] = frozenset()


LEANINGS = st.builds(
    Leanings,
    seed=st.integers(0, 2**16),
    calls=st.sampled_from([3, 14, 25]),
    weak_line=st.booleans(),
    weak_hour=st.booleans(),
    impatient=st.booleans(),
    dearer=st.booleans(),
    abroad=st.booleans(),
    quiet_day=st.booleans(),
    missing=st.frozensets(st.integers(0, 20), max_size=2),
)


@dataclass(frozen=True)
class Row:
    at: datetime
    line: str
    is_inbound: bool
    outcome: str
    number: str  # the other side's
    is_queued: bool = False
    cost: int = 0
    destination: str = ""

    @property
    def day(self) -> date:
        return self.at.date()


def rows_of(world: Leanings) -> list[Row]:
    random, rows = Random(world.seed), []
    days = (WEEK.last - BEGIN).days + 1
    quiet = WEEK.first + timedelta(days=1) if world.quiet_day else None
    for day in (BEGIN + timedelta(days=at) for at in range(days)):
        if day == quiet:
            continue
        for _n in range(world.calls if day >= BEFORE.first else min(world.calls, 14)):
            at = datetime.combine(day, time(random.choice(OPEN), random.randrange(60)), PARIS)
            line, is_queued = random.choice(LINES), random.random() < 0.5
            lost = 0.08
            lost += 0.4 * (world.weak_line and line == LINES[1]) + 0.5 * (world.weak_hour and at.hour == 13)
            took = random.choice(("missed", "voicemail")) if at.hour != 13 else "missed"
            outcome = "answered" if random.random() > lost else took
            if world.impatient and is_queued and random.random() < 0.3:
                outcome = random.choice(("abandoned", "timed_out", "timed_out"))
            number = f"+3363998{random.randrange(60):04d}"
            rows.append(Row(at, line, True, outcome, number, is_queued))
            if random.random() < 0.3:
                rate = 3 if world.dearer and day >= WEEK.first and line == LINES[2] else 1
                rows.append(
                    Row(at, line, False, "answered", number, cost=rate * 400_000, destination="France mobile")
                )
            if world.abroad and day >= WEEK.first and random.random() < 0.2:
                rows.append(
                    Row(at, line, False, "answered", f"+3712000{random.randrange(9):04d}", destination="X")
                )
    return rows


@pytest.fixture
def link(alder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setattr(timezone, "now", lambda: MONDAY + timedelta(hours=6))
    with tenant_scope(alder):
        link = Connection.objects.create(
            credential=Credential.objects.create(provider="keyyo"), provider="keyyo", slug="alder-keyyo",
            name="Keyyo", capabilities=["calls.list", "lines.read"],
        )  # fmt: skip
        for at, name in enumerate((*LINES, "Support")):
            is_line = name in LINES
            Entity.objects.create(
                connection=link, kind="x", facet="line" if is_line else "queue", is_line=is_line, name=name,
                remote_id=f"3319900100{at}" if is_line else "q1", checksum="", fetched_at=MONDAY,
            )  # fmt: skip
        Coverage.objects.bulk_create(
            Coverage(connection=link, day=WEEK.last - timedelta(days=at), state="complete", read_at=MONDAY)
            for at in range(KNOWN)
        )
        yield link


def keep(link: Connection, rows: Sequence[Row], missing: frozenset[int]) -> frozenset[date]:
    """Store the rows that are not of missing days; these days."""
    lines = {one.name: one for one in Entity.objects.filter(is_line=True)}
    lost = frozenset(WEEK.last - timedelta(days=at) for at in missing)
    Coverage.objects.update(state="complete")
    Coverage.objects.filter(day__in=lost).update(state="missing")
    Call.objects.all().delete()
    Call.objects.bulk_create(
        replace_key(
            call(
                link, lines[row.line], row.at.astimezone(UTC), "inbound" if row.is_inbound else "outbound",
                row.outcome, row.number if row.is_inbound else "", "" if row.is_inbound else row.number,
                group_remote_id="q1" if row.is_queued else "", cost_micros=row.cost, destination=row.destination,
                duration_s=60,
            ),
            at,
        )
        for at, row in enumerate(rows)
        if row.day not in lost
    )  # fmt: skip
    return lost


def replace_key(row: Call, at: int) -> Call:
    row.fold_key = str(at)
    return row


def report(figures: Sequence[str] = tuple(FIGURES), language: str = "en") -> Report:
    return Report(
        tenant=Tenant.objects.get(slug="alder"), name="Weekly", figures=list(figures), period="last_week",
        formats=["body"], language=language, time_zone="Europe/Paris",
    )  # fmt: skip


def findings_of(one: Report) -> list[Finding]:
    with translation.override(one.language), timezone.override(one.zone):
        return worth_a_look(Asked(one, WEEK))


# ---- a plain reading of the rows, by what a sentence says ----


@dataclass(frozen=True)
class Reading:
    """The rows that are here, and the days that are not."""

    rows: Sequence[Row]
    lost: frozenset[date]

    def of(self, days: Period = WEEK, **more: object) -> list[Row]:
        return [
            row
            for row in self.rows
            if days.first <= row.day <= days.last
            and all(getattr(row, name) == value for name, value in more.items())
        ]


def waiting(seen: Reading, said: re.Match[str], behind: int) -> bool:
    """Nobody talked with them after their last call of the whole days at the end of the week."""
    first = max([day for day in seen.lost if day >= WEEK.first], default=WEEK.first - timedelta(days=1))
    calls = [row for row in seen.of(is_inbound=True) if row.day > first and row.outcome != "answered"]
    lasts = {row.number: max(one.at for one in calls if one.number == row.number) for row in calls}
    left = [
        number
        for number, at in lasts.items()
        if not any(
            row.number == number and row.at > at and (not row.is_inbound or row.outcome == "answered")
            for row in seen.rows
        )
    ]
    return len(left) == int(said[1]) == behind


def place(seen: Reading, said: re.Match[str], behind: int) -> bool:
    is_queue = said[1] == "Support"
    calls = [row for row in seen.of(is_inbound=True) if (row.is_queued if is_queue else row.line == said[1])]
    others = [row for row in seen.of(is_inbound=True) if row not in calls]
    lost, lost_else = (sum(row.outcome == "missed" for row in some) for some in (calls, others))
    rate = 100 * sum(row.outcome == "answered" for row in calls) / len(calls)
    is_so = len(calls) >= LEAST_CALLS and lost / len(calls) > lost_else / len(others)
    return is_so and behind == len(calls) and f"{rate:.1f}" == said[2]


def gave_up(seen: Reading, said: re.Match[str], behind: int) -> bool:
    outcomes = {"gave up": ("missed", "abandoned"), "timed out": ("timed_out",)}[said[3]]
    lost = sum(row.outcome in outcomes for row in seen.of(is_inbound=True, is_queued=True))
    return LEAST_LOST <= lost == int(said[2]) == behind


def hour(seen: Reading, said: re.Match[str], behind: int) -> bool:
    inbound = seen.of(is_inbound=True)
    at = [row for row in inbound if row.at.hour == int(said[3])]
    if said[2]:
        at = [row for row in at if f"{row.at:%A}" == said[2]]
    lost = [row for row in at if row.outcome in ("missed", "abandoned", "timed_out")]
    lost_else = sum(row.outcome in ("missed", "abandoned", "timed_out") for row in inbound) - len(lost)
    return behind == len(lost) and len(lost) / len(at) > lost_else / (len(inbound) - len(at))


def cost(seen: Reading, said: re.Match[str], behind: int) -> bool:
    name = said[1].removeprefix("Calls to ")
    now, then = (
        sum(row.cost for row in seen.of(days) if name in (row.line, row.destination))
        for days in (WEEK, BEFORE)
    )
    is_known = not any(BEFORE.first <= day <= BEFORE.last for day in seen.lost)
    return (
        is_known
        and then > 0
        and f"{now / 1e6:.2f}" == said[3]
        and round(100 * (now - then) / then) == int(said[2])
    )


def country(seen: Reading, said: re.Match[str], behind: int) -> bool:
    calls = [row for row in seen.rows if row.number.startswith("+371")]
    return said[1] == "+371" and {row.day >= WEEK.first for row in calls} == {True} and behind == len(calls)


def quiet(seen: Reading, said: re.Match[str], behind: int) -> bool:
    day = date(2026, 11, int(said[1]))
    return day not in seen.lost and not seen.of(Period(day, day)) and behind == 0


PLAINLY: dict[str, Callable[[Reading, re.Match[str], int], bool]] = {
    r"(\d+) callers? still waits? for an answer": waiting,
    r"(.+) answers ([\d.]+)\u00a0%\*?": place,
    r"(.+): (\d+)\*? callers? (gave up|timed out)": gave_up,
    r"(.+) found nobody (?:at|on (\w+) at) (\d+)\u00a0h": hour,
    r"(.+) cost (\d+)\u00a0% more: ([\d.]+)\u00a0€\*?": cost,
    r"A country called for the first time: Latvia \((\+\d+)\)": country,
    r"Not one call on \w+ (\d+) November, while open": quiet,
}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=LEANINGS)
def test_whatever_is_said_is_so_and_leads_to_its_calls(link: Connection, world: Leanings) -> None:
    rows = rows_of(world)
    lost = keep(link, rows, world.missing)
    seen = Reading([row for row in rows if row.day not in lost], lost)
    for finding in findings_of(report()):
        [(words, check)] = [item for item in PLAINLY.items() if re.fullmatch(item[0], finding.say)]
        said = re.fullmatch(words, finding.say)
        assert said is not None and check(seen, said, found(finding.url.removeprefix(CALLS))), finding


def figures(words: str) -> list[str]:
    """The numbers of a sentence, whatever divides them in its language."""
    return sorted(re.findall(r"\d+", re.sub(r"(?<=\d)[.,\u00a0\u202f](?=\d)", "", words)))


def test_each_kind_is_found_where_it_is_plain(link: Connection) -> None:
    """A world without leanings has nothing but callers who wait."""
    told = {
        "weak_line dearer abroad": ("Comptabilité des copropriétés", "Dépannage cost", "Latvia"),
        "weak_hour": ("found nobody at 13",),
        "impatient quiet_day": ("Support: ", "Not one call on Tuesday 10 November"),
        "": (),
    }
    for leanings, words in told.items():
        keep(link, rows_of(Leanings(seed=7, calls=40, **dict.fromkeys(leanings.split(), True))), frozenset())
        english, french = (findings_of(report(language=language)) for language in ("en", "fr"))
        assert [one.url for one in english] == [one.url for one in french]
        for one, other in zip(english, french, strict=True):
            assert one.say != other.say and figures(one.say) == figures(other.say)
            assert one.evidence != other.evidence and figures(one.evidence) == figures(other.evidence)
        said = [one.say for one in english if "still wait" not in one.say]
        assert all(any(one in say for say in said) for one in words) and bool(said) == bool(words), said


def test_members_get_ways_and_outsiders_pages(link: Connection, carol: Person) -> None:
    """Headline, list and files in both mails; in the one that leaves, no address of the portal."""
    keep(link, rows_of(Leanings(seed=7, calls=40, weak_hour=True)), frozenset())
    told = report(READY["weekly-calls"].figures, "fr")
    told.owner, told.formats, told.weekdays = carol, ["body", "pdf", "xlsx"], [1]
    told.save()
    run = ReportRun.objects.create(report=told, first_day=WEEK.first, last_day=WEEK.last, due_for_at=MONDAY)
    made = workshop.WORKSHOP.make(run)
    run.subject, run.files = made.subject, list(made.files)
    mails = {
        person: workshop.WORKSHOP.message(run, ReportReceipt(run=run, address="a@b.example", person=person))
        for person in (carol, None)
    }
    pages = {person: str(mail.alternatives[0].content) for person, mail in mails.items()}  # type: ignore[attr-defined]
    for person, mail in mails.items():
        page = pages[person]
        assert re.match(r"Semaine 46\u00a0: \d\d,\d\u00a0% décrochés, \d+ jamais rappelés?$", mail.subject)
        assert "Personne pour" in str(mail.body).splitlines()[0] and page.count("Personne pour") == 1
        assert "À regarder" in page and "encore une réponse" in page and mail.reply_to == [carol.email]
        assert mail.from_email.startswith("Telvane <")
        assert (
            re.search(r">page \d<", page)
            and re.search(r"\d pages?, ", page)
            and re.search(r"\d+ lignes, ", page)
        )
        assert "Envoi\u00a0: lundi à 06:00, Europe/Paris." in page
    assert "/t/alder/calls/?" in pages[carol] and "/t/alder/calls/?" in str(mails[carol].body)
    assert not any("/t/alder" in text for text in (pages[None], str(mails[None].body)))


def test_only_what_is_in_the_report_is_spoken_of(link: Connection) -> None:
    """No caller by name where callers are not told one by one; nothing of calls where no figure is of them."""
    keep(link, rows_of(Leanings(seed=7, calls=3)), frozenset())
    NumberName.objects.bulk_create(
        NumberName(number=f"+3363998{at:04d}", name=f"Halden {at}", source="contact") for at in range(60)
    )
    [by_name] = [one.evidence for one in findings_of(report(["missed_callers"]))]
    [nameless] = [one.evidence for one in findings_of(report(["summary"]))]
    assert "Halden" in by_name and "Halden" not in nameless and "+33" not in nameless
    assert findings_of(report(["changes", "lines", "connections"])) == []
    keep(
        link,
        [Row(datetime(2026, 11, 13, 14, 5, tzinfo=PARIS), LINES[0], True, "missed", "+33639980000")],
        frozenset(),
    )
    [only] = findings_of(report(["missed_callers"], "fr"))
    assert only.say == "1 appelant attend encore une réponse"
    assert only.evidence == "Halden 0 a appelé en dernier, le vendredi 13 novembre à 14:05."
    document, _asked = workshop.document_of(report(["lines"], "fr"), WEEK)
    assert (document.subject, document.headline) == ("Weekly, au 16 novembre 2026\u00a0: 3 lignes", "")


@given(
    calls=st.integers(0, 60),
    lost=st.integers(0, 60),
    others=st.integers(0, 400),
    other_lost=st.integers(0, 400),
)
def test_few_calls_and_small_differences_are_never_clear(
    calls: int, lost: int, others: int, other_lost: int
) -> None:
    one, rest = Counts(calls, min(lost, calls)), Counts(others, min(other_lost, others))
    if is_clear(one, rest, 10):
        assert min(calls, others) >= LEAST_CALLS and one.share > rest.share
        assert is_clear(one, rest, 1)  # what stands out among many stands out alone
        assert not is_clear(rest, one, 10)
