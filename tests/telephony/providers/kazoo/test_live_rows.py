"""Rows of live panels out of answers of other forms than a list."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.providers.client import Answer
from telephony.providers.kazoo.live_rows import participants, payers
from telephony.providers.kazoo.pricing import item_words


def test_a_card_is_known_by_its_kind_its_last_digits_and_its_end() -> None:
    card = {
        "id": "471712",
        "card_type": "Visa",
        "last_four": "1881",
        "expiration_month": "09",
        "expiration_year": "2031",
        "expired": False,
        "default": True,
        "customer_id": "c156f255ed9e36cd0267ec17c0356822",
    }

    (row,) = payers(Answer(document={"first_name": "Solveig", "credit_cards": [card, "odd", {}]}))

    first, second = row["credit_cards"]
    assert first == {
        "card_type": "Visa",
        "number": "•••• 1881",
        "good_until": "09/2031",
        "expired": False,
        "default": True,
    }
    assert not any(second.values())
    assert payers(Answer(document=None)) == []
    assert payers(Answer(document={"credit_cards": None}))[0]["credit_cards"] == []


def test_a_participant_is_told_by_name_and_part() -> None:
    rows: list[dict[str, Any]] = [
        {"caller_id_name": "Odile", "caller_id_number": "1012", "speak": True, "hear": True},
        {"caller_id_name": "1013", "caller_id_number": "1013", "is_moderator": True, "speak": False},
    ]

    told = participants(Answer(document=None, items=rows))

    assert [(row["caller_id_name"], row["part"]) for row in told] == [
        ("Odile", []),
        ("", ["moderator", "mute"]),
    ]


@pytest.mark.parametrize(
    ("category", "item", "words"),
    [
        ("devices", "sip_device", "Desk phone"),
        ("devices", "_all", "All others"),
        ("phone_numbers", "did_fr", "Number (FR)"),
        ("ips", "dedicated_ip", "Dedicated ip"),
    ],
)
def test_what_is_priced_is_called_in_words(category: str, item: str, words: str) -> None:
    assert item_words(category, item) == words
