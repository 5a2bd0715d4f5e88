"""Media and voicemail: sounds in and out, folders."""

from __future__ import annotations

import base64
import io
import wave
import zipfile

import pytest

from telephony.providers.kazoo.sandbox.sounds import tone

WAV = tone(1)


def is_sound(content):
    with wave.open(io.BytesIO(content)) as sound:
        return sound.getnframes() > 0


@pytest.fixture
def media_id(master):
    return master.ok("PUT", "~/media", {"name": "Greeting", "media_source": "upload"})["id"]


@pytest.mark.parametrize("word", ["media", "medias"])
def test_both_paths_lead_to_the_same(master, media_id, word):
    assert master.get(f"~/{word}/{media_id}")["name"] == "Greeting"
    assert media_id in [row["id"] for row in master.every(f"~/{word}")]


def test_a_sound_goes_up_raw(master, media_id):
    answer = master("POST", f"~/media/{media_id}/raw", raw=WAV, headers={"Content-Type": "audio/wav"})
    assert answer.json()["data"]["content_length"] == len(WAV)
    assert answer.json()["data"]["content_type"] == "audio/wav"
    down = master("GET", f"~/media/{media_id}/raw", headers={"Accept": "audio/wav"})
    assert (down.content, down.headers["Content-Type"]) == (WAV, "audio/wav")
    assert master("GET", f"~/media/{media_id}/raw", headers={"Accept": "text/html"}).status_code == 406


def test_a_sound_goes_up_as_a_data_url(master, media_id):
    body = b"data:audio/mp3;base64," + base64.b64encode(b"ID3 not really")
    answer = master(
        "POST", f"~/media/{media_id}/raw", raw=body, headers={"Content-Type": "application/x-base64"}
    )

    assert answer.json()["data"]["content_type"] == "audio/mp3"
    assert master("GET", f"~/media/{media_id}/raw").content == b"ID3 not really"


def test_a_sound_goes_up_in_a_form(master, media_id):
    answer = master.session.post(
        f"{master.base}/accounts/{master.account_id}/media/{media_id}/raw",
        files={"file": ("hello.wav", WAV, "audio/wav")},
        headers={"X-Auth-Token": master.token},
        timeout=10,
    )
    assert answer.json()["data"]["content_length"] == len(WAV)


def test_uploads_that_are_refused(sandbox, master, media_id):
    path = f"~/media/{media_id}/raw"
    assert master("POST", path, raw=WAV, headers={"Content-Type": "text/plain"}).status_code == 415
    odd = b"data:image/png;base64," + base64.b64encode(b"x")
    assert master("POST", path, raw=odd, headers={"Content-Type": "application/x-base64"}).status_code == 415
    bad = master(
        "POST", path, raw=b"data:audio/mp3;base64,%%%", headers={"Content-Type": "application/x-base64"}
    )
    assert (bad.status_code, list(bad.json()["data"]["file"])) == (413, ["encoding"])
    sandbox.state("kazoo")["settings"]["upload_limit"] = 100
    big = master("POST", path, raw=WAV, headers={"Content-Type": "audio/wav"})
    assert (big.status_code, big.json()["data"]["file"]["maxSize"]["target"]) == (413, 100)
    assert master("GET", path).status_code == 404


def test_a_text_is_spoken(master):
    made = master.ok(
        "PUT", "~/media", {"name": "Closed", "media_source": "tts", "tts": {"text": "We are closed."}}
    )
    assert made["tts"]["voice"] == "female/en-US"
    first = master("GET", f"~/media/{made['id']}/raw").content
    assert is_sound(first)
    master.ok("PATCH", f"~/media/{made['id']}", {"tts": {"text": "We are closed. " * 20}})
    assert len(master("GET", f"~/media/{made['id']}/raw").content) > len(first)
    silent = master("PUT", "~/media", {"name": "x", "media_source": "tts"})
    assert list(silent.json()["data"]) == ["tts.text"]


def test_languages_and_prompts(master):
    master.ok(
        "PUT",
        "~/media",
        {"name": "x", "media_source": "upload", "language": "de-de", "prompt_id": "vm-greeting"},
    )

    assert master.get("~/media/languages")["de-de"] == 1
    assert master.get("~/media/prompts")["vm-greeting"] == 1


# ---- voicemail ----


@pytest.fixture
def box(master, fake_kazoo):
    """A box with messages, and the messages."""
    boxes = fake_kazoo.store.data["accounts"][master.account_id]["docs"]["vmboxes"]
    return max(
        boxes.items(), key=lambda one: len([m for m in one[1]["pvt"]["messages"] if m["folder"] != "deleted"])
    )


