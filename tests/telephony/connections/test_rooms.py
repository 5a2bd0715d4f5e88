"""A conference room as it is now: who is in it, muted and put out through the door."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Change, Connection, Entity
from telephony.services import access, editing

from .objects import stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(top: Connection) -> Iterator[Entity]:
    with tenant_scope(top.tenant_id):
        entity = stored(
            top, "conference", "conference.create", {"name": "Monday", "member": {"join_muted": False}}
        )
        client = access.client_of(top, is_person=True)
        client.call(
            "conference.addParticipant", {"conferenceId": entity.remote_id}, data={"number": "+33199005512"}
        )
        yield entity


@pytest.fixture
def alices(alice: Person, client_of_person: Callable[[Person], Client]) -> Client:
    return client_of_person(alice)


def people(room: Entity) -> list[dict[str, object]]:
    client = access.client_of(room.connection, is_person=True)
    return list(client.call("conference.listParticipants", {"conferenceId": room.remote_id}).items)


def act(alices: Client, room: Entity, verb: str) -> Change:
    values = {"participantId": str(people(room)[0]["participant_id"])}
    answer = alices.post(f"/t/alder/entities/{room.pk}/operations/conference.{verb}Participant/", values)
    assert answer.status_code == 302, answer.context["form"].errors
    return Change.objects.latest("pk")


def test_who_is_in_the_room_is_shown_with_what_may_be_done(room: Entity, alices: Client) -> None:
    text = alices.get(f"/t/alder/entities/{room.pk}/live/participants/").content.decode()

    assert 'data-operation="conference.muteParticipant"' in text
    assert 'data-operation="conference.unmuteParticipant"' not in text
    assert 'hx-trigger="every 5s"' in text and "asked" in text


def test_a_participant_is_muted_and_the_change_is_taken_back(
    room: Entity, alice: Person, alices: Client
) -> None:
    change = act(alices, room, "mute")
    assert (change.before or {})["speak"] is True and change.wanted == {"speak": False}
    assert editing.send(change, alice).state == Change.State.APPLIED
    assert people(room)[0]["speak"] is False

    back = editing.revert(change, alice)
    assert (back.operation, editing.send(back, alice).state) == (
        "conference.unmuteParticipant",
        Change.State.APPLIED,
    )
    assert people(room)[0]["speak"] is True


def test_a_participant_is_put_out(room: Entity, alice: Person, alices: Client) -> None:
    assert editing.send(act(alices, room, "kick"), alice).state == Change.State.APPLIED
    assert people(room) == []
