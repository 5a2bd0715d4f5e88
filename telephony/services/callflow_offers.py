"""What the editor of a callflow offers at a step: the branches that are free, and numbers that lead nowhere yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from telephony.models import Connection, Entity
from telephony.providers.callflows.actions import Rule, keys_of
from telephony.providers.callflows.tree import Flow
from telephony.services.callflow_around import Network, callflows_of
from telephony.services.callflow_numbers import free_extensions, spare_numbers

Keys = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Offers:
    """Of one step, or of the callflow itself.

    takes_below   whether anything can hang below it
    free_keys     the branches that it may still get, with their words; branch_help says which others there are
    own_keys      the branches that may lead to it instead
    spare         numbers of the account that lead to no callflow; free  the next free extensions
    """

    takes_below: bool = True
    free_keys: Keys = ()
    own_keys: Keys = ()
    branch_help: str = ""
    spare: Sequence[str] = ()
    free: Sequence[str] = ()


def offers_at(flow: Flow, connection: Connection, network: Network, number: int | None) -> Offers:
    """What is offered at a step; at the callflow itself where it has no number."""
    if number is None:
        return Offers(
            spare=spare_numbers(connection, network, flow), free=free_extensions(connection, network, flow)
        )
    parent = flow[number].parent
    action = callflows_of(connection).actions.get(flow[number].module)
    return Offers(
        takes_below=action is None or action.branches.rule is not Rule.NONE,
        free_keys=_free_keys(flow, connection, number),
        own_keys=() if parent is None else _free_keys(flow, connection, parent),
        branch_help=str(action.branches.help) if action is not None and action.branches.pattern else "",
    )


def _free_keys(flow: Flow, connection: Connection, number: int) -> Keys:
    taken = {key for key, _child in flow[number].branches}
    return [(key, words) for key, words in _keys(flow, connection, number) if key not in taken]


def _keys(flow: Flow, connection: Connection, number: int) -> Keys:
    callflows = callflows_of(connection)
    action = callflows.actions.get(flow[number].module)
    words = action.branches.words if action else {}
    found = [(key, str(words.get(key, _("then")))) for key in keys_of(action)]
    if action is not None and action.branches.rule is Rule.TIMES:
        rules = Entity.objects.present().filter(connection=connection, kind=callflows.rule_kind)
        found += list(rules.order_by("name_key", "pk").values_list("remote_id", "name")[:200])
    return found
