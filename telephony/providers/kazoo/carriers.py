"""Several carriers changed at once: a row for each, with what decides which of them is tried.

The provider replaces each as a whole, so that what a row does not show is read beside it, and sent as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.act_forms import ActForm, AskingEditor
from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Document, Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse, Place
from telephony.providers.kazoo.editors.sorts import SORTS
from telephony.providers.operations import Catalog, Operation
from telephony.providers.phrases import said

_SORTS = {sort.kind: sort for sort in SORTS}
_SETTINGS = ("enabled", "weight_cost", "emergency")
_REST = "rest"  # what else a carrier says, its secrets among it
_FORM = ActForm(
    label=lazy("Change several carriers at once"),
    title=lazy("Change several carriers at once"),
    begins=True,
    compares=True,
    is_in_rows=True,
    none=lazy("There is no carrier yet."),
)


class CarriersEditor(AskingEditor):
    """A field is a setting of a carrier: "a1b2....weight_cost". By hand the operation takes its list of documents."""

    def __init__(self, operation: Operation, catalog: Catalog, kind: str) -> None:
        super().__init__(operation, catalog, _FORM)
        self.kind, self.reads, self.rereads = kind, (kind,), (kind,)
        self.each = catalog[operation.key.replace("updateCollection", "get")]

    def asked(self, around: Surroundings) -> tuple[Field, ...]:
        return tuple(self._fields(around))

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return self.asked(around)

    def _fields(self, around: Surroundings) -> Iterator[Field]:
        known = _SORTS[self.kind].by_name
        for carrier in sorted(around.around[self.kind], key=lambda one: str(one.get("name", "")).casefold()):
            for name in _SETTINGS:
                declared = known[name].declared
                assert declared is not None
                least, most = declared.bounds
                yield replace(
                    known[name],
                    minimum=None if least is None else int(least),
                    maximum=None if most is None else int(most),
                    name=f"{carrier['id']}.{name}",
                    group=str(carrier.get("name", "")),
                    help="",
                    required=known[name].kind != "boolean",
                    is_usual=True,
                )

    def field(self, name: str, around: Surroundings) -> Field:
        """With the carrier's name before it, where it stands alone."""
        identifier, _dot, setting = name.partition(".")
        if setting == _REST:
            return Field(name=name, label=name, kind="value", secret=True)
        found = next((one for one in self.asked(around) if one.name == name), None)
        if found is None:
            return super().field(name, around)
        return replace(found, label=format_lazy("{}: {}", found.group, found.label))

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind="")  # of many objects none is the one

    def places(self, address: Mapping[str, Any], around: Surroundings) -> tuple[Place, ...]:
        return ()

    def read_list(self, documents: Sequence[Document]) -> Fields:
        known = _SORTS[self.kind].by_name
        found: Fields = {}
        for one in documents:
            for name in _SETTINGS:
                declared = known[name].declared
                assert declared is not None
                found[f"{one['id']}.{name}"] = one.get(name, declared.default)
            found[f"{one['id']}.{_REST}"] = {
                name: value for name, value in one.items() if name not in (*_SETTINGS, "id")
            }
        return found

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return Editor.clean(self, wanted, around)

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        return {} if "data" in wanted else Editor.check(self, wanted, before, around)

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        if "data" in wanted:
            return dict(wanted)
        held = before or {}
        carriers = dict.fromkeys(name.partition(".")[0] for name in wanted)
        return {"data": [self._whole(one, {**held, **wanted}) for one in carriers]}

    def _whole(self, identifier: str, fields: Fields) -> Fields:
        own = {name: fields[f"{identifier}.{name}"] for name in _SETTINGS}
        return {**fields[f"{identifier}.{_REST}"], **own, "id": identifier}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("Several carriers")

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        if before is None or not any(name.endswith(".weight_cost") for name in wanted):
            return ()
        after = {**before, **wanted}
        tried = [
            (after[name], str(self.field(name, around).group))
            for name in after
            if name.endswith(".weight_cost") and after.get(f"{name.partition('.')[0]}.enabled")
        ]
        order = ", ".join(name for _cost, name in sorted(tried))
        return (
            Consequence(
                icon="arrows-sort", text=said(_("They are tried in this order: {order}."), order=order)
            ),
        )

    def inverse(self, done: Done) -> Inverse | None:
        if "data" in done.wanted or done.before is None:
            return None
        wanted = {name: done.before.get(name) for name in done.wanted}
        return Inverse(operation=self.operation.key, address=done.address, wanted=wanted, seen=done.after)


def carriers_editors(catalog: Catalog) -> dict[str, Editor]:
    kinds = {"localResources": "resource", "globalResources": "global_resource"}
    return {
        (key := f"{name}.updateCollection"): CarriersEditor(catalog[key], catalog, kind)
        for name, kind in kinds.items()
    }
