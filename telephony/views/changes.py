"""Changes: the preview before a write, how it ended, and the list of all of them. What is done to one: change_acts.py."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from accounts.models import Tenant
from accounts.rights import Right
from accounts.views_base import TenantRightMixin, require_right, why_not
from portal.lib.errors import ProviderError
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView
from telephony.forms.changes import ChangeFilterForm
from telephony.forms.editing import WhyForm
from telephony.models import CallflowDraft, Change, Connection, Entity
from telephony.services import discarding, editing, together
from telephony.services.change_story import Story, story_of
from telephony.services.company_story import is_company
from telephony.services.company_story import page_of as company_page_of
from telephony.services.directory_tree import folder_of
from telephony.services.door import right_for
from telephony.tables.changes import ChangeTable
from telephony.tables.documents import CALLFLOW_KINDS, object_label
from telephony.views import ways_back
from telephony.views.lines import FragmentOrPageMixin


def filter_form(request: HttpRequest, data: Any) -> ChangeFilterForm:
    """The filter of the list of changes, with the tenant's days."""
    tenant = request.tenant  # type: ignore[attr-defined]
    return ChangeFilterForm(data, zone=ZoneInfo(tenant.time_zone), tenant=tenant)


class ChangeListView(TenantRightMixin, FilteredTableView):
    """Everything written to a provider, newest first."""

    right = Right.LINES_READ
    title = gettext_lazy("Changes")
    table_class = ChangeTable
    order = ("-created_at", "-id")
    empty_title = gettext_lazy("No change yet")
    empty_text = gettext_lazy(
        "What is written to a provider from here stands in this list, and can be taken back."
    )

    def get_queryset(self) -> Any:
        return Change.objects.select_related("connection")

    def get_filter_form(self) -> ChangeFilterForm:
        return filter_form(self.request, self.request.GET)

    def export_url(self) -> str:
        if Right.EXPORTS_MAKE not in self.request.rights:
            return ""
        return tenant_url(self.request.tenant, "telephony:export_changes")

    def empty_action(self) -> tuple[str, str] | None:
        return _("Choose a line"), tenant_url(self.request.tenant, "telephony:line_list")


def place_of(line: Entity | None, entity: Entity | None) -> str:
    """The entry of the menu that editing this belongs to; "" where the address decides."""
    if line is not None:
        return "telephony:line_list"
    if entity is not None and is_company(entity):
        return "telephony:company_list"
    return "telephony:directory" if entity is not None and folder_of(entity) is not None else ""


def home_of(tenant: Tenant, entity: Entity) -> tuple[str, str]:
    """The page that an object of the account is found on, and its name: the folder of the directory, or its own."""
    folder = folder_of(entity)
    if is_company(entity):
        return tenant_url(tenant, "telephony:company_detail", pk=entity.pk), str(entity)
    if folder is None:
        kind = entity.connection.declaration.kinds.get(entity.kind)
        return tenant_url(tenant, "telephony:entity_detail", pk=entity.pk), object_label(entity, kind, None)
    return f"{tenant_url(tenant, 'telephony:directory')}?{urlencode({'folder': folder})}", _("Directory")


def list_of(tenant: Tenant, connection: Connection, kind: str) -> tuple[str, str]:
    """The list of a kind of object of an account, and its name."""
    declared = connection.declaration.kinds[kind]
    url = tenant_url(tenant, "telephony:entity_list", connection=connection.slug, kind=kind)
    return url, str(declared.plural)


