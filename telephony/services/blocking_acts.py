"""Putting a number on lists of refused callers and taking it off, always by way of a preview.

One list is one change, several are an edit of many (bulk.py): both are looked at, sent and taken back as any other
write. When a number is to go off by itself, block_ending.py does that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from portal.lib.errors import InvalidInput
from portal.lib.numbers import display, is_emergency
from telephony.models import BlockEnd, BulkRow, Change, Entity, Job
from telephony.providers.blocking import Full, with_number, without_number
from telephony.services import bulk, bulk_choice, editing, ledger
from telephony.services.blocking import Listed
from telephony.services.edit_surroundings import contacts_among, own_among
from telephony.services.entity_page import labels_of


@dataclass(frozen=True, kw_only=True)
class Place:
    """A list that a number is to stand on, on a full one instead of `gives_way`."""

    listed: Listed
    gives_way: str = ""


def never(number: str, region: str) -> str:
    """Why a number can never be refused; "" where it can."""
    if is_emergency(number, region):
        return _("%(number)s is an emergency number: it always gets through.") % {"number": display(number)}
    return ""


def is_of_someone(number: str) -> bool:
    """Whether it is a contact's, or a line's of the tenant: refusing it takes a second word."""
    is_colleague = not number.startswith("+") and Entity.objects.present().filter(extension=number).exists()
    return is_colleague or bool(contacts_among([number]) or own_among([number]))


def block(
    number: str, places: Sequence[Place], *, until: datetime | None, person: Person | None, why: str = ""
) -> Change | Job | None:
    """The preview of a number standing on these lists. None where it stands on all of them already: then only its end
    is noted.

    Raises InvalidInput for an emergency number and for a full list without an entry that gives way,
    bulk.NothingChosen without a list, and what `editing.propose` raises.
    """
    if not places:
        raise bulk.NothingChosen
    region = places[0].listed.connection.tenant.region
    if reason := never(number, region):
        raise InvalidInput(reason, fields={"number": reason})
    new = [place for place in places if number not in place.listed.numbers]
    wanted = [(place.listed, _with(place, number)) for place in new]
    for place in places:
        if place not in new:
            _note_end(number, place.listed, until, person)
    if not wanted:
        return None
    words = ngettext("%(number)s blocked on %(n)s list", "%(number)s blocked on %(n)s lists", len(wanted))
    made = _proposed(wanted, words % {"number": display(number), "n": len(wanted)}, person, why)
    for listed, _value in wanted:
        _note_end(number, listed, until, person, made)
    return made


def unblock(number: str, lists: Sequence[Listed], *, person: Person | None, why: str = "") -> Change | Job:
    """The preview of a number taken off these lists. Raises bulk.NothingChosen, and what `editing.propose` raises."""
    wanted = [(one, without_number(one.value, number)) for one in lists if number in one.numbers]
    if not wanted:
        raise bulk.NothingChosen
    words = ngettext("%(number)s off %(n)s list", "%(number)s off %(n)s lists", len(wanted))
    return _proposed(wanted, words % {"number": display(number), "n": len(wanted)}, person, why)


def _with(place: Place, number: str) -> Any:
    listed = place.listed
    try:
        return with_number(listed.value, number, listed.blocking.places, place.gives_way)
    except Full:
        words = _("The list of %(line)s is full: say which entry gives way.") % {
            "line": listed.line or listed.entity
        }
        raise InvalidInput(words, fields={"places": words}) from None
    except ValueError:
        words = _("What was to give way on the list of %(line)s is not on it any more.")
        raise InvalidInput(words % {"line": listed.line or listed.entity}) from None


def _proposed(
    wanted: Sequence[tuple[Listed, Any]], label: str, person: Person | None, why: str
) -> Change | Job:
    if len(wanted) > 1:
        return _many(wanted, label, person, why)
    ((listed, value),) = wanted
    return propose_one(listed, value, person=person, why=why)


def propose_one(listed: Listed, value: Any, *, person: Person | None, why: str, **more: Any) -> Change:
    """The preview of what is to stand on one list. `more` goes to `editing.propose`, which raises as told there."""
    blocking = listed.blocking
    editor = listed.connection.declaration.editor(blocking.operation)
    return editing.propose(
        listed.connection,
        blocking.operation,
        bulk_choice.address_of(editor, listed.entity),
        {blocking.field: value},
        seen=editor.read(listed.entity.document),
        person=person,
        entity=listed.entity,
        line=listed.line,
        why=why,
        **more,
    )


def _many(wanted: Sequence[tuple[Listed, Any]], label: str, person: Person | None, why: str) -> Job:
    labels = labels_of([listed.entity for listed, _value in wanted])
    with transaction.atomic():
        job = Job.objects.create(
            kind=Job.Kind.BULK,
            state=Job.State.DRAFT,
            label=label[:250],
            parameters={"file": True, "why": why[:300]},
            person=person,
            total_rows=len(wanted),
            due_at=timezone.now(),
        )
        rows = [_row(job, position, listed, value, labels) for position, (listed, value) in enumerate(wanted)]
        BulkRow.objects.bulk_create(rows, batch_size=2000)
        ledger.hint(job)
    bulk.judge_first(job)
    return job


def _row(job: Job, position: int, listed: Listed, value: Any, labels: dict[int, str]) -> BulkRow:
    blocking, entity = listed.blocking, listed.entity
    editor = listed.connection.declaration.editor(blocking.operation)
    address = bulk_choice.address_of(editor, entity)
    line_kind = listed.line.kind if listed.line else ""
    return BulkRow(
        job=job,
        position=position,
        connection=listed.connection,
        entity=entity,
        label=labels[entity.pk],
        operation=blocking.operation,
        address=address,
        bundle=bulk_choice.bundle_of(listed.connection, editor, address, line_kind),
        wanted={blocking.field: value},
    )


def _note_end(
    number: str,
    listed: Listed,
    until: datetime | None,
    person: Person | None,
    made: Change | Job | None = None,
) -> None:
    """Say when the number goes off the list, or that it stays; in the place of what was said before."""
    own = BlockEnd.objects.filter(entity=listed.entity, number=number)
    if until is None:
        own.delete()
        return
    by = {
        "change": made if isinstance(made, Change) else None,
        "job": made if isinstance(made, Job) else None,
    }
    fresh = {"removal": None, "error": "", "tries": 0, "attempts": 0}
    BlockEnd.objects.update_or_create(
        entity=listed.entity,
        number=number,
        defaults={"ends_at": until, "due_at": until, "person": person, **by, **fresh},
    )
