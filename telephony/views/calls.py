"""Call history and one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import formats
from portal.ui.keyset import CAP, CappedCount
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView, FragmentMixin, SavedView
from telephony.figures.tables import Table
from telephony.forms.calls import CallFilterForm
from telephony.menu import connections_of, may_block, number_acts_of
from telephony.models import Call, Connection, Entity
from telephony.models import SavedView as SavedViewRow
from telephony.models.call_search import calls_in_scope
from telephony.providers.offers import Spot
from telephony.services.call_count import summed
from telephony.services.call_story import story_of
from telephony.services.live_history import seen_live
from telephony.services.number_names import names_of
from telephony.services.retention import no_longer_kept
from telephony.tables.calls import CallTable
from telephony.views import call_lists
from telephony.views.list_files import ObjectListsMixin
from telephony.views.offers import Offered, offered_one, offers_of, values_in

PAGE = "calls"
LONGEST_VIEW = 1000
NOT_PART_OF_A_VIEW = ("cursor", "sort", "page", "count")
GIVEN: tuple[tuple[str | Promise, str], ...] = (
    (gettext_lazy("All calls"), ""),
    (gettext_lazy("Missed, 7 days"), "period=7d&outcome=missed"),
    (gettext_lazy("Voicemail, 7 days"), "period=7d&outcome=voicemail"),
    (gettext_lazy("Over 30 min"), "period=30d&length=from_1800"),
    (gettext_lazy("SMS"), "period=30d&medium=sms"),
)


def filter_form(request: HttpRequest, data: Any = None) -> CallFilterForm:
    """The filter of a request's address (or of `data`), with the tenant's days and national numbers."""
    tenant = request.tenant  # type: ignore[attr-defined]
    return CallFilterForm(
        request.GET if data is None else data,
        zone=ZoneInfo(tenant.time_zone),
        region=tenant.region,
        connections=connections_of(request),
    )


class CallListView(TenantRightMixin, FilteredTableView):
    right = Right.CALLS_LIST
    title = gettext_lazy("Calls")
    template_name = "telephony/call_list.html"
    table_class = CallTable
    filter_form_class = CallFilterForm
    order = ("-started_at", "-id")
    empty_title = gettext_lazy("No calls yet")
    empty_text = gettext_lazy(
        "Calls arrive by themselves once an account is connected: the newest month first."
    )

    def get_table(self) -> CallTable:
        table = super().get_table()
        assert isinstance(table, CallTable)
        table.number_acts = number_acts_of(self.request)
        table.may_block = may_block(self.request)
        return table

    def get_queryset(self) -> Any:
        return Call.objects.all()

    def get_filter_form(self) -> CallFilterForm:
        form = filter_form(self.request)
        form.validate()
        return form

    def prepare(self, rows: Sequence[Call]) -> None:
        """Connections are few and known by now; lines are read where the page shows them."""
        connections = {connection.pk: connection for connection in connections_of(self.request)}
        for call in rows:
            call.connection = connections[call.connection_id]
        if "line" not in self.hidden_columns:
            prefetch_related_objects(rows, Prefetch("line", Entity.objects.only("name")))

    def export_url(self) -> str:
        return ""  # its buttons stand in the page

    def names_for(self, rows: Sequence[Call]) -> Mapping[str, str]:
        return names_of(number for call in rows for number in (call.caller, call.callee))

    def empty_action(self) -> tuple[str, str] | None:
        if Right.CONNECTIONS_MANAGE not in self.request.rights:
            return None
        return _("Connect an account"), tenant_url(self.request.tenant, "telephony:connection_new")

    def saved_views(self) -> Iterable[SavedView]:
        return tabs(self.view_query, [(view.name, view.query) for view in self.kept_views])

    @cached_property
    def view_query(self) -> str:
        return fixed_query(self.request.GET)

    @cached_property
    def kept_views(self) -> list[SavedViewRow]:
        return list(SavedViewRow.objects.filter(person_id=self.request.user.pk, page=PAGE))

    def kept_from(self) -> date | None:
        assert isinstance(self.filter_form, CallFilterForm)
        start_at = self.filter_form.as_search().start_at
        return no_longer_kept(start_at) if start_at else None

    def counted(self, cap: int | None = CAP) -> CappedCount:
        """What a figure leads to is as many as the figure says, however many rows that is."""
        count, form = super().counted(cap), self.filter_form
        if not count.is_capped or not isinstance(form, CallFilterForm):
            return count
        known = summed(form.as_search(), ZoneInfo(self.request.tenant.time_zone))
        return count if known is None else CappedCount(known, is_capped=False)

    def looked_at(self) -> list[Connection]:
        """The connection that is asked for, else all that are linked."""
        assert isinstance(self.filter_form, CallFilterForm)
        if (connection := self.filter_form.cleaned_data.get("connection")) is not None:
            return [connection]
        return [one for one in connections_of(self.request) if one.unlinked_at is None]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            kept_from=self.kept_from(),
            connections=self.looked_at(),
            view_query=self.view_query,
            kept_view=next((view for view in self.kept_views if view.query == self.view_query), None),
            may_export=Right.EXPORTS_MAKE in self.request.rights,
            **kwargs,
        )


class CallDetailView(ObjectListsMixin, TenantRightMixin, FragmentMixin, DetailView):
    """One call: what happened, its records with their raw documents, and the calls with the same number."""

    right = Right.CALLS_LIST
    template_name = "telephony/call_detail.html"
    fragment_target = "panel"
    fragment_template_name = "telephony/_call_panel.html"
    context_object_name = "call"

    def get_queryset(self) -> Any:
        return calls_in_scope().select_related("connection__credential", "connection__tenant", "line")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        story = story_of(self.object)
        return super().get_context_data(
            story=story,
            seen=seen_live(self.object),
            title=_("Call"),
            read_again={record.pk: self.offers_of(record) for record in story.records},
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        if name not in call_lists.TITLES:
            return ""
        told = {"title": call_lists.TITLES[name], "subject": formats.dated_moment(self.object.started_at)}
        return _("%(title)s: %(subject)s") % told

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        title = self.figure_title(name)
        if name == call_lists.RECORDS:
            return call_lists.records_table(title, context["story"])
        return call_lists.legs_table(title, context["seen"]) if context["seen"] else None

    def offers_of(self, record: Any) -> list[Offered]:
        """What the provider offers on a record: its values come out of the record's own document."""
        return [
            offered_one(self.request, self.object.connection, offer.operation, **values)
            for offer in offers_of(self.object.connection, Spot.CALL, is_own=True)
            if len(values := values_in(record.raw, offer)) == len(offer.document)
        ]


