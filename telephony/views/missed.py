"""Who called, was not answered and not spoken to since; and what people say of one of these numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from accounts.models import Person
from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.numbers import display
from portal.ui.keyset import CAP, CappedCount
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView, FragmentMixin, SavedView
from telephony.forms.missed import MissedFilterForm, MissedMarkForm
from telephony.menu import may_block, number_acts_of
from telephony.models import Call
from telephony.models.missed import Missed, MissedSearch, MissedState
from telephony.services import missed_calls, missed_sql
from telephony.services.number_names import names_of
from telephony.tables.missed import MissedTable

SHOWN_CALLS = 8
MOST_COUNTED = 250  # of more it is said that they are more, unless somebody asks: nobody calls them all back
MOST_NUMBERS = 10**9  # more than there are


def board_url(request: Any) -> str:
    """The board with the filter that the request's own address carries along."""
    query = request.GET.urlencode()
    address = tenant_url(request.tenant, "telephony:missed")
    return f"{address}?{query}" if query else address


class MissedView(TenantRightMixin, FilteredTableView):
    right = Right.CALLS_LIST
    title = gettext_lazy("Missed, not called back")
    template_name = "telephony/missed_list.html"
    table_class = MissedTable
    filter_form_class = MissedFilterForm
    order = ("-started_at", "-id")
    empty_title = gettext_lazy("Nobody waits")
    empty_text = gettext_lazy("Everybody who called in these days was spoken to, or is done.")

    def get_queryset(self) -> Any:
        return Call.objects.only("caller", "caller_reversed", "started_at")

    def get_filter_form(self) -> MissedFilterForm:
        tenant = self.request.tenant
        return MissedFilterForm(
            self.request.GET,
            zone=ZoneInfo(tenant.time_zone),
            person=self.request.user.pk,
        )

    @cached_property
    def records(self) -> Any:
        """Of the first page, which is nearly all that is asked for, what the count has found on its way."""
        search = self.search
        is_first = "cursor" not in self.request.GET and self.order_in_force == self.order
        if is_first and not search.number:
            return self.get_queryset().filter(pk__in=self.total.newest)
        return search.narrow(self.get_queryset(), region=self.request.tenant.region)

    @cached_property
    def search(self) -> MissedSearch:
        assert isinstance(self.filter_form, MissedFilterForm)
        self.filter_form.validate()
        return self.filter_form.as_search()

    @cached_property
    def total(self) -> missed_sql.Total:
        return missed_sql.total_of(self.request.tenant.pk, self.search, MOST_COUNTED + 1, self.page_size + 1)

    @cached_property
    def told(self) -> dict[str, Missed]:
        return missed_calls.missed_of(self.page.rows, self.search, timezone.now())

    def get_table(self) -> MissedTable:
        table = super().get_table()
        assert isinstance(table, MissedTable)
        table.told = self.told
        table.number_acts = number_acts_of(self.request)
        table.may_block = may_block(self.request)
        table.may_mark = Right.CALLS_FOLLOW in self.request.rights
        return table

    def names_for(self, rows: Sequence[Call]) -> Mapping[str, str]:
        return names_of(call.caller for call in rows)

    def counted(self, cap: int | None = CAP) -> CappedCount:
        if self.search.number:
            return super().counted(cap)
        if cap is None:
            whole = missed_sql.total_of(self.request.tenant.pk, self.search, MOST_NUMBERS, 1)
            return CappedCount(whole.waiting, is_capped=False)
        found = self.total.waiting
        return CappedCount(min(found, MOST_COUNTED), found > MOST_COUNTED)

    def saved_views(self) -> Iterable[SavedView]:
        state = self.request.GET.get("state", "")
        for one in MissedState:
            query = self.request.GET.copy()
            query.pop("cursor", None)
            query["state"] = one.value
            if not one.value:
                del query["state"]
            yield SavedView(one.label, query.urlencode(), is_current=state == one.value)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            withheld=self.total.withheld,
            is_open_time=any(one.is_open_time for one in self.told.values()),
            **kwargs,
        )


class MissedNumberView(TenantRightMixin, FragmentMixin, TemplateView):
    """One number: its last calls, who looks after it, a note. A panel beside the board, a page without script."""

    right = Right.CALLS_LIST
    right_to_write = Right.CALLS_FOLLOW
    menu_entry = "telephony:missed"
    template_name = "telephony/missed_number.html"
    fragment_target = "panel"
    fragment_template_name = "telephony/_missed_panel.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.number = kwargs["number"]
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> MissedMarkForm:
        mark = self.mark
        initial = {"owner": mark.owner_id, "note": mark.note}
        return MissedMarkForm(data, tenant=self.request.tenant, initial=initial)

    @cached_property
    def mark(self) -> Any:
        if not missed_calls.has_called(self.number):
            raise Http404
        return missed_calls.mark_of(self.number)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mark, number = self.mark, self.number
        calls = Call.objects.involving(number).select_related("line").order_by("-started_at", "-id")
        query = self.request.GET.urlencode()
        return super().get_context_data(
            **{
                "title": _("Missed, not called back"),
                "number": number,
                "shown_number": display(number),
                "is_fragment": self.is_fragment,
                "name": names_of([number]).get(number, ""),
                "mark": mark,
                "form": self.form(),
                "calls": list(calls[:SHOWN_CALLS]),
                "board_url": board_url(self.request),
                "query": f"?{query}" if query else "",
                "may_mark": Right.CALLS_FOLLOW in self.request.rights,
                **kwargs,
            }
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        _known = self.mark
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        missed_calls.keep(self.number, form.cleaned_data["owner"], form.cleaned_data["note"])
        return HttpResponseRedirect(board_url(request))


class MissedActView(TenantRightMixin, View):
    """Take a number, say that it is done, or open it again."""

    right = Right.CALLS_FOLLOW
    http_method_names = ["post"]
    acts: ClassVar[dict[str, Callable[[str, Person], None]]] = {
        "take": missed_calls.take,
        "done": missed_calls.close,
        "reopen": lambda number, _person: missed_calls.reopen(number),
    }

    def post(self, request: Any, slug: str, number: str, act: str) -> HttpResponse:
        if act not in self.acts or not missed_calls.has_called(number):
            raise Http404
        self.acts[act](number, request.user)
        return HttpResponseRedirect(board_url(request))
