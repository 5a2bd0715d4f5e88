"""Companies of a PBX: the list, one company's settings, a new one, moving between containers, deleting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView
from telephony.forms.companies import CompanyFilterForm, CompanyForm, zones
from telephony.models import Connection, Entity
from telephony.models.entity_search import EntitySearch
from telephony.providers.company_page import CompanyPage
from telephony.providers.edit_fields import Field, Fields
from telephony.providers.editing import Editor
from telephony.services import company_story
from telephony.services.company_story import CompanyStory
from telephony.tables.companies import CompanyTable
from telephony.views.editing import ActView, EditView
from telephony.views.entities import FiledMixin
from telephony.views.lines import permissions

SHOWN = ("own", "inherited")  # what the chips narrow the settings to


def reasons(request: HttpRequest, connection: Connection, page: CompanyPage) -> dict[str, str]:
    """Why something cannot be done to companies, by operation; "" where it can."""
    found = permissions(
        request, connection, [page.create, page.update, page.delete, page.group, page.ungroup]
    )
    if connection.remote_account != page.whole_account:
        words = _("This connection is about one company; that is done for the whole system.")
        found = {key: reason or ("" if key == page.update else words) for key, reason in found.items()}
    return found


class CompanyListView(FiledMixin, TenantRightMixin, FilteredTableView):
    """The companies of every connection that has them."""

    right = Right.LINES_READ
    title = gettext_lazy("Companies")
    template_name = "telephony/company_list.html"
    table_class = CompanyTable
    filter_form_class = CompanyFilterForm
    order = ("name_key", "id")
    empty_title = gettext_lazy("No company here")
    empty_text = gettext_lazy("Companies arrive with the account of a PBX that has them.")

    @cached_property
    def sources(self) -> list[Connection]:
        """The connections with companies."""
        rows = (
            Connection.objects.filter(unlinked_at=None)
            .select_related("credential")
            .order_by("name_key", "id")
        )
        return [one for one in rows if company_story.page_of(one) is not None]

    list_name = "companies"

    def scope(self) -> EntitySearch:
        """Without a connection that has companies there is none, whatever else there is."""
        kinds = {page.company_kind for one in self.sources if (page := company_story.page_of(one))}
        return EntitySearch(connections=[one.pk for one in self.sources] or [0], kinds=sorted(kinds) or [""])

    def get_queryset(self) -> Any:
        return self.scope().found().select_related("connection")

    def get_table(self) -> CompanyTable:
        table = super().get_table()
        assert isinstance(table, CompanyTable)
        table.neighbours_of = company_story.neighbours_among(self.page.rows)
        table.own_of = {row.pk: company_story.own_settings_of(row) for row in self.page.rows}
        return table

    def empty_action(self) -> tuple[str, str] | None:
        return _("Connections"), tenant_url(self.request.tenant, "telephony:connection_list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(makers=self._makers(), **kwargs)

    def _makers(self) -> list[tuple[Connection, str]]:
        """Where a company can be created, each with the reason why not."""
        pairs = [(one, company_story.page_of(one)) for one in self.sources]
        found = [(one, reasons(self.request, one, page)[page.create]) for one, page in pairs if page]
        return [pair for pair in found if not pair[1]] or found[:1]


class CompanyCreateView(EditView):
    """The form of a new company, checked as it is typed. `?connection=ID` where there are several."""

    menu_entry = "telephony:company_list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Where no company can be created, the list says what there is."""
        self.request, self.kwargs = request, kwargs
        if getattr(request, "tenant", None) is not None and self.beside is None:
            messages.info(request, CompanyListView.empty_text)
            return HttpResponseRedirect(self.home)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def entity(self) -> Entity:
        if self.beside is None:
            raise Http404
        return self.beside

    @cached_property
    def beside(self) -> Entity | None:
        """Some company of the connection: the new one is made beside it."""
        rows = Entity.objects.present().select_related(
            "connection", "connection__credential", "connection__tenant"
        )
        wanted = self.request.GET.get("connection", "")
        rows = rows.filter(facet=Entity.Facet.COMPANY, connection__unlinked_at=None)
        rows = rows.filter(connection=wanted) if wanted.isdecimal() else rows
        for row in rows.order_by("connection__name_key", "connection_id", "pk").distinct(
            "connection__name_key", "connection_id"
        ):
            page = company_story.page_of(row.connection)
            if page is not None and row.connection.remote_account == page.whole_account:
                return row
        return None

    @cached_property
    def editor(self) -> Editor:
        page = company_story.page_of(self.entity.connection)
        assert page is not None
        return self.entity.connection.declaration.editors[page.create]

    @property
    def home(self) -> str:
        return tenant_url(self.request.tenant, "telephony:company_list")  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "home_label": _("Companies")}


