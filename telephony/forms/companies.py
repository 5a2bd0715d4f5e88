"""The form of a company's settings: what inherits is a value like others, a PIN is kept unless another is typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.ui.forms import FilterForm
from telephony.forms.editing import EditForm
from telephony.models.entities import EntityQuerySet
from telephony.models.entity_search import EntitySearch
from telephony.providers.company_page import CompanySetting, SettingGroup
from telephony.providers.edit_fields import Field, Fields, Surroundings

CLEAR = "clear-"  # and the name of a PIN: take it away
ON = (True, "1")
MOST_IN_A_LINE = 52  # letters, at the width of the control's column
INHERIT = gettext_lazy("inherit")


class CompanyFilterForm(FilterForm):
    q = forms.CharField(label=gettext_lazy("Name or identifier"), max_length=80)

    def as_search(self) -> EntitySearch:
        """What the valid fields ask for; call after the form was cleaned."""
        return EntitySearch(words=self.cleaned_data["q"], finds_ids=True)

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:  # type: ignore[override]
        return self.as_search().narrow(records)


@dataclass(frozen=True)
class Option:
    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True)
class SettingRow:
    """One line of the page: the setting, its control, and for a PIN the box that clears it."""

    setting: CompanySetting
    control: forms.BoundField
    clear: forms.BoundField | None = None

    @property
    def options(self) -> list[Option]:
        """The values to choose from, those that stand marked."""
        chosen = self.control.value()
        many = {str(one) for one in (chosen if isinstance(chosen, list) else [chosen])}
        choices: Any = self.control.field.choices  # type: ignore[attr-defined]
        return [Option(str(value), str(words), str(value) in many) for value, words in choices]

    @property
    def is_long(self) -> bool:
        """Whether its choices do not stand in one line."""
        return sum(len(one.words) + 3 for one in self.options) > MOST_IN_A_LINE

    @property
    def classes(self) -> str:
        """Of the line: what is locked, wide or wrong looks so."""
        marks = {
            "dis": self.control.field.disabled,
            "wide": self.setting.look == "letters",
            "bad": bool(self.control.errors),
        }
        return " ".join(name for name, is_on in marks.items() if is_on)


class CompanyForm(EditForm):
    """The settings of a company, with the controls that fit them. What is locked is never read from what was sent."""

    def __init__(
        self,
        fields: Sequence[Field],
        around: Surroundings,
        *,
        groups: Sequence[SettingGroup],
        why_not: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(fields, around, **kwargs)
        self.groups = groups
        for group in groups:
            for setting in group.settings:
                self._fit(setting)
        for name, field in self.fields.items():
            field.disabled = field.disabled or bool(why_not)
            if name in ("name", "description"):
                field.widget.attrs["data-setting"] = ""

    def _fit(self, setting: CompanySetting) -> None:
        """Give a setting its control."""
        self.fields[setting.name] = field = _control(setting, self.seen.get(setting.name))
        field.required = False
        field.label = str(setting.label)
        field.disabled = bool(setting.locked)
        field.widget.attrs |= {"data-setting": "", "aria-describedby": f"about-{setting.name}"}
        if setting.look == "switch":
            self.initial[setting.name] = self.initial.get(setting.name) in ON
        if setting.look == "pin":
            self.initial[setting.name] = ""
            if setting.is_own:
                self.fields[CLEAR + setting.name] = forms.BooleanField(required=False, label=_("Clear"))

    def wanted(self) -> Fields:
        """What the person wants. A PIN that nothing was typed for stays; what cannot be moved is left out."""
        wanted = super().wanted()
        pins = [one.name for group in self.groups for one in group.settings if one.look == "pin"]
        for name in pins:
            if self.cleaned_data.get(CLEAR + name):
                wanted[name] = ""
            elif not wanted.get(name):
                wanted.pop(name, None)
        return {name: value for name, value in wanted.items() if not self.fields[name].disabled}

    def typed(self, wanted: Fields) -> dict[str, Any]:
        """As of any form; a switch that is off sends nothing."""
        data = super().typed(wanted)
        switches = [one.name for group in self.groups for one in group.settings if one.look == "switch"]
        return {name: value for name, value in data.items() if name not in switches or value in ON}

    def rows(self) -> Iterator[tuple[SettingGroup, list[SettingRow]]]:
        """The groups with their lines, in order."""
        for group in self.groups:
            yield group, [self._row(one) for one in group.settings]

    def own_fields(self) -> list[forms.BoundField]:
        """What a company has besides its settings: name and description."""
        settings = {one.name for group in self.groups for one in group.settings}
        return [self[one.name] for one in self.declared if one.name not in settings]

    def _row(self, setting: CompanySetting) -> SettingRow:
        clear = CLEAR + setting.name
        return SettingRow(setting, self[setting.name], self[clear] if clear in self.fields else None)


def _control(setting: CompanySetting, value: Any) -> forms.Field:
    if setting.look == "choice":
        return forms.ChoiceField(choices=_choices(setting, value), widget=forms.RadioSelect)
    if setting.look == "switch":
        return forms.BooleanField(widget=forms.CheckboxInput(attrs={"role": "switch"}))
    if setting.look == "letters":
        known = [*setting.choices, *((one, one) for one in setting.unknown)]
        return forms.MultipleChoiceField(choices=known, widget=forms.CheckboxSelectMultiple)
    if setting.look == "range":
        # As text: a box for numbers that somebody typed letters into sends nothing, which would mean to inherit.
        return forms.IntegerField(widget=forms.TextInput(attrs=_placed(INHERIT, inputmode="numeric")))
    if setting.look == "pin":
        words = "••••••" if setting.is_own else _("none")
        attrs = _placed(words, inputmode="numeric", autocomplete="off", pattern="[0-9]*")
        return forms.CharField(max_length=32, widget=forms.TextInput(attrs=attrs))
    if setting.look == "zone":
        zone = _placed(INHERIT, list="zones", spellcheck="false")
        return forms.CharField(max_length=64, widget=forms.TextInput(attrs=zone))
    number = {"inputmode": "numeric"} if setting.look == "number" else {}
    return forms.CharField(max_length=300, widget=forms.TextInput(attrs=_placed(INHERIT, **number)))


def _placed(words: Any, **attrs: Any) -> dict[str, Any]:
    return {"class": "form-control", "placeholder": str(words), **attrs}


def _choices(setting: CompanySetting, value: Any) -> list[tuple[str, Any]]:
    """The known values, and the stored one where it is none of them: it is shown, and stays unless another is chosen."""
    known, text = list(setting.choices), "" if value is None else str(value)
    return known if text in dict(known) else [*known, (text, text)]


def zones() -> list[str]:
    """Names of time zones, for the list that the field offers."""
    return sorted(name for name in available_timezones() if "/" in name)
