"""What steps are called, and where they are, in words."""

from __future__ import annotations

from telephony.providers.callflows.surroundings import Around, Target
from telephony.providers.callflows.tree import read
from telephony.providers.kazoo.callflows import CALLFLOWS
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
