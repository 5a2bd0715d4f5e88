"""Filters of the board of missed callers, and what people say of one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person, Tenant
from portal.ui.forms import ANY_ONE, FilterForm, FilterPill, FixedChoices, Period, PeriodField, RowField
from telephony.models import Entity
from telephony.models.missed import NOTE_AT_MOST, MissedSearch, MissedState
from telephony.models.places import Place
from telephony.models.rollups import Part

LONGEST = timedelta(days=92)  # what may be looked at at once: the board must stay quick


class MissedPeriodField(PeriodField):
    """Never without an end or a beginning; as a rule the last seven days."""

    PRESETS: ClassVar[dict[str, str | Promise]] = {
        "": gettext_lazy("last 7 days"),
        "today": gettext_lazy("today"),
        "yesterday": gettext_lazy("yesterday"),
        "30d": gettext_lazy("last 30 days"),
        "dates": gettext_lazy("from one date to another"),
    }
    choices: ClassVar = FixedChoices(PRESETS.items())


class MissedFilterForm(FilterForm):
    """`zone` makes the days of a period; `person` is who looks. What it asks for is `as_search`: `narrow` does nothing."""

    q = forms.CharField(
        label=gettext_lazy("Number or name"),
        max_length=80,
        help_text=gettext_lazy("Any notation, or its last digits"),
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=FixedChoices(MissedState.choices))
    period = MissedPeriodField(label=gettext_lazy("Called"))
    line = RowField(label=gettext_lazy("Line"), queryset=Entity.objects.lines(), empty_label=ANY_ONE)

    def __init__(self, *args: Any, zone: ZoneInfo, person: int, **kwargs: Any) -> None:
        self.zone, self.person = zone, person
        listed = Entity.objects.lines().order_by("name_key", "id")
        rows = {"line": [Place(*row) for row in listed.values_list(*Place._fields)]}
        super().__init__(*args, rows=rows, **kwargs)

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def as_search(self) -> MissedSearch:
        """What the valid fields ask for. Call `validate` before."""
        values = self.cleaned_data
        period = values.get("period") or Period(None, None, "")
        with timezone.override(self.zone):
            usual = PeriodField().compress(["7d", None, None])
        assert usual is not None and usual.start is not None and usual.end is not None
        end_at = period.end or usual.end
        start_at = period.start or (usual.start if not values.get("period") else end_at - LONGEST)
        line = values.get("line")
        return MissedSearch(
            start_at=max(start_at, end_at - LONGEST),
            end_at=end_at,
            state=values.get("state") or MissedState.OPEN,
            person=self.person,
            part=Part.of_place(line) if line else Part(),
            number=values.get("q") or "",
        )

    def _pill(self, bound: forms.BoundField) -> FilterPill:
        """Without a period it is that of the board."""
        pill = super()._pill(bound)
        is_usual = bound.name == "period" and not pill.is_on
        return replace(pill, text=_("last 7 days")) if is_usual else pill


class MissedMarkForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Looked after by"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=NOTE_AT_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = tenant.people.filter(is_active=True).order_by("name_key", "id")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
