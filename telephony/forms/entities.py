"""Filters of lines, numbers and other cached objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.numbers import to_e164
from portal.ui.forms import ANY_ONE, FilterForm, RowField, any_of
from telephony.models import Connection
from telephony.models.entities import EntityQuerySet
from telephony.models.entity_search import EntitySearch
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

    def as_search(self) -> EntitySearch:
        """What the valid fields ask for; call after the form was cleaned."""
        values = self.cleaned_data
        text = values["q"]
        return EntitySearch(
            words=(to_e164(text, self.region) or text) if text else "", status=values.get("status") or ""
        )

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:  # type: ignore[override]
        return self.as_search().narrow(records)


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

    def as_search(self) -> EntitySearch:
        values = self.cleaned_data
        holds = [
            (field.path, field.kind, value)
            for name, field in self.declared.items()
            if (value := values.get(name))
        ]
        return replace(super().as_search(), places=tuple(self.places), holds=tuple(holds))


def _choices(field: DocumentField) -> list[tuple[str, Any]]:
    if field.kind == "boolean":
        return [("yes", _("yes")), ("no", _("no"))]
    return list(field.choices) if not field.unit_path else []


class LineFilterForm(EntityFilterForm):
    connection = RowField(
        label=_("Connection"), queryset=Connection.objects.order_by("name_key"), empty_label=ANY_ONE
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

    def as_search(self) -> EntitySearch:
        connection, kind = self.cleaned_data["connection"], self.cleaned_data["kind"]
        return replace(
            super().as_search(),
            connections=(connection.pk,) if connection else (),
            kinds=(kind,) if kind else (),
        )