class CompanyMixin:
    """One cached company, by its number here."""

    kwargs: dict[str, Any]

    @cached_property
    def entity(self) -> Entity:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        found = get_object_or_404(rows, pk=self.kwargs["pk"])
        if not company_story.is_company(found):
            raise Http404
        return found

    @property
    def page(self) -> CompanyPage:
        page = company_story.page_of(self.entity.connection)
        assert page is not None
        return page


class CompanyDetailView(CompanyMixin, EditView):
    """The settings of one company: to read for who sees lines, to edit for who may; POST ends in a preview."""

    template_name = "telephony/company_detail.html"
    right = Right.LINES_READ
    right_to_write = Right.COMPANIES_EDIT
    menu_entry = "telephony:company_list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.request, self.kwargs = request, kwargs
        return TenantRightMixin.dispatch(self, request, *args, **kwargs)

    @cached_property
    def editor(self) -> Editor:
        return self.entity.connection.declaration.editors[self.page.update]

    @cached_property
    def story(self) -> CompanyStory:
        return company_story.story_of(self.entity)

    @property
    def home(self) -> str:
        return tenant_url(self.request.tenant, "telephony:company_list")  # type: ignore[attr-defined]

    @cached_property
    def reasons(self) -> dict[str, str]:
        return reasons(self.request, self.entity.connection, self.page)

    def _form(self, fields: Sequence[Field], *, seen: Fields, **more: Any) -> CompanyForm:
        return CompanyForm(
            fields,
            self.door.around,
            seen=seen,
            groups=self.story.groups,
            why_not=self.reasons[self.page.update],
            check=self._mistakes,
            **more,
        )

    def _fingerprints(self) -> dict[str, str]:
        return {} if self.earlier is not None else company_story.fingerprints_of(self.entity)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        shown = self.request.GET.get("show", "")
        return {
            **context,
            "company": self.entity,
            "story": self.story,
            "page": self.page,
            "rows": list(context["form"].rows()),
            "own_fields": context["form"].own_fields(),
            "shown": shown if shown in SHOWN and not context["form"].errors else "",
            "shows_newer": bool(self.request.GET.get("newer")) or bool(context["form"].errors),
            "zones": zones(),
            "reasons": self.reasons,
            "why_not": self.reasons[self.page.update],
            "why_not_move": self.reasons[self.page.group],
            "why_not_delete": self.reasons[self.page.delete],
            "title": str(self.entity),
        }


class CompanyDeleteView(CompanyMixin, ActView):
    """The preview of a deletion, where the identifier was typed."""

    @cached_property
    def editor(self) -> Editor:
        return self.entity.connection.declaration.editors[self.page.delete]

    @property
    def home(self) -> str:
        return tenant_url(self.request.tenant, "telephony:company_detail", pk=self.entity.pk)  # type: ignore[attr-defined]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.POST.get("typed", "").strip() != self.entity.remote_id:
            messages.error(request, _("The identifier was not typed as it stands; nothing was sent."))
            return HttpResponseRedirect(self.home)
        return super().post(request, **kwargs)
