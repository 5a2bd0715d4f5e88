"""Filters of the call history. They make a CallSearch, which list, export and links share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import time_zones
from portal.ui import formats
from portal.ui.forms import (
    ANY_ONE,
    FilterForm,
    FixedChoices,
    MomentField,
    Period,
    PeriodField,
    RowField,
    any_of,
)
from telephony.forms.place_filter import PlaceFilterForm
from telephony.models import Connection, Entity
from telephony.models.call_search import LINELESS, LONGEST_DIALLED, NOT_TOLD, TO_GROUPS, CallSearch
from telephony.models.calls import CallQuerySet, Direction, Medium, Outcome
from telephony.models.places import Place
from telephony.models.rollups import WAIT_STEPS, WITHIN_S
from telephony.models.spoken import LAST_OF_EACH, Fate

LENGTHS = {
    "": (_("any"), None, None),
    "under_10": (_("under 10 s"), 1, 9),
    "from_60": (_("1 min and more"), 60, None),
    "from_300": (_("5 min and more"), 300, None),
    "from_1800": (_("30 min and more"), 1800, None),
}


OUTCOMES = [
    ("reached", _("Somebody answered")),
    ("unreached", _("Nobody answered")),
    ("unanswered", _("Nobody answered, or a mailbox did")),
    ("given_up", _("Nobody answered, not timed out")),
    ("otherwise", _("Ended otherwise")),
]


KEYS = re.compile(r"[0-9]{1,18}(,[0-9]{1,18}){0,49}")
NAMED = 2  # lines in the words of a filter
WAIT = re.compile(r"([0-9]{1,6})-([0-9]{0,6})")


def wait_key(low: int, below: int | None) -> str:
    """The choice of a wait from, and below, so many seconds."""
    return f"{low}-{below or ''}"


def wait_bounds(key: str) -> tuple[int, int | None] | None:
    """What `wait_key` was given; None where it wrote no such key."""
    if not (found := WAIT.fullmatch(key)):
        return None
    low, below = int(found[1]), int(found[2]) if found[2] else None
    return (low, below) if below is None or low < below else None


TOLD = wait_key(0, None)
IN_TIME = wait_key(0, WITHIN_S)
WAITS = any_of(
    [
        *((wait_key(*bounds), formats.between_lazy(*bounds)) for bounds in WAIT_STEPS),
        (TOLD, _("any time that is told")),
    ]
)
# What figures lead to; nobody asks for it by hand, so that it stands among the filters only where it is set.
ZONES = FixedChoices(time_zones())
OF_CLOCKS = ("weekday", "hour", "fate")
FROM_FIGURES = (
    *OF_CLOCKS,
    "seen",
    "instants",
    "waited",
    "running",
    "offered",
    "lineless",
    "besides",
    "caller",
    "country",
    "destination",
    "currency",
    "in_zone",
)


class InstantsField(forms.CharField):
    """Two instants, "2026-11-28T20:00+01:00/2026-11-29T07:00+01:00", the second one not among them: what an alert is of."""

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            start, end = (datetime.fromisoformat(part) for part in text.split("/"))
            told = {"from": formats.dated_moment(start), "to": formats.dated_moment(end)}
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(gettext("These are no two instants.")) from error
        return Period(start, end, gettext("%(from)s to %(to)s") % told)


class CallFields(FilterForm):
    """What calls are looked for by, whosever they are. `zone` makes the days of a period, unless the address names one."""

    q = forms.CharField(
        label=_("Number or name"), max_length=80, help_text=_("Any notation, or its last digits")
    )
    period = PeriodField(label=_("Started"))
    direction = forms.ChoiceField(label=_("Direction"), choices=any_of(Direction))
    outcome = forms.ChoiceField(label=_("Outcome"), choices=any_of([*OUTCOMES, *Outcome.choices]))
    length = forms.ChoiceField(
        label=_("Talk"), choices=FixedChoices([(key, words[0]) for key, words in LENGTHS.items()])
    )
    medium = forms.ChoiceField(label=_("Kind"), choices=any_of(Medium))
    dialled = forms.CharField(
        label=_("Dialled"),
        max_length=LONGEST_DIALLED,
        help_text=_("How the called number begins, with its country: +44; several with commas"),
    )
    weekday = forms.ChoiceField(
        label=_("Weekday"), choices=any_of([(str(at + 1), name) for at, name in WEEKDAYS.items()])
    )
    hour = forms.ChoiceField(
        label=_("Hour"), choices=any_of([(str(hour), f"{hour}–{hour + 1}") for hour in range(24)])
    )
    instants = InstantsField(label=_("Exactly"), max_length=80)
    fate = forms.ChoiceField(
        label=_("Missed, then"),
        choices=any_of([*Fate.choices, (LAST_OF_EACH, _("Never spoken to since: the last of each caller"))]),
    )
    seen = MomentField(label=_("As of"))
    caller = forms.CharField(label=_("Caller"), max_length=80)
    country = forms.RegexField(label=_("Country"), regex=r"^\+[0-9]{1,4}$", max_length=5)
    destination = forms.CharField(label=_("Destination"), max_length=80)
    currency = forms.CharField(label=_("Currency"), max_length=3)
    in_zone = forms.ChoiceField(label=_("Days of"), choices=ZONES)
    waited = forms.ChoiceField(label=_("Waited"), choices=WAITS)
    running = MomentField(label=_("Going on at"))
    offered = forms.ChoiceField(label=_("Offered to"), choices=any_of([(TO_GROUPS, _("a queue or group"))]))
    lineless = forms.ChoiceField(
        label=_("Line"), choices=any_of([(LINELESS, pgettext_lazy("a line", "not known"))])
    )

    besides = forms.ChoiceField(label=_("Line"))

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)
        for name in FROM_FIGURES:
            if not self.data.get(name):
                del self.fields[name]
        if "besides" in self.fields:
            self._offer_besides(self.data["besides"])
        if self.fields.keys() & {"lineless", "besides"}:
            self.fields.pop("line", None)
        if "fate" not in self.fields:
            self.fields.pop("seen", None)
        if "in_zone" in self.fields and self.data["in_zone"] in dict(ZONES):
            self.zone = ZoneInfo(self.data["in_zone"])
        if "waited" in self.fields:
            self._offer_wait(self.data["waited"])

    def _offer_wait(self, key: str) -> None:
        """Any bounds may be asked for; those of no figure of all waits are a choice only where they are."""
        bounds = wait_bounds(key)
        if bounds is not None and key not in dict(WAITS):
            self.fields["waited"].choices = [*WAITS, (key, formats.between(*bounds))]  # type: ignore[attr-defined]

    def _offer_besides(self, keys: str) -> None:
        """What a figure's last row leads to: all lines but those that it shows. Of these the first are named."""
        if not KEYS.fullmatch(keys):
            return
        wanted = keys.split(",")
        line = self.fields.get("line")
        known = {str(row.pk): str(row) for row in (line.rows if isinstance(line, RowField) else ())}
        names = [known[key] for key in wanted if key in known][:NAMED]
        more = len(wanted) - len(names)
        told = {"lines": ", ".join(names), "n": more}
        if not names:
            words = ngettext("other than %(n)d line", "other than %(n)d lines", more) % told
        elif more:
            words = ngettext(
                "other than %(lines)s and %(n)d more", "other than %(lines)s and %(n)d more", more
            )
            words %= told
        else:
            words = gettext("other than %(lines)s") % told
        self.fields["besides"].choices = [*any_of([]), (keys, words)]  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def as_search(self) -> CallSearch:
        """What the valid fields ask for. Call `apply` or `full_clean` before."""
        values = self.cleaned_data
        period = values.get("instants") or values.get("period")
        _words, shortest, longest = LENGTHS[values.get("length") or ""]
        fewest_s, below_s = wait_bounds(values.get("waited") or "") or (None, None)
        return CallSearch(
            start_at=period.start if period else None,
            end_at=period.end if period else None,
            direction=values.get("direction") or "",
            outcome=values.get("outcome") or "",
            medium=values.get("medium") or "",
            dialled=values.get("dialled") or "",
            caller=values.get("caller") or "",
            country=values.get("country") or "",
            destination=values.get("destination") or "",
            currency=values.get("currency") or "",
            number=values.get("q") or "",
            min_duration_s=shortest,
            max_duration_s=longest,
            weekday=int(values["weekday"]) if values.get("weekday") else None,
            hour=int(values["hour"]) if values.get("hour") else None,
            fate=values.get("fate") or "",
            seen_at=values.get("seen"),
            zone=self.zone.key if any(values.get(name) for name in OF_CLOCKS) else "",
            min_wait_s=fewest_s,
            below_wait_s=below_s,
            running_at=values.get("running"),
            offered=values.get("offered") or "",
            lineless=values.get("lineless") or "",
            besides=values.get("besides") or "",
        )

    def _words(self, bound: BoundField) -> Iterator[str]:
        if bound.name == "destination" and bound.value() == NOT_TOLD:
            yield gettext("not told")
        else:
            yield from super()._words(bound)


