"""How long a tenant keeps its calls, live events and files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.generic import FormView

from accounts import audit
from accounts.models import AuditEvent
from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.formats import count
from portal.ui.links import tenant_url
from telephony.forms.retention import RetentionForm
from telephony.models import Retention
from telephony.services import retention


class RetentionView(TenantRightMixin, FormView):
    """What would go is said, and asked, before anything is saved."""

    right = Right.SETTINGS_EDIT
    menu_entry = "accounts:settings"
    template_name = "telephony/retention.html"
    form_class = RetentionForm

    def get_initial(self) -> dict[str, Any]:
        row = retention.of_tenant()
        return {f"{part}_months": row.months_of(part) for part in Retention.PARTS}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kept_from=retention.of_tenant().calls_from, **kwargs)

    def form_valid(self, form: RetentionForm) -> HttpResponse:
        tenant = self.request.tenant
        going = retention.would_go(retention.of_tenant(), form.months, tenant)
        if going and self.request.POST.get("sure") != form.seal:
            shown = [(one, count(one.count), form.fields[f"{one.part}_months"].label) for one in going]
            return self.render_to_response(self.get_context_data(form=form, going=shown))
        if retention.keep_for(form.months):
            with translation.override(tenant.language):
                audit.record(
                    AuditEvent.Verb.SETTINGS,
                    tenant=tenant,
                    person=self.request.user,
                    object_label=_("How long things are kept"),
                    detail={"summary": form.changes_in_words, "months": dict(form.months)},
                    request=self.request,
                )
        messages.success(self.request, _("The settings are saved."))
        return HttpResponseRedirect(tenant_url(tenant, "accounts:settings"))

    def form_invalid(self, form: RetentionForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
