"""Editors alone: fields to body to sandbox to fields, what is refused, what a change means and how it is taken back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.secrets import Secret
from telephony.providers.edit_fields import Surroundings
from telephony.providers.editing import Done
from telephony.providers.keevio.editors import EDITORS
from telephony.providers.keevio.setting_values import Kind
from telephony.providers.keevio.settings import SETTINGS

AROUND = Surroundings()
UPDATE = EDITORS["company.update"]
CREATE, DELETE = EDITORS["company.create"], EDITORS["company.delete"]
GROUP, UNGROUP = EDITORS["company.group"], EDITORS["company.ungroup"]


def values(setting):
    """Fields as the editor holds them."""
    if setting.kind is Kind.BITS:
        return st.integers(0, 2**31 - 1)
    if setting.kind is Kind.RANGE:
        return st.just("") | st.integers(setting.minimum, setting.maximum)
    if setting.kind is Kind.SWITCH:
        return st.booleans()
    if setting.kind is Kind.LETTERS:
        return st.sets(st.sampled_from("hqficovptx")).map(
            lambda some: [one for one in "hqficovptx" if one in some]
        )
    if setting.kind in (Kind.CHOICE, Kind.LEVEL):
        return st.sampled_from(setting.values)
    samples = {
        Kind.PIN: ["", "0", "0042"],
        Kind.ZONE: ["", "Europe/Paris"],
        Kind.CALLER: ["", "-0123"],
        Kind.URL: ["", "https://crm.example/"],
    }
    return st.sampled_from(samples[setting.kind])


fields = st.fixed_dictionaries(
    {"name": st.just("Brackenfold Ltd"), **{one.name: values(one) for one in SETTINGS}}
)


@given(fields)
def test_a_company_survives_the_round_trip(wanted):
    body = UPDATE.body(UPDATE.clean(wanted, AROUND), None)
    data = {name: value for name, value in body.items() if name != "name"}

    assert not UPDATE.check(wanted, None, AROUND)
    assert UPDATE.read({"company": "b", "name": body["name"], "data": data}) == wanted
    assert all(
        one.accept(data[one.name]) == data[one.name] for one in SETTINGS
    )  # the sandbox takes it as it is
    assert UPDATE.clean(wanted, AROUND) == wanted


def test_a_fresh_company_inherits_everything():
    read = UPDATE.read({"company": "labs", "name": "Labs", "data": {}})

    assert set(read) == {"name", *(one.name for one in SETTINGS)}
    words = {name: UPDATE.field(name, AROUND).say(value, AROUND).plain() for name, value in read.items()}
    shown = {one.name for one in SETTINGS if one.kind is Kind.SWITCH}
    assert {name for name, word in words.items() if word == "shown"} == shown
    assert {name for name, word in words.items() if word == "inherit"} == (
        {one.name for one in SETTINGS} - shown - {"noext"}
    )
    assert words["noext"] == "none"


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("vm_callback", "-1", "not allowed"),
        ("hs_nm", "0", "night mode 1"),
        ("hs_nm", "9", "night mode 10"),
        ("phonebook", "2", "whoever is logged in"),
        ("hs_access", "national", "national"),
        ("q_wraptime", 45, "45 s"),
        ("nobarge", True, "hidden"),
        ("noext", ["t", "x"], "paging, external dial-in"),
        ("record", 87, "87"),
        ("barge_pin", "0042", "••••••"),
    ],
)
def test_values_are_said_in_words(name, value, word):
    assert UPDATE.field(name, AROUND).say(value, AROUND).plain() == word


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"name": "Fougère"}, "name"),
        ({"name": ""}, "name"),
        ({"q_ringtime": "31"}, "q_ringtime"),
        ({"q_ringtime": "soon"}, "q_ringtime"),
        ({"record": "many"}, "record"),
        ({"nm_password": "12a"}, "nm_password"),
        ({"zone": "Mars"}, "zone"),
        ({"vm_maxmsgs": "400"}, "vm_maxmsgs"),
        ({"noext": "hz"}, "noext"),
        ({"crm_url": "crm"}, "crm_url"),
        ({"description": "x" * 241}, "description"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(typed, name):
    assert set(UPDATE.check(UPDATE.clean(typed, AROUND), None, AROUND)) == {name}


def test_a_recording_mask_keeps_its_unknown_bits_and_cannot_be_given_back():
    assert UPDATE.read({"name": "Q", "data": {"record": 271}})["record"] == 271
    assert UPDATE.body({"record": None}, {"record": 271}) == {}
    assert set(UPDATE.check({"record": None}, {"record": 271}, AROUND)) == {"record"}


def test_a_change_of_a_switch_says_who_can_move_it_and_why_it_stayed():
    (said,) = UPDATE.consequences({}, {"nobarge": True, "q_ringtime": 20}, AROUND)
    assert "System-Admin" in said.text.plain() and "Hide barge" in said.text.plain() and said.tone == "warn"
    assert "System-Admin" in str(UPDATE.why_kept(["nobarge"], AROUND))
    assert UPDATE.why_kept(["q_ringtime"], AROUND) == ""


def test_an_update_is_taken_back_as_far_as_keevio_can():
    done = Done(
        address={"company": "labs"},
        before=UPDATE.read({"name": "Labs", "data": {"q_ringtime": "12"}}),
        wanted={"q_ringtime": 20, "record": 15, "description": "new"},
        after={},
    )
    inverse = UPDATE.inverse(done)

    assert inverse is not None and inverse.wanted == {"q_ringtime": 12}
    assert "record" in inverse.note and "description" in inverse.note


def test_a_new_company_is_taken_back_by_deleting_it():
    done = Done(address={}, before=None, wanted={}, after=None, created="fern")
    inverse = CREATE.inverse(done)

    assert inverse is not None and (inverse.operation, inverse.address) == (
        "company.delete",
        {"company": "fern"},
    )
    assert set(CREATE.check({"company": "a b"}, None, AROUND)) == {"company", "name"}
    assert DELETE.irreversible and not CREATE.irreversible
    assert any(
        "Undocumented" in one.text.plain() for one in DELETE.consequences({"name": "Fern"}, {}, AROUND)
    )


@pytest.mark.parametrize("editor", [GROUP, UNGROUP])
def test_a_move_is_taken_back_to_a_former_neighbour_or_to_being_alone(editor):
    def inverse(others):
        before = {editor.neighbours: others}
        return editor.inverse(Done(address={"company": "labs"}, before=before, wanted={}, after=None))

    assert (inverse(["a", "b"]).operation, inverse(["a", "b"]).wanted) == ("company.group", {"target": "a"})
    assert (inverse([]).operation, inverse([]).wanted) == ("company.ungroup", {})


def test_being_together_is_having_the_wanted_neighbour_among_others():
    container = {"container": "c", "members": {"labs": {}, "velmont": {}, "caddow": {}}}
    live = GROUP.live({}, [container], {"company": "labs"}, "labs")

    assert live.fields == {"target": ["caddow", "velmont"]}
    assert GROUP.same("target", live.fields["target"], "velmont")
    assert not GROUP.same("target", live.fields["target"], "labs")
    assert UNGROUP.live({}, [container], {"company": "labs"}, "labs").fields == {
        "neighbours": ["caddow", "velmont"]
    }


def test_an_update_sends_only_what_is_wanted(keevio, sandbox):
    keevio.call(
        "company.update", {"company": "labs"}, data=UPDATE.body({"vm_callback": "-1", "noext": ["x"]}, None)
    )
    assert sandbox.last_request.data["values"] == {"vm_callback": -1, "noext": "x"}
    assert isinstance(
        keevio.prepare("company.update", {"company": "labs", "barge_pin": "1"}).document["values"][
            "barge_pin"
        ],
        Secret,
    )
