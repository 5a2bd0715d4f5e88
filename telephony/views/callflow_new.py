"""A new callflow: what it can begin with, the form of that, and its draft, which is edited and published as any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from telephony.callflow_drawing import drawing_of
from telephony.forms.callflow_holes import HolesForm
from telephony.forms.editing import loaded_from, typed_again
from telephony.menu import connections_of
from telephony.models import CallflowDraft, Connection, Entity
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.starting import Start, document_of, sample_of
from telephony.providers.callflows.surroundings import Around, Target
from telephony.providers.callflows.tree import read
from telephony.services import callflow_drafts
from telephony.services.callflow_around import callflows_of, makers_of
from telephony.services.callflow_scene import scene_of
from telephony.services.callflow_text import flow_of
from telephony.services.edit_surroundings import surroundings
from telephony.services.references import options_for
from telephony.views import ways_back
from telephony.views.callflow_drafts import CallflowReviewView, DraftPage
from telephony.views.callflow_editing import CallflowEditView
from telephony.views.callflow_pages import INDEX
from telephony.views.object_fields import lead_to_objects, made_for, way_to_make


def picture_of(start: Start, callflows: Callflows) -> SafeString:
    """A starting point as a drawing; what is to be filled in stands there by its name."""
    values = sample_of(start)
    targets = {}
    for one in start.holes:
        held = values[one.name]
        for identifier in held if isinstance(held, list) else [held]:
            if one.refers_to:
                key = (one.refers_to, str(identifier))
                targets[key] = Target(kind=key[0], remote_id=key[1], name=str(one.label))
    return drawing_of(scene_of(read(document_of(start, values)), callflows, Around(targets=targets)))


class NewCallflowView(TenantRightMixin, TemplateView):
    """What a new callflow can begin with, in one account (`?connection=SLUG`), and drafts that wait."""

    right = Right.CALLFLOWS_EDIT
    menu_entry = INDEX
    template_name = "telephony/callflow_new.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        links = makers_of(connections_of(self.request))
        asked = self.request.GET.get("connection", "")
        link = next((one for one in links if one.slug == asked), links[0] if links else None)
        callflows = callflows_of(link) if link is not None else None
        return super().get_context_data(
            title=_("New callflow"),
            links=links,
            link=link,
            starts=[(one, picture_of(one, callflows)) for one in callflows.starts] if callflows else [],
            drafts=callflow_drafts.new_drafts(self.request.user),
            **kwargs,
        )


class MakerMixin(TenantRightMixin):
    """A page of one account in which callflows can be made; `connection` in the address is its slug."""

    right = Right.CALLFLOWS_EDIT
    menu_entry = INDEX
    kwargs: dict[str, Any]

    @cached_property
    def link(self) -> Connection:
        rows = Connection.objects.select_related("credential", "tenant").filter(unlinked_at=None)
        found = get_object_or_404(rows, slug=self.kwargs["connection"])
        if not makers_of([found]):
            raise Http404
        return found

    @property
    def maker(self) -> Any:
        return self.link.declaration.maker_of(callflows_of(self.link).kind)


class StartView(MakerMixin, TemplateView):
    """The form of a starting point; it ends in a draft in the editor, and nothing is sent."""

    template_name = "telephony/callflow_start.html"

    @cached_property
    def start(self) -> Start:
        found = next((one for one in callflows_of(self.link).starts if one.id == self.kwargs["start"]), None)
        if found is None:
            raise Http404
        return found

    def form(self, data: Any = None) -> HolesForm:
        typed = ways_back.typed_before(self.request) if data is None else None
        fields = self.start.holes
        seen: dict[str, Any] = loaded_from(typed)[0] if typed is not None else dict(self.start.usual)
        before = typed_again(fields, typed) if typed is not None else {}
        initial = before | made_for(self.request, fields, before)
        form = HolesForm(
            fields,
            surroundings(self.link, self.maker, None, {}, {}),
            seen=seen,
            options=options_for(self.link, fields, {**seen, **initial}),
            data=data,
            initial=initial,
        )
        lead_to_objects(self.request, self.link, form)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.form()
        home = tenant_url(self.request.tenant, "telephony:callflow_new")
        return super().get_context_data(
            title=str(self.start.label),
            link=self.link,
            point=self.start,
            picture=picture_of(self.start, callflows_of(self.link)),
            form=form,
            groups=list(form.grouped()),
            home=f"{home}?connection={self.link.slug}",
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if (name := request.POST.get(ways_back.FIELD)) is not None:
            return way_to_make(self.request, form, name)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form, **kwargs))
        document = document_of(self.start, form.values)
        draft = callflow_drafts.begin_new(self.link, request.user, document)  # type: ignore[arg-type]
        return HttpResponseRedirect(
            tenant_url(request.tenant, "telephony:callflow_new_edit", pk=draft.pk)  # type: ignore[attr-defined]
        )


class NewDraftMixin(DraftPage):
    """A draft that stands for a callflow which is not made yet; once it is, its address leads there."""

    url_name = "callflow_new_edit"
    is_new = True
    _names: Mapping[str, str] = {
        "callflow_edit": "callflow_new_edit",
        "callflow_review": "callflow_new_review",
        "callflow_try": "callflow_new_try",
    }

    @cached_property
    def row(self) -> CallflowDraft:
        rows = CallflowDraft.objects.select_related("connection__credential", "connection__tenant", "change")
        return get_object_or_404(rows, pk=self.kwargs["pk"], person=self.request.user, entity=None)

    @cached_property
    def draft(self) -> CallflowDraft | None:
        return None if callflow_drafts.is_over(self.row) else self.row

    @cached_property
    def entity(self) -> Entity:
        """The callflow as it would be; it is not stored."""
        connection = self.row.link
        flow = flow_of(self.row.flow)
        return Entity(
            tenant=connection.tenant,
            connection=connection,
            kind=callflows_of(connection).kind,
            facet=Entity.Facet.CALLFLOW,
            name=str(flow.root.get("name") or _("New callflow")),
            fetched_at=self.row.created_at,
        )

    def forget(self) -> None:
        super().forget()
        for name in ("row", "entity"):
            self.__dict__.pop(name, None)

    def url(self, name: str, **more: Any) -> str:
        """There is no page of the callflow yet: what leads there leads to the one that was made, or to the list."""
        own = self._names.get(name, name)
        if own in self._names.values():
            return tenant_url(self.request.tenant, f"telephony:{own}", pk=self.row.pk, **more)
        made = self.row.change.entity_id if self.row.change is not None else None
        if made is not None:
            return tenant_url(self.request.tenant, "telephony:callflow_detail", pk=made)
        return tenant_url(self.request.tenant, INDEX)


class NewCallflowEditView(NewDraftMixin, CallflowEditView):
    """The editor of a callflow that is not made yet."""

    def _begin(self) -> HttpResponse:
        """It has begun."""
        return self.back()


class NewCallflowReviewView(NewDraftMixin, CallflowReviewView):
    """The drawing of it, and the way to the preview that makes it."""
