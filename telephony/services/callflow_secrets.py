"""Secrets in the steps of a callflow that is edited: a mark stands for each and goes where its step goes.

A mark is what cached documents hold, `{"$secret": fingerprint}`; the values are sealed beside the draft. So a step can be
moved, copied and taken back without anybody seeing its PIN. A secret stays in its account: what leaves it has neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import InvalidInput
from portal.lib.secrets import seal, unseal
from telephony.models import CallflowDraft, Connection
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.edits import Patch
from telephony.providers.callflows.tree import FLOW, Flow, Node, grown
from telephony.providers.drafts import PLACEHOLDER, SecretValue
from telephony.providers.fields import SECRET_MARK, is_secret, shown_of
from telephony.services import entities

FIELD = "CallflowDraft.secrets"
Known = Mapping[str, SecretValue]  # values by fingerprint


# ---- beside a draft ----


def sealed(connection: Connection, known: Known) -> str:
    return seal(connection.tenant_id, FIELD, json.dumps(dict(known))) if known else ""


def opened(connection: Connection, text: str) -> dict[str, SecretValue]:
    """Raises portal.lib.secrets.Unreadable."""
    return json.loads(unseal(connection.tenant_id, FIELD, text).reveal()) if text else {}


def known_of(draft: CallflowDraft) -> dict[str, SecretValue]:
    """What the marks of a draft stand for. Raises Unreadable."""
    return opened(draft.link, draft.secrets_sealed)


def keep(draft: CallflowDraft, known: Known) -> None:
    """Put more of them beside a draft, which is not saved by this."""
    if known:
        draft.secrets_sealed = sealed(draft.link, {**known_of(draft), **known})


# ---- marks in the place of values ----


def marked(document: Mapping[str, Any], secrets: Known) -> tuple[dict[str, Any], dict[str, SecretValue]]:
    """A document with a mark at each of these dotted places, and the values by their marks."""
    return entities.with_marks(document, secrets), {
        entities.fingerprint(value): value for value in secrets.values()
    }


def typed(patch: Patch, callflows: Callflows) -> tuple[Patch, dict[str, SecretValue]]:
    """A patch whose steps hold marks where a secret was typed or brought along, and what was found there."""
    nodes: dict[int, Node | None] = {}
    known: dict[str, SecretValue] = {}
    for number, node in patch.nodes.items():
        if node is not None and (secrets := _told(node.own, callflows)):
            document, more = marked({FLOW: node.own}, secrets)
            node = replace(node, own=document[FLOW])
            known |= more
        nodes[number] = node
    return replace(patch, nodes=nodes), known


def typed_in(flow: Flow, callflows: Callflows) -> tuple[Flow, dict[str, SecretValue]]:
    """The same of a whole callflow."""
    patch, known = typed(Patch(nodes=flow.nodes, top=flow.top, root=flow.root, fresh=flow.fresh), callflows)
    nodes = {number: node for number, node in patch.nodes.items() if node is not None}
    return replace(flow, nodes=nodes), known


def _told(own: Any, callflows: Callflows) -> dict[str, SecretValue]:
    """The secrets that a step says in clear, by their dotted places; stars say none."""
    _document, secrets = callflows.secrets({FLOW: own})
    return {place: value for place, value in secrets.items() if value != PLACEHOLDER}


def revealed(flow: Flow, known: Known, callflows: Callflows) -> dict[str, Any]:
    """The document as it is to be sent. Raises InvalidInput where nobody knows what a mark or stars stand for."""
    for node in flow.nodes.values():
        _document, secrets = callflows.secrets({FLOW: node.own})
        if PLACEHOLDER in secrets.values() or marks_in(node.own) - known.keys():
            action = callflows.actions.get(node.module)
            raise InvalidInput(
                _("“%(step)s” holds a secret that is not known here. Type it again.")
                % {"step": action.label if action else node.module}
            )
    found: dict[str, Any] = _revealed(flow.document(), known)
    return found


def _revealed(value: Any, known: Known) -> Any:
    if is_secret(value):
        return known[value[SECRET_MARK]]
    if isinstance(value, Mapping):
        return {name: _revealed(item, known) for name, item in value.items()}
    return [_revealed(item, known) for item in value] if isinstance(value, list) else value


def marks_in(value: Any) -> set[str]:
    """The fingerprints of all marks in a value."""
    if is_secret(value):
        return {value[SECRET_MARK]}
    if isinstance(value, Mapping):
        return set().union(*map(marks_in, value.values()))
    return set().union(*map(marks_in, value)) if isinstance(value, list) else set()


# ---- as people see and type them ----


def stars(value: Any) -> Any:
    """A value with stars in the place of its marks."""
    if is_secret(value):
        return shown_of(value)
    if isinstance(value, Mapping):
        return {name: stars(item) for name, item in value.items()}
    return [stars(item) for item in value] if isinstance(value, list) else value


def marks_back(said: Any, held: Any) -> Any:
    """What was typed, with the mark again where its stars were left in their place."""
    if said == PLACEHOLDER and is_secret(held):
        return held
    if isinstance(said, Mapping) and isinstance(held, Mapping):
        return {name: marks_back(item, held.get(name)) for name, item in said.items()}
    if isinstance(said, list) and isinstance(held, list) and len(said) == len(held):
        return [marks_back(item, other) for item, other in zip(said, held, strict=True)]
    return said


# ---- out of the account ----


def left_behind(part: Any) -> tuple[Any, list[tuple[int, str]]]:
    """A step with all below it, without its secrets; and where they were: the number of the step in the order of a
    walk, and the name of the setting."""
    nodes, fresh = grown(part, None, 0)
    lost: list[tuple[int, str]] = []
    kept: dict[int, Node] = {}
    for number, node in nodes.items():
        names = list(_secret_names(node.own))
        lost += [(number, name) for name in dict.fromkeys(names)]
        kept[number] = replace(node, own=_without(node.own)) if names else node
    return Flow(root={}, nodes=kept, top=0, fresh=fresh).part(0), lost


def _secret_names(value: Any, name: str = "") -> Iterator[str]:
    if is_secret(value):
        yield name
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secret_names(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _secret_names(item, name)


def _without(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without(item) for name, item in value.items() if not is_secret(item)}
    return [_without(item) for item in value if not is_secret(item)] if isinstance(value, list) else value
