"""What steps are called, and where they are, in words."""

from __future__ import annotations

from telephony.providers.callflows.surroundings import Around, Target
from telephony.providers.callflows.tree import read
from telephony.providers.kazoo.callflows import CALLFLOWS
from telephony.services.callflow_folding import folded_at_first, unfolded_to
from telephony.services.callflow_scene import scene_of
from telephony.services.callflow_ways import ways_to

MENU, GONE = "a" * 32, "b" * 32
BOX = {"module": "voicemail", "data": {"id": GONE}, "children": {}}
GROUP = {"module": "ring_group", "data": {"repeats": 1, "endpoints": []}, "children": {"_": BOX}}
FLOW = read(
    {"flow": {"module": "menu", "data": {"id": MENU}, "children": {"1": GROUP, "_": {"module": "hangup"}}}}
)
TARGETS = {
    ("menu", MENU): Target(kind="menu", remote_id=MENU, name="Welcome"),
    ("vmbox", GONE): Target(kind="vmbox", remote_id=GONE, is_missing=True),
}


def test_a_group_of_nobody_is_not_named_by_how_often_it_rings() -> None:
    steps = scene_of(FLOW, CALLFLOWS, Around()).steps
    assert [one.name for one in steps.values() if one.module in ("ring_group", "hangup")] == ["", ""]


def test_a_way_names_the_step_and_its_branches() -> None:
    ways = ways_to([0, 1, 2, 3, 9], FLOW, CALLFLOWS, Around(targets=TARGETS))
    assert sorted(ways.values()) == [
        "1",
        "1 › no answer",
        "Welcome",
        "any other key",
    ]  # gone: a problem says so


def test_what_is_unfolded_is_folded_one_level_on() -> None:
    end = {"module": "hangup", "data": {}, "children": {}}
    menu = {"module": "menu", "data": {}, "children": dict.fromkeys("123456789", end)}
    inner = {"module": "menu", "data": {}, "children": dict.fromkeys("123", menu)}
    flow = read({"flow": {"module": "menu", "data": {}, "children": {"1": inner, "2": inner}}})
    assert folded_at_first(flow) == {2, 12, 22, 33, 43, 53}
    flow = read({"flow": {"module": "menu", "data": {}, "children": dict.fromkeys("1234567", inner)}})
    at_first = folded_at_first(flow)
    assert at_first == {1, 32, 63, 94, 125, 156, 187}
    assert folded_at_first(flow, 1) == {2, 12, 22}
    assert unfolded_to(flow, at_first, 5) == at_first - {1} | {12, 22}
    assert unfolded_to(flow, at_first, 32) == at_first  # it is seen itself
