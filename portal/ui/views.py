"""Lists and fragments. A list page is a declaration: queryset, table, filter form, order.

    class CallListView(TenantRightMixin, FilteredTableView):
        title = _("Calls")
        queryset = Call.objects.select_related("connection")
        table_class, filter_form_class = CallTable, CallFilterForm
        order = ("-started_at", "-id")

The same address answers the page, or (asked by htmx for it) the region of filters, table and pager, and the page's head:
how many there are, and what is to be done with all of them, is said of the filter in force.
A list is exported as a whole without a word of its own: columns say what they are in a file (sheets.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.views.generic import TemplateView

from portal.lib.patience import TookTooLong, at_most
from portal.ui.context import hooks, notation_of
from portal.ui.forms import FilterForm
from portal.ui.keyset import CAP, BadCursor, CappedCount, KeysetPage, capped_count
from portal.ui.lists import ALL
from portal.ui.preferences import chosen_columns
from portal.ui.sheets import Sheet
from portal.ui.tables import BaseTable

REGION = "list-region"
ANSWER = "components/list_answer.html"  # what a list's page stands in where htmx asks for the list

COUNT_S = 15  # that somebody waits who asked for all to be counted


@dataclass(frozen=True)
class SavedView:
    """A filter with a name. `query` is its address after the question mark."""

    label: str | Promise
    query: str = ""
    count: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class ColumnChoice:
    name: str
    label: str
    is_shown: bool
    is_fixed: bool


class FragmentMixin:
    """Answers a fragment where htmx asks for it, the whole page otherwise; without a fragment's name, the page's own
    template makes both.
    """

    fragment_target: ClassVar[str] = ""
    fragment_template_name: ClassVar[str] = ""
    request: HttpRequest

    @property
    def is_fragment(self) -> bool:
        htmx = getattr(self.request, "htmx", None)
        return bool(htmx and not htmx.history_restore_request and htmx.target == self.fragment_target)

    def get_template_names(self) -> list[str]:
        if self.is_fragment and self.fragment_template_name:
            return [self.fragment_template_name]
        return super().get_template_names()  # type: ignore[misc]

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)  # type: ignore[misc]
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response


class FilteredTableView(FragmentMixin, TemplateView):
    """A list with search, filters, sort, chosen columns, keyset pages and an empty state."""

    template_name = "components/list_page.html"
    fragment_target = REGION

    queryset: ClassVar[QuerySet | None] = None
    table_class: ClassVar[type[BaseTable]]
    filter_form_class: ClassVar[type[FilterForm]] = FilterForm
    order: ClassVar[Sequence[str]] = ("-id",)
    page_size: ClassVar[int] = 50
    title: ClassVar[str | Promise] = ""
    empty_title: ClassVar[str | Promise] = ""
    empty_text: ClassVar[str | Promise] = ""
    is_for_file: bool = False  # whether a worker reads it to its end

    # ---- what subclasses may say ----

    def get_queryset(self) -> QuerySet:
        if self.queryset is None:
            raise TypeError(f"{type(self).__name__} needs a queryset")
        return self.queryset.all()

    def get_filter_form(self) -> FilterForm:
        return self.filter_form_class(self.request.GET)

    def prepare(self, rows: Sequence[Any]) -> None:
        """Give the rows of this page what their cells show and the query left out."""

    def names_for(self, rows: Sequence[Any]) -> Mapping[str, str]:
        """Names of the numbers on this page, found with one query, for NumberColumn."""
        return {}

    def saved_views(self) -> Iterable[SavedView]:
        return ()

    def export_url(self) -> str:
        """Where the whole filter is exported (a POST); empty where there is no export, or not for this person."""
        return hooks.export_url(self.request) if hooks.export_url else ""

    def export_title(self) -> str:
        """What an export of this list is called."""
        return str(self.title)

    def empty_action(self) -> tuple[str, str] | None:
        """Label and address of the step that fills this list."""
        return None

    # ---- the page ----

    @cached_property
    def filter_form(self) -> FilterForm:
        return self.get_filter_form()

    @cached_property
    def records(self) -> QuerySet:
        """Everything the filter leaves, unordered: what the page shows a part of, and what is exported."""
        return self.filter_form.apply(self.get_queryset())

    @cached_property
    def sort(self) -> str:
        """The sort in force; a column without an index for it cannot be asked for."""
        asked = self.request.GET.get("sort", "")
        if asked and self.table_class.order_for(asked, self.order):
            return asked
        return self.usual_sort

    @cached_property
    def usual_sort(self) -> str:
        """What the list is sorted by unless somebody asks; empty where no column says it."""
        return self.table_class.sort_for(self.order[0])

    @cached_property
    def order_in_force(self) -> Sequence[str]:
        if self.sort == self.usual_sort:
            return self.order
        return self.table_class.order_for(self.sort, self.order) or self.order

    @cached_property
    def page(self) -> KeysetPage:
        try:
            return self.page_at(self.request.GET.get("cursor", ""))
        except BadCursor:
            return self.page_at("")

    def page_at(self, cursor: str) -> KeysetPage:
        """The rows after a place, the first ones without. Raises BadCursor."""
        return KeysetPage(self.records, self.order_in_force, cursor, self.page_size)

    @cached_property
    def count(self) -> CappedCount:
        if self.page.is_all:
            return CappedCount(len(self.page), is_capped=False)
        count = self.counted()
        return self._counted_all(count) if count.is_capped and self.request.GET.get("count") == ALL else count

    def counted(self, cap: int | None = CAP) -> CappedCount:
        """How many records there are, where one page does not show them all; at least up to `cap`, None: all."""
        return capped_count(self.records, cap)

    def _counted_all(self, count: CappedCount) -> CappedCount:
        try:
            with at_most(COUNT_S):
                return self.counted(None)
        except TookTooLong:
            return replace(count, is_given_up=True)

    @cached_property
    def hidden_columns(self) -> tuple[str, ...]:
        return self.table_class.exclude_for(chosen_columns(self.request, self.table_class.key()))

    def get_table(self) -> BaseTable:
        self.prepare(self.page.rows)
        table = self.table_class(self.page.rows, exclude=self.hidden_columns)
        table.request = self.request
        table.sort = self.sort
        table.names = self.names_for(self.page.rows)
        person, tenant = getattr(self.request, "user", None), getattr(self.request, "tenant", None)
        table.notation = notation_of(person, tenant)
        return table

    def sheet(self) -> Sheet:
        """The rows of this page for a file."""
        return Sheet(self.get_table(), has_names=type(self).names_for is not FilteredTableView.names_for)

    def column_choices(self) -> tuple[ColumnChoice, ...]:
        hidden, columns = self.hidden_columns, self.table_class.base_columns
        return tuple(
            ColumnChoice(
                name,
                str(columns[name].verbose_name or name.replace("_", " ").capitalize()),
                is_shown=name not in hidden,
                is_fixed=getattr(columns[name], "fixed", False),
            )
            for name in self.table_class.column_names()
            if not getattr(columns[name], "phone_only", False)
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            **{
                "title": self.title,
                "table": self.get_table(),
                "page": self.page,
                "count": self.count,
                "filter_form": self.filter_form,
                "column_choices": self.column_choices(),
                "table_key": self.table_class.key(),
                "saved_views": list(self.saved_views()),
                "export_url": self.export_url(),
                "empty_title": self.empty_title,
                "empty_text": self.empty_text,
                "empty_action": self.empty_action(),
                "is_fragment": self.is_fragment,
                **kwargs,
            }
        )
        if self.is_fragment:
            context["base_name"] = ANSWER
        return context


class PanelView(FragmentMixin, TemplateView):
    """The quick look at the side of a list: the fragment for htmx, and the same as a page of its own without script."""

    fragment_target = "panel"
