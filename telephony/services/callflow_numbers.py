"""Numbers of callflows: which are spare, the next free extension, and where a number that somebody dials would lead."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.numbers import to_e164
from telephony.models import Connection, Entity
from telephony.providers.callflows.lint import Fix, Problem
from telephony.providers.callflows.surroundings import Target
from telephony.providers.callflows.tree import Flow
from telephony.providers.phrases import Said, Strong, said
from telephony.services.callflow_around import Network, callflows_of

SPARE = 40  # numbers that lead nowhere, as they are offered
MOST_LOOKED_AT = 500
LENGTHS = 3  # of extensions, as they are offered
LONGEST_TRIED = 20  # digits: an expression may take long on more
REST = "no_match"  # the callflow that has it takes what nothing else does
_EXTENSION = re.compile(r"[1-9][0-9]{1,5}")
_BESIDE_DIGITS = re.compile(r"[\s.\-/()]")


def spare_numbers(connection: Connection, network: Network, flow: Flow) -> list[str]:
    """Numbers of the account that lead to no callflow."""
    taken = {*network.numbers, *own_numbers(flow)}
    rows = Entity.objects.present().filter(connection=connection, facet=Entity.Facet.NUMBER)
    numbers = rows.exclude(number="").order_by("number").values_list("number", flat=True)[:MOST_LOOKED_AT]
    return [one for one in numbers if one not in taken][:SPARE]


def free_extensions(connection: Connection, network: Network, flow: Flow) -> list[str]:
    """The next free extension of each length that is in use, the most used length first."""
    rows = Entity.objects.present().filter(connection=connection).exclude(extension="")
    taken = {*network.numbers, *own_numbers(flow), *rows.values_list("extension", flat=True)}
    by_length: dict[int, list[int]] = defaultdict(list)
    for one in taken:
        if _EXTENSION.fullmatch(one):
            by_length[len(one)].append(int(one))
    often = sorted(by_length.values(), key=lambda found: (-len(found), found))
    return [free for found in often[:LENGTHS] if (free := _next_free(found))]


def _next_free(taken: Sequence[int]) -> str:
    first, used = min(taken), set(taken)
    found = next(one for one in range(first, first + len(used) + 1) if one not in used)
    return str(found) if len(str(found)) == len(str(first)) else ""


def with_a_number(problem: Problem, connection: Connection, network: Network, flow: Flow) -> Problem:
    """That nothing leads to a callflow, with the next free extension as a remedy where there is one."""
    free = free_extensions(connection, network, flow)
    if not free:
        return problem
    label = gettext("Give it the extension %(number)s") % {"number": free[0]}
    root = {**flow.root, "numbers": [*own_numbers(flow), free[0]]}
    return replace(problem, fix=Fix(label=label, edit="set_root", arguments={"root": root}))


def own_numbers(flow: Flow) -> list[str]:
    numbers = flow.root.get("numbers")
    return [str(one) for one in numbers] if isinstance(numbers, list) else []


# ---- where a number leads ----


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """An expression of the callflow, and what it makes of a number. `groups` are the digits that it hands on."""

    text: str
    is_match: bool = False
    groups: Sequence[str] = ()
    is_broken: bool = False


@dataclass(frozen=True, kw_only=True)
class Tried:
    """Where a number leads: in one sentence, and expression by expression."""

    number: str
    says: Said
    leads_here: bool
    patterns: Sequence[Pattern]
    others: Sequence[Target] = ()


def tried(flow: Flow, connection: Connection, network: Network, own: str, text: str) -> Tried:
    """What becomes of a number that is dialled: whole numbers first, expressions after them, then what takes the rest.

    own   identifier of the callflow, "" for one that is not made yet; `text` as a person types it
    """
    bare = _BESIDE_DIGITS.sub("", text)[:LONGEST_TRIED]
    forms = list(dict.fromkeys([bare, to_e164(bare, connection.tenant.region) or bare]))
    patterns = [_tried(one, forms) for one in _texts(flow.root.get("patterns"))]
    matching = [one for one in patterns if one.is_match]
    holders = [one for form in forms for one in network.numbers.get(form, ()) if one.remote_id != own]
    others = _matching(connection, own, forms)

    def told(words: Said, leads_here: bool, named: Sequence[Target] = ()) -> Tried:
        return Tried(number=bare, says=words, leads_here=leads_here, patterns=patterns, others=named)

    if set(forms) & set(own_numbers(flow)):
        return told(said(_("It is a number of this callflow: it leads **here**.")), True)
    if holders:
        words = _("It is a number of **{callflow}**, which takes it: numbers win over patterns.")
        return told(said(words, callflow=holders[0].name), False, holders)
    if matching and others:
        words = _(
            "A pattern of this callflow fits, and one of another does too; which of them wins is not told."
        )
        return told(said(words), True, others)
    if matching:
        words = _("The pattern {pattern} fits: it leads **here**.")
        return told(said(words, pattern=Strong(matching[0].text)), True)
    if others:
        return told(said(_("A pattern of **{callflow}** fits."), callflow=others[0].name), False, others)
    if REST in own_numbers(flow):
        return told(said(_("Nothing fits it; this callflow takes what nothing else does.")), True)
    if rest := [one for one in network.numbers.get(REST, ()) if one.remote_id != own]:
        words = _("Nothing fits it; **{callflow}** takes what nothing else does.")
        return told(said(words, callflow=rest[0].name), False, rest)
    return told(said(_("It leads to no callflow of this account.")), False)


def _matching(connection: Connection, own: str, forms: Iterable[str]) -> list[Target]:
    """The other callflows with an expression that fits."""
    kind = callflows_of(connection).kind
    rows = Entity.objects.present().filter(connection=connection, kind=kind).exclude(remote_id=own)
    held = rows.filter(document__has_key="patterns").exclude(document__patterns=[])
    told = held.annotate(all_patterns=KeyTransform("patterns", "document")).order_by("name_key", "pk")
    return [
        Target(kind=kind, remote_id=row.remote_id, name=str(row), pk=row.pk)
        for row in told.only("kind", "remote_id", "name", "number")[:MOST_LOOKED_AT]
        if any(_tried(one, forms).is_match for one in _texts(row.all_patterns))
    ]


def _tried(text: str, forms: Collection[str] | Iterable[str]) -> Pattern:
    try:
        expression = re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return Pattern(text=text, is_broken=True)
    for form in forms:
        if found := expression.search(form):
            return Pattern(text=text, is_match=True, groups=[one or "" for one in found.groups()])
    return Pattern(text=text)


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
