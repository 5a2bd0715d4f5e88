"""Conferences by the paths of the old SDK and by those of real servers: two doors to one room."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

MEDIA = {"name": "Jingle", "media_source": "tts", "tts": {"text": "Welcome"}}


@pytest.fixture
def room(master):
    wish = {
        "name": "Room",
        "member": {"numbers": ["7001"], "pins": ["11"]},
        "moderator": {"numbers": ["7002"], "pins": ["22"]},
    }
    return master.ok("PUT", "~/conferences", wish)["id"]


@pytest.fixture
def person(master, room):
    return str(
        master.ok("POST", f"~/conferences/{room}/add_participant", {"number": "+33199009999", "name": "Ada"})[
            "participant_id"
        ]
    )


def test_who_is_there(sandbox, master, room, person):
    sandbox.clock.advance(30)
    status = master.get(f"~/conferences/{room}/status")

    assert (status["members"], status["admins"], status["is_locked"], status["duration"]) == (1, 0, False, 30)
    assert master.get(f"~/conferences/{room}")["_read_only"] == status
    (row,) = master.get(f"~/conferences/{room}/participants")
    assert set(row) >= {
        "participant_id",
        "call_id",
        "hear",
        "speak",
        "talking",
        "floor",
        "is_moderator",
        "energy_level",
        "join_time",
    }
    assert row == status["participants"][0]


@pytest.mark.parametrize("door", ["old", "new"])
def test_locking(master, room, door):
    def act(action):
        if door == "old":
            return master("POST", f"~/conferences/{room}/{action}", {})
        return master("PUT", f"~/conferences/{room}", {}, envelope={"action": action})

    assert act("lock").status_code == 200
    assert master.get(f"~/conferences/{room}/status")["is_locked"]
    assert act("unlock").status_code == 200
    assert not master.get(f"~/conferences/{room}/status")["is_locked"]
    assert act("dance").status_code == 400


@pytest.mark.parametrize("door", ["old", "new"])
@pytest.mark.parametrize(
    ("action", "field", "value"),
    [("mute", "speak", False), ("unmute", "speak", True), ("deaf", "hear", False), ("undeaf", "hear", True)],
)
def test_people(master, room, person, door, action, field, value):
    if door == "old":
        answer = master("POST", f"~/conferences/{room}/{action}/{person}", {})
    else:
        answer = master("PUT", f"~/conferences/{room}/participants/{person}", {"action": action})

    assert answer.status_code == 200
    assert master.get(f"~/conferences/{room}/participants/{person}")[field] is value


@pytest.mark.parametrize("door", ["old", "new"])
def test_kicking(master, room, person, door):
    if door == "old":
        master.ok("POST", f"~/conferences/{room}/kick/{person}", {})
    else:
        master.ok("PUT", f"~/conferences/{room}/participants", {"action": "kick"})

    assert master.get(f"~/conferences/{room}/participants") == []
    assert master("POST", f"~/conferences/{room}/mute/{person}", {}).status_code == 404


def test_playing_recording_dialling(master, room, fake_kazoo):
    docs = fake_kazoo.store.data["accounts"][master.account_id]["docs"]
    media, user = master.ok("PUT", "~/media", MEDIA)["id"], next(iter(docs["users"]))
    path = f"~/conferences/{room}"

    def act(action, data):
        return master("PUT", path, {"data": data}, envelope={"action": action})

    assert act("play", {"media_id": media}).status_code == 200
    assert act("play", {"media_id": "none"}).status_code == 400
    assert act("record", {"action": "start"}).json()["data"]["_read_only"]["recording"] is True
    assert act("record", {"action": "pause"}).status_code == 400
    assert act("dial", {"endpoints": []}).status_code == 400
    assert act("dial", {"endpoints": [user, "+33199009999", "sip:a@b.example"]}).status_code == 200
    assert len(master.get(f"{path}/participants")) == 3
    assert master("PUT", path, {"action": "lock"}).status_code == 200


def test_pins_servers_and_room_numbers(master, room):
    assert {"11", "22"} <= set(master.get("~/conferences/pins"))
    server = master.ok("PUT", "~/conferences_servers", {"name": "Bridge"})
    assert server["id"] in [row["id"] for row in master.every("~/conferences_servers")]
    taken = master("PUT", "~/conferences", {"name": "Twin", "conference_numbers": ["7002"]})
    assert taken.json()["data"]["numbers"]["unique"]["cause"] == "7002"


def test_callers_of_a_room_are_in_it(sandbox, master, account, fake_kazoo):
    fake_kazoo.play("meeting", {"account": account, "talk_s": 600})
    sandbox.clock.advance(60)
    busy = [
        room
        for room in master.every("~/conferences")
        if master.get(f"~/conferences/{room['id']}/participants")
    ]
    path = f"~/conferences/{busy[0]['id']}"
    people = master.get(f"{path}/participants")

    assert len(people) >= 5
    assert {one["call_id"] for one in people} <= {one["uuid"] for one in master.get("~/channels")}
    assert [one["floor"] for one in people] == [True] + [False] * (len(people) - 1)
    first = people[0]
    master.ok("PUT", f"{path}/participants/{first['participant_id']}", {"action": "mute"})
    assert master.get(f"{path}/participants/{first['participant_id']}")["speak"] is False
    master.ok("PUT", f"{path}/participants/{first['participant_id']}", {"action": "kick"})
    assert first["call_id"] not in [one["uuid"] for one in master.get("~/channels")]
    assert len(master.get(f"{path}/participants")) == len(people) - 1


def test_ordinary_meetings_take_place(sandbox, master):
    """Whoever left a record of a meeting is seen in the room at the time of it."""
    rows = master.every("~/cdrs", page_size=2000, has_key="custom_channel_vars.conference_id")
    leg = master.get(f"~/cdrs/{rows[0]['id']}")
    began_s = int(rows[0]["unix_timestamp"])
    sandbox.clock.set(datetime.fromtimestamp(began_s + leg["duration_seconds"] // 2, UTC), 0)
    people = master.get(f"~/conferences/{leg['custom_channel_vars']['conference_id']}/participants")

    assert leg["call_id"] in [person["call_id"] for person in people]