class ChangeMixin(TenantRightMixin):
    """One change of the tenant. What writes takes the right of its operation."""

    right = Right.LINES_READ
    request: HttpRequest
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except editing.Discarded as gone:
            words = (
                _("%(person)s discarded this preview. Nothing was sent.") % {"person": gone.by}
                if gone.by and gone.by != str(request.user)
                else _("This preview was discarded. Nothing was sent.")
            )
            messages.info(request, words)
            home = gone.home or tenant_url(request.tenant, "telephony:change_list")  # type: ignore[attr-defined]
            return HttpResponseRedirect(home)

    @cached_property
    def change(self) -> Change:
        rows = Change.objects.select_related(
            "connection",
            "connection__credential",
            "connection__tenant",
            "line",
            "entity",
            "reverts",
            "person",
        )
        found = rows.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            tenant = self.request.tenant  # type: ignore[attr-defined]
            raise discarding.found(tenant.pk, self.kwargs["pk"]) or Http404
        return found

    @property
    def operation_right(self) -> Right:
        return right_for(self.change.connection.declaration.catalog[self.change.operation])

    def require_write(self) -> None:
        require_right(self.request, self.operation_right)

    def page_of(self, change: Change) -> str:
        return tenant_url(self.request.tenant, "telephony:change_detail", pk=change.pk)  # type: ignore[attr-defined]

    def back_to(self, change: Change) -> HttpResponse:
        return HttpResponseRedirect(self.page_of(change))


