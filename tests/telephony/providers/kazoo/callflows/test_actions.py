"""The actions of callflows: all of them, each with words, branches and settings that hold together."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.providers.callflows.actions import DEFAULT, Action, Actions, Rule
from telephony.providers.kazoo.callflows.actions import ACTIONS
from telephony.providers.kazoo.kinds import KINDS

NAMES = Path(__file__).with_name("actions.txt").read_text().split()
BEYOND = {"list", "faxbox", "notification_template"}  # kinds that the portal does not read
TERMINAL = [
    "camping_feature",
    "dead_air",
    "eavesdrop",
    "eavesdrop_feature",
    "faxbox",
    "group_pickup",
    "group_pickup_feature",
    "hangup",
    "intercept",
    "intercept_feature",
    "move",
    "receive_fax",
    "response",
    "transfer",
    "wait_for_hangup",
]


def test_all_78_modules_are_known_and_no_others() -> None:
    assert sorted(ACTIONS) == NAMES
    assert len(ACTIONS) == 78


def test_what_ends_a_call_has_no_branches() -> None:
    assert sorted(name for name, one in ACTIONS.items() if one.is_terminal) == TERMINAL


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_each_is_told_in_words(action: Action) -> None:
    assert action.label and action.summary and action.icon and action.category.label
    assert not [one.path for one in action.settings.fields if not one.label]
    pointed = {one.refers_to for one in action.settings.fields} - {""}
    assert pointed <= {*KINDS, *BEYOND}


def test_only_one_action_cannot_be_passed_over() -> None:
    assert [name for name, one in ACTIONS.items() if "skip_module" not in one.settings] == ["notification"]


@pytest.mark.parametrize(
    ("module", "taken", "refused"),
    [
        ("play", [DEFAULT], ["1", "timeout", ""]),
        ("menu", [*"0123456789*#", "42", "timeout", "max_retries", DEFAULT], ["a", "", "NO_ANSWER"]),
        ("user", [DEFAULT, "sip:486", "USER_BUSY", "NO_ANSWER"], ["busy", "1", "sip:999"]),
        ("temporal_route", [DEFAULT, "rule_set", "0" * 32], ["monday", ""]),
        ("branch_variable", [DEFAULT, "any text", "two\nlines"], [""]),
        ("check_cid", ["match", "nomatch", "+33199001001", DEFAULT], ["yes"]),
        ("nomorobo", ["0", "10", DEFAULT], ["11", "high"]),
        ("hangup", [], [DEFAULT, "1"]),
    ],
)
def test_branches_have_keys_by_their_rule(module: str, taken: list[str], refused: list[str]) -> None:
    branches = ACTIONS[module].branches

    assert [key for key in taken if not branches.takes(key)] == []
    assert [key for key in refused if branches.takes(key)] == []


def test_every_branch_of_a_fixed_key_is_told_in_words() -> None:
    assert all(all(one.branches.words.values()) for one in ACTIONS.values())
    assert all(one.branches.help for one in ACTIONS.values() if one.branches.pattern)
    assert {one.branches.rule for one in ACTIONS.values()} == set(Rule)


def test_the_palette_shows_each_once_by_category() -> None:
    shown = [one.module for actions in ACTIONS.by_category.values() for one in actions]

    assert sorted(shown) == NAMES
    assert len(ACTIONS.by_category) == 9


def test_an_action_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError):
        Actions((ACTIONS["play"], ACTIONS["play"]))
