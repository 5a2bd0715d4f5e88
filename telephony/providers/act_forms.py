"""Forms of acts in words of their own: what is asked of a person before something is done, and what is sent of it.

    ACT_FORMS = {"conference.addParticipant": ActForm(label=_("Call somebody in"), title=_("Call somebody into the room"),
                                                      fields=(Field(name="number", label=_("Whom to call"), ...),)), ...}
    EDITORS = asking_editors(CATALOG, ACT_FORMS)

A field is named as the parameter that it is, wherever that travels; where the form asks in another way than the operation
takes it, `made` says what becomes of it. The page of the form leads to the preview, as every form does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from telephony.providers.client import Answer
from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Field, Fields, Surroundings, reason_against
from telephony.providers.editing import Done, Editor, Inverse
from telephony.providers.generic_editing import GenericEditor
from telephony.providers.live import Rows, rows_of
from telephony.providers.operations import Catalog, Operation, Place, Text
from telephony.providers.phrases import said

OFFERED = "$offered"  # no kind of object is called so


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What is sent of a form: declared values by name, wherever they travel, and what else stands in the body."""

    values: Fields
    data: Fields = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ActForm:
    """The form of one act.

    label    what the button says that leads to it
    title    its heading; `verb` what the button of the preview says; `what` the act as a thing, on a line: "Call"
    says     what it means, for the preview; `icon` beside it
    fields   what is asked; `more` names values that only the preview shows
    made     what is sent of the fields that were filled in
    check    what is wrong with them, by field
    begins   the form begins with what the provider has now, and only what differs is sent
    compares   what is sent is compared with what the provider has then, field by field
    is_in_rows   its groups are objects, each on a line
    first    what stands in the form at first
    none     what it says where nothing is there to be asked about
    chosen_from   the read whose `rows` its fields offer; they are asked when the form opens, and stand in the
             surroundings as `OFFERED`, unless the provider does not tell them
    """

    label: Text
    title: Text
    what: Text = ""
    fields: tuple[Field, ...] = ()
    more: tuple[Field, ...] = ()
    verb: Text = ""
    says: Text = ""
    icon: str = "info-circle"
    made: Callable[[Fields, Surroundings], Sent] = lambda fields, around: Sent(values=fields)
    check: Callable[[Fields], Mapping[str, str]] = lambda fields: {}
    begins: bool = False
    compares: bool = False
    is_in_rows: bool = False
    first: Callable[[Surroundings], Fields] = lambda around: {}
    none: Text = ""
    chosen_from: str = ""
    rows: Callable[[Answer], Rows] = rows_of


class AskingEditor(GenericEditor):
    """An act with a form of its own. By hand it takes what the operation takes."""

    is_act = True

    def __init__(self, operation: Operation, catalog: Catalog, form: ActForm) -> None:
        super().__init__(operation, catalog)
        self.asks = form
        self.title, self.verb = form.title, form.verb
        self._elsewhere = {one.name for one in operation.params if one.place not in (Place.BODY, Place.WHOLE)}

    @property
    def makes(self) -> bool:
        return bool(self.reading and self.reading.collection and ".create" in self.operation.key)

    def asked(self, around: Surroundings) -> tuple[Field, ...]:
        """What the form asks."""
        assert self.asks is not None
        return self.asks.fields

    def refused(self, filled: Fields, around: Surroundings) -> dict[str, str]:
        """Reasons against what was filled in, by field: each by what it declares, then all of them together. What a form
        began with and nobody touched is not filled in."""
        assert self.asks is not None
        alone = {
            one.name: reason
            for one in self.asked(around)
            if one.name in filled or not self.asks.begins
            if (reason := _reason_against(one, filled.get(one.name)))
        }
        return {**self.asks.check(filled), **alone}

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        assert self.asks is not None
        return (*self.asks.fields, *self.asks.more)

    def field(self, name: str, around: Surroundings) -> Field:
        return replace(super().field(name, around), is_sparse=False)

    def read_list(self, documents: Any) -> Fields:
        """A list that the act adds to says nothing of what is sent."""
        return {}

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        """What is said in the address is shown with the rest."""
        told = {one.name for one in self.fields(around)} & self._elsewhere
        here = {name: around.address[name] for name in told if around.address.get(name) not in (None, "")}
        return {**here, **super().clean(wanted, around)}

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        """The client judges what is sent, by what the operation takes."""
        return {}

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return super().body(
            {name: value for name, value in wanted.items() if name not in self._elsewhere}, before
        )

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        """The names of the objects in the address; on a line what is done there, as its name stands beside it."""
        assert self.asks is not None
        if around.line_name and self.asks.what:
            return str(self.asks.what)
        names = []
        for param in self.operation.params:
            kind, value = param.kind.removeprefix("ref:"), str(address.get(param.name, ""))
            if param.place is Place.PATH and kind != param.kind and value:
                names.append(around.named(kind, [value]).get(value, ""))
        return " ".join(filter(None, names)) or str(self.title)

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        assert self.asks is not None
        return (Consequence(icon=self.asks.icon, text=said(self.asks.says)),) if self.asks.says else ()

    def inverse(self, done: Done) -> Inverse | None:
        undone_by = self.operation.undone_by
        if not self.makes or not undone_by:
            return super().inverse(done)
        if not done.created:
            return None
        own = self._catalog[undone_by].path_names[-1]
        return Inverse(operation=undone_by, address={**done.address, own: done.created}, wanted={})


def _reason_against(one: Field, value: Any) -> str:
    """Why a filled-in value cannot be sent, "" if it can."""
    if isinstance(value, str) and value and one.pattern and not re.fullmatch(one.pattern, value):
        return reason_against(one, value) or _("This is not of the expected form.")
    return reason_against(one, value)


def asking_editors(catalog: Catalog, forms: Mapping[str, ActForm]) -> dict[str, Editor]:
    return {key: AskingEditor(catalog[key], catalog, form) for key, form in forms.items()}
