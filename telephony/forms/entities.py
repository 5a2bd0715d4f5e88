"""Filters of lines, numbers and other cached objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.numbers import to_e164
from portal.ui.forms import FilterForm, RowField, any_of
from telephony.models import Connection
from telephony.models.entities import EntityQuerySet
from telephony.providers.fields import DocumentField
from telephony.providers.kinds import EntityKind

STATES = any_of(
    [
        ("in_service", _("In service")),
        ("setup_pending", _("Being set up")),
        ("suspended", _("Suspended")),
        ("cancellation_pending", _("Being cancelled")),
        ("cancelled", pgettext_lazy("state of a service", "Cancelled")),
    ]
)


class EntityFilterForm(FilterForm):
    q = forms.CharField(label=_("Name, number or extension"), max_length=80)
    status = forms.ChoiceField(label=_("State"), choices=STATES)

    region = "FR"

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:  # type: ignore[override]
        values = self.cleaned_data
        if text := values["q"]:
            records = records.matching(to_e164(text, self.region) or text)
        if status := values["status"]:
            records = records.filter(status=status)
        return records


TRUE_TEXTS = ("true", "1", "True", "yes", "on")


class KindFilterForm(EntityFilterForm):
    """The filters of one kind: what it is called, its states, and its columns of few known values.

    places   `parent_remote_id` of what hangs below something that the search words fit
    """

    declared: dict[str, DocumentField] = {}
    places: Sequence[str] = ()

    @classmethod
    def for_kind(cls, kind: EntityKind, states: Iterable[tuple[str, Any]]) -> type[KindFilterForm]:
        """A form class with a filter for each state and for each column with known values."""
        declared = {f"doc_{column.path.replace('.', '_')}": column for column in kind.columns}
        declared = {name: column for name, column in declared.items() if _choices(column)}
        shown = {
            name: forms.ChoiceField(
                label=column.brief or column.label, choices=[("", _("any")), *_choices(column)]
            )
            for name, column in declared.items()
        }
        known = list(states)
        state = forms.ChoiceField(label=_("State"), choices=[("", _("any")), *known]) if known else None
        q = forms.CharField(label=_("Name or number"), max_length=80)
        members = {"q": q, "status": state, **shown, "declared": declared}
        return type(f"{kind.kind}FilterForm", (cls,), members)

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:  # type: ignore[override]
        values = self.cleaned_data
        if text := values["q"]:
            found = records.matching(to_e164(text, self.region) or text)
            records = found | records.filter(parent_remote_id__in=self.places) if self.places else found
        if status := values.get("status"):
            records = records.filter(status=status)
        for name, field in self.declared.items():
            if value := values.get(name):
                records = _narrowed(records, name, field, value)
        return records


def _choices(field: DocumentField) -> list[tuple[str, Any]]:
    if field.kind == "boolean":
        return [("yes", _("yes")), ("no", _("no"))]
    return list(field.choices) if not field.unit_path else []


def _narrowed(records: EntityQuerySet, name: str, field: DocumentField, value: str) -> EntityQuerySet:
    """The rows whose document has the value there; a list has it among its entries."""
    *above, last = field.parts
    place: Any = "document"
    for part in above:
        place = KeyTransform(part, place)
    if field.kind == "boolean":
        told = records.alias(**{name: KeyTextTransform(last, place)})
        is_true = {f"{name}__in": TRUE_TEXTS}
        return told.filter(**is_true) if value == "yes" else told.exclude(**is_true)
    told = records.alias(**{name: KeyTransform(last, place)})
    return told.filter(**{f"{name}__contains": value})


class LineFilterForm(EntityFilterForm):
    connection = RowField(
        label=_("Connection"), queryset=Connection.objects.order_by("name"), empty_label=_("any")
    )
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        kinds = {
            kind.kind: kind.plural
            for connection in self.fields["connection"].rows  # type: ignore[attr-defined]
            for kind in connection.declaration.kinds.values()
        }
        self.fields["kind"].choices = [("", _("any")), *kinds.items()]  # type: ignore[attr-defined]

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:  # type: ignore[override]
        records = super().narrow(records)
        if connection := self.cleaned_data["connection"]:
            records = records.filter(connection=connection)
        if kind := self.cleaned_data["kind"]:
            records = records.filter(kind=kind)
        return records
