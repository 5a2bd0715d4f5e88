"""Forms of people and tenants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Tenant
from accounts.rights import Role
from portal.lib.zones import zone_names


def time_zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in zone_names()]


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_("Times are shown in it. Figures and days follow the tenant's zone."),
    )

    class Meta:
        model = Person
        fields = ["name", "language", "time_zone", "notation", "theme", "notify_connection_trouble"]
        labels = {
            "name": _("Name"),
            "notation": _("Telephone numbers"),
            "theme": _("Colours"),
            "notify_connection_trouble": _("Mail me when a connection needs somebody"),
        }


class TenantForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of mails and reports to several people."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, help_text=_("Days and figures are cut in it.")
    )

    class Meta:
        model = Tenant
        fields = ["name", "time_zone", "region", "language"]
        labels = {"name": _("Name"), "region": _("Country of national numbers")}
        help_texts = {"region": _("Two letters, as FR or GB: numbers without a country code belong there.")}

    def clean_region(self) -> str:
        region = self.cleaned_data["region"].upper()
        if len(region) != 2 or not region.isalpha():
            raise forms.ValidationError(_("Two letters, as FR or GB."))
        return region


DAYS = (
    ("mon", _("Monday")),
    ("tue", _("Tuesday")),
    ("wed", _("Wednesday")),
    ("thu", _("Thursday")),
    ("fri", _("Friday")),
    ("sat", _("Saturday")),
    ("sun", _("Sunday")),
)


class BusinessHoursForm(forms.Form):
    """One span a day, kept as {"mon": ["08:30", "18:00"]}; a day without one is closed."""

    def __init__(self, *args: Any, hours: dict[str, list[str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, label in DAYS:
            opens, closes = (hours or {}).get(day, ("", ""))
            for end, value, word in (("opens", opens, _("opens")), ("closes", closes, _("closes"))):
                self.fields[f"{day}_{end}"] = forms.TimeField(
                    label=f"{label} {word}",
                    required=False,
                    initial=value,
                    widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                )

    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Day, and its two bound fields, as the template shows them."""
        return [(label, self[f"{day}_opens"], self[f"{day}_closes"]) for day, label in DAYS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for day, _label in DAYS:
            opens, closes = data.get(f"{day}_opens"), data.get(f"{day}_closes")
            if bool(opens) != bool(closes):
                self.add_error(f"{day}_closes", _("Both times, or none for a closed day."))
            elif opens and closes and opens >= closes:
                self.add_error(f"{day}_closes", _("This is before it opens."))
        return data

    def hours(self) -> dict[str, list[str]]:
        data = self.cleaned_data
        return {
            day: [f"{data[f'{day}_opens']:%H:%M}", f"{data[f'{day}_closes']:%H:%M}"]
            for day, _label in DAYS
            if data.get(f"{day}_opens")
        }


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


class InviteForm(RoleForm):
    email = forms.EmailField(label=_("E-mail address"))
    field_order = ["email", "role"]


class AccountForm(forms.Form):
    """Who accepts an invitation and has no account yet."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Ten characters or more."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        someone = Person(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, someone)
        return password


class CloseForm(forms.Form):
    typed = forms.CharField(label=_("Type the tenant's short name"))

    def __init__(self, *args: Any, slug: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug = slug

    def clean_typed(self) -> str:
        if self.cleaned_data["typed"].strip() != self.slug:
            raise forms.ValidationError(_("This is not %(slug)s.") % {"slug": self.slug})
        return self.slug