class ChangeDetailView(ChangeMixin, TemplateView):
    """A preview to look over and send, a conflict to decide, or how a change ended."""

    def get_template_names(self) -> list[str]:
        if self.request.htmx:  # type: ignore[attr-defined]
            return [
                "telephony/_new_review.html"
                if self.change.state in editing.OPEN
                else "telephony/_new_outcome.html"
            ]
        if self.change.state == Change.State.CONFLICT:
            return ["telephony/change_conflict.html"]
        if self.change.state == Change.State.DRAFT:
            return ["telephony/change_review.html"]
        return ["telephony/change_detail.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change = self.change
        if change.state in editing.OPEN:  # a step of editing, not yet a change among changes
            self.request.menu_entry = self._menu_entry()  # type: ignore[attr-defined]
        story = self._story()
        return super().get_context_data(
            story=story,
            change=change,
            form=kwargs.pop("form", None) or WhyForm(initial={"why": change.why, "ticket": change.ticket}),
            edit_url=self.edit_url(),
            home=self.home(),
            home_label=self.home_label(),
            why_not=self._why_not(),
            can_revert=change.state == Change.State.APPLIED
            and editing.inverse_of(change, story.door) is not None,
            before_it=[story_of(one) for one in reversed(list(together.needed_by(change)))],
            after_it=list(change.needed_by.all()),
            can_revert_both=not self._why_not() and together.can_revert(change),
            way_back=ways_back.way_back(self.request, change),
            in_dialog=bool(self.request.htmx),  # type: ignore[attr-defined]
            awaits=change.due_at is not None and not self.request.htmx,  # type: ignore[attr-defined]
            reverted_by=change.reverted_by.exclude(state__in=editing.OPEN).order_by("-pk").first(),
            title=change.summary,
            **kwargs,
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.request.htmx and self.change.state == Change.State.APPLIED:  # type: ignore[attr-defined]
            ways_back.tell_what_was_made(response, self.change)
        return response

    def _menu_entry(self) -> str:
        editor = self.change.connection.declaration.editors.get(self.change.operation)
        if editor is not None and editor.kind in CALLFLOW_KINDS:
            return "telephony:callflow_list"
        return place_of(self.change.line, self.place)

    def _story(self) -> Story:
        return story_of(self.change)

    def _why_not(self) -> str:
        right = self.operation_right
        if right in self.request.rights:  # type: ignore[attr-defined]
            return ""
        return why_not(self.request, right)

    def edit_url(self) -> str:
        """Back to the form, with what was typed; empty where the change had no form."""
        change = self.change
        editor = change.connection.declaration.editors.get(change.operation)
        if editor is not None and editor.kind in CALLFLOW_KINDS and (draft := self._draft()) is not None:
            made = draft.entity_id is not None
            name, pk = ("callflow_edit", draft.entity_id) if made else ("callflow_new_edit", draft.pk)
            return tenant_url(self.request.tenant, f"telephony:{name}", pk=pk)  # type: ignore[attr-defined]
        if editor is None or editor.removes or editor.is_act or change.reverts_id or not change.wanted:
            return ""
        on = self._made_below() if editor.replaces or editor.makes else change.entity
        if on is None and editor.makes and editor.is_free_standing:
            names = {"connection": change.connection.slug, "kind": editor.kind}
            new = tenant_url(self.request.tenant, "telephony:new", **names)  # type: ignore[attr-defined]
            return ways_back.further(self.request, change, f"{new}?change={change.pk}")
        page = company_page_of(change.connection)
        if page is not None and editor.operation.key == page.create:
            new = tenant_url(self.request.tenant, "telephony:company_create")  # type: ignore[attr-defined]
            return f"{new}?{urlencode({'connection': change.connection_id, 'change': change.pk})}"
        if on is None:
            return ""
        if page is not None and editor.operation.key == page.update:
            return f"{home_of(self.request.tenant, on)[0]}?change={change.pk}"  # type: ignore[attr-defined]
        url = tenant_url(self.request.tenant, "telephony:edit", pk=on.pk, operation=change.operation)  # type: ignore[attr-defined]
        return f"{url}?change={change.pk}"

    def _draft(self) -> CallflowDraft | None:
        """The person's draft of a callflow that this would publish."""
        return CallflowDraft.objects.filter(change=self.change, person=self.request.user).first()

    def _made_below(self) -> Entity | None:
        """What the form of a list or of a new object stands on: the line, else the folder in the address."""
        change = self.change
        if change.line is not None:
            return change.line
        wanted = [str(value) for value in change.address.values()]
        return Entity.objects.filter(connection=change.connection, remote_id__in=wanted).first()

    @cached_property
    def place(self) -> Entity | None:
        """The object, or what a new one is made below."""
        return self.change.entity or self._made_below()

    def home(self) -> str:
        tenant = self.request.tenant  # type: ignore[attr-defined]
        if self.change.line_id:
            return tenant_url(tenant, "telephony:line_detail", pk=self.change.line_id)
        if self.place is not None:
            return home_of(tenant, self.place)[0]
        if self._list is not None:
            return self._list[0]
        return tenant_url(tenant, "telephony:change_list")

    @cached_property
    def _list(self) -> tuple[str, str] | None:
        """The list that a new object of the account will stand in, or a removed one stood in."""
        editor = self.change.connection.declaration.editors.get(self.change.operation)
        if editor is None or not editor.is_free_standing:
            return None
        return list_of(self.request.tenant, self.change.connection, editor.kind)  # type: ignore[attr-defined]

    def home_label(self) -> str:
        """What `home` is called where it is no line's page; "" where it is the list of changes."""
        if not self.change.line_id and self.place is None and self._list is not None:
            return self._list[1]
        if self.change.line_id or self.place is None:
            return ""
        return home_of(self.request.tenant, self.place)[1]  # type: ignore[attr-defined]


class ChangeOutcomeView(FragmentOrPageMixin, ChangeMixin, TemplateView):
    """The fragment that says how a sent change stands; asked again while its answer is awaited."""

    fragment = "telephony/_change_outcome.html"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.change.due_at is None:
            response["HX-Refresh"] = "true"  # it is settled: the whole page tells it
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change = self.change
        return super().get_context_data(
            change=change, story=story_of(change), awaits=change.due_at is not None, **kwargs
        )


class ExactRequestView(FragmentOrPageMixin, ChangeMixin, TemplateView):
    """The request that a preview would send, and both documents as JSON."""

    fragment = "telephony/_change_request.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            story: Story | None = story_of(self.change, with_request=self.change.state in editing.OPEN)
            error = ""
        except ProviderError as failed:
            story, error = None, failed.message
        return super().get_context_data(change=self.change, story=story, error=error, **kwargs)
