"""A callflow brought in: a copy of one, into the same or another account, or a file; what it names is mapped first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.switching import tenants_of
from accounts.views_base import TenantRightMixin
from portal.lib.errors import InvalidInput
from portal.lib.secrets import Unreadable
from portal.ui.links import tenant_url
from telephony.forms.callflow_bringing import BringForm, CopyForm
from telephony.forms.callflow_holes import HolesForm
from telephony.forms.editing import typed_again
from telephony.menu import connections_of
from telephony.models import CallflowDraft
from telephony.providers.callflows.references import Key, Named, named_by
from telephony.providers.callflows.starting import NAME, root_of
from telephony.services import callflow_bringing as bringing
from telephony.services.callflow_around import callflows_of, makers_of
from telephony.services.callflow_bringing import Destination, Parcel
from telephony.services.edit_surroundings import surroundings
from telephony.services.references import options_for
from telephony.views import ways_back
from telephony.views.callflow_new import MakerMixin
from telephony.views.callflow_pages import INDEX, CallflowPage
from telephony.views.callflow_parcels import PARCEL, send_on
from telephony.views.object_fields import lead_to_objects, made_for, way_to_make


class CopyView(CallflowPage, TemplateView):
    """Which account a callflow is copied into: any in which the person edits callflows, of this tenant or another."""

    right = Right.CALLFLOWS_EDIT
    template_name = "telephony/callflow_copy.html"
    url_name = "callflow_copy"

    @cached_property
    def found(self) -> list[Destination]:
        return bringing.destinations(self._tenants(), self.callflows)

    def _tenants(self) -> list[Any]:
        """Those of the person, and the one that is shown: staff may be here as such."""
        own = [tenant for tenant, rights, _note in tenants_of(self.request.user) if self.right in rights]
        here = self.request.tenant
        return own if here in own else [here, *own]

    def form(self, data: Any = None) -> CopyForm:
        by_tenant: dict[str, list[tuple[str, str]]] = {}
        for one in self.found:
            by_tenant.setdefault(one.tenant.name, []).append((one.key, one.name))
        here = next((one.key for one in self.found if one.slug == self.link.slug), None)
        return CopyForm(list(by_tenant.items()), data, initial={"to": here})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Copy: %(name)s") % {"name": self.entity},
            callflow=self.entity,
            home=self.url("callflow_detail"),
            form=kwargs.pop("form", None) or self.form(),
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form, **kwargs))
        to = next(one for one in self.found if one.key == form.cleaned_data["to"])
        try:
            parcel = bringing.parcel_of(self.entity)
        except Unreadable as error:
            form.add_error(None, error.message)
            return self.render_to_response(self.get_context_data(form=form, **kwargs))
        return send_on(request, parcel, to.tenant, to.slug)


class BringView(TenantRightMixin, TemplateView):
    """A file, or its text, and the account that it is brought into."""

    right = Right.CALLFLOWS_EDIT
    menu_entry = INDEX
    template_name = "telephony/callflow_bring.html"

    def form(self, data: Any = None, files: Any = None) -> BringForm:
        choices = [(one.slug, str(one)) for one in makers_of(connections_of(self.request))]
        return BringForm(choices, data, files, initial={"connection": self.request.GET.get("connection")})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Bring in a callflow"),
            form=kwargs.pop("form", None) or self.form(),
            home=tenant_url(self.request.tenant, "telephony:callflow_new"),
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            said = form.cleaned_data
            try:
                parcel = bringing.parcel_in(said["document"], form.origin)
            except InvalidInput as error:
                form.add_error(None, error.message)
            else:
                return send_on(request, parcel, self.request.tenant, said["connection"])
        return self.render_to_response(self.get_context_data(form=form, **kwargs))


class MapView(MakerMixin, TemplateView):
    """What a callflow on its way names, one by one, with the object of this account that is meant; ends in a draft."""

    template_name = "telephony/callflow_map.html"

    @cached_property
    def parcel(self) -> Parcel | None:
        said = self.request.session.get(PARCEL)
        return Parcel(**said) if said else None

    @cached_property
    def draft(self) -> CallflowDraft | None:
        """The draft whose place it takes."""
        if self.parcel is None or self.parcel.into is None:
            return None
        found = CallflowDraft.objects.filter(pk=self.parcel.into, person=self.request.user).first()
        return found if found is not None and found.link == self.link else None

    @property
    def _is_orphan(self) -> bool:
        """Whether the draft that it was meant for is there no more."""
        return self.parcel is not None and self.parcel.into is not None and self.draft is None

    @cached_property
    def wanted(self) -> list[Named]:
        assert self.parcel is not None
        return named_by(self.parcel.flow, callflows_of(self.link))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (
            self.link.pk is None or self.parcel is None
        ):  # of an account that is not found nothing more is told
            return self._nothing()
        return super().get(request, *args, **kwargs)

    def _nothing(self) -> HttpResponse:
        return HttpResponseRedirect(tenant_url(self.request.tenant, "telephony:callflow_bring"))

    def form(self, data: Any = None) -> HolesForm:
        """Begins with what is proposed; nothing of it is kept before it is sent along."""
        assert self.parcel is not None
        fields = bringing.fields_for(self.link, self.parcel, self.wanted)
        typed = ways_back.typed_before(self.request) if data is None else None
        before = typed_again(fields, typed) if typed is not None else self._proposed()
        initial = before | made_for(self.request, fields, before)
        form = HolesForm(
            fields,
            surroundings(self.link, self.maker, None, {}, {}),
            seen={},
            options=options_for(self.link, fields, initial),
            data=data,
            initial=initial,
        )
        lead_to_objects(self.request, self.link, form)
        return form

    def _proposed(self) -> dict[str, Any]:
        assert self.parcel is not None
        found = bringing.proposals(self.link, self.parcel, self.wanted)
        targets = {
            f"target_{at}": found[one.kind, one.remote_id]
            for at, one in enumerate(self.wanted)
            if (one.kind, one.remote_id) in found
        }
        own = {} if self.parcel.into is not None else {NAME: str(self.parcel.document.get("name") or "")}
        return own | targets

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.parcel is not None
        form = kwargs.pop("form", None) or self.form()
        values = form.values if form.is_bound else form.initial
        empty = [one for one in form.declared if one.name.startswith("target_") and not values.get(one.name)]
        return super().get_context_data(
            title=_("Bring in: %(name)s") % {"name": self.parcel.document.get("name") or _("a callflow")},
            link=self.link,
            parcel=self.parcel,
            form=form,
            groups=list(form.grouped()),
            named_count=len(self.wanted),
            empty_count=len(empty),
            home=self._editor_of(self.draft) if self.draft else tenant_url(self.request.tenant, INDEX),
            **kwargs,
        )

    def _editor_of(self, draft: CallflowDraft) -> str:
        if draft.entity_id is None:
            return tenant_url(self.request.tenant, "telephony:callflow_new_edit", pk=draft.pk)
        return tenant_url(self.request.tenant, "telephony:callflow_edit", pk=draft.entity_id)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        parcel = self.parcel
        if self.link.pk is None or parcel is None or self._is_orphan:
            return self._nothing()
        form = self.form(request.POST)
        if (name := request.POST.get(ways_back.FIELD)) is not None:
            return way_to_make(self.request, form, name)
        if form.is_valid():
            values = form.values
            others = {
                (one.kind, one.remote_id): str(values.get(f"target_{at}") or "")
                for at, one in enumerate(self.wanted)
            }
            try:
                draft = self._brought(parcel, others, values)
            except InvalidInput as error:
                self._refuse(form, error)
            else:
                del request.session[PARCEL]
                return HttpResponseRedirect(self._editor_of(draft))
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def _brought(self, parcel: Parcel, others: Mapping[Key, str], values: Mapping[str, Any]) -> CallflowDraft:
        if self.draft is None:
            return bringing.bring(self.link, self.request.user, parcel, others, root=root_of(values))
        bringing.bring_into(self.draft, parcel, others)
        return self.draft

    def _refuse(self, form: HolesForm, error: InvalidInput) -> None:
        for at, one in enumerate(self.wanted):
            if one.remote_id in error.fields:
                form.add_error(f"target_{at}", error.fields[one.remote_id])
