"""The form of a report: what is in it, of what, when, and to whom; and how a tenant's reports look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import time_zones
from portal.lib.colours import READABLE, WHITE, contrast
from telephony.forms.recipients import RecipientsForm
from telephony.models import Connection, Entity, Report, ReportLook
from telephony.models.reports import PERIODS

LARGEST_LOGO = 200_000  # bytes
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
WEEK, MONTH = "week", "month"
NONE_CHOSEN = {"required": gettext_lazy("Choose at least one.")}


class ReportForm(RecipientsForm):
    """`figures` are (key, label); `places` and `connections` what a report may be of; `people` the tenant's members."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    figures = forms.MultipleChoiceField(
        label=gettext_lazy("Figures"),
        widget=forms.CheckboxSelectMultiple,
        choices=(),
        error_messages=NONE_CHOSEN,
    )
    scope = forms.ChoiceField(label=gettext_lazy("Of"), required=False)
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS)
    every = forms.ChoiceField(
        label=gettext_lazy("Sent"),
        choices=((WEEK, gettext_lazy("on weekdays")), (MONTH, gettext_lazy("on a day of the month"))),
        widget=forms.RadioSelect,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        coerce=int,
        required=False,
        choices=[(index + 1, name) for index, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    month_day = forms.IntegerField(
        label=gettext_lazy("Day of the month"),
        min_value=1,
        max_value=31,
        required=False,
        help_text=gettext_lazy("Where a month has no such day, its last one."),
    )
    at = forms.TimeField(
        label=pgettext_lazy("an hour", "At"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "form-control sb-time"}),
        help_text=gettext_lazy("On the night when clocks go forward, the first moment after it."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zones,
        help_text=gettext_lazy("Its days, and the times in it, are those of this zone."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("As"),
        choices=Report.Format.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages=NONE_CHOSEN,
    )

    def __init__(
        self,
        *args: Any,
        figures: Iterable[tuple[str, Any]],
        connections: Sequence[Connection],
        places: Sequence[Entity],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["figures"].choices = list(figures)  # type: ignore[attr-defined]
        self._connections = {f"connection-{one.pk}": one for one in connections}
        self._places = {f"line-{one.pk}": one for one in places}
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            ("", _("everything of the tenant")),
            (_("A connection"), [(key, one.name) for key, one in self._connections.items()]),
            (_("A line, queue or group"), [(key, str(one)) for key, one in self._places.items()]),
        ]
        self.fields["addresses"].help_text = _(
            "One on each line. They get the mail and its files, and no link to the portal."
        )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("every") == WEEK and not told.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", NONE_CHOSEN["required"])
        if told.get("every") == MONTH and not told.get("month_day") and "month_day" not in self.errors:
            self.add_error("month_day", _("Which day?"))
        if not told.get("members") and not told.get("addresses") and "addresses" not in self.errors:
            self.add_error("members", _("Choose at least one member, or name an address."))
        return told

    def fill(self, report: Report) -> Report:
        """Write what was entered into the report; it is not saved. A ready-made name that stayed stays ready-made."""
        told = self.cleaned_data
        if told["name"] != report.title:
            report.ready = ""
        for name in (
            "name",
            "figures",
            "period",
            "at",
            "time_zone",
            "language",
            "formats",
            "members",
            "addresses",
        ):
            setattr(report, name, told[name])
        is_weekly = told["every"] == WEEK
        report.weekdays = sorted(told["weekdays"]) if is_weekly else []
        report.month_day = None if is_weekly else told["month_day"]
        report.connection = self._connections.get(told["scope"])
        report.line = self._places.get(told["scope"])
        return report

    @staticmethod
    def initial_of(report: Report) -> dict[str, Any]:
        """What the form of a stored report begins with."""
        scope = f"line-{report.line_id}" if report.line_id else ""
        if report.connection_id:
            scope = f"connection-{report.connection_id}"
        names = ("figures", "period", "weekdays", "at", "time_zone", "language", "formats", "members")
        return {
            **{name: getattr(report, name) for name in names},
            "name": report.title,
            "scope": scope,
            "every": MONTH if report.month_day else WEEK,
            "month_day": report.month_day,
            "addresses": "\n".join(report.addresses),
        }


class ReportLookForm(forms.ModelForm):
    """`is_picture` tries a logo: whether it can be set on paper."""

    colour = forms.CharField(
        label=gettext_lazy("Colour"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=gettext_lazy(
            "Of the name at the head and of the figures; dark enough to be read on white."
        ),
    )
    picture = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy(
            "PNG or JPEG, at most 200 kB. It stands at the head of the page, the mail and the PDF."
        ),
    )
    no_logo = forms.BooleanField(label=gettext_lazy("Without a logo"), required=False)

    class Meta:
        model = ReportLook
        fields = ["heading", "colour", "foot"]

    def __init__(self, *args: Any, is_picture: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_picture = is_picture

    def clean_colour(self) -> str:
        colour = self.cleaned_data["colour"]
        if not _COLOUR.fullmatch(colour):
            raise ValidationError(_("A colour such as #0a6261."))
        if contrast(colour, WHITE) < READABLE:
            raise ValidationError(_("It is too light to be read on white."))
        return colour.lower()

    def clean_picture(self) -> bytes | None:
        upload = self.cleaned_data["picture"]
        if not upload:
            return None
        if upload.size > LARGEST_LOGO:
            raise ValidationError(_("It is larger than 200 kB."))
        content = upload.read()
        is_known = content.startswith((b"\x89PNG", b"\xff\xd8\xff"))
        if not is_known or not self._is_picture(content):
            raise ValidationError(_("It is no PNG or JPEG that can be read."))
        return bytes(content)

    def save(self, commit: bool = True) -> ReportLook:
        if self.cleaned_data["picture"]:
            self.instance.logo = self.cleaned_data["picture"]
        elif self.cleaned_data["no_logo"]:
            self.instance.logo = None
        return super().save(commit)
