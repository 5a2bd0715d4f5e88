"""What has to be written for a provider to have opening hours: many changes that belong together, kept as a run.

plan      reads what the provider has, and keeps a run in preview: its steps are the writes that are needed

They are sent by hours_writing.py. No longer to apply at a provider: hours_removing.py.

A step that needs what another makes names it by its place: "$3" is the identifier of what step 3 made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.canonical import canonical_json
from portal.lib.errors import InvalidInput, NotFound
from telephony.models import Connection, HoursPlacement, HoursRun, HoursStep
from telephony.providers.hours import timetable_of
from telephony.providers.hours_keeping import HoursKeeping
from telephony.services import access
from telephony.services.opening_hours import Schedule

Document = dict[str, Any]
KEPT = ("set_remote_id", "rules", "zone", "first_on", "last_on")  # of a placement
NAME_LENGTH = 128


class NothingToWrite(Exception):
    """The provider has these hours already."""


def connections() -> list[Connection]:
    """Those of the tenant that keep opening hours, by name."""
    rows = (
        Connection.objects.select_related("credential", "tenant")
        .filter(unlinked_at=None)
        .order_by("name_key", "id")
    )
    return [one for one in rows if one.declaration.hours and one.can("schedules.edit")]


def keeping_of(connection: Connection) -> HoursKeeping:
    keeping = connection.declaration.hours
    if keeping is None:
        raise InvalidInput(_("This provider keeps no opening hours."))
    return keeping


@dataclass
class Plan:
    """Steps as they are found, and what each made object is called until it is there."""

    keeping: HoursKeeping
    steps: list[HoursStep] = field(default_factory=list)

    def add(self, operation: str, address: Mapping[str, str], seen: Document | None, wanted: Document) -> str:
        position = len(self.steps)
        self.steps.append(
            HoursStep(position=position, operation=operation, address=dict(address), seen=seen, wanted=wanted)
        )
        return f"${position}"


def plan(schedule: Schedule, connection: Connection, person: Person | None) -> HoursRun:
    """Keep what has to be written for the provider to have these hours. Nothing is sent.

    Raises NothingToWrite, InvalidInput where the hours need too many rules, and what reading raises.
    """
    keeping = keeping_of(connection)
    documents = wanted_rules(schedule, keeping)
    placement = HoursPlacement.objects.filter(hours=schedule.row, connection=connection).first()
    placement = placement or HoursPlacement(hours=schedule.row, connection=connection)
    there = at_provider(placement, connection, keeping, person)
    found = Plan(keeping)
    rules = _plan_rules(found, documents, there.rules)
    name = _("%(hours)s: closed") % {"hours": schedule.row.name}
    set_id = _plan_set(
        found, placement.set_remote_id, there.set, name[:NAME_LENGTH], [one["id"] for one in rules]
    )
    used = {one["id"] for one in rules}
    for remote_id, document in there.rules.items():
        if remote_id not in used:
            found.add(f"{keeping.rule}.delete", {keeping.rule_id: remote_id}, document, {})
    outcome = {
        "set_remote_id": set_id,
        "rules": rules,
        "zone": schedule.row.zone,
        "first_on": schedule.today.isoformat(),
        "last_on": schedule.last.isoformat(),
    }
    if not found.steps:
        if placement.pk and placement.set_remote_id:
            keep_outcome(placement, outcome)
        raise NothingToWrite
    with transaction.atomic():
        placement.save()
        return keep_run(HoursRun(placement=placement, outcome=outcome), found.steps, person)


def wanted_rules(schedule: Schedule, keeping: HoursKeeping) -> list[Document]:
    """The rules that say these hours from today on, with their names. Raises InvalidInput."""
    timetable = timetable_of(schedule.hours, schedule.today, schedule.last)
    try:
        rules = keeping.compiled(timetable, schedule.row.zone, schedule.today, schedule.last)
    except ValueError as error:
        count = getattr(error, "count", 0)
        words = _(
            "These hours take %(count)s rules, more than anybody could look over. Name fewer single days."
        )
        raise InvalidInput(words % {"count": count}) from error
    zone = schedule.row.zone
    return [
        {"name": f"{schedule.row.name}: {keeping.words_of(rule, zone)}"[:NAME_LENGTH], **rule}
        for rule in rules
    ]


@dataclass
class There:
    """What the provider has of a placement now: the set, None where it is gone, and its rules by id."""

    set: Document | None
    rules: dict[str, Document]


def at_provider(
    placement: HoursPlacement, connection: Connection, keeping: HoursKeeping, person: Person | None
) -> There:
    client = access.client_as(connection, "schedules.edit", person)

    def read(key: str, address: Mapping[str, str]) -> Document | None:
        try:
            document = client.call(key, address, deadline_s=settings.EDIT_DEADLINE_S).document
        except NotFound:
            return None
        return plain(document)

    rule_set = None
    if placement.set_remote_id:
        rule_set = read(f"{keeping.rule_set}.get", {keeping.set_id: placement.set_remote_id})
    rules = {}
    for one in placement.rules:
        document = read(f"{keeping.rule}.get", {keeping.rule_id: one["id"]})
        if document is not None:
            rules[one["id"]] = document
    return There(rule_set, rules)


def plain(document: Mapping[str, Any]) -> Document:
    """Without what the server adds to every document."""
    return {name: value for name, value in document.items() if name != "id" and not name.startswith("_")}


def _plan_rules(found: Plan, documents: Sequence[Document], there: Mapping[str, Document]) -> list[Document]:
    """Keep rules that say the same, change those of the same shape, make the rest. In the order of the documents."""
    free = dict(there)
    ids: dict[int, str] = {}
    for index, document in enumerate(documents):
        same = next((key for key, have in free.items() if says(have) == says(document)), None)
        if same is not None:
            ids[index] = same
            free.pop(same)
    keeping = found.keeping
    for index, document in enumerate(documents):
        if index in ids:
            continue
        near = next((key for key, have in free.items() if have.keys() == document.keys()), None)
        if near is None:
            ids[index] = found.add(f"{keeping.rule}.create", {}, None, document)
        else:
            have = free.pop(near)
            wanted = {name: value for name, value in document.items() if have.get(name) != value}
            found.add(f"{keeping.rule}.update", {keeping.rule_id: near}, have, wanted)
            ids[index] = near
    return [{"id": ids[index], "document": document} for index, document in enumerate(documents)]


def says(document: Mapping[str, Any]) -> str:
    """What a rule says, whatever it is called."""
    return canonical_json(
        {name: value for name, value in plain(document).items() if name not in ("name", "flags")}
    )


def _plan_set(found: Plan, remote_id: str, there: Document | None, name: str, rules: list[str]) -> str:
    keeping = found.keeping
    if there is None:
        wanted = {"name": name, keeping.rules_field: rules, "flags": list(keeping.flags)}
        return found.add(f"{keeping.rule_set}.create", {}, None, wanted)
    wanted = {"name": name, keeping.rules_field: rules}
    changed = {field: value for field, value in wanted.items() if there.get(field) != value}
    if changed:
        found.add(f"{keeping.rule_set}.update", {keeping.set_id: remote_id}, there, changed)
    return remote_id


def keep_run(run: HoursRun, steps: Iterable[HoursStep], person: Person | None) -> HoursRun:
    run.previous = _as_it_is(run.placement)
    run.person, run.person_label = person, str(person or "")
    run.save()
    rows = list(steps)
    for step in rows:
        step.run = run
    HoursStep.objects.bulk_create(rows)
    return run


def _as_it_is(placement: HoursPlacement) -> Document:
    values = {name: getattr(placement, name) for name in KEPT}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()
    }


def keep_outcome(placement: HoursPlacement, outcome: Mapping[str, Any]) -> None:
    for name in KEPT:
        setattr(placement, name, outcome[name])
    placement.written_at = timezone.now()
    placement.save()
