"""The mail of missed callers that a person may have each day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from telephony.services import missed_digest


class DigestForm(forms.Form):
    hour = forms.TypedChoiceField(
        label=gettext_lazy("Each day at"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", gettext_lazy("not at all")), *((hour, f"{hour}:00") for hour in range(24))],
    )


class DigestView(TenantRightMixin, FormView):
    """Each person for themselves."""

    right = Right.CALLS_LIST
    menu_entry = "telephony:missed"
    template_name = "telephony/missed_digest.html"
    form_class = DigestForm

    @cached_property
    def hour(self) -> int | None:
        return missed_digest.hour_of(self.request.user)

    def get_initial(self) -> dict[str, Any]:
        return {"hour": "" if self.hour is None else self.hour}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Missed callers, by mail"), **kwargs)

    def form_valid(self, form: DigestForm) -> Any:
        hour = form.cleaned_data["hour"]
        missed_digest.wish(self.request.tenant, self.request.user, hour, timezone.now())
        if hour is None:
            messages.success(self.request, _("No mail is sent to you."))
        else:
            messages.success(
                self.request, _("It comes at %(hour)s:00, when somebody waits.") % {"hour": hour}
            )
        return super().form_valid(form)

    def get_success_url(self) -> str:
        return tenant_url(self.request.tenant, "telephony:missed")
