"""How forms are drawn, and the base of every list's filter form.

A field is label, control, help, error at the field. Filters are a GET form whose state is the address.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self, cast

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from portal.ui import drawing, formats
from portal.ui.controls import drawn_choices, drawn_input, flat
from portal.ui.kept import KeptTexts

MOST_RADIOS = 12
_fields = KeptTexts()  # drawn filters


class HouseRenderer(TemplatesSetting):
    """Forms, fields and errors in the house look (templates/components)."""

    form_template_name = "components/form.html"
    formset_template_name = "components/formset.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Fields are drawn by drawing.py."""
        if template_name == self.field_template_name:
            return drawing.field(context["field"])
        return super().render(template_name, context, request)


class ReadyChoices(BaseChoiceIterator):
    """Choices that are pairs already: Django, which takes any others apart at each copy of their field, leaves these."""

    def __init__(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        self.pairs = tuple(pairs)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self


class FixedChoices(ReadyChoices):
    """Those that are the same at every request: forms share them, and what was drawn of them is kept."""

    __eq__, __hash__ = object.__eq__, object.__hash__


# The empty choice of a filter, for what has a gender of its own in many languages; a state has "any".
ANY_ONE = pgettext_lazy("a line, a connection, a person", "any")


def any_of(choices: Any) -> FixedChoices:
    """Choices of an enum with "any" in front, for a filter."""
    return FixedChoices([("", gettext_lazy("any")), *getattr(choices, "choices", choices)])


# ---- periods ----


@dataclass(frozen=True)
class Period:
    """Half-open, aware; an open end is None."""

    start: dt.datetime | None
    end: dt.datetime | None
    label: str


class PeriodWidget(forms.MultiWidget):
    """A named period, or two dates; in the address `?period=7d` or `?period=dates&period_from=...&period_to=...`."""

    def __init__(self, choices: Any = (), attrs: dict[str, Any] | None = None) -> None:
        date_attrs = {"type": "date", "class": "form-control"}
        super().__init__(
            {
                "": forms.Select(choices=choices, attrs={"class": "form-select"}),
                "from": forms.DateInput(
                    format="%Y-%m-%d", attrs={**date_attrs, "aria-label": gettext_lazy("From")}
                ),
                "to": forms.DateInput(
                    format="%Y-%m-%d", attrs={**date_attrs, "aria-label": gettext_lazy("To and with")}
                ),
            },
            attrs,
        )

    def decompress(self, value: Any) -> list[Any]:
        return [value, None, None]

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        given = self.build_attrs(self.attrs, attrs)
        values = value if isinstance(value, (list, tuple)) else self.decompress(value)
        controls = []
        for index, (suffix, widget) in enumerate(zip(self.widgets_names, self.widgets, strict=True)):  # type: ignore[attr-defined]
            own = widget.build_attrs(widget.attrs, given)
            own["id"] = f"{given.get('id', name)}_{index}"
            one = values[index] if index < len(values) else None
            draw = drawn_choices if isinstance(widget, forms.Select) else drawn_input
            controls.append(draw(widget, f"{name}{suffix}", one, own))
        return format_html('<span class="sb-range">{}{}{}</span>', *controls)


def _days_words(first: dt.date | None, last: dt.date | None) -> str:
    """ "29 Nov 2026", "23 Nov – 29 Nov 2026", "… – 29 Nov 2026"."""
    is_of_year = first is not None and last is not None and first.year == last.year
    words = [
        formats.date_words(day, pattern).replace(" ", formats.NBSP) if day else "…"
        for day, pattern in (
            (first, formats.SHORT_DAY if is_of_year else formats.SHORT_DATE),
            (last, formats.SHORT_DATE),
        )
    ]
    return words[1] if first == last else " – ".join(words)


YEARS = range(1970, 2200)


def in_reach(day: dt.date) -> None:
    """Of a day or a moment: beyond these years it has no midnight in every zone."""
    if day.year not in YEARS:
        told = {"first": YEARS[0], "last": YEARS[-1]}
        raise forms.ValidationError(_("Choose a day from %(first)d to %(last)d."), code="far", params=told)


class DayField(forms.DateField):
    default_validators = [in_reach]


class MomentField(forms.DateTimeField):
    default_validators = [in_reach]


class PeriodField(forms.MultiValueField):
    """Cleans to a Period in the zone now in force, or None for all time."""

    PRESETS: ClassVar[dict[str, str | Promise]] = {
        "": gettext_lazy("any time"),
        "today": gettext_lazy("today"),
        "yesterday": gettext_lazy("yesterday"),
        "7d": gettext_lazy("last 7 days"),
        "30d": gettext_lazy("last 30 days"),
        "month": gettext_lazy("this month"),
        "last_month": gettext_lazy("last month"),
        "year": gettext_lazy("this year"),
        "dates": gettext_lazy("from one date to another"),
    }

    choices: ClassVar = FixedChoices(PRESETS.items())

    def __init__(self, **kwargs: Any) -> None:
        presets = self.choices
        fields = (
            forms.ChoiceField(choices=presets, required=False),
            DayField(required=False),
            DayField(required=False),
        )
        kwargs.setdefault("required", False)
        super().__init__(fields, require_all_fields=False, widget=PeriodWidget(presets), **kwargs)

    def __deepcopy__(self, memo: Any) -> PeriodField:
        """A form's own; what it is made of is the same in all of them."""
        return copy(self)

    def compress(self, data_list: list[Any]) -> Period | None:
        if not data_list:
            return None
        name, first, last = data_list
        if first or last:
            return self._between(first, last)
        days = self._days(name, timezone.localdate())
        if days is None:
            return None
        return Period(midnight(days[0]), midnight(days[1]), str(self.PRESETS[name]))

    def _between(self, first: dt.date | None, last: dt.date | None) -> Period:
        if first and last and last < first:
            raise forms.ValidationError(_("The period ends before it begins."), code="backwards")
        end = midnight(last + dt.timedelta(days=1)) if last else None
        return Period(midnight(first) if first else None, end, _days_words(first, last))

    @staticmethod
    def _days(name: str, today: dt.date) -> tuple[dt.date, dt.date] | None:
        one, month = dt.timedelta(days=1), today.replace(day=1)
        return {
            "today": (today, today + one),
            "yesterday": (today - one, today),
            "7d": (today - 6 * one, today + one),
            "30d": (today - 29 * one, today + one),
            "month": (month, today + one),
            "last_month": ((month - one).replace(day=1), month),
            "year": (today.replace(month=1, day=1), today + one),
        }.get(name)


def midnight(day: dt.date) -> dt.datetime:
    """The first instant of a day in the zone now in force."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


# ---- filters ----


LONGEST_KEY = 18  # digits of a row's


class RowsOfField(ModelChoiceIterator):
    """The options of a RowField, from its rows."""

    field: RowField

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row in self.field.rows:
            yield row.pk, self.field.label_from_instance(row)

    def __len__(self) -> int:
        return len(self.field.rows) + (self.field.empty_label is not None)

    def __bool__(self) -> bool:
        return len(self) > 0


class RowField(forms.ModelChoiceField):
    """One row of a table, for filters: its rows are read once a form, for options, words and validation alike.

    gone   rows that are not offered any more, and may still be asked for by an address
    """

    iterator = RowsOfField
    _rows: list[Any] | None = None

    def __init__(self, *args: Any, gone: QuerySet | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gone = gone

    @property
    def rows(self) -> list[Any]:
        if self._rows is None:
            self._rows = list(self.queryset.all())
        return self._rows

    @rows.setter
    def rows(self, rows: Iterable[Any]) -> None:
        """Take rows that somebody has read already."""
        self._rows = list(rows)

    def _set_queryset(self, queryset: QuerySet | None) -> None:
        self._rows = None
        super()._set_queryset(queryset)  # type: ignore[misc]

    queryset = property(forms.ModelChoiceField._get_queryset, _set_queryset)  # type: ignore[attr-defined]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        key = str(getattr(value, "pk", value))
        for row in self.rows:
            if str(row.pk) == key:
                return row
        if (row := self._gone_row(key)) is not None:
            self.rows = [*self.rows, row]
            return row
        raise forms.ValidationError(
            self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
        )

    def _gone_row(self, key: str) -> Any:
        if self.gone is None or not key.isdecimal() or len(key) > LONGEST_KEY:
            return None
        return self.gone.filter(pk=key).first()


@dataclass(frozen=True)
class FilterPill:
    """One filter as it stands: what it is set to in words, and the parameters that a cross removes."""

    field: forms.BoundField
    text: str
    is_on: bool
    parameters: tuple[str, ...]

    @property
    def drawn(self) -> SafeString:
        """The field that the pill opens. One of fixed choices looks the same wherever the same is chosen."""
        bound = self.field
        choices = getattr(bound.field, "choices", None)
        if bound.errors or not isinstance(choices, FixedChoices):
            return bound.as_field_group()
        widget = bound.field.widget
        place = bound.html_name, bound.auto_id, type(widget), str(widget.attrs)
        words = str(bound.label), str(bound.help_text), str(bound.value()), get_language()
        return _fields.of((choices, *place, *words), bound.as_field_group)

    @property
    def is_immediate(self) -> bool:
        """One choice is enough to know: the list follows at once, without Apply."""
        return isinstance(self.field.field.widget, forms.RadioSelect)


class FilterForm(forms.Form):
    """Filters of a list. Subclasses declare fields and write `narrow`; a field named `q` is the search box.

    Every field is optional. `rows` are those of RowFields that the page has read already.

    A value that does not validate narrows nothing and says so at the field.
    """

    use_required_attribute = False
    search_field: ClassVar[str] = "q"

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *args: Any,
        rows: Mapping[str, Sequence[Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(data if data is not None else {}, *args, **kwargs)
        for name, known in (rows or {}).items():
            cast(RowField, self.fields[name]).rows = list(known)
        for name, field in self.fields.items():
            field.required = False
            if type(field.widget) is forms.Select and isinstance(field, forms.ChoiceField):
                choices = field.widget.choices
                if len(choices) <= MOST_RADIOS:  # type: ignore[arg-type]
                    own = choices if isinstance(choices, FixedChoices) else list(choices)
                    field.widget = forms.RadioSelect(choices=own, attrs={"data-filter-now": True})
            if name == self.search_field:
                field.widget.attrs.setdefault("type", "search")

    def narrow(self, records: QuerySet) -> QuerySet:
        """Apply the valid fields; an empty field narrows nothing."""
        return records

    def apply(self, records: QuerySet) -> QuerySet:
        """Validate, then narrow."""
        self.validate()
        return self.narrow(records)

    def validate(self) -> None:
        """What is not valid counts as empty."""
        self.full_clean()
        self.__dict__.pop("pills", None)  # they say what was valid
        for name, field in self.fields.items():
            self.cleaned_data.setdefault(name, [] if isinstance(field, forms.MultipleChoiceField) else None)

    @property
    def search(self) -> forms.BoundField | None:
        return self[self.search_field] if self.search_field in self.fields else None

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(pill.is_on for pill in self.pills) or bool(self.search and self.search.value())

    @cached_property
    def pills(self) -> list[FilterPill]:
        return [
            self._pill(bound) for bound in self if bound.name != self.search_field and not bound.is_hidden
        ]

    def _pill(self, bound: forms.BoundField) -> FilterPill:
        names = tuple(self._parameter_names(bound))
        text = " ".join(filter(None, self._words(bound)))
        return FilterPill(bound, text or str(self._usual(bound.field)), is_on=bool(text), parameters=names)

    @staticmethod
    def _usual(field: forms.Field) -> str | Promise:
        """What holds where a filter is not set: what its empty choice is called."""
        label = getattr(field, "empty_label", None)
        if label is None and isinstance(field, forms.ChoiceField):
            label = next((words for value, words in flat(field.choices) if value == ""), None)
        return label or _("any")

    def _parameter_names(self, bound: forms.BoundField) -> Iterator[str]:
        widget = bound.field.widget
        if isinstance(widget, forms.MultiWidget):
            yield from (f"{bound.html_name}{suffix}" for suffix in widget.widgets_names)  # type: ignore[attr-defined]
        else:
            yield bound.html_name

    def _words(self, bound: forms.BoundField) -> Iterator[str]:
        """The set value in words: names of choices, at most two of them, or the text itself."""
        value = self.cleaned_data.get(bound.name) if self.is_valid_field(bound.name) else None
        if isinstance(value, Period):
            yield value.label
        elif isinstance(bound.field, forms.MultipleChoiceField):
            labels = {str(key): str(label) for key, label in flat(bound.field.choices)}
            chosen = [labels.get(str(item), str(item)) for item in value or ()]
            if len(chosen) > 2:
                yield ngettext("%(count)s chosen", "%(count)s chosen", len(chosen)) % {"count": len(chosen)}
            else:
                yield ", ".join(chosen)
        elif isinstance(bound.field, forms.ModelChoiceField):
            yield bound.field.label_from_instance(value) if value is not None else ""
        elif isinstance(bound.field, forms.ChoiceField):
            if value not in (None, ""):
                labels = {str(key): label for key, label in flat(bound.field.choices)}
                yield str(labels.get(str(value), value))
        elif isinstance(bound.field, forms.BooleanField):
            yield _("yes") if value else ""
        elif isinstance(value, dt.datetime):
            yield formats.moment(value, seconds=True)
        elif value not in (None, ""):
            yield str(value)

    def is_valid_field(self, name: str) -> bool:
        return self.is_bound and name not in self.errors
