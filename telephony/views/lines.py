"""One line: what callers get, whom it refuses, what it may not call, its telephones, calls and changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import DetailView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.lib.errors import ProviderError
from portal.ui.links import tenant_url
from telephony.figures.tables import Column, Table
from telephony.menu import number_acts_of
from telephony.models import Connection, Entity
from telephony.providers.offers import Spot
from telephony.services import line_story
from telephony.services.door import right_for
from telephony.services.door import why_not as why_connection_cannot
from telephony.services.entity_page import surroundings_of
from telephony.services.object_acts import acts_of
from telephony.services.voicemail import mailbox_of
from telephony.tables.documents import reading_for
from telephony.views import around_tables
from telephony.views.list_files import ListFileMixin, ObjectListsMixin
from telephony.views.offers import offered
from telephony.views.panels import panels_for


class FragmentOrPageMixin:
    """A part of a page for htmx; the same as a page of its own without script."""

    fragment: ClassVar[str]
    request: HttpRequest

    def get_template_names(self) -> list[str]:
        return [self.fragment if self.request.htmx else "telephony/fragment_page.html"]  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(fragment=self.fragment, **kwargs)  # type: ignore[misc]


def permissions(request: HttpRequest, connection: Connection, keys: Any) -> dict[str, str]:
    """Why an operation cannot be done, by key; "" where it can: by the person's right and the connection's grant."""
    reasons = {}
    for key in keys:
        operation = connection.declaration.catalog[key]
        right = right_for(operation)
        if right not in request.rights:  # type: ignore[attr-defined]
            reasons[key] = why_not(request, right)
        else:
            reasons[key] = why_connection_cannot(connection, operation)
    return reasons


BLACKLIST = "blacklist"


class LineDetailView(ObjectListsMixin, TenantRightMixin, DetailView):
    """The page of one line."""

    right = Right.LINES_READ
    template_name = "telephony/line_detail.html"
    context_object_name = "line"

    def get_queryset(self) -> Any:
        return Entity.objects.filter(is_line=True).select_related(
            "connection", "connection__credential", "connection__tenant"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        story = line_story.story_of(self.object)
        parts = story.parts
        keys = set(parts.writes.values()) | {act.operation for act in parts.acts}
        keys |= {act.operation for profile in parts.profiles or () for act in profile.acts}
        keys |= {act.operation for plugin in parts.plugins or () for act in plugin.acts}
        acts = acts_of(self.object) if not parts.writes else []
        keys |= {act.editor.operation.key for act in acts}
        reasons = permissions(self.request, self.object.connection, keys)
        return super().get_context_data(
            story=story,
            parts=parts,
            connection=self.object.connection,
            acts=acts,
            why_not=reasons,
            may_block=reasons.get(parts.writes.get("blacklist", "")) == "",
            blocked=set(parts.blacklist.numbers) if parts.blacklist else set(),
            title=str(self.object),
            may_widen=Right.CONNECTIONS_MANAGE in self.request.rights,
            has_mailbox=mailbox_of(self.object) is not None,
            panels=panels_for(self.request, self.object.connection, self.object),
            offers=offered(
                self.request,
                self.object.connection,
                Spot.OBJECT,
                self.object.kind,
                self.object,
                without={act.editor.operation.key for act in acts},
            ),
            **self._document(),
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        told = {"title": _("Blacklist"), "subject": self.object}
        own = _("%(title)s: %(subject)s") % told if name == BLACKLIST else ""
        return own or around_tables.title_of(name, str(self.object))

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        if name != BLACKLIST:
            around = context.get("around")
            title = self.figure_title(name)
            return around_tables.table_of(name, title, around, self.object) if around else None
        story = context["story"]
        if story.blacklist is None or not story.blacklist.entries:
            return None
        return blacklist_table(self.figure_title(name), story)

    def _document(self) -> dict[str, Any]:
        """Field by field, where the provider has not said what matters on a line."""
        line, connection = self.object, self.object.connection
        if connection.declaration.line_page:
            return {}
        around = surroundings_of(line, is_whole=self.is_for_file)
        reading = reading_for(
            self.request,
            connection,
            around.names,
            around.pointers,
            str(line),
            number_acts=number_acts_of(self.request),
        )
        return {"around": around, "reading": reading}


def blacklist_table(title: str, story: line_story.LineStory) -> Table:
    """Who is refused; the names of those that are contacts, as on the page."""
    black = story.blacklist
    assert black is not None
    columns = [
        Column(_("Number"), "number", "number"),
        Column(_("Contact"), name="contact"),
        Column(_("Calls in a year"), "count", "calls_in_year"),
        Column(_("Until"), "moment", "ends_at"),
        Column(_("Error"), name="error"),
    ]
    rows = []
    for number, calls in black.entries:
        name = story.names.get(number, "") if number in black.contacts else ""
        end = black.ends.get(number)
        rows.append([number, name, calls, end.ends_at.isoformat() if end else None, end.error if end else ""])
    return Table(title=title, columns=columns, rows=rows)


class TerminalsView(ObjectListsMixin, ListFileMixin, FragmentOrPageMixin, TenantRightMixin, DetailView):
    """The telephones that are registered now: read live, so apart from the line's page."""

    right = Right.LINES_READ
    fragment = "telephony/_line_terminals.html"
    context_object_name = "line"

    def get_queryset(self) -> Any:
        return Entity.objects.filter(is_line=True).select_related("connection", "connection__credential")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(terminals=line_story.terminals_of(self.object), **kwargs)

    def list_title(self) -> str:
        return _("%(title)s: %(subject)s") % {"title": _("Telephones"), "subject": self.object}

    def whole_list(self, context: Mapping[str, Any]) -> Table | None:
        """Raises ProviderError where the provider could not be asked."""
        terminals = context["terminals"]
        if terminals.error:
            raise ProviderError(terminals.error)
        columns = [Column(_("Telephone"), name="telephone"), Column(_("Address"), name="address")]
        rows = [[str(name), str(place)] for name, place in terminals.found]
        return Table(title=self.list_title(), columns=columns, rows=rows) if rows else None


class LineRefreshView(TenantRightMixin, View):
    """Read the line and everything its page shows anew."""

    right = Right.LINES_READ
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        line: Entity = get_object_or_404(
            Entity.objects.filter(is_line=True).select_related("connection", "connection__credential"), pk=pk
        )
        try:
            line_story.refresh(line)
        except ProviderError as error:
            messages.error(request, error.message or _("The provider did not answer."))
        return HttpResponseRedirect(tenant_url(request.tenant, "telephony:line_detail", pk=pk))  # type: ignore[attr-defined]
