"""Numbers of the tenant: all that are owned, and the search for new ones. One number: number_page.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.lib.errors import InvalidInput, ProviderError
from portal.lib.numbers import to_e164
from portal.ui import formats
from portal.ui.links import next_url, tenant_url
from portal.ui.views import FilteredTableView
from telephony.figures.tables import Column, Table, amount
from telephony.forms.entities import EntityFilterForm
from telephony.forms.ordering import BLOCK, MOST, TOWN, NumberBringForm, NumberSearchForm, chosen_numbers
from telephony.menu import number_acts_of
from telephony.models import Connection, Entity
from telephony.models.entity_search import EntitySearch
from telephony.providers.ordering import FreeNumbers
from telephony.services import ordering
from telephony.tables.entities import NumberTable
from telephony.views.entities import ConnectActionMixin, FiledMixin
from telephony.views.list_files import ListFileMixin

OWNED = (Entity.Facet.LINE, Entity.Facet.NUMBER, Entity.Facet.GROUP)
MOST_IN_A_FILE = 500  # of a search: each fifty are a request, and what is offered is marked at the provider


class NumberListView(FiledMixin, ConnectActionMixin, TenantRightMixin, FilteredTableView):
    """The numbers that the tenant owns, each with where it rings."""

    right = Right.LINES_READ
    title = gettext_lazy("Numbers")
    template_name = "telephony/number_list.html"
    table_class = NumberTable
    order = ("number", "id")
    empty_title = gettext_lazy("No numbers yet")
    empty_text = gettext_lazy("Numbers arrive with the lines of a connected account.")

    list_name = "numbers"

    def scope(self) -> EntitySearch:
        return EntitySearch(facets=OWNED, has_number=True)

    def get_queryset(self) -> Any:
        return self.scope().found().select_related("connection")

    def get_filter_form(self) -> EntityFilterForm:
        form = EntityFilterForm(self.request.GET)
        form.region = self.request.tenant.region
        return form

    def get_table(self) -> NumberTable:
        table = super().get_table()
        table.number_acts = number_acts_of(self.request)
        table.leads = ordering.leads_of(self.page.rows)
        table.carriers = {row.pk: ordering.carrier_of(row) for row in self.page.rows}
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        right, found = Right.NUMBERS_ORDER, ordering.connections_that_order()
        way = found[0].declaration.ordering if found else None
        return super().get_context_data(
            can_order=bool(found),
            bring=way.operations["bring"] if way else "",
            why_not_order="" if right in self.request.rights else why_not(self.request, right),
            **kwargs,
        )


class NumberReleaseView(TenantRightMixin, View):
    """The preview of giving a number back, once it was typed."""

    right = Right.NUMBERS_ORDER
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        entity = get_object_or_404(rows, pk=pk)
        declared = entity.connection.declaration.ordering
        if declared is None or declared.kind != entity.kind:
            raise Http404
        tenant: Any = request.tenant  # type: ignore[attr-defined]
        page = tenant_url(tenant, "telephony:number_detail", e164=entity.number or entity.remote_id)
        if to_e164(request.POST.get("typed", ""), tenant.region) != entity.number:
            messages.error(request, _("The number was not typed; nothing was sent."))
            return HttpResponseRedirect(page)
        try:
            change = ordering.release(entity, request.user)  # type: ignore[arg-type]
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(page)
        return HttpResponseRedirect(tenant_url(tenant, "telephony:change_detail", pk=change.pk))


class OrderingMixin:
    """The connections that numbers can be ordered at, and the one that a form names."""

    @cached_property
    def connections(self) -> list[Connection]:
        return ordering.connections_that_order()

    def connection(self, slug: str) -> Connection:
        for one in self.connections:
            if one.slug == slug or (not slug and len(self.connections) == 1):
                return one
        raise Http404


class NumberBringView(OrderingMixin, TenantRightMixin, TemplateView):
    """A number that the tenant has at another carrier is added: which, and then the preview."""

    right = Right.NUMBERS_ORDER
    menu_entry = "telephony:number_list"
    template_name = "telephony/number_bring.html"

    @cached_property
    def form(self) -> NumberBringForm:
        data = self.request.POST if self.request.method == "POST" else None
        return NumberBringForm(self.connections, self.request.tenant.region, data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        declared = self.connections[0].declaration.ordering if self.connections else None
        return super().get_context_data(
            form=self.form,
            title=_("Add a number"),
            has_any=bool(self.connections),
            operation=declared.operations["bring"] if declared else "",
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.connections and self.form.is_valid():
            values = self.form.cleaned_data
            try:
                change = ordering.bring(self.connection(values["at"]), values["number"], request.user)  # type: ignore[arg-type]
            except InvalidInput as error:
                self.form.add_error("number", list(error.fields.values()) or error.message)
            except ProviderError as error:
                self.form.add_error(None, error.message)
            else:
                url = tenant_url(request.tenant, "telephony:change_detail", pk=change.pk)  # type: ignore[attr-defined]
                return HttpResponseRedirect(url)
        return self.render_to_response(self.get_context_data(), status=422)


class NumberSearchView(ListFileMixin, OrderingMixin, TenantRightMixin, TemplateView):
    """Numbers that may be had, by first digits, by block, by town; those that are chosen go to the preview.

    A file has all that the search finds, whatever part of it the page is at.
    """

    right = Right.NUMBERS_ORDER
    menu_entry = "telephony:number_list"
    template_name = "telephony/number_search.html"

    @cached_property
    def form(self) -> NumberSearchForm:
        return NumberSearchForm(self.connections, self.request.GET if "words" in self.request.GET else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = self.found(self.form) if self.form.is_valid() else {}
        declared = self.connections[0].declaration.ordering if self.connections else None
        return super().get_context_data(
            form=self.form,
            title=_("Order numbers"),
            has_any=bool(self.connections),
            operations=declared.operations if declared else {},
            **context,
            **kwargs,
        )

    def found(self, form: NumberSearchForm) -> dict[str, Any]:
        connection = self.connection(form.cleaned_data["at"])
        offset = self.request.GET.get("offset", "0")
        skipped = int(offset) if offset.isdecimal() and len(offset) < 6 else 0
        person: Any = self.request.user
        try:
            if form.cleaned_data["way"] == TOWN:
                return {
                    "connection": connection,
                    "towns": ordering.towns(connection, form.cleaned_data["words"], person),
                }
            wanted = form.wanted(skipped)
            if self.is_for_file:
                wanted = replace(wanted, count=MOST)
                results = ordering.search_all(connection, wanted, person, MOST_IN_A_FILE)
            else:
                results = ordering.search(connection, wanted, person)
        except ProviderError as error:
            return {"connection": connection, "failure": error}
        return {
            "connection": connection,
            "results": results,
            "offset": skipped,
            "following": skipped + wanted.count if len(results) >= wanted.count else None,
        }

    def list_title(self) -> str:
        """Empty where nothing is looked for."""
        if not self.form.is_valid():
            return ""
        return _("Towns") if self.form.cleaned_data["way"] == TOWN else _("Numbers that may be had")

    def whole_list(self, context: Mapping[str, Any]) -> Table | None:
        if "failure" in context:
            raise context["failure"]
        if "towns" in context:
            columns = [Column(_("Town"), name="town"), Column(_("Prefixes"), name="prefixes")]
            rows = [[town, ", ".join(prefixes)] for town, prefixes in context["towns"].items()]
            return Table(title=self.list_title(), columns=columns, rows=rows) if rows else None
        results: Sequence[FreeNumbers] = context.get("results", ())
        if not results:
            return None
        title = self.list_title()
        if len(results) == MOST_IN_A_FILE:
            told = {"title": title, "count": formats.count(MOST_IN_A_FILE)}
            title = _("%(title)s: the first %(count)s") % told
        currency = context["connection"].currency
        return _free(title, results, currency, is_of_blocks=self.form.cleaned_data["way"] == BLOCK)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        connection = self.connection(request.POST.get("at", ""))
        numbers = chosen_numbers(request.POST.getlist("number"))
        page = tenant_url(request.tenant, "telephony:number_search")  # type: ignore[attr-defined]
        if not numbers:
            messages.error(request, _("Choose at least one number."))
            return HttpResponseRedirect(next_url(request, page))
        if len(numbers) > ordering.MOST_AT_ONCE:
            words = ngettext(
                "At most %(n)d number is ordered at once.",
                "At most %(n)d numbers are ordered at once.",
                ordering.MOST_AT_ONCE,
            )
            messages.error(request, words % {"n": ordering.MOST_AT_ONCE})
            return HttpResponseRedirect(next_url(request, page))
        try:
            change = ordering.order(connection, numbers, request.user)  # type: ignore[arg-type]
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(next_url(request, page))
        url = tenant_url(request.tenant, "telephony:change_detail", pk=change.pk)  # type: ignore[attr-defined]
        return HttpResponseRedirect(url)


def _free(title: str, results: Sequence[FreeNumbers], currency: str, *, is_of_blocks: bool) -> Table:
    """A row for each number, or for each block with its first and its last."""
    prices = [Column(_("Once"), "money", "once"), Column(_("A month"), "money", "monthly")]
    columns = [Column(_("Number"), "number", "number"), *prices]
    if is_of_blocks:
        ends = [Column(_("First number"), "number", "first"), Column(_("Last number"), "number", "last")]
        columns = [*ends, Column(_("Numbers"), "count", "numbers"), *prices]
    rows: list[list[Any]] = []
    for one in results:
        of_block = [one.numbers[-1], len(one.numbers)] if is_of_blocks else []
        rows.append(
            [one.numbers[0], *of_block, *(_price(value, currency) for value in (one.once, one.monthly))]
        )
    return Table(title=title, columns=columns, rows=rows)


def _price(value: float | None, currency: str) -> Any:
    """None where it is asked later."""
    return amount(round(value * 1_000_000), currency) if value else None
