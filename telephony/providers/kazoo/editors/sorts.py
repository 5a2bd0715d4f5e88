"""Which kinds of Kazoo's objects are edited, by which operations, and what of them a form shows first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from telephony.providers.edit_fields import Fields, Surroundings
from telephony.providers.kazoo import blocking
from telephony.providers.kazoo.callflows.actions import ACTIONS
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.editors.effects import effects
from telephony.providers.kazoo.editors.usual import ADDED, FIXED, UNASKED, USUAL, WHOLES
from telephony.providers.kazoo.fields.words import CHOICES, WORDS, Choices
from telephony.providers.kazoo.kinds import ACCOUNT, FAMILY_OF, KINDS, SINGLE
from telephony.providers.kazoo.schema import FAMILIES, Family, Field
from telephony.providers.schema_sorts import Against, Sort

_OTHERWISE = frozenset({"service_plan"})  # they belong to who sells them
_NOT_SO = frozenset(
    {"numbers.create", "numbers.delete"}
)  # a number is ordered and given back on pages of its own
_ACTIONS = {("callflows", "flow.module"): tuple((one.module, one.label) for one in ACTIONS.values())}
_OUTDATED = frozenset({"wensday", "Password", "IP"})  # spellings of old releases


def _against_device(wanted: Fields, around: Surroundings) -> Mapping[str, str]:
    """The server takes any text for a MAC address, and no telephone then finds its configuration."""
    typed = wanted.get("mac_address")
    if not typed or not isinstance(typed, str) or _MAC.fullmatch(typed):
        return {}
    return {"mac_address": _("A MAC address has twelve digits from 0 to f, such as 00:15:65:a1:b2:c3.")}


_MAC = re.compile(r"[0-9A-Fa-f]{2}([:.-]?[0-9A-Fa-f]{2}){5}")
_AGAINST: Mapping[str, Against] = {
    blocking.BLOCKING.kind: blocking.against,
    "device": _against_device,
}


def _words_at(family: str, path: str) -> Choices:
    at = (family, path)
    return _ACTIONS.get(at) or WORDS.get(at) or CHOICES.get(path.rpartition(".")[2], ())


def _with_actions(family: Family) -> Family:
    """The family with the modules that a first step may have, which stand apart from the schema."""
    known = {path: tuple(dict(words)) for (name, path), words in _ACTIONS.items() if name == family.name}
    fields = (replace(one, usual=known[one.path]) if one.path in known else one for one in family.fields)
    return replace(family, fields=tuple(fields)) if known else family


def _inside(one: Field) -> Iterator[Field]:
    """The fields of the entries of a field."""
    yield from (*one.entry, *one.told)
    for fields in one.variants.values():
        yield from fields


def _sort(kind: str) -> Sort:
    declared = KINDS[kind]
    family = _with_actions(FAMILIES[FAMILY_OF[kind]])
    group = declared.read_operation.partition(".")[0]
    keys = {verb: f"{group}.{verb}" for verb in ("update", "create", "delete")}
    found = {verb: key if key in CATALOG and key not in _NOT_SO else "" for verb, key in keys.items()}
    names = [name for name in CATALOG[declared.read_operation].path_names if name != "accountId"]
    paths = [one.path for one in family.fields]
    paths += [f"{one.path}.{inner.path}" for one in family.fields for inner in _inside(one) if inner.path]
    words = {path: _words_at(family.name, path) for path in paths}
    return Sort(
        kind=kind,
        family=family,
        label=declared.label,
        own_name="accountId" if kind == ACCOUNT else (names[-1] if names and kind not in SINGLE else ""),
        below="accountId" if kind == ACCOUNT else "",
        reads=declared.read_operation,
        update=found["update"],
        create=found["create"],
        remove=found["delete"],
        usual=USUAL[kind],
        fixed=FIXED.get(kind, ()),
        unasked=UNASKED.get(kind, ()),
        wholes=WHOLES.get(kind, ()),
        added=ADDED.get(kind, frozenset()),
        names_at="numbers" if kind == "port_request" else "",
        effects=blocking.effects if kind == blocking.BLOCKING.kind else effects,
        against=_AGAINST.get(kind, Sort.against),
        outdated=_OUTDATED,
        choices={path: found for path, found in words.items() if found},
    )


SORTS = tuple(_sort(kind) for kind in KINDS if kind not in _OTHERWISE)
