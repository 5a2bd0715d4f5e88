"""What a provider without an authorization page asks for, made of its `connect_fields`; and which customers to import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tenant
from portal.lib.errors import InvalidInput
from portal.lib.secrets import Secret
from telephony.providers.declaration import ConnectField, Provider

NAME, ZONE = "name", "time_zone"
LONGEST = 2000


class LinkForm(forms.Form):
    """The fields of one provider. A secret is never shown again: left empty, the one that is kept stays.

    kept   what the connection was linked with, by field name; empty for a new one
    """

    use_required_attribute = False

    def __init__(
        self, declared: Provider, *args: Any, kept: Mapping[str, Any], is_new: bool, zone: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.declared = declared
        for one in declared.connect_fields:
            self.fields[one.name] = _field(one, kept.get(one.name))
        if is_new:
            self.fields[NAME] = forms.CharField(
                label=gettext_lazy("Name"),
                max_length=120,
                required=False,
                help_text=gettext_lazy("How this account is called here; the provider's name if left empty."),
            )
            self.fields[ZONE] = forms.ChoiceField(
                label=gettext_lazy("Time zone of the provider's times"),
                choices=[(name, name) for name in sorted(available_timezones())],
                initial=zone,
            )

    @property
    def asked(self) -> list[tuple[forms.BoundField, str, str]]:
        """The provider's own fields; of each that depends on a choice, the field and the values (blank between)."""
        return [
            (
                self[one.name],
                one.only_for[0] if one.only_for else "",
                " ".join(one.only_for[1]) if one.only_for else "",
            )
            for one in self.declared.connect_fields
        ]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in (NAME, ZONE) if name in self.fields]

    def values(self) -> dict[str, str]:
        return {one.name: str(self.cleaned_data.get(one.name) or "") for one in self.declared.connect_fields}

    def refuse(self, error: InvalidInput) -> None:
        """Put the reasons on their fields, and whatever names none above the form."""
        for name, reason in error.fields.items():
            self.add_error(name if name in self.fields else None, reason)
        if not error.fields:
            self.add_error(None, error.message)


def _field(one: ConnectField, kept: Any) -> forms.Field:
    is_kept = isinstance(kept, Secret)
    help_text = str(one.help)
    if is_kept:
        help_text = " ".join(filter(None, [help_text, _("Left empty, the one that is kept stays.")]))
    initial = one.default if kept is None or is_kept else kept
    common: dict[str, Any] = {
        "label": one.label,
        "required": False,
        "help_text": help_text,
        "initial": initial,
    }
    if one.choices:
        return forms.ChoiceField(choices=one.choices, **common)
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if one.secret:
        widget: forms.Widget = forms.PasswordInput(attrs={**attrs, "autocomplete": "new-password"})
        return forms.CharField(max_length=LONGEST, strip=True, widget=widget, **common)
    if one.kind == "url":
        attrs["inputmode"] = "url"
    return forms.CharField(max_length=LONGEST, widget=forms.TextInput(attrs=attrs), **common)


class ImportRow:
    """What a person wants of one account: nothing, a new customer, or one that is there."""

    def __init__(
        self, data: Mapping[str, Any] | None, key: str, name: str, tenants: Mapping[str, Tenant]
    ) -> None:
        self.key, self.tenants = key, tenants
        self.is_chosen = bool(data and data.get(f"take-{key}"))
        self.name = str((data or {}).get(f"name-{key}", name)).strip()
        self.into = str((data or {}).get(f"into-{key}", ""))
        self.error = ""

    def is_valid(self) -> bool:
        if self.is_chosen and not self.into and not self.name:
            self.error = _("A customer needs a name.")
        elif self.is_chosen and not self.into and len(self.name) > 120:
            self.error = _("At most %(count)d characters are allowed.") % {"count": 120}
        elif self.is_chosen and self.into and self.into not in self.tenants:
            self.error = _("This is none of your customers.")
        return not self.error

    @property
    def tenant(self) -> Tenant | None:
        return self.tenants.get(self.into)


def tenants_by_slug(tenants: Sequence[Tenant]) -> dict[str, Tenant]:
    return {tenant.slug: tenant for tenant in tenants}
