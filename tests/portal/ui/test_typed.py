"""What was typed stands in the form that comes back, also where a browser would show nothing of it."""

from __future__ import annotations

import pytest
from django import forms

from portal.ui.forms import PeriodField
from portal.ui.templatetags.ui import control


class Picky(forms.Form):
    at = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}))
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    moment = forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    count = forms.IntegerField()
    colour = forms.CharField(widget=forms.TextInput(attrs={"type": "color"}))
    name = forms.CharField()
    period = PeriodField()


@pytest.mark.parametrize(
    ("name", "typed", "kind"),
    [
        ("at", "25:99", "text"),
        ("at", "noon", "text"),
        ("at", "12", "text"),
        ("at", "12:30", "time"),
        ("day", "2026-02-30", "text"),
        ("day", "29/11/2026", "text"),
        ("day", "20261129", "text"),
        ("day", "2026-11-29", "date"),
        ("moment", "tomorrow", "text"),
        ("moment", "2026-11-29T08:00", "datetime-local"),
        ("count", "1,5", "text"),
        ("count", "many", "text"),
        ("count", "-3", "number"),
        ("count", "99999999999999", "number"),
        ("colour", "red", "text"),
        ("colour", "#0b6e69", "color"),
        ("name", "25:99", "text"),
    ],
)
def test_what_was_typed_is_shown(name: str, typed: str, kind: str) -> None:
    drawn = control(Picky({name: typed})[name])
    assert f'type="{kind}"' in drawn and f'value="{typed}"' in drawn


def test_what_nobody_typed_keeps_its_kind() -> None:
    for name, kind in (("at", "time"), ("day", "date"), ("count", "number")):
        assert f'type="{kind}"' in control(Picky()[name])
        assert f'type="{kind}"' in control(Picky({name: ""})[name])


def test_a_day_of_a_period_is_shown_as_it_was_typed() -> None:
    drawn = control(
        Picky({"period": "dates", "period_from": "30/2/2026", "period_to": "2026-03-01"})["period"]
    )
    assert 'type="text" name="period_from"' in drawn and 'value="30/2/2026"' in drawn
    assert 'type="date" name="period_to"' in drawn