class CallFilterForm(PlaceFilterForm, CallFields):
    """Of a tenant: `region` understands national numbers, `connections` are the tenant's."""

    line = RowField(
        label=_("Line"), queryset=Entity.objects.lines(), gone=Entity.objects.called(), empty_label=ANY_ONE
    )
    group = RowField(
        label=_("Queue or group"),
        queryset=Entity.objects.call_places(),
        gone=Entity.objects.called(),
        empty_label=_("any"),
    )
    connection = RowField(
        label=_("Connection"), queryset=Connection.objects.order_by("name_key"), empty_label=ANY_ONE
    )
    field_order = ("q", "period", "direction", "outcome", "length", "medium", "line", "group")

    def __init__(self, *args: Any, region: str, connections: Sequence[Connection], **kwargs: Any) -> None:
        self.region = region
        listed = Entity.objects.call_places().order_by("name_key", "id")
        places = [Place(*row) for row in listed.values_list(*Place._fields)]
        rows = {
            "connection": connections,
            "line": [one for one in places if not one.is_group],
            "group": [one for one in places if one.is_group],
        }
        super().__init__(*args, rows=rows, **kwargs)
        if len(connections) <= 1:
            del self.fields["connection"]

    def as_search(self) -> CallSearch:
        rows = {name: self.cleaned_data.get(name) for name in ("line", "group", "connection")}
        return replace(super().as_search(), **{name: row.pk for name, row in rows.items() if row})

    def narrow(self, records: CallQuerySet) -> CallQuerySet:  # type: ignore[override]
        return self.as_search().narrow(records, region=self.region)


class ExportForm(forms.Form):
    """As what the whole filter is to be exported."""

    format = forms.ChoiceField(
        label=_("Format"), choices=[("xlsx", "XLSX"), ("csv", "CSV"), ("json", "JSON")]
    )
