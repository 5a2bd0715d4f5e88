"""Editors made of a provider's own declarations: which sort of document, and which operations write it.

    SORTS = (Sort(kind="device", family=DEVICES, label=_("Device"), own_name="deviceId",
                  reads="device.get", update="device.update", create="device.create", remove="device.delete"), ...)
    EDITORS = schema_editors(CATALOG, SORTS)

A document is edited as flat fields (`flat.py`): declared ones have a control of the form, all others stand in the
preview under their place, can be edited as JSON, and go out again as they came. What a person did not touch is not
wanted; absent stays absent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.canonical import canonical_json
from portal.lib.numbers import display
from portal.lib.redaction import is_secret_name
from portal.lib.wording import labelled
from telephony.providers.drafts import PLACEHOLDER
from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Document, Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse, Place
from telephony.providers.fields import SHOWN, is_secret
from telephony.providers.flat import arranged, built, flat_of, laid_over
from telephony.providers.operations import Catalog, Operation, Text
from telephony.providers.phrases import said
from telephony.providers.schema_checks import BLANKS, against_dialling, reasons
from telephony.providers.schema_defaults import filled
from telephony.providers.schema_sorts import Sort, in_zone

_NUMBER = re.compile(r"\+?[0-9*#]{2,20}")


class SchemaEditor(Editor):
    """One operation on documents of one sort."""

    id_field = "id"
    is_free_standing = True
    is_whole = True

    def __init__(self, operation: Operation, catalog: Catalog, sort: Sort) -> None:
        super().__init__(operation)
        self.sort = sort
        self.kind, self.wholes = sort.kind, sort.wholes
        self.detail = catalog[sort.reads]
        self.reading = catalog[operation.reads_back] if self.makes else self.detail
        self.title = lazy("Settings") if not self.makes and not self.removes else operation.summary

    # ---- what it is ----

    @property
    def makes(self) -> bool:
        return self.operation.key == self.sort.create

    @property
    def is_made_below_its_kind(self) -> bool:  # type: ignore[override]
        return self.makes and bool(self.sort.below)

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return tuple(in_zone(one, around.zone) for one in self.sort.fields)

    def field(self, name: str, around: Surroundings) -> Field:
        if known := self.sort.by_name.get(name):
            return in_zone(known, around.zone)
        return Field(
            name=name,
            label=name,
            kind="value",
            secret=is_secret_name(name.rpartition(".")[2]),
            empty=lazy("not set"),
        )

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        own = str(address.get(self.sort.own_name, "")) if self.sort.own_name else self.kind
        return Place(kind=self.kind, remote_id="" if self.makes else own)

    def address_of(self, place: Place) -> dict[str, str]:
        name = self.sort.below if self.makes else self.sort.own_name
        return {name: place.remote_id} if name and place.remote_id else {}

    def detail_address(self, address: Mapping[str, Any], identifier: str) -> Mapping[str, Any]:
        return {**address, self.sort.own_name: identifier} if self.sort.own_name else address

    # ---- documents and fields ----

    def read(self, document: Document) -> Fields:
        """Every value by its place; what the server keeps for itself ("_read_only"), or adds, is no field."""
        added = self.sort.added
        told = {
            name: value for name, value in document.items() if not name.startswith("_") and name not in added
        }
        fields = flat_of(told, self.sort.by_name)
        return {name: _unsealed(value) for name, value in fields.items()}

    def document(self, fields: Mapping[str, Any]) -> Fields:
        """The document that these fields are; what was kept of an answer besides is left out."""
        own = {name: one for name, one in fields.items() if name.partition(".")[0] not in self.sort.added}
        return built(own)

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        if self.makes or before is None:
            return built({name: value for name, value in wanted.items() if value is not None})
        emptied = tuple(f"{place}." for place in self._emptied(wanted, before))
        gone = {name: None for name in before if name.startswith(emptied)} if emptied else {}
        # What was kept between preview and sending has lost its order: what was just read says it.
        ordered = {name: arranged(value, before.get(name)) for name, value in wanted.items()}
        return laid_over(before, {**ordered, **gone}) if self.operation.replaces_object else built(ordered)

    def _emptied(self, wanted: Fields, before: Fields) -> Iterable[str]:
        """Objects with required fields of which a person emptied every field: they go, with what the server wrote
        into them."""
        whole = {**before, **wanted}
        for place in self.sort.needy:
            own = [
                one.name for one in self.sort.fields if one.name.startswith(f"{place}.") and not one.is_fixed
            ]
            if any(name in wanted for name in own) and all(whole.get(name) in _NOTHING for name in own):
                yield place

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        """Objects are taken apart, so that callers may name whole ones; numbers lose what only people read."""
        cleaned: Fields = {}
        for name, value in wanted.items():
            is_part = name not in self.sort.by_name and isinstance(value, Mapping) and value
            cleaned |= flat_of(value, self.sort.by_name, f"{name}.") if is_part else {name: value}
        return {name: self._cleaned(name, value) for name, value in cleaned.items()}

    def _cleaned(self, name: str, value: Any) -> Any:
        declared = self.sort.by_name.get(name)
        if declared is not None and declared.kind == "number" and isinstance(value, str):
            bare = BLANKS.sub("", value)
            return bare if _NUMBER.fullmatch(bare) else value.strip()
        return value

    # ---- judging ----

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        if self.removes:
            return {}
        refused = dict(self.sort.against(wanted, around))
        for name, value in wanted.items():
            for place, reason in self._reasons(name, value):
                refused.setdefault(place, reason)
        for name in self._lacking(wanted, before or {}):
            refused.setdefault(name, _("A value is needed."))
        return refused

    def _lacking(self, wanted: Fields, before: Fields) -> Iterable[str]:
        """Required fields that a new document would lack, or one where they were touched; inside of an object only
        where there is that object afterwards."""
        given = {name for name, value in {**before, **wanted}.items() if value not in _NOTHING}
        own = given - {one.name for one in self.sort.fields if one.is_fixed}
        for one in self.sort.family.fields:
            if not one.required or one.has_default or one.path in given:
                continue
            around = one.path.rpartition(".")[0]
            is_there = not around or any(name.startswith(f"{around}.") for name in own)
            is_touched = self.makes or any(
                name == one.path or (around and name.startswith(f"{around}.")) for name in wanted
            )
            if is_there and is_touched:
                yield one.path

    def _reasons(self, name: str, value: Any) -> Iterable[tuple[str, str]]:
        declared = self.sort.family.by_path.get(name)
        if declared is None:
            is_wrong = name in self.sort.parents and value is not None and not isinstance(value, Mapping)
            return [(name, _("This is of the wrong type."))] if is_wrong else []
        if value is None:
            return []
        found = [*reasons(self.sort.family, declared, value, name)]
        if not found and declared.kind == "number" and (reason := against_dialling(str(value))):
            found.append((name, reason))
        return found

    def same(self, name: str, left: Any, right: Any) -> bool:
        """What is empty is absent, and an absent field is what the server takes it for."""
        declared = self.sort.family.by_path.get(name)
        default = declared.default if declared is not None and declared.has_default else None
        return _meant(filled(declared, left), default) == _meant(filled(declared, right), default)

    def refused_fields(self, found: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
        """Of a document, any field may be refused: also one that was not touched."""
        return {self._place_of(name): reason for name, reason in found.items()}

    def _place_of(self, name: str) -> str:
        at = self.sort.names_at
        return f"{at}.{name}" if at and re.fullmatch(r"\+?[0-9]+", name) else name

    # ---- words ----

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        own = str(address.get(self.sort.own_name, ""))
        return self._name(before or {}) or (display(own) if own.startswith("+") else str(self.sort.label))

    def _name(self, fields: Mapping[str, Any]) -> str:
        names = [fields.get(name) for name in ("first_name", "last_name")]
        return " ".join(str(one) for one in [fields.get("name"), *names] if one)

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        if self.makes and (name := self._name(wanted)):
            return labelled(self.operation.summary, name)[:250]
        return super().summary(before, wanted, around)

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        if self.removes:
            words = _(
                "What points to it leads nowhere afterwards; its page says under “Used by” what that is."
            )
            return (Consequence(icon="unlink", tone="warn", text=said(words)),)
        if self.makes:
            return ()
        return tuple(self.sort.effects({**(before or {}), **wanted}, wanted, around))

    # ---- taking back ----

    def inverse(self, done: Done) -> Inverse | None:
        operation = self.operation
        if not operation.undone_by or (done.before is None and not self.makes):
            return None
        if self.makes:
            return (
                self._inverse(operation.undone_by, self.address_named(done.created)) if done.created else None
            )
        before = done.before or {}
        if self.removes:
            kept = {name: value for name, value in before.items() if name not in _MADE_BY_SERVER}
            note = (
                ""
                if self.sort.keeps_id
                else lazy("It gets a new identifier: what pointed to it points nowhere.")
            )
            return self._inverse(operation.undone_by, {}, kept, note=note)
        wanted = {name: before.get(name) for name in done.wanted}
        after = done.after or {}
        for name in done.wanted:  # an object that was there and empty is so again
            parts = name.split(".")
            above = [".".join(parts[:at]) for at in range(1, len(parts))]
            wanted |= {one: {} for one in above if before.get(one) == {} and one not in after}
        return self._inverse(operation.key, done.address, wanted, seen=done.after)

    def _inverse(
        self,
        key: str,
        address: Mapping[str, Any],
        wanted: Fields | None = None,
        seen: Fields | None = None,
        note: Text = "",
    ) -> Inverse:
        return Inverse(operation=key, address=address, wanted=wanted or {}, seen=seen, note=note)

    def address_named(self, identifier: str) -> dict[str, str]:
        return {self.sort.own_name: identifier} if self.sort.own_name else {}


_MADE_BY_SERVER = frozenset({"id"})
_NOTHING: tuple[Any, ...] = (None, "", [])


def schema_editors(catalog: Catalog, sorts: Sequence[Sort]) -> dict[str, Editor]:
    """The editors of all operations that these sorts name."""
    return {
        key: SchemaEditor(catalog[key], catalog, sort)
        for sort in sorts
        for key in (sort.update, sort.create, sort.remove)
        if key
    }


# ---- values ----


def _unsealed(value: Any) -> Any:
    """A cached value with the placeholder, or what may be shown, where a secret was taken out."""
    if is_secret(value):
        return value.get(SHOWN, PLACEHOLDER)
    if isinstance(value, Mapping):
        return {name: _unsealed(item) for name, item in value.items()}
    return [_unsealed(item) for item in value] if isinstance(value, list) else value


def _meant(value: Any, default: Any) -> str:
    if value in (None, "", [], {}):
        value = default if default not in ("", [], {}) else None
    return canonical_json(value)
