"""The rows of an edit of many objects in words: each field with what it was and what it is to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.lib.numbers import display
from telephony.models import BulkRow
from telephony.providers.operations import Text
from telephony.services.bulk_doors import doors_of
from telephony.services.bulk_judging import FINGERPRINTS


def in_a_sentence(label: Text) -> str:
    """A label as it stands inside of a sentence: "profiles"; abbreviations stay ("CTI plugins")."""
    words = str(label)
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


@dataclass(frozen=True)
class Words:
    """`before` is None where nothing was seen: the object is not there, or the field says nothing. `after` is as it is
    written; `typed` is what a person wrote, where that reads otherwise."""

    label: str
    before: str | None
    after: str
    typed: str = ""


def words_of(rows: Sequence[BulkRow]) -> dict[int, list[Words]]:
    """By row; a handful of queries for any number of rows. Secrets are placeholders."""
    found: dict[int, list[Words]] = {}
    doors = doors_of(rows)
    for row in rows:
        door = doors.get(row.pk)
        if door is None:
            continue
        seen = {name: value for name, value in (row.seen or {}).items() if name != FINGERPRINTS}
        own = [one.name for one in door.editor.fields(door.around)]
        names = [name for name in own if name in row.wanted and (name in seen or not row.seen)]
        lines = [Words(str(door.editor.title), None, "")] if door.editor.makes or door.editor.removes else []
        written = door.editor.clean(row.wanted, door.around)
        for name in names:
            field = door.editor.field(name, door.around)
            before = field.say(seen[name], door.around).plain(display) if name in seen else None
            typed = field.say(row.wanted[name], door.around).plain(display)
            after = field.say(written[name], door.around).plain(display) if name in written else typed
            told = typed if typed != after else ""
            lines.append(Words(str(field.brief or field.label), before, after, told))
        found[row.pk] = lines
    return found
