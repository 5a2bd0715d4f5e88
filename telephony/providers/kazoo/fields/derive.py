"""From the schema to what pages show: one `DocumentField` for each field, in the same order, under the same headings."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from telephony.providers.fields import DocumentField
from telephony.providers.kazoo.fields.facts import FACTS, ID
from telephony.providers.kazoo.fields.words import CHOICES, WORDS, Choices
from telephony.providers.kazoo.pricing import item_words
from telephony.providers.kazoo.schema import FAMILIES, Field

_PRICES = ("service_plans", "plan")  # family and place where the keys of objects are what is priced
# Kinds of the schema that pages show in another one's way; the others have the same names.
_SHOWN_AS = dict.fromkeys(("choice", "email", "decimal", "secret", "json", "names", "texts"), "text")


def document_fields(name: str, columns: Collection[str] = ()) -> tuple[DocumentField, ...]:
    """What documents of a family say: its own fields, what only the server writes, and the identifier last.

    columns   the paths that lists show unless people choose otherwise
    """
    known = {one.path for one in FACTS.get(name, ())}
    own = tuple(_shown(one, name, columns) for one in FAMILIES[name].fields if one.path not in known)
    return (*own, *FACTS.get(name, ()), ID)


def derived(one: Field) -> DocumentField:
    """One field, as it is shown inside of an entry."""
    return _shown(one, "", ())


def _shown(one: Field, name: str, columns: Collection[str]) -> DocumentField:
    return DocumentField(
        path=one.path,
        label=one.label,
        kind="text" if one.parts[-1] == "port" else _SHOWN_AS.get(one.kind, one.kind),  # no amount
        group=one.group,
        unit=one.unit,
        choices=_choices(one, name),
        column=one.path in columns,
        items=tuple(derived(entry) for entry in one.entry if entry.path),
        key_words=partial(item_words, one.parts[-1]) if (name, one.parts[0]) == _PRICES else None,
    )


def _choices(one: Field, name: str) -> Choices:
    """Words of the values that people meet; those that are words of the protocol stay as they are."""
    return WORDS.get((name, one.path)) or CHOICES.get(one.path.rpartition(".")[2], ())
