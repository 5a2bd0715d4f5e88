"""What the filters of the call history find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone, translation

from telephony.forms.calls import CallFields
from telephony.models import Call, Entity
from telephony.models.call_search import CallSearch, calls_in_scope

from .conftest import NOON

Store = Callable[..., Call]


def found(**values: object) -> set[str]:
    search = CallSearch(**values)  # type: ignore[arg-type]
    return {call.fold_key for call in search.narrow(calls_in_scope(), region="FR")}


@pytest.mark.parametrize("text", ["+33 1 99 00 62 10", "0199006210", "0033199006210", "01.99.00.62.10"])
def test_a_number_is_found_in_any_notation(store: Store, text: str) -> None:
    store()
    store(caller="+33639980001")

    assert found(number=text) == {"c1"}


def test_a_number_is_found_by_its_last_digits(store: Store) -> None:
    store()
    store(caller="+33639980001")
    store(direction="outbound", stream="outgoing", caller="+33199001001", callee="+33639986210")

    assert found(number="6210") == {"c1", "c3"}


def test_a_name_finds_the_calls_of_its_number(store: Store) -> None:
    store()
    store(caller="+33639980001")

    assert found(number="novalise") == {"c1"}


def test_a_span_is_half_open(store: Store) -> None:
    store(started_at=NOON)
    store(started_at=NOON + timedelta(hours=1))

    assert found(start_at=NOON, end_at=NOON + timedelta(hours=1)) == {"c1"}


@pytest.mark.parametrize(("zone", "day"), [("Australia/Lord_Howe", 5), ("Europe/Paris", 25)])
def test_hours_of_the_week_are_those_of_clocks_that_change(store: Store, zone: str, day: int) -> None:
    """Each call stands in one hour of one weekday, be it shown twice or left out that night."""
    clocks = ZoneInfo(zone)
    begin = datetime(2026, 4 if day == 5 else 10, day - 1, 12, tzinfo=clocks)
    ends = begin + timedelta(days=2)
    at = [begin.astimezone(UTC) + timedelta(minutes=30 * n) for n in range(72)]
    keys = {store(started_at=one, wait_s=None).fold_key: one.astimezone(clocks) for one in at}

    for weekday in (6, 7, 1):
        for hour in (None, *range(24)):
            wanted = {
                key
                for key, local in keys.items()
                if local.isoweekday() == weekday and hour in (None, local.hour)
            }
            asked = {"weekday": weekday, "hour": hour, "zone": zone}
            assert found(start_at=begin, end_at=ends, **asked) == wanted == found(**asked), asked


def test_outcome_and_length_narrow(store: Store) -> None:
    store(outcome="missed", duration_s=0)
    store(duration_s=400)
    store(duration_s=20)

    assert found(outcome="missed") == {"c1"}
    assert found(min_duration_s=300) == {"c2"}
    assert found(min_duration_s=1, max_duration_s=100) == {"c3"}


def test_parameters_read_back_as_the_same_search() -> None:
    search = CallSearch(start_at=NOON, outcome="missed", number="6210", line=3, min_duration_s=60)

    assert CallSearch.from_parameters(search.to_parameters()) == search


def test_a_queue_or_group_finds_the_calls_that_were_offered_to_it(store: Store) -> None:
    call = store(group_remote_id="33199001900")
    store(group_remote_id="33199001901")
    store()
    group = Entity.objects.create(
        connection=call.connection,
        kind="ACDService",
        facet="group",
        remote_id="33199001900",
        name="Sales",
        checksum="",
        fetched_at=NOON,
    )

    assert found(group=group.pk) == {"c1"}
    assert found(group=group.pk + 1000) == set()


@pytest.mark.parametrize(
    ("query", "english", "french"),
    [
        ("waited=0-20", "Waited: 0–20 s", "Attente: 0–20 s"),
        ("waited=91-", "Waited: 1:31 min and more", "Attente: 1:31 min et plus"),
        ("waited=20-5", "", ""),
        ("outcome=given_up", "Outcome: Nobody answered, not timed out", "Issue: Personne n’a répondu, hors délai dépassé"),
        ("destination=-", "Destination: not told", "Destination: non communiqué"),
        (
            "fate=later&seen=2025-11-16T06:00:00%2B01:00",
            "Missed, then: Called back later, As of: 16 Nov 2025 06:00:00",
            "Manqué, puis: Rappelé plus tard, État au: 16 nov. 2025 06:00:00",
        ),
        ("seen=2025-11-16T06:00:00%2B01:00", "", ""),
        (
            "period=dates&period_from=2026-10-25&period_to=2026-10-25",
            "Started: 25 Oct 2026",
            "Début: 25 oct. 2026",
        ),
        (
            "period=dates&period_from=2026-11-23&period_to=2026-11-29",
            "Started: 23 Nov – 29 Nov 2026",
            "Début: 23 nov. – 29 nov. 2026",
        ),
    ],
)  # fmt: skip
def test_what_a_figure_asks_for_is_told_in_words(query: str, english: str, french: str) -> None:
    for language, words in (("en", english), ("fr", french)):
        with translation.override(language), timezone.override("Europe/Paris"):
            form = CallFields(QueryDict(query), zone=ZoneInfo("Europe/Paris"))
            form.validate()
            told = [f"{pill.field.label}: {pill.text}" for pill in form.pills if pill.is_on]
            assert ", ".join(told).replace("\u00a0", " ") == words
