"""Opening hours written to Kazoo through the door: planned, sent, resumed, taken back; and what became of them there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.errors import InvalidInput
from telephony.models import (
    Change,
    Connection,
    HoursException,
    HoursRun,
    HoursStep,
    OpeningHours,
)
from telephony.providers.hours import is_open
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import editing, hours_planning, hours_writing, importing
from telephony.services.hours_standing import Standing, places
from telephony.services.importing import Wish
from telephony.services.opening_hours import Schedule
from tests.people import person

from ..providers.kazoo.engine import matches
from .conftest import WEEK, work, write

Held = Callable[[str], dict[str, dict[str, Any]]]
pytestmark = pytest.mark.django_db(transaction=True)


def ours(held: Held) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The set of closed times and its rules in order."""
    (found,) = [
        one for one in held("temporal_rules_sets").values() if "opening-hours" in one.get("flags", ())
    ]
    rules = held("temporal_rules")
    return found, [rules[key] for key in found["temporal_rules"]]


def test_hours_are_written_and_the_engine_agrees(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    office.country = "FR"
    office.save()

    run = write(office, connection, noe)

    assert run.state == HoursRun.State.DONE, run.error
    rule_set, rules = ours(at_kazoo)
    assert rule_set["name"] == "Accueil: closed"
    schedule = Schedule(office)
    for hour in range(0, 24 * 40, 5):
        instant = datetime.combine(schedule.today, datetime.min.time(), UTC) + timedelta(days=1, hours=hour)
        assert matches(rules, office.zone, instant) != is_open(schedule.hours, instant)
    changes = Change.objects.filter(state=Change.State.APPLIED)
    assert changes.count() == len(rules) + 1 == run.steps.count()
    assert {change.person for change in changes} == {noe}


def test_what_is_there_already_is_not_written_again(
    office: OpeningHours, connection: Connection, noe: Person
) -> None:
    write(office, connection, noe)
    with pytest.raises(hours_planning.NothingToWrite):
        hours_planning.plan(Schedule(office), connection, noe)


def test_a_change_writes_only_what_differs_and_removes_what_is_left_over(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    write(office, connection, noe)
    before = at_kazoo("temporal_rules")
    office.week = [[[540, 1080]]] * 5 + [[], []]  # open over noon
    office.save()

    run = write(office, connection, noe)

    assert run.state == HoursRun.State.DONE, run.error
    assert [step.operation for step in run.steps.all()] == ["temporalRuleSet.update", "temporalRule.delete"]
    assert len(at_kazoo("temporal_rules")) == len(before) - 1


def test_all_of_it_is_taken_back_at_once(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    rules, sets = at_kazoo("temporal_rules"), at_kazoo("temporal_rules_sets")
    run = write(office, connection, noe)

    back = hours_writing.revert(run, noe)
    hours_writing.begin(back, noe)
    work(back)

    assert back.state == HoursRun.State.DONE, back.error
    run.refresh_from_db()
    assert run.state == HoursRun.State.REVERTED
    assert at_kazoo("temporal_rules") == rules and at_kazoo("temporal_rules_sets") == sets
    assert places(Schedule(office))[0].standing == Standing.ABSENT
    assert not Change.objects.filter(state=Change.State.APPLIED, reverts=None).exists()


def test_a_removed_rule_comes_back_and_the_set_knows_it_by_its_new_name(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held
) -> None:
    write(office, connection, noe)
    _set, before = ours(at_kazoo)
    office.week = [[[540, 1080]]] * 5 + [[], []]
    office.save()
    run = write(office, connection, noe)

    back = hours_writing.revert(run, noe)
    hours_writing.begin(back, noe)
    work(back)

    _set, after = ours(at_kazoo)
    assert after == before
    assert places(Schedule(office))[0].standing == Standing.CHANGED_HERE


@pytest.mark.parametrize("killed_at", [0, 4])
def test_a_worker_that_dies_loses_and_doubles_nothing(
    office: OpeningHours,
    connection: Connection,
    noe: Person,
    at_kazoo: Held,
    sandbox: SandboxServer,
    killed_at: int,
) -> None:
    """The worker is gone after a step was sent and before it was noted: the run is taken up by its change."""
    run = hours_planning.plan(Schedule(office), connection, noe)
    hours_writing.begin(run, noe)
    work(run)
    count = len(at_kazoo("temporal_rules"))
    step = run.steps.get(position=killed_at)
    HoursStep.objects.filter(run=run, position__gte=killed_at).update(is_done=False)
    HoursRun.objects.filter(pk=run.pk).update(state=HoursRun.State.SENDING, due_at=datetime.now(UTC))

    work(run)

    assert run.state == HoursRun.State.DONE, run.error
    assert len(at_kazoo("temporal_rules")) == count
    step.refresh_from_db()
    assert step.is_done


def test_a_fault_stops_the_run_and_it_goes_on_from_there(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held, sandbox: SandboxServer
) -> None:
    before = len(at_kazoo("temporal_rules"))
    run = hours_planning.plan(Schedule(office), connection, noe)
    hours_writing.begin(run, noe)
    sandbox.faults.add("kazoo", "temporalRuleSet.create", status=400)
    work(run)
    assert run.state == HoursRun.State.STOPPED
    made = run.steps.filter(is_done=True).count()
    assert made == run.steps.count() - 1

    hours_writing.begin(run, noe)
    work(run)

    assert run.state == HoursRun.State.DONE, run.error
    assert len(at_kazoo("temporal_rules")) == before + made


def test_a_provider_that_asks_for_a_pause_is_given_one(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held, sandbox: SandboxServer
) -> None:
    before = len(at_kazoo("temporal_rules"))
    run = hours_planning.plan(Schedule(office), connection, noe)
    hours_writing.begin(run, noe)
    sandbox.faults.add("kazoo", "temporalRule.create", status=429, times=1)
    work(run)
    assert run.state == HoursRun.State.SENDING and run.due_at is not None
    assert run.steps.get(position=0).tries == 1

    HoursRun.objects.filter(pk=run.pk).update(due_at=datetime.now(UTC))
    work(run)

    assert run.state == HoursRun.State.DONE, run.error
    assert len(at_kazoo("temporal_rules")) == before + 4
    assert set(Change.objects.values_list("state", flat=True)) == {Change.State.APPLIED}


def test_a_stopped_run_is_taken_back(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held, sandbox: SandboxServer
) -> None:
    rules = at_kazoo("temporal_rules")
    run = hours_planning.plan(Schedule(office), connection, noe)
    hours_writing.begin(run, noe)
    sandbox.faults.add("kazoo", "temporalRuleSet.create", status=400)
    work(run)

    back = hours_writing.revert(run, noe)
    hours_writing.begin(back, noe)
    work(back)

    assert back.state == HoursRun.State.DONE, back.error
    assert at_kazoo("temporal_rules") == rules


def test_what_somebody_changed_there_is_seen_and_not_overwritten_unseen(
    office: OpeningHours, connection: Connection, noe: Person, at_kazoo: Held, sandbox: SandboxServer
) -> None:
    write(office, connection, noe)
    placement = places(Schedule(office))[0].placement
    assert placement is not None
    rule_id = placement.rules[0]["id"]
    office.week = [[[600, 750], [810, 1080]]] * 5 + [[], []]
    office.save()
    run = hours_planning.plan(Schedule(office), connection, noe)
    hours_writing.begin(run, noe)
    there = editing.propose(
        connection, "temporalRule.update", {"ruleId": rule_id}, {"time_window_stop": 1800}, person=noe
    )
    editing.send(there, noe)

    work(run)

    assert run.state == HoursRun.State.STOPPED
    assert "since the preview" in run.error
    assert at_kazoo("temporal_rules")[rule_id]["time_window_stop"] == 1800
    place = places(Schedule(office))[0]
    assert place.standing == Standing.CHANGED_THERE and len(place.moved) == 1

    run = write(office, connection, noe)
    assert run.state == HoursRun.State.DONE, run.error
    assert places(Schedule(office))[0].standing == Standing.IN_STEP


def test_standing_follows_what_is_changed_here(
    office: OpeningHours, connection: Connection, noe: Person
) -> None:
    assert places(Schedule(office))[0].standing == Standing.ABSENT
    write(office, connection, noe)
    assert places(Schedule(office))[0].standing == Standing.IN_STEP
    office.country = "FR"
    office.save()
    assert places(Schedule(office))[0].standing == Standing.CHANGED_HERE


def test_a_new_year_wants_its_movable_holidays(
    office: OpeningHours, connection: Connection, noe: Person
) -> None:
    write(office, connection, noe)
    place = places(Schedule(office))[0]
    assert not place.is_short
    later = Schedule(office, today=date(Schedule(office).today.year + 1, 1, 10))
    assert places(later)[0].is_short


def test_hours_of_too_many_single_days_are_refused_in_words(
    office: OpeningHours, connection: Connection, noe: Person
) -> None:
    today = Schedule(office).today
    for week in range(56):
        sunday = today + timedelta(days=6 - today.weekday() + 7 * week)
        HoursException.objects.create(
            hours=office,
            name="Portes ouvertes",
            means=HoursException.Means.HOURS,
            begins_on=sunday,
            ends_on=sunday,
            spans=[[540, 600], [660, 720]],
        )
    with pytest.raises(InvalidInput) as refused:
        hours_planning.plan(Schedule(office), connection, noe)
    assert "rules" in refused.value.message


def test_a_customer_writes_with_the_login_of_its_reseller(connection: Connection, corvane: Tenant) -> None:
    """The credential is another tenant's: it is read beside the connection, never through the scope."""
    customer = Tenant.objects.create(slug="pontavre", name="Garage Pontavre")
    maud = person("maud@corvane.example", "Maud Terrasson", {corvane: Role.OWNER, customer: Role.OWNER})
    account = next(
        one.account for one in importing.candidates(connection, maud) if one.account.name == "Garage Pontavre"
    )
    importing.import_accounts(connection, [Wish(account=account, tenant=customer)], maud)
    with tenant_scope(customer, reason="the customer's own work"):
        row = OpeningHours.objects.create(tenant=customer, name="Garage", week=WEEK)
        (own,) = hours_planning.connections()
        run = hours_planning.plan(Schedule(row), own, maud)
        hours_writing.begin(run, maud)
        back = hours_writing.revert(work(HoursRun.objects.get(pk=run.pk)), maud)
        hours_writing.begin(back, maud)
        assert work(HoursRun.objects.get(pk=back.pk)).state == HoursRun.State.DONE


def test_a_run_is_begun_once(office: OpeningHours, connection: Connection, noe: Person) -> None:
    run = hours_planning.plan(Schedule(office), connection, noe)
    hours_writing.begin(run, noe)
    with pytest.raises(hours_writing.NotOpen):
        hours_writing.begin(run, noe)
    with pytest.raises(hours_writing.NotOpen):
        hours_writing.discard(run)
