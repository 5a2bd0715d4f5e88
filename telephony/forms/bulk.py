"""Forms of edits of many objects: which operation, which of its fields and what they are to be; how to start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.ui.forms import FilterForm, any_of
from telephony.forms.editing import EditForm, WhyForm
from telephony.models import BulkRow
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Editor

TICK, HOW = "_change_", "_how_"  # no provider has fields whose names begin so
Row = tuple[forms.BoundField, forms.BoundField, forms.BoundField | None]
LISTS = ("numbers", "choices", "texts", "integers", "refs")
WAYS = (("replace", _("Replace the whole list")), ("add", _("Add these")), ("remove", _("Take these away")))


@dataclass(frozen=True, kw_only=True)
class FoldedRows:
    """Fields that open on demand."""

    heading: str
    rows: Sequence[Row]
    is_open: bool


class BulkForm(EditForm):
    """The fields of an operation, each with a tick: only what is ticked is changed."""

    def __init__(
        self,
        fields: Sequence[Field],
        around: Surroundings,
        *,
        editor: Editor,
        data: Any = None,
        **kwargs: Any,
    ) -> None:
        told = [_told(one) for one in fields]
        super().__init__(told, around, seen={one.name: None for one in fields}, data=data, **kwargs)
        self.editor, self.around = editor, around
        for one in self.declared:
            self.fields[one.name].required = False
            self.fields[TICK + one.name] = forms.BooleanField(
                label=_("Change: %(field)s") % {"field": one.label}, required=False
            )
            if one.kind in LISTS:
                self.fields[HOW + one.name] = forms.ChoiceField(
                    label=_("How: %(field)s") % {"field": one.label},
                    choices=WAYS,
                    initial=WAYS[0][0],
                    required=False,
                )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not any(values.get(TICK + one.name) for one in self.declared):
            return values
        wanted = self.editor.clean(self.wanted(), self.around)
        for name, reason in Editor.check(self.editor, wanted, None, self.around).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, reason)
        return values

    def wanted(self) -> Fields:
        ticked = {one.name for one in self.declared if self.cleaned_data.get(TICK + one.name)}
        return {name: value for name, value in super().wanted().items() if name in ticked}

    def how(self) -> dict[str, str]:
        """For the lists that are wanted, where not the whole list is: "add" or "remove", by field."""
        ways = {name: self.cleaned_data.get(HOW + name) for name in self.wanted()}
        return {name: way for name, way in ways.items() if way in ("add", "remove")}

    def rows(self) -> Iterator[Row]:
        """Each tick with its field, and how a list is to be changed; without those that are folded."""
        return self._rows([one for one in self.declared if one not in self._folded])

    def folded_rows(self) -> Iterator[FoldedRows]:
        """Fields that are rarely needed, under their headings."""
        groups: dict[str, list[Field]] = {}
        for one in self._folded:
            groups.setdefault(str(one.group), []).append(one)
        for heading, fields in groups.items():
            rows = list(self._rows(fields))
            is_open = any(tick.value() or field.errors for tick, field, _how in rows)
            yield FoldedRows(heading=heading, rows=rows, is_open=is_open)

    def _rows(self, fields: Sequence[Field]) -> Iterator[Row]:
        for one in fields:
            how = self[HOW + one.name] if one.kind in LISTS else None
            yield self[TICK + one.name], self[one.name], how


def _told(one: Field) -> Field:
    """A switch as two words to choose from: a box beside the box that says "change this" says too little."""
    if one.kind != "boolean" or one.words is not None:
        return one
    return replace(one, words=lambda value, _around: _("yes") if value else _("no"))


class StartForm(WhyForm):
    """How a previewed job is to run."""

    allows_bad = forms.BooleanField(
        label=_("Write the others although some rows are not possible"), required=False
    )
    stops_at_first = forms.BooleanField(
        label=_("Pause after the first row that goes wrong"),
        required=False,
        help_text=_("Otherwise a conflict or a refusal of one row stops no other."),
    )

    def __init__(self, *args: Any, good: int | None = None, **kwargs: Any) -> None:
        """`good` is how many rows can be written, where that is known."""
        super().__init__(*args, **kwargs)
        if good is not None:
            self.fields["allows_bad"].label = ngettext_lazy(
                "Write the %(n)s good row although others are not possible",
                "Write the %(n)s good rows although others are not possible",
                good,
            ) % {"n": good}


class BulkRowFilterForm(FilterForm):
    q = forms.CharField(label=_("Object"), max_length=80)
    state = forms.ChoiceField(label=_("State"), choices=any_of(BulkRow.State))

    def narrow(self, records: Any) -> Any:
        values = self.cleaned_data
        if text := values["q"]:
            records = records.filter(label__icontains=text)
        if state := values["state"]:
            records = records.filter(state=state)
        return records
