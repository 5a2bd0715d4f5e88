"""What a person says before the provider's own page: which application, what the portal may do."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony.models import ProviderApplication
from telephony.providers.declaration import Provider
from telephony.providers.oauth import ScopeBundle


class ConnectForm(forms.Form):
    """One bundle of scopes; the application only where there is a choice."""

    use_required_attribute = False

    bundle = forms.ChoiceField(label=_("What the portal may do"), widget=forms.RadioSelect)
    application = forms.ModelChoiceField(
        label=_("Application"), queryset=ProviderApplication.objects.none(), required=False, empty_label=None
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("How this account is called here; the provider's name if left empty."),
    )

    def __init__(self, declared: Provider, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bundles = {bundle.name: bundle for bundle in declared.scope_bundles}
        field = cast(forms.ChoiceField, self.fields["bundle"])
        field.choices = [(bundle.name, bundle.label) for bundle in self.bundles.values()]
        field.initial = next((one.name for one in self.bundles.values() if one.is_default), None)
        applications = ProviderApplication.objects.filter(provider=declared.id).order_by(
            "-is_default", "name_key"
        )
        self.applications = list(applications)
        cast(forms.ModelChoiceField, self.fields["application"]).queryset = applications
        if len(self.applications) < 2:
            del self.fields["application"]
        if not is_new:
            del self.fields["name"]

    @property
    def chosen_name(self) -> str:
        return str(self["bundle"].value() or "")

    @property
    def offers(self) -> list[tuple[ScopeBundle, str]]:
        """Each bundle with its scopes as they are shown: what it adds to a longer one before it."""
        offers, before = [], ScopeBundle(name="", scopes=(), label="", allows="")
        for bundle in self.bundles.values():
            is_longer = len(before.scopes) > 1 and set(before.scopes) < set(bundle.scopes)
            added = [scope for scope in bundle.scopes if scope not in before.scopes]
            offers.append((bundle, "+ " + ", ".join(added) if is_longer else ", ".join(bundle.scopes)))
            before = bundle
        return offers

    def chosen_bundle(self) -> ScopeBundle:
        return self.bundles[self.cleaned_data["bundle"]]

    def chosen_application(self) -> ProviderApplication | None:
        return self.cleaned_data.get("application") or next(iter(self.applications), None)
