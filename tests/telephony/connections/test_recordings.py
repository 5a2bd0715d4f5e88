"""Recordings: another sound goes up, is heard through us in parts, and a text is read aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Change, Connection, Entity
from telephony.services import editing
from telephony.views.sounds import ranged

from .objects import stored

pytestmark = pytest.mark.django_db(transaction=True)
SOUND = b"ID3" + bytes(range(97))


@pytest.fixture
def recording(top: Connection) -> Iterator[Entity]:
    with tenant_scope(top.tenant_id):
        yield stored(top, "media", "media.create", {"name": "Greeting"})


@pytest.fixture
def alices(alice: Person, client_of_person: Callable[[Person], Client]) -> Client:
    return client_of_person(alice)


def test_a_sound_goes_up_and_is_heard_in_parts(recording: Entity, alice: Person, alices: Client) -> None:
    page = f"/t/alder/entities/{recording.pk}/"
    answer = alices.post(f"{page}operations/media.upload/", {"data": SimpleUploadedFile("a.mp3", SOUND)})
    assert answer.status_code == 302
    assert editing.send(Change.objects.get(), alice).state == Change.State.APPLIED

    whole = alices.get(f"{page}sound/")
    part = alices.get(f"{page}sound/", headers={"Range": "bytes=3-9"})
    assert (whole.status_code, whole.content, whole["Accept-Ranges"]) == (200, SOUND, "bytes")
    assert (part.status_code, part.content) == (206, SOUND[3:10])
    assert part["Content-Range"] == "bytes 3-9/100"
    text = alices.get(page).content.decode()
    assert f'src="{page}sound/"' in text and recording.connection.credential.base_url not in text


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [
        ("bytes=0-", 206, b"abcdef"),
        ("bytes=4-99", 206, b"ef"),
        ("bytes=-2", 206, b"ef"),
        ("bytes=-99", 206, b"abcdef"),
        ("bytes=6-", 416, b""),
        ("bytes=5-2", 416, b""),
        ("bytes=-", 200, b"abcdef"),
        ("bytes=0-1,3-4", 200, b"abcdef"),
        ("lines=1-2", 200, b"abcdef"),
        ("", 200, b"abcdef"),
    ],
)
def test_a_range_is_obeyed_refused_or_ignored(wanted: str, status: int, content: bytes) -> None:
    answer = ranged(b"abcdef", "audio/ogg", wanted)

    assert (answer.status_code, answer.content) == (status, content)


@pytest.mark.parametrize("content", [b"%PDF-1.4 no sound", b"", b"ID3" + bytes(8_000_001)])
def test_a_file_of_the_wrong_kind_or_size_is_told_at_its_field(
    recording: Entity, alices: Client, content: bytes
) -> None:
    page = f"/t/alder/entities/{recording.pk}/operations/media.upload/"
    answer = alices.post(page, {"data": SimpleUploadedFile("a.mp3", content)})

    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"data"}
    assert not Change.objects.exists()


def test_a_text_is_read_aloud(recording: Entity, alice: Person, alices: Client) -> None:
    page = f"/t/alder/entities/{recording.pk}/"
    bad = alices.post(f"{page}speak/", {"text": "", "voice": "nobody"})
    assert bad.context["form"].errors.keys() == {"text", "voice"}
    alices.post(f"{page}speak/", {"text": "Bonjour", "voice": "female/fr-FR"})
    assert editing.send(Change.objects.get(), alice).state == Change.State.APPLIED

    recording.refresh_from_db()
    assert recording.document["tts"]["text"] == "Bonjour" and recording.name == "Greeting"
    assert alices.get(f"{page}sound/").content.startswith(b"RIFF")


def test_a_recording_without_a_sound_has_none_to_hear(recording: Entity, alices: Client) -> None:
    assert alices.get(f"/t/alder/entities/{recording.pk}/sound/").status_code == 404
