"""Two at the same change: one has the last word, and each is told the truth."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from portal.lib.errors import Conflict
from telephony.models import Change, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import editing, ledger, settling, turns
from telephony.services.door import door_of_change
from tests.telephony.conftest import until

LINE = "33199001011"
DEFAULT = {"csi": LINE, "profile_identifier": "default"}
UPDATE = "services.profiles.update"
READ = "services.profiles.read"


def preview(line: Entity, person: Person, delay_s: int = 15) -> Change:
    return editing.propose(line.connection, UPDATE, DEFAULT, {"forward_delay": delay_s}, person=person)


def copy_of(change: Change) -> Change:
    return Change.objects.select_related("connection", "line", "entity").get(pk=change.pk)


def writes(sandbox: SandboxServer) -> int:
    return sum(request.method in ("POST", "PUT", "DELETE") for request in sandbox.requests)


def end_leases(change: Change) -> None:
    Change.objects.filter(pk=change.pk).update(
        due_at=timezone.now(), lease_until=timezone.now() - timedelta(seconds=1)
    )


# ---- the last word ----


@pytest.mark.parametrize(
    ("drop", "quick_after_s", "slow_after_s", "ends"),
    [("after", 2, 60, Change.State.APPLIED), ("before", 60, 1, Change.State.NOT_APPLIED)],
    ids=["it would settle", "it would put off"],
)
def test_a_worker_that_lost_its_lease_writes_nothing(
    sandbox: SandboxServer,
    line: Entity,
    maud: Person,
    at_keyyo: Callable[..., Any],
    drop: str,
    quick_after_s: int,
    slow_after_s: int,
    ends: str,
) -> None:
    change = preview(line, maud)
    sandbox.faults.add("keyyo", match=UPDATE, drop=drop)
    editing.send(change, maud)
    end_leases(change)
    held = (Change, change.tenant_id, change.pk)

    with ledger.leased(*held) as slow:
        end_leases(change)
        with ledger.leased(*held) as quick:
            settling.settle(quick, timezone.now() + timedelta(seconds=quick_after_s))
        found = copy_of(change).after
        at_keyyo(UPDATE, DEFAULT, forward_delay=99)
        with pytest.raises(ledger.LeaseLost):
            settling.settle(slow, timezone.now() + timedelta(seconds=slow_after_s))

    change.refresh_from_db()
    assert (change.state, change.due_at, change.after) == (ends, None, found)


def test_a_request_that_took_too_long_leaves_the_last_word_to_the_worker(
    sandbox: SandboxServer, line: Entity, maud: Person, meanwhile: Callable[..., Future]
) -> None:
    change = preview(line, maud)
    fault = sandbox.faults.add("keyyo", match=UPDATE, hold=True)

    request = meanwhile(editing.send, copy_of(change), maud)
    until(lambda: fault.struck)
    end_leases(change)
    with ledger.leased(Change, change.tenant_id, change.pk) as held:
        settling.finish(held, Change.State.UNKNOWN)
    fault.release()

    assert request.result(10).state == Change.State.UNKNOWN
    change.refresh_from_db()
    assert change.state == Change.State.UNKNOWN


def test_the_ends_of_many_are_written_together_and_none_that_another_has(line: Entity, maud: Person) -> None:
    changes = [preview(line, maud, delay_s) for delay_s in (15, 16, 17)]
    for change, after in zip(changes, ({"is_on": 1}, {"is_on": True}, None), strict=True):
        change.state, change.after = Change.State.APPLIED, after
    Change.objects.filter(pk=changes[0].pk).update(fence=1)

    ended = settling.finish_all(changes)

    assert ended == changes[1:]
    found = [copy_of(change) for change in changes]
    assert [one.state for one in found] == [Change.State.DRAFT, Change.State.APPLIED, Change.State.APPLIED]
    assert found[1].after == {"is_on": True}
    assert Change.objects.filter(after__isnull=True).count() == 2  # no value, not the JSON null


def test_of_two_writes_to_one_object_that_set_out_together_one_goes(line: Entity, maud: Person) -> None:
    asked = [(change, door_of_change(change)) for change in (preview(line, maud), preview(line, maud, 16))]

    with transaction.atomic():
        first, second = turns.take_all(asked, timezone.now())

    assert first is None
    assert isinstance(second, Conflict)


# ---- sending and discarding ----


def test_a_preview_discarded_while_it_is_sent_is_not_sent(
    sandbox: SandboxServer, line: Entity, maud: Person, idris: Person, meanwhile: Callable[..., Future]
) -> None:
    change = preview(line, maud)
    sandbox.requests.clear()
    fault = sandbox.faults.add("keyyo", match=READ, hold=True)

    request = meanwhile(editing.send, copy_of(change), maud)
    until(lambda: fault.struck)
    editing.discard(copy_of(change), idris)
    fault.release()

    with pytest.raises(editing.Discarded) as told:
        request.result(10)
    assert told.value.by == str(idris)
    assert writes(sandbox) == 0


def test_what_is_being_sent_is_never_discarded(
    sandbox: SandboxServer, line: Entity, maud: Person, idris: Person, meanwhile: Callable[..., Future]
) -> None:
    change = preview(line, maud)
    late = copy_of(change)
    fault = sandbox.faults.add("keyyo", match=UPDATE, hold=True)

    request = meanwhile(editing.send, copy_of(change), maud)
    until(lambda: fault.struck)
    with pytest.raises(editing.NotOpen):
        editing.discard(late, idris)
    fault.release()

    assert request.result(10).state == Change.State.APPLIED


def test_at_the_same_moment_exactly_one_of_both_happens(
    sandbox: SandboxServer, line: Entity, maud: Person, idris: Person, meanwhile: Callable[..., Future]
) -> None:
    for delay_s in (11, 12, 13, 14, 15, 16):
        change = preview(line, maud, delay_s)
        sandbox.requests.clear()
        sending = meanwhile(editing.send, copy_of(change), maud)
        until(lambda: sandbox.requests)
        discarding = meanwhile(editing.discard, copy_of(change), idris)
        refused = discarding.exception(10), sending.exception(10)
        if refused[0] is None:
            assert isinstance(refused[1], editing.Discarded)
            assert writes(sandbox) == 0
        else:
            assert isinstance(refused[0], editing.NotOpen)
            assert sending.result().state == Change.State.APPLIED
            assert writes(sandbox) == 1


def test_a_preview_discarded_while_it_is_compared_anew_stays_gone(
    sandbox: SandboxServer, line: Entity, maud: Person, idris: Person, meanwhile: Callable[..., Future]
) -> None:
    change = preview(line, maud)
    fault = sandbox.faults.add("keyyo", match=READ, hold=True)

    request = meanwhile(editing.renew, copy_of(change), maud)
    until(lambda: fault.struck)
    editing.discard(copy_of(change), idris)
    fault.release()

    with pytest.raises(editing.Discarded):
        request.result(10)
    assert not Change.objects.filter(pk=change.pk).exists()


# ---- what each is told ----


@pytest.mark.parametrize("verb", ["send", "renew", "discard"])
def test_whoever_comes_after_a_discard_is_led_back_and_told_by_whom(
    line: Entity, maud: Person, idris: Person, verb: str
) -> None:
    change = preview(line, maud)
    first, second = Client(), Client()
    first.force_login(idris)
    second.force_login(maud)

    first.post(f"/t/corvane/changes/{change.pk}/discard/")
    answer = second.post(f"/t/corvane/changes/{change.pk}/{verb}/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/t/corvane/lines/{line.pk}/"
    assert "Idris Vallorne discarded this preview. Nothing was sent." in answer.content.decode()


def test_a_page_of_a_discarded_preview_leads_back_too(line: Entity, maud: Person) -> None:
    change = preview(line, maud)
    client = Client()
    client.force_login(maud)
    client.post(f"/t/corvane/changes/{change.pk}/discard/")

    answer = client.get(f"/t/corvane/changes/{change.pk}/", follow=True)

    assert "This preview was discarded. Nothing was sent." in answer.content.decode()
    assert client.get("/t/corvane/changes/999999/").status_code == 404


def test_whoever_discards_what_was_sent_sees_how_it_ended(line: Entity, maud: Person, idris: Person) -> None:
    change = preview(line, maud)
    client = Client()
    client.force_login(idris)
    editing.send(copy_of(change), maud)

    answer = client.post(f"/t/corvane/changes/{change.pk}/discard/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/t/corvane/changes/{change.pk}/"
    assert "was sent meanwhile, so it cannot be discarded" in answer.content.decode()
    assert Change.objects.filter(pk=change.pk, state=Change.State.APPLIED).exists()
