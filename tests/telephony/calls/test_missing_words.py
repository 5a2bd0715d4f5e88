"""In which words a file says which days of its figures are not all here."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from accounts.models import Tenant
from telephony.figures import missing
from telephony.figures.missing import Lack, missing_words, tenants_words
from telephony.models import Connection
from telephony.services.period_coverage import NotWhole

NOON = datetime(2026, 11, 12, 11, tzinfo=UTC)


def day(number: int) -> date:
    return date(2026, 11, number)


@pytest.mark.parametrize(
    ("lacks", "words"),
    [
        ([(12, None)], "Thursday 12 November"),
        ([(12, NOON)], "Thursday 12 November from 11:00 on"),
        ([(13, None), (12, None), (14, None)], "3 days, 12 to 14 November 2026"),
        ([(14, None), (12, None)], "Thursday 12 November, Saturday 14 November"),
        ([(13, None), (12, NOON)], "Thursday 12 November from 11:00 on, Friday 13 November"),
        ([(12, NOON), (14, None), (16, None), (20, None)], "4 days, 12 to 20 November 2026"),
        (
            [(1, None), (2, None), (3, None), (12, None)],
            "3 days, 1 to 3 November 2026, Thursday 12 November",
        ),
    ],
)
def test_a_few_days_are_named_and_those_beside_each_other_a_span(
    lacks: list[tuple[int, datetime | None]], words: str
) -> None:
    told = missing_words([Lack("Keyyo", day(number), until) for number, until in lacks], zone=UTC)
    assert told == f"Keyyo: {words}."


def test_days_of_several_tenants_in_each_ones_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def lack(name: str, zone: str) -> NotWhole:
        tenant = Tenant(name=name, slug=name.lower(), time_zone=zone)
        connection = Connection(tenant=tenant, name="Keyyo")
        return NotWhole(connection, day(12), "partial", NOON)

    some = [lack("Corvane", "Europe/Paris"), lack("Lorne", "Asia/Kathmandu")]
    assert tenants_words(some) == (
        "Not complete: Corvane, Keyyo: Thursday 12 November from 12:00 on."
        " Lorne, Keyyo: Thursday 12 November from 16:45 on."
    )
    assert tenants_words([]) == ""
    monkeypatch.setattr(missing, "MOST_TENANTS_NAMED", 1)
    assert tenants_words(some).endswith("from 12:00 on. And days of 1 more tenant.")
    with translation.override("fr"):
        assert "Et des jours de 1 autre client." in tenants_words(some)
