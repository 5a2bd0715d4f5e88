"""The door: preview, send, read back, and what two people or a moving provider do to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Person
from portal.lib.errors import Forbidden, InvalidInput, NotFound
from telephony.models import Change, Connection, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import comparing, editing
from telephony.services.door import door_of_change

LINE = "33199001011"
DEFAULT = {"csi": LINE, "profile_identifier": "default"}
UPDATE = "services.profiles.update"


def profile(line: Entity, identifier: str = "default") -> dict[str, Any]:
    """The fields that a form of the cached profile starts with."""
    entity = Entity.objects.get(
        parent_remote_id=line.remote_id, kind="VoIPAccountProfile", remote_id=identifier
    )
    return line.connection.declaration.editor(UPDATE).read(entity.document)


def test_a_preview_sends_nothing(sandbox: SandboxServer, line: Entity, maud: Person) -> None:
    sandbox.requests.clear()

    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)

    assert change.state == Change.State.DRAFT
    assert change.wanted == {"forward_delay": 15}
    assert change.before["forward_delay"] == profile(line)["forward_delay"]
    assert [request.method for request in sandbox.requests] == ["GET"]


def test_only_what_changes_is_sent_and_read_back(
    sandbox: SandboxServer, line: Entity, maud: Person, at_keyyo: Callable[..., Any]
) -> None:
    wanted = {**profile(line), "forward_delay": 15, "forward_on_no_answer_number": "06 39 98 00 01"}
    change = editing.propose(line.connection, UPDATE, DEFAULT, wanted, seen=profile(line), person=maud)

    editing.send(change, maud, why="On call from Friday")

    sent = next(request for request in reversed(sandbox.requests) if request.method == "POST")
    assert sent.data == {"forward_delay": "15", "forward_on_no_answer_number": "33639980001"}
    assert change.state == Change.State.APPLIED
    assert change.after["forward_on_no_answer_number"] == "+33639980001"
    assert int(at_keyyo("services.profiles.read", DEFAULT)["forward_delay"]) == 15
    assert profile(line)["forward_delay"] == 15  # the cache follows
    assert AuditEvent.objects.filter(verb="changed", person=maud).count() == 1


def test_the_second_of_two_people_sees_both_values(line: Entity, maud: Person, idris: Person) -> None:
    seen = profile(line)
    first = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 30}, seen=seen, person=maud)
    editing.send(first, maud)

    second = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, seen=seen, person=idris)

    assert second.state == Change.State.CONFLICT
    assert second.seen["forward_delay"] == seen["forward_delay"]
    assert (second.before["forward_delay"], second.wanted["forward_delay"]) == (30, 15)
    with pytest.raises(comparing.PicksNeeded):
        editing.send(second, idris)
    editing.send(second, idris, picks={"forward_delay": "mine"})
    assert second.state == Change.State.APPLIED
    assert profile(line)["forward_delay"] == 15


def test_theirs_may_stand(line: Entity, maud: Person, at_keyyo: Callable[..., Any]) -> None:
    seen = profile(line)
    at_keyyo(UPDATE, DEFAULT, forward_delay=30)
    wanted = {"forward_delay": 15, "backup_number": "+33199001040"}
    change = editing.propose(line.connection, UPDATE, DEFAULT, wanted, seen=seen, person=maud)

    editing.send(change, maud, picks={"forward_delay": "theirs"})

    assert change.state == Change.State.APPLIED
    assert (change.after["forward_delay"], change.after["backup_number"]) == (30, "+33199001040")


def test_changes_of_different_fields_merge(line: Entity, maud: Person, at_keyyo: Callable[..., Any]) -> None:
    seen = profile(line)
    at_keyyo(UPDATE, DEFAULT, backup_number="33199001040")

    change = editing.propose(
        line.connection, UPDATE, DEFAULT, {**seen, "forward_delay": 15}, seen=seen, person=maud
    )

    assert change.state == Change.State.DRAFT
    assert change.wanted == {"forward_delay": 15}
    assert comparing.moved_of(change, door_of_change(change)) == ["backup_number"]
    editing.send(change, maud)
    assert change.after["backup_number"] == "+33199001040"


def test_a_move_between_preview_and_sending_is_a_conflict_and_nothing_is_sent(
    line: Entity, maud: Person, at_keyyo: Callable[..., Any]
) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    at_keyyo(UPDATE, DEFAULT, forward_delay=40)

    editing.send(change, maud)

    assert change.state == Change.State.CONFLICT
    assert change.before["forward_delay"] == 40
    assert int(at_keyyo("services.profiles.read", DEFAULT)["forward_delay"]) == 40


def test_what_is_there_already_is_nothing_to_write(line: Entity, maud: Person) -> None:
    with pytest.raises(comparing.NothingToWrite):
        editing.propose(line.connection, UPDATE, DEFAULT, profile(line), person=maud)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("forward_delay", 121),
        ("forward_on_no_answer_number", "not a number"),
        ("forward_unconditionally_number", "112"),
        ("forward_unconditionally_number", "+33199001011"),
    ],
)
def test_a_bad_value_is_refused_at_its_field_before_anything_is_asked(
    sandbox: SandboxServer, line: Entity, maud: Person, field: str, value: Any
) -> None:
    sandbox.requests.clear()

    with pytest.raises(InvalidInput) as caught:
        editing.propose(line.connection, UPDATE, DEFAULT, {field: value}, person=maud)

    assert list(caught.value.fields) == [field]
    assert not sandbox.requests


def test_a_refusal_of_the_provider_lands_on_its_field(
    sandbox: SandboxServer, line: Entity, maud: Person
) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, status=400, body="forward_delay: out of range")

    editing.send(change, maud)

    assert change.state == Change.State.REFUSED
    assert list(change.fields_refused) in (["forward_delay"], [])


def test_what_the_provider_accepts_and_does_not_do_is_not_written(
    sandbox: SandboxServer, line: Entity, maud: Person
) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, status=200, body="{}")

    editing.send(change, maud)

    assert change.state == Change.State.NOT_APPLIED
    assert change.error == "Keyyo accepted the request and kept the old values."


def test_an_expired_preview_is_not_sent_and_can_be_compared_anew(line: Entity, maud: Person) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    Change.objects.filter(pk=change.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(editing.PreviewExpired):
        editing.send(change, maud)
    editing.renew(change, maud)
    editing.send(change, maud)

    assert change.state == Change.State.APPLIED


def test_a_change_is_sent_once(sandbox: SandboxServer, line: Entity, maud: Person) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    editing.send(change, maud)

    with pytest.raises(editing.NotOpen):
        editing.send(change, maud)

    assert sum(request.method == "POST" for request in sandbox.requests) == 1


def test_a_profile_that_vanished_is_said_and_nothing_is_kept(
    line: Entity, maud: Person, at_keyyo: Callable[..., Any]
) -> None:
    made = at_keyyo("services.profiles.create", {"csi": LINE}, name="Short lived")
    address = {"csi": LINE, "profile_identifier": str(made["identifier"])}
    at_keyyo("services.profiles.delete", address)

    with pytest.raises(NotFound):
        editing.propose(line.connection, UPDATE, address, {"forward_delay": 15}, person=maud)

    assert not Change.objects.exists()


def test_a_grant_without_the_scope_says_which_one_is_missing(
    connect: Callable[..., Connection], maud: Person
) -> None:
    connection = connect(("full_access_read_only",))

    with pytest.raises(Forbidden) as caught:
        editing.propose(connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)

    assert "Forwarding profiles" in caught.value.message
