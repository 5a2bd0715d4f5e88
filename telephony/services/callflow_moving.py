"""Numbers that come to a callflow from another: the other gives them up first, and both changes stand in one preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.errors import ProviderError
from telephony.models import CallflowDraft, Change, Entity
from telephony.providers.callflows.tree import read
from telephony.providers.editing import Place
from telephony.services import callflow_drafts, editing
from telephony.services.callflow_around import Network, callflows_of
from telephony.services.callflow_numbers import own_numbers
from telephony.services.callflow_text import flow_of


@dataclass(frozen=True, kw_only=True)
class Move:
    """Numbers that another callflow has. `why_not` says why it cannot give them up, "" if it can."""

    holder: Entity
    numbers: Sequence[str]
    why_not: str = ""


def moves_of(draft: CallflowDraft, network: Network) -> list[Move]:
    """What other callflows would have to give up for the draft to be published."""
    own = draft.entity.remote_id if draft.entity is not None else ""
    found: dict[int, list[str]] = defaultdict(list)
    for number in own_numbers(flow_of(draft.flow)):
        for holder in network.numbers.get(number, ()):
            if holder.remote_id != own and holder.pk is not None:
                found[holder.pk].append(number)
    rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
    holders = rows.in_bulk(list(found))
    return [
        Move(holder=holders[pk], numbers=numbers, why_not=_why_not(holders[pk], numbers))
        for pk, numbers in found.items()
    ]


def _why_not(holder: Entity, numbers: Sequence[str]) -> str:
    rest = set(own_numbers(read(holder.document))) - set(numbers)
    if rest or holder.document.get("patterns"):
        return ""
    words = _("%(name)s has no other number, and a callflow needs one: give it another first, or remove it.")
    return words % {"name": holder}


def propose(draft: CallflowDraft, moves: Sequence[Move], person: Person) -> Change:
    """The preview that publishes a draft, and before it takes from other callflows the numbers that come here.

    Raises what `editing.propose` raises; no preview stays behind then.
    """
    made: list[Change] = []
    try:
        for move in moves:
            made.append(_given_up(move, draft, person))
        change = callflow_drafts.propose(draft, person)
    except ProviderError:
        for one in made:
            one.delete()
        raise
    for first, second in pairwise([*made, change]):
        second.needs = first
        second.save(update_fields=["needs"])
    return change


def _given_up(move: Move, draft: CallflowDraft, person: Person) -> Change:
    holder, connection = move.holder, move.holder.connection
    editor = connection.declaration.editor(callflows_of(connection).update)
    place = Place(kind=holder.kind, parent_remote_id="", remote_id=holder.remote_id)
    rest = [one for one in own_numbers(read(holder.document)) if one not in move.numbers]
    return editing.propose(
        connection,
        editor.operation.key,
        editor.address_of(place),
        {"numbers": rest},
        seen=editor.read(holder.document),
        person=person,
        entity=holder,
        why=_("They move to %(name)s") % {"name": draft},
    )
