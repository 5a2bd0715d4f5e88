"""Forms of opening hours: a week, holidays, exceptions, and rules that are taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import time_zones
from portal.ui.forms import DayField, MomentField
from telephony.models import HolidayChoice, HoursException, OpeningHours
from telephony.providers.holiday_calendar import COUNTRIES, regions_of
from telephony.providers.hours import DAY
from telephony.providers.hours_keeping import CLOSED, LEFT, OPEN

if TYPE_CHECKING:
    from telephony.services.hours_reading import FoundRule
    from telephony.services.opening_hours import HolidayRow

SLOTS = 4  # intervals of a day
LONGEST_EXCEPTION = timedelta(days=400)
Pair = list[int]


def time_field(label: Any, **kwargs: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "form-control sb-time"})
    return forms.TimeField(label=label, required=False, widget=widget, **kwargs)


def date_field(label: Any) -> DayField:
    return DayField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


def to_minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def to_time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def calendars() -> list[tuple[str, Any]]:
    """No calendar, a country, a region of it: "", "FR", "FR/57"."""
    found: list[tuple[str, Any]] = [("", gettext_lazy("None"))]
    for code, name in COUNTRIES.items():
        regions = [(f"{code}/{region}", f"{name}, {label}") for region, label in regions_of(code)]
        found.append((name, [(code, name), *regions]))  # type: ignore[arg-type]
    return found


class PairsForm(forms.Form):
    """Pairs of times that belong together: `NAME-0-from`, `NAME-0-to`."""

    def add_pairs(self, name: str, pairs: Sequence[Sequence[int]], count: int) -> None:
        for slot in range(count):
            self.fields[f"{name}-{slot}-from"] = time_field(_("from"))
            self.fields[f"{name}-{slot}-to"] = time_field(_("to"))
            if slot < len(pairs):
                begin, end = pairs[slot]
                self.initial[f"{name}-{slot}-from"] = to_time(begin)
                self.initial[f"{name}-{slot}-to"] = to_time(end)

    def pairs(self, name: str, count: int) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        for slot in range(count):
            yield self[f"{name}-{slot}-from"], self[f"{name}-{slot}-to"]

    def clean_pairs(self, name: str, count: int) -> list[Pair]:
        """What is filled in; half a pair is refused at the half that is missing."""
        found = []
        for slot in range(count):
            begin = self.cleaned_data.get(f"{name}-{slot}-from")
            end = self.cleaned_data.get(f"{name}-{slot}-to")
            if (begin is None) != (end is None):
                missing = f"{name}-{slot}-{'from' if begin is None else 'to'}"
                if missing not in self.errors:
                    self.add_error(missing, _("This is needed."))
            elif begin is not None and end is not None:
                found.append([to_minute(begin), to_minute(end)])
        return found


@dataclass(frozen=True)
class DayRow:
    """One day of the form of a week."""

    index: int
    name: str
    pairs: list[tuple[forms.BoundField, forms.BoundField]]


class HoursForm(PairsForm):
    """Name, zone, calendar and week of a schedule."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)
    calendar = forms.ChoiceField(
        label=gettext_lazy("Public holidays of"),
        required=False,
        choices=calendars,
        help_text=gettext_lazy("Each of them can be switched off, or made a shorter day, afterwards."),
    )

    def __init__(self, data: Any = None, *, row: OpeningHours) -> None:
        calendar = "/".join(part for part in (row.country, row.region) if part)
        initial = {"name": row.name, "time_zone": row.time_zone, "calendar": calendar}
        super().__init__(data, initial=initial)
        self.row = row
        usual = _("The tenant's: %(zone)s") % {"zone": row.tenant.time_zone}
        self.fields["time_zone"].choices = [("", usual), *time_zones()]  # type: ignore[attr-defined]
        for index in range(7):
            self.add_pairs(f"d{index}", row.week[index] if row.week else [], SLOTS)

    def days(self) -> list[DayRow]:
        return [
            DayRow(index, str(WEEKDAYS[index]), list(self.pairs(f"d{index}", SLOTS))) for index in range(7)
        ]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if OpeningHours.objects.filter(name=name).exclude(pk=self.row.pk).exists():
            raise forms.ValidationError(_("Other opening hours have this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["week"] = [self.clean_pairs(f"d{index}", SLOTS) for index in range(7)]
        return self.cleaned_data

    def filled(self) -> OpeningHours:
        """The row with what was typed; call after `is_valid`."""
        data = self.cleaned_data
        country, _slash, region = data["calendar"].partition("/")
        self.row.name, self.row.time_zone, self.row.week = data["name"], data["time_zone"], data["week"]
        self.row.country, self.row.region = country, region
        return self.row


@dataclass(frozen=True)
class HolidayLine:
    """One public holiday of the form."""

    row: HolidayRow
    treatment: forms.BoundField
    begin: forms.BoundField
    end: forms.BoundField


class HolidaysForm(PairsForm):
    """What becomes of each public holiday: `h3` and, for a shorter day, `h3-0-from` and `h3-0-to`."""

    def __init__(self, data: Any = None, *, rows: Sequence[HolidayRow]) -> None:
        super().__init__(data)
        self.rows = rows
        for index, row in enumerate(rows):
            self.fields[f"h{index}"] = forms.ChoiceField(
                label=row.holiday.name,
                choices=HolidayChoice.Treatment.choices,
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.initial[f"h{index}"] = row.treatment
            self.add_pairs(f"h{index}", [(span.begin, span.end) for span in row.spans], 1)

    def lines(self) -> Iterator[HolidayLine]:
        for index, row in enumerate(self.rows):
            ((begin, end),) = self.pairs(f"h{index}", 1)
            yield HolidayLine(row, self[f"h{index}"], begin, end)

    def clean(self) -> dict[str, Any]:
        choices = []
        for index, row in enumerate(self.rows):
            treatment = self.cleaned_data.get(f"h{index}")
            spans = self.clean_pairs(f"h{index}", 1)
            if treatment == HolidayChoice.Treatment.SHORTER:
                if not spans and f"h{index}-0-from" not in self.errors:
                    self.add_error(f"h{index}-0-from", _("Say from when until when it is open."))
                if spans and spans[0][1] and spans[0][0] >= spans[0][1]:
                    self.add_error(f"h{index}-0-to", _("A shorter day ends after it begins."))
            else:
                spans = []
            if treatment and treatment != HolidayChoice.Treatment.CLOSED:
                choices.append(HolidayChoice(key=row.holiday.key, treatment=treatment, spans=spans))
        self.cleaned_data["choices"] = choices
        return self.cleaned_data


class ExceptionForm(PairsForm):
    """A time in which something else holds. Without times of the day, whole days."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("As “Inventory” or “Works”.")
    )
    means = forms.ChoiceField(
        label=gettext_lazy("Then"), choices=HoursException.Means.choices, widget=forms.RadioSelect
    )
    begins_on = date_field(gettext_lazy("First day"))
    begins_at = time_field(gettext_lazy("from"), help_text=gettext_lazy("Empty: the whole day."))
    ends_on = date_field(gettext_lazy("Last day"))
    ends_at = time_field(gettext_lazy("until"), help_text=gettext_lazy("Empty: the whole day."))

    def __init__(self, data: Any = None, *, one: HoursException) -> None:
        initial: dict[str, Any] = {"name": one.name, "means": one.means}
        if one.pk:
            initial |= {"begins_on": one.begins_on, "ends_on": one.ends_on}
            if one.begins_minute:
                initial["begins_at"] = to_time(one.begins_minute)
            if one.ends_minute != DAY:
                initial["ends_at"] = to_time(one.ends_minute)
        super().__init__(data, initial=initial)
        self.one = one
        self.add_pairs("own", one.spans, SLOTS)

    def own_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return list(self.pairs("own", SLOTS))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        data["spans"] = self.clean_pairs("own", SLOTS)
        if data.get("means") == HoursException.Means.HOURS:
            self._check_own(data["spans"])
        first, last = data.get("begins_on"), data.get("ends_on")
        if first and last:
            self._check_length(first, last)
        return data

    def _check_own(self, spans: list[Pair]) -> None:
        if not spans and "own-0-from" not in self.errors:
            self.add_error("own-0-from", _("Say from when until when it is open."))
        for slot, (begin, end) in enumerate(spans):
            if end and begin >= end:
                self.add_error(f"own-{slot}-to", _("It must end after it begins, at midnight at the latest."))

    def _check_length(self, first: date, last: date) -> None:
        begin = datetime.combine(first, self.cleaned_data.get("begins_at") or time())
        ends_at = self.cleaned_data.get("ends_at")
        end = (
            datetime.combine(last, ends_at) if ends_at else datetime.combine(last, time()) + timedelta(days=1)
        )
        if end <= begin:
            self.add_error("ends_on", _("It must end after it begins."))
        elif end - begin > LONGEST_EXCEPTION:
            self.add_error("ends_on", _("An exception is at most 400 days long; change the week instead."))

    def filled(self) -> HoursException:
        data, one = self.cleaned_data, self.one
        one.name, one.means = data["name"], data["means"]
        one.begins_on, one.ends_on = data["begins_on"], data["ends_on"]
        one.begins_minute = to_minute(data["begins_at"]) if data["begins_at"] else 0
        one.ends_minute = to_minute(data["ends_at"]) if data["ends_at"] else DAY
        one.spans = data["spans"] if one.means == HoursException.Means.HOURS else []
        return one


class InstantForm(forms.Form):
    """A moment of the wall clock to ask about."""

    at = MomentField(
        label=gettext_lazy("Day and time"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )


ROLES = (
    (OPEN, gettext_lazy("Open times")),
    (CLOSED, gettext_lazy("Closed times")),
    (LEFT, gettext_lazy("Leave alone")),
)


class TakeOverForm(forms.Form):
    """Which rules of a connection become opening hours, and what each of them means."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zones,
        help_text=gettext_lazy("A rule knows none; it is the account's, unless the callflow says another."),
    )
    country = forms.ChoiceField(label=gettext_lazy("Public holidays of"), required=False)

    def __init__(self, *args: Any, rules: Sequence[FoundRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        self.fields["country"].choices = [("", _("None")), *COUNTRIES.items()]  # type: ignore[attr-defined]
        for rule in rules:
            if not rule.reason:
                self.fields[rule.name] = forms.ChoiceField(
                    label=rule.entity.name,
                    choices=ROLES,
                    initial=rule.role,
                    widget=forms.Select(attrs={"class": "form-select"}),
                )

    def lines(self) -> Iterator[tuple[FoundRule, forms.BoundField | None]]:
        for rule in self.rules:
            yield rule, None if rule.reason else self[rule.name]

    def roles(self) -> dict[int, str]:
        """What each rule means, by the id of its entity, without those left alone; call after `is_valid`."""
        found = {rule.entity.pk: self.cleaned_data[rule.name] for rule in self.rules if not rule.reason}
        return {pk: role for pk, role in found.items() if role != LEFT}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if OpeningHours.objects.filter(name=name).exists():
            raise forms.ValidationError(_("Other opening hours have this name already."))
        return name
