"""The settings as data: what each takes, and that what it took stays as it is."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.keevio.setting_values import GROUPS, Group, Unfit
from telephony.providers.keevio.settings import BY_NAME, FEATURE_SWITCHES, SETTINGS, known_to

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["", "0", "1", "-1", "yes", "no", "50", "400", "9", "10", "Europe/Paris", "hqhq", "\n5"]),
    st.lists(st.integers(), max_size=2),
)


@given(st.sampled_from(SETTINGS), anything, st.booleans())
def test_a_value_is_refused_or_taken_in_its_type_and_then_taken_again(setting, value, is_strict):
    try:
        taken = setting.accept(value, is_strict=is_strict)
    except Unfit as error:
        assert str(error)
        return
    types = {"integer": int, "string": str, "boolean": (bool, type(None))}
    assert isinstance(taken, types[setting.json_type])
    assert setting.accept(taken, is_strict=is_strict) == taken


@pytest.mark.parametrize(
    ("name", "takes", "refuses"),
    [
        ("record", [0, 15, "87", 271], [-1, True, "0x1", 2**31, 1.0, None]),
        ("nm_password", ["", "0042", 42], ["12a", "1 2", "-1", "1\n"]),
        ("zone", ["", "US/Pacific", "Europe/Paris"], ["Paris", "../etc", "europe/paris"]),
        ("hs_nm", ["", "0", "9", 3], ["10", "-1", "x"]),
        ("hs_access", ["", "external", "internal", "none"], ["world", 1]),
        ("fid", ["", "0", "1", 1], ["2", "yes", True]),
        ("vm_callback", [-1, 0, 1, "-1"], [2, "", "yes", False]),
        ("phonebook", ["", "0", "3"], ["4"]),
        ("callerid", ["", "+441632960010", "-441632960010", "1001"], ["-", "+", "12 34", "--1"]),
        ("vm_maxmsgs", ["", "50", "500", 100], ["400", "60"]),
        ("q_ringtime", ["", "5", 30], ["4", "31", "05", "5.0"]),
        ("q_pausetime", ["2", "10"], ["1", "11"]),
        ("q_wraptime", ["2", "240"], ["1", "241"]),
        ("q_per_ann_int", ["", "30", 60, "90"], ["45"]),
        ("pre_queue_ring", ["1", "999"], ["0", "1000"]),
        ("crm_url", ["", "https://crm.example/?n=1"], ["crm.example", "javascript:1", "https://a b"]),
        ("hs_webrtc", ["", "no", "yes", "disable"], ["off"]),
        ("nopickup", [None, False, True], ["true", 0, 1]),
        ("noext", ["", "hq", "xh"], ["a", "h q", "H"]),
    ],
)
def test_what_each_setting_takes(name, takes, refuses):
    for value in takes:
        BY_NAME[name].accept(value)
    for value in refuses:
        with pytest.raises(Unfit):
            BY_NAME[name].accept(value)


@given(st.text("hqficovptx", max_size=30))
def test_letters_come_in_their_order_and_once(letters):
    taken = BY_NAME["noext"].accept(letters)

    assert set(taken) == set(letters) and len(taken) == len(set(letters))
    assert taken == "".join(one for one in "hqficovptx" if one in letters)


def test_a_level_that_we_do_not_know_is_left_to_the_server():
    assert BY_NAME["hs_access"].accept("national", is_strict=False) == "national"
    with pytest.raises(Unfit):
        BY_NAME["hs_access"].accept("national")
    with pytest.raises(Unfit):
        BY_NAME["hs_access"].accept("no such level", is_strict=False)


def test_a_missing_key_inherits_and_zero_does_only_for_the_call_back():
    assert all(one.means_inherit(None) for one in SETTINGS)
    assert [one.name for one in SETTINGS if one.means_inherit(0) and one.json_type == "integer"] == [
        "vm_callback"
    ]
    assert not BY_NAME["record"].means_inherit(0)


def test_settings_are_counted_by_group():
    assert Counter(one.group for one in SETTINGS) == {
        Group.RECORDING: 1, Group.PINS: 3, Group.QUEUES: 6, Group.VOICEMAIL: 3, Group.HANDSETS: 5,
        Group.CALLER: 2, Group.WEB_PHONE: 1, Group.SWITCHES: 5, Group.ZONE: 1,
    }  # fmt: skip
    assert set(GROUPS) == set(Group)
    assert {"hs_webrtc", "nocallrec", "nokeevio", "noext", "nopickup", "nobarge"} == FEATURE_SWITCHES
    assert [one.name for one in SETTINGS if one.deprecated] == ["crm_url"]


@pytest.mark.parametrize(
    ("version", "count"),
    [
        ("", 27),
        ("latest", 27),
        ("6.3.21", 21),
        ("6.3.22", 25),
        ("6.3.23", 27),
        ("6.5", 27),
        ("6.3.100", 27),
        ("6", 21),
    ],
)
def test_a_declared_version_leaves_out_what_is_newer(version, count):
    assert len(known_to(version)) == count
