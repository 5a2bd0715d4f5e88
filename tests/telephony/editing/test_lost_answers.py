"""A lost answer ends as applied, not applied or unknown, and is never sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Person
from telephony.models import Change, Credential, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import editing, settling

LINE = "33199001011"
DEFAULT = {"csi": LINE, "profile_identifier": "default"}
UPDATE = "services.profiles.update"


def later(change: Change, seconds: float) -> Change:
    """The worker comes by so long after the answer was lost."""
    change.refresh_from_db()
    assert change.sent_at is not None
    return settling.settle(change, change.sent_at + timedelta(seconds=seconds))


def writes(sandbox: SandboxServer) -> int:
    return sum(request.method in ("POST", "PUT", "DELETE") for request in sandbox.requests)


@pytest.mark.parametrize("drop", ["after", "mid"])
def test_what_happened_though_the_answer_was_lost_ends_as_applied(
    sandbox: SandboxServer, line: Entity, maud: Person, drop: str
) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, drop=drop)

    editing.send(change, maud)
    assert change.state == Change.State.SENDING
    assert change.due_at is not None
    later(change, 2)

    assert change.state == Change.State.APPLIED
    assert change.after["forward_delay"] == 15
    assert writes(sandbox) == 1


def test_what_never_arrived_ends_as_not_applied_after_the_last_look(
    sandbox: SandboxServer, line: Entity, maud: Person
) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, drop="before")

    editing.send(change, maud)
    states = [later(change, seconds).state for seconds in (2, 10, 60)]

    assert states == [Change.State.SENDING, Change.State.SENDING, Change.State.NOT_APPLIED]
    assert change.due_at is None
    assert writes(sandbox) == 1


def test_neither_old_nor_new_is_unknown(
    sandbox: SandboxServer, line: Entity, maud: Person, at_keyyo: Callable[..., Any]
) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, drop="before")
    editing.send(change, maud)
    at_keyyo(UPDATE, DEFAULT, forward_delay=99)

    later(change, 60)

    assert change.state == Change.State.UNKNOWN


def test_a_provider_that_stays_silent_is_unknown(sandbox: SandboxServer, line: Entity, maud: Person) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, drop="before")
    editing.send(change, maud)
    sandbox.faults.add("keyyo", status=503, times=None)

    later(change, 60)

    assert change.state == Change.State.UNKNOWN


def test_an_early_hint_does_nothing(sandbox: SandboxServer, line: Entity, maud: Person) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, drop="before")
    editing.send(change, maud)
    sandbox.requests.clear()

    later(change, 0)

    assert change.state == Change.State.SENDING
    assert not sandbox.requests


def test_a_failure_inside_the_provider_is_looked_into(
    sandbox: SandboxServer, line: Entity, maud: Person
) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, status=500)

    editing.send(change, maud)

    assert change.state == Change.State.SENDING


def test_a_profile_made_though_the_answer_was_lost_is_found(
    sandbox: SandboxServer, line: Entity, maud: Person
) -> None:
    change = editing.propose(
        line.connection, "services.profiles.create", {"csi": LINE}, {"name": "Night"}, person=maud
    )
    sandbox.faults.add("keyyo", match="services.profiles.create", drop="after")

    editing.send(change, maud)
    later(change, 2)

    assert change.state == Change.State.APPLIED
    assert change.answer["created"]
    assert change.entity is not None and change.entity.name == "Night"


def test_what_no_reading_shows_is_unknown_at_once(sandbox: SandboxServer, line: Entity, maud: Person) -> None:
    change = editing.propose(
        line.connection, "services.reset_password.create", {"csi": LINE}, {}, person=maud, is_exact=True
    )
    sandbox.faults.add("keyyo", match="services.reset_password.create", drop="after")

    editing.send(change, maud)
    later(change, 2)

    assert change.state == Change.State.UNKNOWN
    assert not change.is_reversible


def test_a_pause_that_the_provider_asks_for_is_no_try(
    sandbox: SandboxServer, line: Entity, maud: Person
) -> None:
    change = editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": 15}, person=maud)
    sandbox.faults.add("keyyo", match=UPDATE, drop="after")
    editing.send(change, maud)
    pause_s = 90
    Credential.objects.update(paused_until=timezone.now() + timedelta(seconds=pause_s))
    late = change.sent_at + timedelta(seconds=settings.SETTLE_AFTER_S[-1] + 1)

    settling.settle(change, late)

    assert change.state == Change.State.SENDING
    assert change.due_at > late + timedelta(seconds=pause_s / 2)
