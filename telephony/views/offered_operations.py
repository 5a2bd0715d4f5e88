"""The form of an operation that some page offers, within its object: the address is filled in.

A read answers here, a file is downloaded, a write ends in the preview of a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from accounts.rights import Right
from accounts.views_base import require_right
from portal.ui.links import tenant_url
from telephony.forms.operations import OperationForm
from telephony.models import Connection, Entity
from telephony.providers.operations import Param
from telephony.services import by_hand
from telephony.views.changes import home_of
from telephony.views.offers import address_of, right_to_use
from telephony.views.operations import OperationView

LONGEST_LABEL = 70


class OfferedOperationView(OperationView):
    """The form of an operation that some page of the account offers."""

    right = Right.LINES_READ
    entity: Entity | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.tenant is None:  # type: ignore[attr-defined]
            raise Http404
        self.connection = self.find_connection()
        if not any(one.operation == kwargs["key"] for one in self.connection.declaration.offers):
            raise Http404
        require_right(request, right_to_use(self.operation))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def fixed(self) -> Mapping[str, Any]:
        """Values of the operation that the object says."""
        return {}

    def get_form(self, data: Any = None, initial: Mapping[str, str] | None = None) -> OperationForm:
        form = super().get_form(data, initial)
        for param in self.operation.params:
            if param.name in self.fixed or (param.kind == "ref:account" and not param.required):
                form.fields.pop(param.name, None)
            elif param.name in form.fields:
                _speak(form.fields[param.name], param)
        return form

    def asked(self, form: OperationForm) -> by_hand.Asked:
        asked = super().asked(form)
        asked.values.update(self.fixed)
        return asked

    @property
    def home(self) -> tuple[str, str]:
        """Where the person came from: its address and name."""
        url = tenant_url(self.request.tenant, "telephony:connection_detail", pk=self.connection.pk)  # type: ignore[attr-defined]
        return url, self.connection.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "home": self.home, "entity": self.entity}

    def write(self, form: OperationForm, asked: by_hand.Asked, line: str) -> HttpResponse:
        """To the preview, where every write is looked over."""
        change = by_hand.draft(self.connection, self.operation, asked, self.request.user)  # type: ignore[arg-type]
        url = tenant_url(self.request.tenant, "telephony:change_detail", pk=change.pk)  # type: ignore[attr-defined]
        return HttpResponseRedirect(url)


class ObjectOperationView(OfferedOperationView):
    """The same for one object, whose address is filled in."""

    @cached_property
    def entity(self) -> Entity:  # type: ignore[override]
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def find_connection(self) -> Connection:
        return self.entity.connection

    @cached_property
    def fixed(self) -> Mapping[str, Any]:
        names = {param.name for param in self.operation.params}
        return {
            name: value
            for name, value in address_of(self.entity, self.operation.key).items()
            if name in names
        }

    @property
    def home(self) -> tuple[str, str]:
        tenant = self.request.tenant  # type: ignore[attr-defined]
        if self.entity.is_line:
            return tenant_url(tenant, "telephony:line_detail", pk=self.entity.pk), str(self.entity)
        return home_of(tenant, self.entity)


def _speak(field: Any, param: Param) -> None:
    """Let a field be called by what it means, where that is short; the operations pages call it by its name."""
    words = str(param.help).rstrip(".")
    if words and len(words) <= LONGEST_LABEL:
        field.label, field.help_text = words, ""