class SaveViewForm(forms.Form):
    name = forms.CharField(max_length=80)
    query = forms.CharField(max_length=LONGEST_VIEW, required=False)


class SaveViewView(TenantRightMixin, View):
    """Keep the filter in force under a name."""

    right = Right.CALLS_LIST
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = SaveViewForm(request.POST)
        address = tenant_url(request.tenant, "telephony:call_list")  # type: ignore[attr-defined]
        query = fixed_query(QueryDict(form.cleaned_data["query"])) if form.is_valid() else ""
        if form.is_valid() and len(query) <= LONGEST_VIEW:  # it grows when it is written anew
            SavedViewRow.objects.update_or_create(
                person=request.user, page=PAGE, name=form.cleaned_data["name"], defaults={"query": query}
            )
            return HttpResponseRedirect(f"{address}?{query}")
        messages.error(request, _("A view needs a name of at most 80 characters."))
        return HttpResponseRedirect(address)


class ForgetViewView(TenantRightMixin, View):
    right = Right.CALLS_LIST
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        get_object_or_404(SavedViewRow, person=request.user, page=PAGE, pk=pk).delete()
        return HttpResponseRedirect(tenant_url(request.tenant, "telephony:call_list"))  # type: ignore[attr-defined]


def tabs(query: str, kept: Sequence[tuple[str, str]] = ()) -> list[SavedView]:
    """The views that everybody has, and those that somebody keeps. `query` is what is looked at, see `fixed_query`."""
    return [
        SavedView(label, wanted, is_current=_fixed_form(wanted) == query) for label, wanted in [*GIVEN, *kept]
    ]


def fixed_query(data: QueryDict) -> str:
    """An address's filters in one fixed form, without page and sort."""
    return urlencode(
        [
            (name, value)
            for name in sorted(data)
            for value in data.getlist(name)
            if value and name not in NOT_PART_OF_A_VIEW
        ]
    )


@lru_cache(maxsize=1024)
def _fixed_form(query: str) -> str:
    return fixed_query(QueryDict(query))
