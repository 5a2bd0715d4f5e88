"""Voice messages: read, heard and erased as the person's own contact, and by nobody else."""

from __future__ import annotations

import io
import wave

import pytest

from accounts.scoping import tenant_scope
from telephony.models import Change, Entity
from tests.telephony.connections.cached_lines import read_lines
from tests.telephony.connections.test_connecting import contact_round

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(client_of_person, alice):
    return client_of_person(alice)


LINE = "33199001011"  # Maud's, at Keyyo


@pytest.fixture
def line(connection, sandbox, tenant) -> Entity:
    """A line whose messages Maud, the contact, may hear; one of them is new."""
    services = sandbox.state("keyyo")["accounts"]["corvane"]["services"]
    messages = services[LINE]["voicemail"]["messages"]
    messages[:] = [
        {"identifier": "m-new", "read": 0, "caller_id": "33639980001", "timestamp": 1795000000, "duration": 3}
    ]
    with tenant_scope(tenant):
        return next(one for one in read_lines(connection, "UCaaSVoIPAccount") if one.remote_id == LINE)


def kept_at(sandbox, line) -> list[str]:
    messages = sandbox.state("keyyo")["accounts"]["corvane"]["services"][line.remote_id]["voicemail"][
        "messages"
    ]
    return [one["identifier"] for one in messages if not one["read"]]


def test_who_is_no_contact_is_led_to_sign_in(page, line):
    text = page.get(f"/t/alder/lines/{line.pk}/messages/").content.decode()

    assert "Sign in as a contact" in text and "<audio" not in text
    assert f"/t/alder/lines/{line.pk}/messages/" in page.get(f"/t/alder/lines/{line.pk}/").content.decode()


def test_a_contact_hears_messages_through_us(page, line, sandbox, connection, client_of_person, bob):
    contact_round(page, connection)
    url = f"/t/alder/lines/{line.pk}/messages/"
    answer = page.get(url)
    shown = answer.context["folders"]
    assert [one.identifier for one in shown[0].found] and not shown[0].error and not shown[1].error
    first = shown[0].found[0]
    assert answer.content.decode().count("<audio") == sum(len(one.found) for one in shown)

    sound = page.get(f"{url}unread/{first.identifier}/sound.wav")
    assert (sound.status_code, sound["Content-Type"]) == (200, "audio/wav")
    assert "no-store" in sound["Cache-Control"]
    with wave.open(io.BytesIO(sound.content)) as heard:
        assert round(heard.getnframes() / heard.getframerate()) == first.duration_s
    part = page.get(f"{url}unread/{first.identifier}/sound.wav", headers={"Range": "bytes=0-43"})
    assert (part.status_code, len(part.content)) == (206, 44)
    assert part["Content-Range"] == f"bytes 0-43/{len(sound.content)}"
    assert page.get(f"{url}unread/nothing/sound.wav").status_code == 404
    assert page.get(f"{url}elsewhere/{first.identifier}/sound.wav").status_code == 404
    assert client_of_person(bob).get(f"{url}unread/{first.identifier}/sound.wav").status_code in (403, 404)


def test_a_message_is_erased_after_a_preview(page, line, sandbox, connection, tenant):
    contact_round(page, connection, may_delete="1")
    identifier = kept_at(sandbox, line)[0]
    url = f"/t/alder/lines/{line.pk}/messages/unread/{identifier}/erase/"
    answer = page.post(url)
    assert identifier in kept_at(sandbox, line)

    page.post(f"{answer['Location']}send/")
    with tenant_scope(tenant):
        change = Change.objects.get()
    assert change.state == Change.State.APPLIED, change.error
    assert identifier not in kept_at(sandbox, line)


def test_without_a_contact_nothing_is_erased(page, line, sandbox, connection, tenant):
    identifier = kept_at(sandbox, line)[0]
    answer = page.post(f"/t/alder/lines/{line.pk}/messages/unread/{identifier}/erase/", follow=True)

    assert "not connected as a contact" in answer.content.decode()
    with tenant_scope(tenant):
        assert not Change.objects.exists()
