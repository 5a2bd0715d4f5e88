"""The editor of every operation that has none of its own: its documents as they are, files included."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from portal.lib.canonical import canonical_json
from telephony.providers.edit_fields import FILE, SIZE, Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse
from telephony.providers.operations import Catalog, Operation, Place


class GenericEditor(Editor):
    """Any write, its documents as they are: values are compared where the read shows the same name."""

    def __init__(self, operation: Operation, catalog: Catalog) -> None:
        super().__init__(operation)
        self._catalog = catalog
        self.title = operation.summary
        self.kind = operation.kind
        self.reading = catalog[operation.reads_back] if operation.reads_back else None
        self.id_field = operation.identity[0][1] if operation.identity else "id"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return tuple(
            Field(name=param.name, label=param.name, help=param.help, kind="value", secret=param.secret)
            for param in self.operation.params
            if param.name not in self.operation.address_names and param.place in ("body", "whole")
        )

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        """Files are kept as text, as a change keeps everything."""
        return {name: _packed(value) if isinstance(value, bytes) else value for name, value in wanted.items()}

    def read(self, document: Any) -> Fields:
        """Some answers are a single word ("logged_out"), which is no value of the operation."""
        return super().read(document) if isinstance(document, Mapping) else {}

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        """Where an object is written as a whole: what was read, with the changed fields on top; null takes one out."""
        wanted = {name: _unpacked(value) for name, value in wanted.items()}
        if not self.operation.replaces_object or before is None:
            return wanted
        whole: Fields = _laid_over(before, wanted)
        return whole

    def same(self, name: str, left: Any, right: Any) -> bool:
        """Of an object that is laid over another, whatever it does not name stays as it is."""
        if self.operation.replaces_object and isinstance(right, Mapping):
            right = _laid_over(left, right)
        return _loose(left) == _loose(right)

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        """On a line what is done, as its name stands beside it: identifiers say nothing to a person."""
        if around.line_name:
            return str(self.operation.summary)
        return super().object_label(address, before, around)

    def inverse(self, done: Done) -> Inverse | None:
        if self.operation.undone_by and self.operation.undone_by != self.operation.key:
            return self._by_another(self._catalog[self.operation.undone_by], done)
        if done.before is None or any(name not in done.before for name in done.wanted):
            return None
        return super().inverse(done)

    def _by_another(self, other: Operation, done: Done) -> Inverse | None:
        """By the operation that undoes this one: where this one was, with what it takes as that was before."""
        held = done.before or {}
        address = {name: done.address[name] for name in other.address_names if name in done.address}
        taken = [one.name for one in other.params if one.place is Place.BODY and one.name not in address]
        wanted = {name: held[name] for name in taken if name in held}
        needed = {one.name for one in other.params if one.required} - {*address, *wanted}
        if needed or (taken and not wanted):
            return None
        return Inverse(operation=other.key, address=address, wanted=wanted)


def _packed(content: bytes) -> dict[str, Any]:
    return {FILE: base64.b64encode(content).decode(), SIZE: len(content)}


def _unpacked(value: Any) -> Any:
    return base64.b64decode(value[FILE]) if isinstance(value, Mapping) and FILE in value else value


def _laid_over(below: Any, above: Any) -> Any:
    """The one value with the other on top: objects field by field, null removes, anything else replaces."""
    if not isinstance(above, Mapping):
        return above
    merged = dict(below) if isinstance(below, Mapping) else {}
    for name, value in above.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _laid_over(merged.get(name), value)
    return merged


def _loose(value: Any) -> str:
    """1, "1" and True are the same on wires that know no types."""
    if isinstance(value, bool):
        return str(int(value))
    return str(value) if isinstance(value, (str, int)) else canonical_json(value)
