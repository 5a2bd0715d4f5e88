"""Settings of a connection, and the filters of the lists around it."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.names import named
from portal.ui.forms import FilterForm, PeriodField, any_of
from telephony.models import Connection, SyncRun
from telephony.providers.registry import PROVIDERS

MINUTE, HOUR, DAY = 60, 3600, 86_400
CALLS_EVERY = [
    (MINUTE, _("every minute")),
    (5 * MINUTE, _("every 5 minutes")),
    (15 * MINUTE, _("every quarter of an hour")),
    (HOUR, _("every hour")),
    (6 * HOUR, _("every 6 hours")),
    (DAY, _("every day")),
]
ENTITIES_EVERY = [
    (15 * MINUTE, _("every quarter of an hour")),
    (HOUR, _("every hour")),
    (6 * HOUR, _("every 6 hours")),
    (DAY, _("every day")),
]
CURRENCIES = [("EUR", "EUR €"), ("GBP", "GBP £"), ("CHF", "CHF"), ("USD", "USD $")]
MONTHS = [(0, _("none")), (1, "1"), (3, "3"), (6, "6"), (12, "12"), (24, "24"), (36, "36")]


def schedule_words(seconds: int) -> str:
    """An interval as the form names it."""
    known = dict(CALLS_EVERY)
    return str(known[seconds]) if seconds in known else str(_("every %(count)d s")) % {"count": seconds}


class ConnectionSettingsForm(forms.ModelForm):
    use_required_attribute = False

    calls_every_s = forms.TypedChoiceField(label=_("Calls"), choices=CALLS_EVERY, coerce=int)
    entities_every_s = forms.TypedChoiceField(
        label=_("Lines and other objects"), choices=ENTITIES_EVERY, coerce=int
    )
    backfill_months = forms.TypedChoiceField(
        label=_("Months of older calls"),
        choices=MONTHS,
        coerce=int,
        help_text=_(
            "How far back calls are fetched; more are fetched when this grows, none is deleted when it shrinks."
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone of the provider's times"),
        choices=[],
        help_text=_("Times without a zone are read in it, and it makes the days of the coverage calendar."),
    )
    currency = forms.ChoiceField(label=_("Currency of its costs"), choices=CURRENCIES)

    class Meta:
        model = Connection
        fields = ["name", "calls_every_s", "entities_every_s", "backfill_months", "time_zone", "currency"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = [
            (name, name) for name in sorted(available_timezones())
        ]
        for name in ("calls_every_s", "entities_every_s", "backfill_months", "currency"):
            self._keep_own_choice(name)

    def _keep_own_choice(self, name: str) -> None:
        """A value set by the command line stays choosable."""
        field = cast(forms.ChoiceField, self.fields[name])
        known = list(cast("list[tuple[Any, Any]]", field.choices))
        value = getattr(self.instance, name)
        if value not in dict(known):
            field.choices = [*known, (value, str(value))]


class ConnectionFilterForm(FilterForm):
    q = forms.CharField(label=_("Name"))
    provider = forms.ChoiceField(
        label=_("Provider"), choices=any_of([(one.id, one.label) for one in PROVIDERS.values()])
    )

    def narrow(self, records: QuerySet) -> QuerySet:
        if words := self.cleaned_data["q"]:
            records = records.filter(named(words))
        if provider := self.cleaned_data["provider"]:
            records = records.filter(provider=provider)
        return records


class RunFilterForm(FilterForm):
    what = forms.ChoiceField(label=_("What"), choices=any_of(SyncRun.What))
    state = forms.ChoiceField(label=_("Result"), choices=any_of(SyncRun.State))
    period = PeriodField(label=_("Began"))

    def narrow(self, records: QuerySet) -> QuerySet:
        if what := self.cleaned_data["what"]:
            records = records.filter(what=what)
        if state := self.cleaned_data["state"]:
            records = records.filter(state=state)
        if period := self.cleaned_data["period"]:
            if period.start:
                records = records.filter(created_at__gte=period.start)
            if period.end:
                records = records.filter(created_at__lt=period.end)
        return records
