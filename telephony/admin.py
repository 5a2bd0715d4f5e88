"""Provider applications in the registry. The client secret goes in and never comes out."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.admin import RegistryAdmin
from accounts.models import AuditEvent
from portal.lib.secrets import Secret
from telephony.models import ProviderApplication
from telephony.providers.registry import PROVIDERS
from telephony.services import access


def address(label: Any, *, required: bool = True) -> forms.URLField:
    return forms.URLField(label=label, required=required, assume_scheme="https")


class ProviderApplicationForm(forms.ModelForm):
    manager_base = address(_("API base address"))
    authorize_url = address(_("Authorization address"))
    token_url = address(_("Token address"))
    cti_base = address(_("CTI base address"), required=False)
    provider = forms.ChoiceField(label=_("Provider"))
    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown again; left empty, the one that is kept stays."),
    )

    class Meta:
        model = ProviderApplication
        fields = [
            "provider",
            "name",
            "client_id",
            "manager_base",
            "authorize_url",
            "token_url",
            "cti_base",
            "is_default",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [one for one in PROVIDERS.values() if one.needs_application]
        cast(forms.ChoiceField, self.fields["provider"]).choices = [(one.id, one.label) for one in known]
        if self.instance.pk is None:
            self.fields["client_secret"].required = True
            for field in (field for one in known[:1] for field in one.connect_fields):
                if field.name in self.fields and field.default:
                    self.fields[field.name].initial = field.default


@admin.register(ProviderApplication)
class ProviderApplicationAdmin(RegistryAdmin):
    form = ProviderApplicationForm
    list_display = ("name", "provider", "client_id", "manager_base", "is_default", "created_at")
    fields = (
        *ProviderApplicationForm.Meta.fields[:3],
        "client_secret",
        *ProviderApplicationForm.Meta.fields[3:],
    )

    def save_model(
        self, request: HttpRequest, obj: ProviderApplication, form: forms.ModelForm, change: bool
    ) -> None:
        if secret := form.cleaned_data.get("client_secret"):
            access.keep_application_secret(obj, Secret(secret))
        super().save_model(request, obj, form, change)
        if obj.is_default:
            others = ProviderApplication.objects.filter(provider=obj.provider, is_default=True)
            others.exclude(pk=obj.pk).update(is_default=False)
        audit.record(
            AuditEvent.Verb.SETTINGS,
            tenant=None,
            person=request.user,
            object_label=str(obj),
            detail={"fields": [name for name in form.changed_data if name != "client_secret"]},
            request=request,
        )
