"""What hangs below the objects of a draft, to be edited in their place: profiles and plugins of lines, parameters of
plugins, the telephones and mailboxes of users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Count, F, Func, Q, Value, When
from django.db.models.functions import Cast, Concat

from accounts.models import Person
from telephony.models import Connection, Entity, EntityReference, Job
from telephony.services import bulk, bulk_choice
from telephony.services.bulk_words import in_a_sentence

_PLACE = Case(
    When(parent_remote_id="", then=F("remote_id")),
    default=Concat("parent_remote_id", Value("/"), "remote_id"),
)
_HEAD = Func(F("parent_remote_id"), Value("/"), Value(1), function="split_part", output_field=CharField())


def _at(place: Any) -> Concat:
    """A place with its connection as one text, so that PostgreSQL looks it up in a table of all that were chosen instead
    of searching these for each object."""
    return Concat(Cast("connection_id", CharField()), Value(" "), place)


@dataclass(frozen=True, kw_only=True)
class Below:
    """Objects of one kind below the objects of a draft. `label` fits their number."""

    kind: str
    label: str
    count: int


def below(job: Job) -> list[Below]:
    """The kinds that can be edited on many objects, those with most objects first.

    A list that is written as a whole is left out: it is edited by what it hangs below.
    """
    found = _below(job)
    edited = {
        one.kind: kind
        for one in bulk_choice.samples(found)
        if (kind := one.connection.declaration.kinds.get(one.kind))
        and not kind.whole_list
        and bulk_choice.editors_for(one)
    }
    counts = found.order_by().values_list("kind").annotate(n=Count("pk")).order_by("-n", "kind")
    return [
        Below(kind=name, label=in_a_sentence(edited[name].plural if n != 1 else edited[name].label), count=n)
        for name, n in counts
        if name in edited
    ]


def choose(job: Job, kind: str, person: Person) -> Job:
    """A draft of the objects of this kind below those of another draft, which it replaces.

    Raises bulk.NotOpen, bulk.NothingChosen and bulk.TooMany.
    """
    rows = _below(job).filter(kind=kind).order_by("connection", "parent_remote_id", "name_key", "pk")
    with transaction.atomic():
        bulk.held(job, Job.State.DRAFT)
        made = bulk.choose(person, rows)
        job.delete()
    return made


def _below(job: Job) -> Any:
    """What hangs below the objects, or below that; and what belongs to them by a pointer of its own."""
    chosen = bulk.chosen(job)
    places = chosen.annotate(place=_at(_PLACE)).values("place")
    belongs = Q(near__in=places) | Q(far__in=places, parent_remote_id__contains="/")
    if owned := _owned(job):
        pointers = EntityReference.objects.filter(owned, target__in=chosen.values("pk"))
        belongs |= Q(pk__in=pointers.values("source"))
    return Entity.objects.present().alias(near=_at("parent_remote_id"), far=_at(_HEAD)).filter(belongs)


def _owned(job: Job) -> Q | None:
    """Which pointers say that an object belongs to another, at the providers of a draft."""
    links = Connection.objects.filter(pk__in=job.rows.values("connection"))
    paths: Mapping[str, str] = {
        kind.kind: kind.owner_path
        for link in links
        for kind in link.declaration.kinds.values()
        if kind.owner_path
    }
    found: Q | None = None
    for kind, path in paths.items():
        one = Q(source__kind=kind, path=path)
        found = one if found is None else found | one
    return found