def test_messages_by_folder(master, box):
    box_id, entry = box
    kept = [one for one in entry["pvt"]["messages"] if one["folder"] != "deleted"]
    rows = master.every(f"~/vmboxes/{box_id}/messages")

    assert {row["media_id"] for row in rows} == {one["media_id"] for one in kept}
    assert set(rows[0]) >= {
        "media_id",
        "call_id",
        "folder",
        "timestamp",
        "length",
        "from",
        "to",
        "caller_id_name",
    }
    for folder in ("new", "saved", "deleted"):
        found = master.every(f"~/vmboxes/{box_id}/messages", folder=folder)
        assert {row["folder"] for row in found} <= {folder}
    row = next(row for row in master.every("~/vmboxes") if row["id"] == box_id)
    assert row["messages"] == len(kept)


def test_messages_are_moved_one_or_many(master, box):
    box_id, entry = box
    ids = [one["media_id"] for one in entry["pvt"]["messages"]][:2]
    answer = master.ok(
        "POST", f"~/vmboxes/{box_id}/messages", {"folder": "saved", "messages": [*ids, "202601-none"]}
    )

    assert answer == {"succeeded": ids, "failed": [{"202601-none": "not_found"}]}
    one = master.ok("POST", f"~/vmboxes/{box_id}/messages/{ids[0]}", {"folder": "new"})
    assert one["folder"] == "new"
    assert master("POST", f"~/vmboxes/{box_id}/messages/{ids[0]}", {"folder": "lost"}).status_code == 400
    assert master("POST", f"~/vmboxes/{box_id}/messages", {"folder": "new"}).status_code == 400


def test_messages_move_between_boxes(master, box, fake_kazoo):
    box_id, entry = box
    boxes = fake_kazoo.store.data["accounts"][master.account_id]["docs"]["vmboxes"]
    other = next(one for one in boxes if one != box_id)
    message = entry["pvt"]["messages"][0]["media_id"]
    master.ok("POST", f"~/vmboxes/{box_id}/messages/{message}", {"source_id": other, "folder": "new"})

    assert master("GET", f"~/vmboxes/{box_id}/messages/{message}").status_code == 404
    assert master.get(f"~/vmboxes/{other}/messages/{message}")["folder"] == "new"
    assert master("POST", f"~/vmboxes/{other}/messages/{message}", {"source_id": "none"}).status_code == 404


def test_messages_are_deleted(master, box):
    box_id, entry = box
    ids = [one["media_id"] for one in entry["pvt"]["messages"]]
    assert master.ok("DELETE", f"~/vmboxes/{box_id}/messages/{ids[0]}", {})["folder"] == "deleted"
    answer = master.ok("DELETE", f"~/vmboxes/{box_id}/messages", {"messages": [ids[1], "none"]})
    assert answer == {"succeeded": [ids[1]], "failed": [{"none": "not_found"}]}
    master.ok("DELETE", f"~/vmboxes/{box_id}/messages", {}, params={"folder": "new"})
    assert master.every(f"~/vmboxes/{box_id}/messages", folder="new") == []


def test_a_message_is_heard_whole_or_in_part(master, box):
    box_id, entry = box
    message = entry["pvt"]["messages"][0]["media_id"]
    path = f"~/vmboxes/{box_id}/messages/{message}/raw"
    whole = master("GET", path)
    assert is_sound(whole.content)
    part = master("GET", path, headers={"Range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, whole.content[4:12])
    assert part.headers["Content-Range"] == f"bytes 4-11/{len(whole.content)}"
    assert master("GET", path, headers={"Range": "bytes=-4"}).content == whole.content[-4:]
    assert master("GET", path, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_several_messages_in_an_archive(master, box):
    box_id, entry = box
    ids = [one["media_id"] for one in entry["pvt"]["messages"]][:2]
    answer = master("POST", f"~/vmboxes/{box_id}/messages/raw", {"messages": ids})

    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == [f"{one}.wav" for one in ids]


def test_a_message_is_left(master, box):
    box_id, _entry = box
    answer = master("PUT", f"~/vmboxes/{box_id}/messages", raw=WAV, headers={"Content-Type": "audio/wav"})

    assert answer.status_code == 201
    assert answer.headers["Location"] in [
        row["media_id"] for row in master.every(f"~/vmboxes/{box_id}/messages", folder="new")
    ]
