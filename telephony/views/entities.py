"""Lines, numbers, and any kind of object of any connection; one object with its document; search over all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.lib.errors import ProviderError
from portal.lib.numbers import to_e164
from portal.ui.links import next_url, tenant_url
from portal.ui.looks import look_of
from portal.ui.views import FilteredTableView
from telephony.figures.tables import Column, Table
from telephony.forms.entities import EntityFilterForm, KindFilterForm, LineFilterForm
from telephony.menu import number_acts_of
from telephony.models import Connection, Entity
from telephony.models.entity_search import EntitySearch
from telephony.providers.kinds import EntityKind
from telephony.providers.offers import Spot
from telephony.services import porting
from telephony.services.directory_tree import folder_of
from telephony.services.entity_page import (
    names_in,
    parents_of,
    places_matching,
    refresh,
    surroundings_of,
)
from telephony.services.forced_profiles import forced_of
from telephony.services.live_panels import objects_named
from telephony.services.object_acts import acts_of
from telephony.services.pictures import pictures_of
from telephony.services.sounds import sounds_of
from telephony.tables.documents import object_label, reading_for
from telephony.tables.entities import EntityTable, LineTable
from telephony.views import around_tables
from telephony.views.changes import home_of
from telephony.views.lines import permissions
from telephony.views.list_files import ListFileMixin, ObjectListsMixin
from telephony.views.offers import offered, offered_one
from telephony.views.panels import panels_for


class ConnectActionMixin:
    request: Any

    def empty_action(self) -> tuple[str, str] | None:
        if Right.CONNECTIONS_MANAGE not in self.request.rights:
            return None
        return _("Connect an account"), tenant_url(self.request.tenant, "telephony:connection_new")


class ChoosingMixin:
    """A list whose objects can be ticked and edited together, by whoever may edit many at once."""

    request: Any

    @cached_property
    def may_choose(self) -> bool:
        return Right.BULK_EDIT in self.request.rights

    @cached_property
    def hidden_columns(self) -> tuple[str, ...]:
        hidden: tuple[str, ...] = super().hidden_columns  # type: ignore[misc]
        return hidden if self.may_choose else (*hidden, "chosen")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bar = "telephony/_bulk_bar.html" if self.may_choose else ""
        return super().get_context_data(bar=bar, **kwargs)  # type: ignore[misc]


class FiledMixin(ABC):
    """A list of objects that goes out as a file and comes back edited. `list_name` is its name among `listed.LISTS`."""

    request: Any
    list_name: ClassVar[str]

    @abstractmethod
    def scope(self) -> EntitySearch:
        """What the list shows without a filter."""

    def search(self) -> EntitySearch:
        """The list with its filter; call after the form was cleaned."""
        return self.scope().also(self.filter_form.as_search())  # type: ignore[attr-defined]

    def export_url(self) -> str:
        if Right.EXPORTS_MAKE not in self.request.rights:
            return ""
        return tenant_url(self.request.tenant, "telephony:export_objects")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_import = Right.BULK_EDIT in self.request.rights
        return super().get_context_data(  # type: ignore[misc]
            export_fields={
                "list": self.list_name,
                **{name: self.kwargs[name] for name in ("connection", "kind") if name in self.kwargs},  # type: ignore[attr-defined]
            },
            import_url=tenant_url(self.request.tenant, "telephony:bulk_import") if may_import else "",
            **kwargs,
        )


class LineListView(FiledMixin, ChoosingMixin, ConnectActionMixin, TenantRightMixin, FilteredTableView):
    """Every line of every provider in one list."""

    right = Right.LINES_READ
    title = gettext_lazy("Lines")
    table_class = LineTable
    order = ("name_key", "id")
    empty_title = gettext_lazy("No lines yet")
    empty_text = gettext_lazy("Lines arrive a few seconds after an account is connected.")
    list_name = "lines"

    def scope(self) -> EntitySearch:
        return EntitySearch(is_line=True)

    def get_queryset(self) -> Any:
        return self.scope().found().select_related("connection")

    def get_filter_form(self) -> LineFilterForm:
        form = LineFilterForm(self.request.GET)
        form.region = self.request.tenant.region
        return form

    def get_table(self) -> LineTable:
        table = super().get_table()
        table.forced = forced_of(self.page.rows)
        table.number_acts = number_acts_of(self.request)
        return table


class KindListView(ListFileMixin, TenantRightMixin, TemplateView):
    """What kinds of object a connection has, and how many of each."""

    right = Right.LINES_READ
    menu_entry = "telephony:connection_list"
    template_name = "telephony/kind_list.html"

    @cached_property
    def link(self) -> Connection:
        return get_object_or_404(Connection, slug=self.kwargs["connection"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        present = Entity.objects.present().filter(connection=self.link).order_by()
        counts = dict(present.values_list("kind").annotate(Count("pk")))
        kinds = [(kind, counts.get(kind.kind, 0)) for kind in self.link.declaration.kinds.values()]
        context: dict[str, Any] = {**kwargs, "link": self.link, "kinds": kinds, "title": self.link.name}
        return super().get_context_data(**context)

    def list_title(self) -> str:
        return _("%(title)s: %(subject)s") % {"title": _("Kinds of object"), "subject": self.link.name}

    def whole_list(self, context: Mapping[str, Any]) -> Table:
        columns = [
            Column(_("Kind"), name="label"),
            Column(_("The provider's word"), name="kind"),
            Column(_("How many"), "count", "count"),
        ]
        rows = [[str(kind.plural), kind.kind, count] for kind, count in context["kinds"]]
        return Table(title=self.list_title(), columns=columns, rows=rows)


class EntityListView(FiledMixin, ChoosingMixin, TenantRightMixin, FilteredTableView):
    """All objects of one kind of one connection."""

    right = Right.LINES_READ
    menu_entry = "telephony:connection_list"
    template_name = "telephony/entity_list.html"
    empty_title = gettext_lazy("None of these")
    empty_text = gettext_lazy("The account has no object of this kind, or it was not read yet.")
    list_name = "objects"

    @cached_property
    def link(self) -> Connection:
        rows = Connection.objects.select_related("credential", "tenant")
        return get_object_or_404(rows, slug=self.kwargs["connection"])

    @cached_property
    def entity_kind(self) -> EntityKind:
        kind = self.link.declaration.kinds.get(self.kwargs["kind"])
        if kind is None:
            raise Http404
        return kind

    @property
    def order(self) -> tuple[str, ...]:  # type: ignore[override]
        """A whole list has no name: it goes by what it belongs to."""
        return ("parent_remote_id", "id") if self.entity_kind.whole_list else ("name_key", "id")

    @cached_property
    def states(self) -> list[tuple[str, str]]:
        """The states that objects of this kind have now, with their words."""
        found = self.get_queryset().exclude(status="").order_by("status").values_list("status", flat=True)
        return [(state, str(look_of("service_status", state).word)) for state in found.distinct()]

    @cached_property
    def table_class(self) -> type[EntityTable]:  # type: ignore[override]
        return EntityTable.for_kind(self.entity_kind, has_states=bool(self.states))

    @property
    def title(self) -> str:  # type: ignore[override]
        return str(self.entity_kind.plural)

    def scope(self) -> EntitySearch:
        return EntitySearch(connections=(self.link.pk,), kinds=(self.entity_kind.kind,))

    def get_queryset(self) -> Any:
        return self.scope().found()

    def get_filter_form(self) -> EntityFilterForm:
        form = KindFilterForm.for_kind(self.entity_kind, self.states)(self.request.GET)
        form.region = self.request.tenant.region
        if text := self.request.GET.get("q", "").replace("\0", "").strip()[:80]:
            number = to_e164(text, form.region)
            form.places = places_matching(self.link, self.entity_kind, number or text)
        return form

    def get_table(self) -> EntityTable:
        table = super().get_table()
        names = names_in(self.entity_kind, self.page.rows, self.request.tenant.region)
        table.reading = reading_for(
            self.request,
            self.link,
            names,
            objects=objects_named(self.link, table.facts_shown(self.page.rows)),
        )
        if any(row.number for row in self.page.rows):
            table.number_acts = number_acts_of(self.request)
        table.parents = parents_of(self.link, self.entity_kind, self.page.rows)
        for name in self.entity_kind.parent_kinds:
            if above := self.link.declaration.kinds.get(name):
                table.parents_of_parents = parents_of(self.link, above, table.parents.values())
                break
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        maker = self.link.declaration.maker_of(self.entity_kind.kind)
        key = maker.operation.key if maker else ""
        reasons = permissions(self.request, self.link, [key]) if key else {}
        return super().get_context_data(
            link=self.link,
            entity_kind=self.entity_kind,
            maker=maker,
            why_not_new=reasons.get(key, ""),
            offers=offered(self.request, self.link, Spot.LIST, self.entity_kind.kind, without={key}),
            panels=panels_for(self.request, self.link, spot=Spot.LIST, kind=self.entity_kind.kind),
            **kwargs,
        )


class EntityDetailView(ObjectListsMixin, TenantRightMixin, DetailView):
    """One object: its fields, its document, what it points to and what uses it."""

    right = Right.LINES_READ
    menu_entry = "telephony:connection_list"
    template_name = "telephony/entity_detail.html"
    context_object_name = "entity"

    def get_queryset(self) -> Any:
        return Entity.objects.select_related("connection", "connection__credential", "connection__tenant")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entity = self.object
        around = surroundings_of(entity, is_whole=self.is_for_file)
        acts = acts_of(entity, around.parent)
        keys = {act.editor.operation.key for act in acts}
        panels = panels_for(self.request, entity.connection, entity)
        if in_directory := folder_of(entity) is not None:
            self.request.menu_entry = "telephony:directory"
        return super().get_context_data(
            around=around,
            title=object_label(entity, around.kind, around.parent),
            acts=acts,
            why_not={**permissions(self.request, entity.connection, keys), **_under_way(entity)},
            first_panels=[(panel, url) for panel, url in panels if panel.is_first],
            panels=[(panel, url) for panel, url in panels if not panel.is_first],
            offers=offered(self.request, entity.connection, Spot.OBJECT, entity.kind, entity, without=keys),
            **self.sound_context(entity),
            pictures=[
                (one, offered_one(self.request, entity.connection, one.upload, entity))
                for one in pictures_of(entity)
            ],
            port=porting.card_of(entity) if porting.porting_of(entity) else None,
            why_not_move=""
            if Right.PORTS_MANAGE in self.request.rights
            else why_not(self.request, Right.PORTS_MANAGE),
            directory=home_of(self.request.tenant, entity) if in_directory else None,
            reading=reading_for(
                self.request,
                entity.connection,
                around.names,
                around.pointers,
                str(entity),
                number_acts=number_acts_of(self.request),
            ),
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        return around_tables.title_of(name, str(self.object))

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return around_tables.table_of(name, self.figure_title(name), context["around"], self.object)

    def sound_context(self, entity: Entity) -> dict[str, Any]:
        """The player of a recording, and another sound for it."""
        sounds = sounds_of(entity)
        if sounds is None:
            return {}
        connection = entity.connection
        return {
            "sounds": sounds,
            "sound_upload": offered_one(self.request, connection, sounds.upload, entity),
            "sound_download": offered_one(self.request, connection, sounds.download, entity),
        }


def _under_way(entity: Entity) -> dict[str, str]:
    """The edits of a port request that its state does not allow, each with why."""
    declared = porting.porting_of(entity)
    reason = str(declared.why_not_edited(entity.status)) if declared else ""
    return dict.fromkeys(declared.operations, reason) if declared and reason else {}


class RefreshView(TenantRightMixin, View):
    """Read one object anew at its provider."""

    right = Right.LINES_READ
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        entity = get_object_or_404(Entity.objects.select_related("connection"), pk=pk)
        try:
            if refresh(entity) is None:
                messages.warning(request, _("%(name)s is gone at the provider.") % {"name": entity})
        except ProviderError as error:
            messages.error(
                request,
                error.message or _("The provider did not answer; what is shown is as old as it says."),
            )
        page = tenant_url(request.tenant, "telephony:entity_detail", pk=entity.pk)  # type: ignore[attr-defined]
        return HttpResponseRedirect(next_url(request, page))
