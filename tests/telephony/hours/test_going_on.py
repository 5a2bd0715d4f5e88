"""A run of opening hours that was interrupted goes on, and hours that are to apply no longer go: nothing is doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection as database
from django.utils import timezone

from accounts.models import Person
from telephony.models import Change, Connection, HoursRun, OpeningHours
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import (
    editing,
    hours_going_on,
    hours_planning,
    hours_removing,
    hours_writing,
    ledger,
    settling,
)
from telephony.services.hours_standing import Standing, places
from telephony.services.opening_hours import Schedule

from .conftest import work, write

Held = Callable[[str], dict[str, dict[str, Any]]]
pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]


def begun(office: OpeningHours, connection: Connection, noe: Person) -> HoursRun:
    run = hours_planning.plan(Schedule(office), connection, noe)
    hours_writing.begin(run, noe)
    return run


def doubled(held: dict[str, dict[str, Any]]) -> list[str]:
    counts = Counter(document["name"] for document in held.values())
    return [name for name, count in counts.items() if count > 1 and name.startswith("Accueil")]


def test_a_worker_killed_while_it_sends_doubles_nothing(
    office: OpeningHours,
    connection: Connection,
    noe: Person,
    at_kazoo: Held,
    sandbox: SandboxServer,
    settings: Any,
) -> None:
    """SIGKILL between the request and its answer: the provider did it, and nobody heard."""
    before = len(at_kazoo("temporal_rules"))
    run = begun(office, connection, noe)
    fault = sandbox.faults.add("kazoo", "temporalRule.create", hold=True)
    address = (
        urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database.settings_dict['NAME']}").geturl()
    )
    worker = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("hours_process.py")), str(run.tenant_id), str(run.pk)],
        env={
            **os.environ,
            "DATABASE_URL": address,
            "PYTHONPATH": str(ROOT),
            "PORTAL_ENV": "test",
            "OUTBOUND_ALLOW": settings.OUTBOUND_ALLOW[0],
        },
        cwd=ROOT,
    )
    while not fault.struck:
        with suppress(subprocess.TimeoutExpired):
            assert worker.wait(0.05) is None, "it ended before it had sent anything"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    fault.release()

    for _round in range(20):
        if run.state != HoursRun.State.SENDING:
            break
        HoursRun.objects.filter(pk=run.pk).update(lease_until=None, due_at=timezone.now())
        run = work(run)
        for change in Change.objects.filter(state=Change.State.SENDING):
            Change.objects.filter(pk=change.pk).update(due_at=timezone.now())
            with ledger.leased(Change, change.tenant_id, change.pk) as held:
                settling.settle(held)

    assert run.state == HoursRun.State.DONE, run.error
    assert len(at_kazoo("temporal_rules")) == before + 4
    assert not doubled(at_kazoo("temporal_rules"))


def test_going_on_after_an_unknown_answer_takes_what_is_there(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held, sandbox: SandboxServer
) -> None:
    before = len(at_kazoo("temporal_rules"))
    run = begun(office, connection, noe)
    sandbox.faults.add("kazoo", "temporalRule.create", drop="after", times=1)
    run = work(run)
    (lost,) = Change.objects.filter(state=Change.State.SENDING)
    Change.objects.filter(pk=lost.pk).update(state=Change.State.UNKNOWN, due_at=None)
    HoursRun.objects.filter(pk=run.pk).update(due_at=timezone.now())
    run = work(run)
    assert run.state == HoursRun.State.STOPPED

    hours_going_on.go_on(run, noe)
    run = work(run)

    assert run.state == HoursRun.State.DONE, run.error
    assert len(at_kazoo("temporal_rules")) == before + 4
    assert not doubled(at_kazoo("temporal_rules"))
    lost.refresh_from_db()
    assert lost.state == Change.State.APPLIED and lost.answer["created"]


def test_a_conflict_is_compared_anew_and_the_rest_is_written(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    write(office, connection, noe)
    placement = places(Schedule(office))[0].placement
    assert placement is not None
    rule = placement.rules[0]["id"]
    office.week = [[[600, 750], [810, 1080]]] * 5 + [[], []]
    office.save()
    run = begun(office, connection, noe)
    there = editing.propose(
        connection, "temporalRule.update", {"ruleId": rule}, {"time_window_stop": 1800}, person=noe
    )
    editing.send(there, noe)
    assert work(run).state == HoursRun.State.STOPPED

    anew = hours_going_on.compare_anew(run, noe)
    hours_going_on.go_on(anew, noe)

    assert work(anew).state == HoursRun.State.DONE, anew.error
    assert places(Schedule(office))[0].standing == Standing.IN_STEP


def test_taking_back_goes_on_over_what_was_changed_meanwhile(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    write(office, connection, noe)
    rules = at_kazoo("temporal_rules")
    office.week = [[[600, 750], [810, 1080]]] * 5 + [[], []]
    office.save()
    run = write(office, connection, noe)
    rule = run.steps.get(operation="temporalRule.update").address["ruleId"]
    back = hours_writing.revert(run, noe)
    hours_writing.begin(back, noe)
    there = editing.propose(
        connection, "temporalRule.update", {"ruleId": rule}, {"time_window_stop": 1800}, person=noe
    )
    editing.send(there, noe)
    back = work(back)
    assert back.state == HoursRun.State.STOPPED

    back = hours_going_on.compare_anew(back, noe)
    assert back.state == HoursRun.State.PREVIEW
    hours_going_on.go_on(back, noe)

    assert work(back).state == HoursRun.State.DONE, back.error
    after = at_kazoo("temporal_rules")
    assert after.keys() == rules.keys() and after[rule] == rules[rule]


def test_hours_go_from_the_provider_and_come_back(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    rules, sets = at_kazoo("temporal_rules"), at_kazoo("temporal_rules_sets")
    write(office, connection, noe)
    placement = places(Schedule(office))[0].placement
    assert placement is not None

    run = hours_removing.plan_removal(placement, noe)
    assert run.removes and run.state == HoursRun.State.PREVIEW
    hours_writing.begin(run, noe)
    run = work(run)

    assert run.state == HoursRun.State.DONE, run.error
    assert (at_kazoo("temporal_rules"), at_kazoo("temporal_rules_sets")) == (rules, sets)
    assert places(Schedule(office))[0].standing == Standing.ABSENT

    back = hours_writing.revert(run, noe)
    hours_writing.begin(back, noe)
    assert work(back).state == HoursRun.State.DONE, back.error
    assert places(Schedule(office))[0].standing == Standing.IN_STEP


def test_a_person_stops_a_run_between_two_steps_and_it_goes_on(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    before = len(at_kazoo("temporal_rules"))
    run = begun(office, connection, noe)
    hours_going_on.stop(run, noe)

    work(run)

    assert (run.state, run.error, run.due_at) == (HoursRun.State.STOPPED, "Stopped by Noé Castelbrun.", None)
    assert len(at_kazoo("temporal_rules")) == before
    hours_going_on.go_on(run, noe)
    assert work(run).state == HoursRun.State.DONE
    assert doubled(at_kazoo("temporal_rules")) == []
    with pytest.raises(hours_writing.NotOpen):
        hours_going_on.stop(run, noe)
