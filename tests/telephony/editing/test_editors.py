"""Editors alone: fields to body to sandbox to fields, words for values, what a change means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.edit_fields import Surroundings
from telephony.providers.keyyo.editors import EDITORS
from telephony.providers.keyyo.editors.common import number_in, number_out
from telephony.providers.keyyo.editors.profile_fields import read_profile, sentence
from telephony.providers.keyyo.sandbox.formats import read_flag, read_number, shown_number
from telephony.providers.operations import Effect
from telephony.providers.phrases import Number, Strong, said

LINE = Surroundings(line_name="Syndic Paris", line_number="+33199001011", line_kind="UCaaSVoIPAccount")
PROFILE = EDITORS["services.profiles.update"]
BLACKLIST = EDITORS["services.blacklist.replace"]

french = st.integers(1, 9).flatmap(
    lambda area: st.integers(0, 99_999_999).map(lambda rest: f"+33{area}{rest:08d}")
)
short = st.integers(2000, 9999).map(str)  # no emergency number among these
number = st.one_of(st.just(""), french, short)
fields = st.fixed_dictionaries(
    {
        "name": st.text("abcéÉ “”&=+%[]'/", max_size=40).map(str.strip),
        "forced": st.booleans(),
        "forward_unconditionally_number": number,
        "forward_on_no_answer_number": number,
        "backup_number": number,
        "forward_delay": st.integers(0, 120),
        "forward_to_voicemail": st.booleans(),
        "forward_use_account_callerid_presentation": st.booleans(),
    }
)


def as_stored(body: dict[str, Any]) -> dict[str, Any]:
    """The document that the sandbox shows after this body, by its own readers."""
    document: dict[str, Any] = {"_resource_type": "VoIPAccountProfile", "identifier": "4"}
    for name, value in body.items():
        if name.endswith("_number"):
            document[name] = shown_number(read_number(value, name, short=True))
        elif isinstance(value, bool):
            document[name] = read_flag(str(int(value)), name)
        else:
            document[name] = value
    return document


@given(fields)
def test_a_profile_survives_the_round_trip(wanted: dict[str, Any]) -> None:
    cleaned = PROFILE.clean(wanted, LINE)

    assert read_profile(as_stored(PROFILE.body(cleaned, None))) == cleaned


def test_the_default_profile_keeps_its_empty_name() -> None:
    """Keyyo refuses one; typed as "Default", it looked like a change from "Default" to "Default"."""
    around = replace(LINE, address={"csi": "33199001011", "profile_identifier": "default"})
    assert PROFILE.field("name", around).is_fixed
    assert not PROFILE.field("name", LINE).is_fixed
    assert set(PROFILE.check({"name": "Default"}, {"name": ""}, around)) == {"name"}


@given(st.lists(st.one_of(french, short), max_size=20, unique=True), st.booleans())
def test_a_blacklist_survives_the_round_trip(numbers: list[str], anonymous: bool) -> None:
    body = BLACKLIST.body({"numbers": numbers, "anonymous": anonymous}, None)

    stored = [{"number": text} for text in body["numbers"]]
    assert BLACKLIST.read_list(stored) == {"numbers": numbers, "anonymous": anonymous}


@given(french)
def test_any_notation_is_one_number(e164: str) -> None:
    national = "0" + e164[3:]
    spaced = " ".join([national[index : index + 2] for index in range(0, 10, 2)])

    assert {number_in(text) for text in (e164, number_out(e164), national, spaced, f"00{e164[1:]}")} == {e164}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, "Rings here until somebody answers. No voicemail."),
        (
            {"forward_to_voicemail": True, "forward_delay": 0},
            "Every call goes to the voicemail at once. Nothing rings.",
        ),
        ({"forward_to_voicemail": True, "forward_delay": 20}, "Rings here for 20 s, then the voicemail."),
        (
            {"forward_on_no_answer_number": "+33199001002", "forward_delay": 10},
            "Rings here for 10 s, then +33199001002. No voicemail.",
        ),
        ({"forward_unconditionally_number": "+33639980007"}, "Every call rings +33639980007."),
        (
            {"backup_number": "+33639980001"},
            "Rings here until somebody answers. No voicemail. If the line is out of service: +33639980001.",
        ),
    ],
)
def test_a_profile_is_a_sentence(changed: dict[str, Any], says: str) -> None:
    blank = EDITORS["services.profiles.create"].blank(LINE) | {"forward_delay": 0}

    assert sentence({**blank, **changed}).plain() == says


def consequences(
    key: str, before: dict[str, Any] | None, wanted: dict[str, Any], around: Surroundings = LINE
) -> str:
    return " ".join(one.text.plain() for one in EDITORS[key].consequences(before, wanted, around))


def test_what_a_forward_means() -> None:
    before = EDITORS["services.profiles.create"].blank(LINE)
    wanted = {
        "forward_on_no_answer_number": "+33639980001",
        "forward_delay": 15,
        "forward_use_account_callerid_presentation": True,
    }
    around = Surroundings(
        line_number="+33199001011",
        line_kind="UCaaSVoIPAccount",
        around={"VoIPAccountProfile": [{"identifier": "4", "name": "Fermeture", "forced": 1}]},
        cost_of=lambda number: 60_000,
        last_week=lambda: (214, 41),
    )

    words = consequences("services.profiles.update", before, wanted, around)

    assert "Calls to this line will ring +33639980001 after 15 s." in words
    assert "will see the number of this line, not who is calling" in words
    assert "0.06 EUR a minute" in words
    assert "41 of 214" in words
    assert "Not at once: “Fermeture” is forced on this line." in words


def test_a_premium_number_and_a_call_abroad_are_warned_of() -> None:
    before = EDITORS["services.profiles.create"].blank(LINE)

    assert "A call abroad" in consequences(
        "services.profiles.update", before, {"forward_unconditionally_number": "+442079460018"}
    )
    assert "A premium number" in consequences(
        "services.profiles.update", before, {"forward_unconditionally_number": "+33899700000"}
    )


def test_blocking_a_contact_is_warned_of() -> None:
    around = Surroundings(
        contacts_among=lambda numbers: {"+33199006210"}, calls_from=lambda numbers: {"+33199006210": 37}
    )

    words = consequences(
        "services.blacklist.replace",
        {"numbers": [], "anonymous": False},
        {"numbers": ["+33199006210"]},
        around,
    )

    assert "In the directory: +33199006210" in words
    assert "37 calls" in words


def test_a_loop_back_to_the_line_is_refused() -> None:
    around = Surroundings(
        line_number="+33199001011",
        line_kind="UCaaSVoIPAccount",
        sends_all_to=lambda number: "+33199001011",
    )

    refused = PROFILE.check({"forward_unconditionally_number": "+33199001002"}, {}, around)

    assert "round in circles" in refused["forward_unconditionally_number"]


def test_a_plugin_value_is_kept_byte_for_byte() -> None:
    editor = EDITORS["services.cti_plugins.parameters.update"]
    value = "  https://example.org/?a=_CALLER_&b=%20 +x\n"

    assert editor.body(editor.clean({"value": value}, LINE), {"value": ""}) == {"value": value}


def test_a_sentence_keeps_numbers_apart_from_words() -> None:
    phrase = said(
        "**Every** call rings {target} after {delay}.", target=Number("+33199001002"), delay=Strong("15 s")
    )

    assert list(phrase.pieces()) == [
        Strong("Every"),
        " call rings ",
        Number("+33199001002"),
        " after ",
        Strong("15 s"),
        ".",
    ]


def test_every_write_of_people_has_a_way_back_or_says_that_it_has_none() -> None:
    for key, editor in EDITORS.items():
        is_at_once = editor.operation.effect is Effect.NEVER_REPEAT
        assert (editor.reading is None) is is_at_once, key
        assert bool(editor.irreversible) is is_at_once, key


def test_forcing_draws_the_way_from_the_profile_that_ruled_before() -> None:
    blank = EDITORS["services.profiles.create"].blank(LINE)
    around = Surroundings(
        line_name="Syndic Paris",
        line_kind="UCaaSVoIPAccount",
        around={
            "VoIPAccountProfile": [
                {
                    "identifier": "default",
                    "name": "",
                    "forward_delay": 20,
                    "forward_on_no_answer_number": "33199001002",
                },
                {"identifier": "4", "name": "Fermeture", "forward_delay": 0, "forward_to_voicemail": 1},
            ]
        },
    )
    closed = {**blank, "name": "Fermeture", "forward_delay": 0, "forward_to_voicemail": True}

    route = PROFILE.route(closed, {"forced": True}, around)

    assert route is not None
    assert (route.before.label.plain(), route.before.wait_s) == ("+33199001002", 20)
    assert route.after.label.plain() == "Voicemail"


def test_fields_are_named_in_the_order_of_the_form() -> None:
    before = PROFILE.blank(LINE) | {"name": ""}
    typed = {"forward_on_no_answer_number": "+33199001001", "forward_delay": 25}
    kept = dict(sorted(typed.items(), key=lambda one: (len(one[0]), one[0])))  # as JSONB gives them back

    assert PROFILE.summary(before, typed, LINE) == PROFILE.summary(before, kept, LINE)
    assert PROFILE.summary(before, kept, LINE) == "“Default”: forward when nobody answers, delay"


def test_numbers_in_a_summary_are_grouped() -> None:
    settings = EDITORS["services.update"]

    summary = settings.summary(
        {"presented_number": "+33199001019"}, {"presented_number": "+33639987766"}, LINE
    )

    assert summary.replace("\u00a0", " ") == "Presented number: +33 1 99 00 10 19 → +33 6 39 98 77 66"


def test_removing_the_profile_in_force_is_warned_of() -> None:
    words = consequences("services.profiles.delete", {"name": "Fermeture", "forced": True}, {})

    assert "In force now" in words and "a new identifier" in words


def _around(*profiles: dict[str, Any]) -> Surroundings:
    return replace(LINE, around={"VoIPAccountProfile": profiles})


RULES = {"identifier": "default", "name": "", "forced": 0, "forward_delay": 20}


def test_a_new_profile_that_is_not_forced_changes_nothing_yet() -> None:
    around = _around(RULES)
    create = EDITORS["services.profiles.create"]
    wanted = {**create.blank(around), "name": "Night", "forward_on_no_answer_number": "+33639980001"}

    words = consequences("services.profiles.create", None, wanted, around)

    assert "follow the schedule again" not in words
    assert "Not at once: this profile counts when it is forced, or the schedule chooses it." in words


def test_a_profile_out_of_force_counts_later() -> None:
    night = {"identifier": "2", "name": "Night", "forced": 0, "forward_delay": 10}
    around, change = _around(RULES, night), {"forward_delay": 15}

    of_another = consequences("services.profiles.update", read_profile(night), change, around)
    of_the_default = consequences("services.profiles.update", read_profile(RULES), change, around)

    assert "Not at once" in of_another
    assert "Not at once" not in of_the_default


def test_a_way_that_stays_the_same_is_not_drawn() -> None:
    """A delay in front of nobody: the call rings on, before and after."""
    before = read_profile(RULES)

    assert PROFILE.route(before, {"forward_delay": 17}, _around(RULES)) is None
    assert PROFILE.route(before, {"forward_to_voicemail": True}, _around(RULES)) is not None


ROOT = {"uid": "1", "name": "Corvane", "parent_branch_uid": ""}
SUPPLIERS = {"uid": "2", "name": "Suppliers", "parent_branch_uid": "1"}
ROOFERS = {"uid": "3", "name": "Roofers", "parent_branch_uid": "2"}
FOLDERS = (ROOT, SUPPLIERS, ROOFERS)


def _in_directory(uid: str, *contacts: dict[str, str]) -> Surroundings:
    return Surroundings(
        address={"branch_id": uid}, around={"DirectoryBranch": FOLDERS, "DirectoryContact": contacts}
    )


def test_a_contact_moves_to_any_folder_and_a_folder_not_into_itself() -> None:
    def choices(editor: str, name: str, around: Surroundings) -> list[str]:
        return [label for _value, label in EDITORS[editor].field(name, around).choices]

    contact = choices("directory_contacts.update", "branch_uid", _in_directory(""))
    folder = choices("directory_branches.update", "parent_branch_uid", _in_directory("2"))

    assert contact == ["Corvane", "Corvane / Suppliers", "Corvane / Suppliers / Roofers"]
    assert folder == ["Corvane"]
    assert [one.name for one in EDITORS["directory_branches.update"].fields(_in_directory("1"))] == ["name"]
    assert EDITORS["directory_branches.update"].body({"parent_branch_uid": "1"}, {"name": "Roofers"}) == {
        "name": "Roofers",
        "parent_branch_uid": "1",
    }


def test_what_is_new_in_the_directory_is_named_by_its_folder() -> None:
    around = _in_directory("2")

    for key, label in (
        ("directory_branches.contacts.create", "a contact in “Suppliers”"),
        ("directory_branches.sub_branches.create", "a folder in “Suppliers”"),
    ):
        editor = EDITORS[key]
        assert editor.object_label({"branch_id": "2"}, editor.blank(around), around) == label


def test_removing_a_folder_that_holds_something_is_warned_of() -> None:
    roofer = {"uid": "9", "branch_uid": "3", "name": "Malbrun"}

    words = consequences("directory_branches.delete", {"name": "Roofers"}, {}, _in_directory("3", roofer))

    assert "It is not empty: it holds 1 entry." in words
    assert consequences("directory_branches.delete", {"name": "Roofers"}, {}, _in_directory("3")) == ""


def test_a_contact_without_a_name_is_refused_where_keyyo_would_refuse_it() -> None:
    editor = EDITORS["directory_branches.contacts.create"]

    assert "name" in editor.check({"company": "Malbrun"}, None, LINE)
    assert editor.check({"name": "Malbrun"}, None, LINE) == {}
