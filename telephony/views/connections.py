"""The connections of a tenant: list, one with its runs, coverage and health, and what is done to it here.

Its figures: coverage_figures.py, health_figures.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, UpdateView, View

from accounts import audit
from accounts.models import AuditEvent
from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.wording import labelled
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView
from telephony.figures.tables import Table
from telephony.forms.connections import ConnectionFilterForm, ConnectionSettingsForm, RunFilterForm
from telephony.models import Connection, Entity, SyncRun, SyncState
from telephony.providers.offers import Spot
from telephony.services import connection_health, importing, live_panels, reconnecting, runs, unlinking
from telephony.services.access import contact_credential_of
from telephony.services.held_back import held_back_of
from telephony.services.voicemail import why_not_erase
from telephony.tables.connections import ConnectionTable, RunTable
from telephony.tables.run_words import percent_of, what_of
from telephony.views import coverage_figures
from telephony.views.connecting import allow_form_targets
from telephony.views.figure_files import FigureFilesMixin
from telephony.views.health_figures import day_figure, health_table
from telephony.views.offers import offered
from telephony.views.panels import panels_for

LATEST_RUNS = 8
TITLES = {"coverage": gettext_lazy("Coverage"), "health": gettext_lazy("Health")}


def connections() -> QuerySet[Connection]:
    return Connection.objects.select_related("credential__application", "tenant", "created_by")


class ConnectionListView(TenantRightMixin, FilteredTableView):
    """Every account that is linked, or was, and how it is."""

    right = Right.LINES_READ
    title = gettext_lazy("Connections")
    template_name = "telephony/connection_list.html"
    table_class = ConnectionTable
    filter_form_class = ConnectionFilterForm
    order = ("name_key", "id")
    empty_title = gettext_lazy("No account is connected yet")
    empty_text = gettext_lazy(
        "Lines arrive in a few seconds, calls in a minute or two, older ones month by month."
    )

    def get_queryset(self) -> QuerySet[Connection]:
        calls = SyncState.objects.filter(connection=OuterRef("pk"), stream="calls")
        return connections().annotate(calls_until=Subquery(calls.values("last_success_at")[:1]))

    def empty_action(self) -> tuple[str, str] | None:
        if Right.CONNECTIONS_MANAGE not in self.request.rights:
            return None
        return _("Connect an account"), tenant_url(self.request.tenant, "telephony:connection_new")


class ConnectionMixin(TenantRightMixin):
    """A page of one connection of the tenant; any other id is 404."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def connection(self) -> Connection:
        return self.find_connection()

    def find_connection(self) -> Connection:
        return get_object_or_404(connections(), pk=self.kwargs["pk"])

    def back(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(
            tenant_url(self.request.tenant, "telephony:connection_detail", pk=self.connection.pk)  # type: ignore[attr-defined]
        )


# ---- the page of one connection ----


@dataclass(frozen=True)
class RunNow:
    """An open run as the page shows it."""

    run: SyncRun

    @property
    def what(self) -> str:
        return what_of(self.run)

    @property
    def percent(self) -> int | None:
        return percent_of(self.run)


NOW = (SyncRun.State.RUNNING, SyncRun.State.WAITING, SyncRun.State.QUEUED)


def runs_now(connection: Connection) -> list[RunNow]:
    """Open runs, those at work first, and what is queued behind them."""
    rows = SyncRun.objects.filter(connection=connection, state__in=NOW).select_related("asked_by")
    found = []
    for run in sorted(rows, key=lambda run: (NOW.index(SyncRun.State(run.state)), run.pk)):
        run.connection = connection
        found.append(RunNow(run))
    return found


class ConnectionDetailView(FigureFilesMixin, ConnectionMixin, TemplateView):
    right = Right.LINES_READ
    template_name = "telephony/connection_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        connection, now = self.connection, timezone.now()
        health = connection_health.health_of(connection, now)
        person = self.request.user
        return super().get_context_data(
            title=connection.name,
            connection=connection,
            declared=connection.declaration,
            runs_now=runs_now(connection),
            coverage=coverage_figures.year_of(connection, now),
            latest_runs=self._latest_runs(),
            held_back=held_back_of(connection),
            mails_given_up=reconnecting.mails_given_up(connection),
            quota=connection_health.quota_now(connection),
            health=health,
            health_figure=day_figure(health, connection),
            abilities=connection_health.abilities_of(connection),
            scopes=connection_health.scopes_in_words(connection),
            states={state.stream: state for state in connection.sync_states.all()},
            lines=Entity.objects.filter(connection=connection).lines().count(),
            contact=contact_credential_of(connection, person),
            contact_only_reads=connection.declaration.mailbox is not None
            and bool(why_not_erase(connection, connection.declaration.mailbox, person)),
            has_contacts="contact" in connection.declaration.acts_as,
            panels=panels_for(self.request, connection),
            offers=offered(self.request, connection, Spot.CONNECTION),
            has_account_page=bool(live_panels.panels_of(connection, Spot.ACCOUNT)),
            served=importing.served_by(connection, person),
            may_import=importing.may_import(connection, person),
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        return labelled(TITLES[name], self.connection.name) if name in TITLES else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        title = self.figure_title(name)
        if name == "coverage":
            return coverage_figures.coverage_table(title, context["coverage"])
        return health_table(title, context["health"]) if name == "health" else None

    def days_of_table(self, name: str, context: Mapping[str, Any]) -> tuple[date, date] | None:
        year = context["coverage"]
        return (year.first, year.last) if name == "coverage" else None

    def part_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        return self.connection.name if name == "coverage" else ""

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        if name != "coverage":
            return ""
        return coverage_figures.missing_words(self.connection, context["coverage"])

    def zone_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        """That of the days of its calls; moments are the person's."""
        return self.connection.time_zone if name == "coverage" else timezone.get_current_timezone_name()

    def _latest_runs(self) -> RunTable:
        table = RunTable(
            run_rows(self.connection)[:LATEST_RUNS],
            exclude=("error", "rows_unreadable", "rows_changed", "requests"),
        )
        table.request = self.request
        return table

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Connecting as a contact is a form of this page, answered with the provider's address."""
        response = super().render_to_response(context, **kwargs)
        application = self.connection.credential.application
        allow_form_targets(response, [application] if application else [])
        return response


def run_rows(connection: Connection) -> QuerySet[SyncRun]:
    return (
        SyncRun.objects.filter(connection=connection)
        .select_related("connection")
        .order_by("-created_at", "-id")
    )


class ConnectionNowView(ConnectionMixin, TemplateView):
    """The part with the open runs, which asks for itself until none is left."""

    right = Right.LINES_READ
    template_name = "telephony/_connection_now.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            connection=self.connection, runs_now=runs_now(self.connection), **kwargs
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """When the last run has ended, the whole page is asked for again: its figures have changed."""
        response = super().render_to_response(context, **kwargs)
        if not context["runs_now"] and self.request.headers.get("HX-Request"):
            response["HX-Refresh"] = "true"
        return response


class RunListView(ConnectionMixin, FilteredTableView):
    """Every run of a connection with its counts, duration, error and what comes next."""

    right = Right.LINES_READ
    title = gettext_lazy("Runs")
    template_name = "telephony/connection_runs.html"
    table_class = RunTable
    filter_form_class = RunFilterForm
    order = ("-created_at", "-id")
    empty_title = gettext_lazy("No run yet")
    empty_text = gettext_lazy("Runs follow the schedule of the connection; “Sync now” asks for one at once.")

    def get_queryset(self) -> QuerySet[SyncRun]:
        return run_rows(self.connection)

    def export_title(self) -> str:
        return f"{self.title}, {self.connection.name}"

    def get_table(self) -> RunTable:
        table = super().get_table()
        table.may_manage = Right.CONNECTIONS_MANAGE in self.request.rights  # type: ignore[attr-defined]
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        states = {state.stream: state for state in self.connection.sync_states.all()}
        return super().get_context_data(connection=self.connection, states=states, **kwargs)


# ---- acts ----


class PauseView(ConnectionMixin, View):
    right = Right.CONNECTIONS_MANAGE

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        is_paused = request.POST.get("pause") == "1"
        unlinking.pause(self.connection, is_paused)
        audit.record(
            AuditEvent.Verb.SETTINGS,
            tenant=self.connection.tenant,
            person=request.user,
            object_label=self.connection.name,
            detail={"is_paused": is_paused},
            request=request,
        )
        return self.back()


class UnlinkView(ConnectionMixin, View):
    """The key is deleted here; the name must be typed."""

    right = Right.CONNECTIONS_MANAGE

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        if request.POST.get("typed", "").strip() != self.connection.slug:
            messages.error(request, _("The name was not typed as it stands; nothing was unlinked."))
            return self.back()
        unlinking.disconnect(self.connection, request.user, request)  # type: ignore[arg-type]
        messages.success(
            request,
            _("%(connection)s is unlinked: its key is deleted here, what was fetched stays.")
            % {"connection": self.connection.name},
        )
        return self.back()


class ConnectionSettingsView(ConnectionMixin, UpdateView):
    right = Right.CONNECTIONS_MANAGE
    template_name = "telephony/connection_settings.html"
    form_class = ConnectionSettingsForm
    extra_context = {"title": gettext_lazy("Settings")}

    def get_object(self, queryset: Any = None) -> Connection:
        return self.connection

    def form_valid(self, form: Any) -> HttpResponse:
        form.save(commit=False).save(update_fields=form.Meta.fields)  # the rest may have moved meanwhile
        if "calls_every_s" in form.changed_data or "entities_every_s" in form.changed_data:
            for state in self.connection.sync_states.exclude(next_due_at=None):
                every = runs.interval(self.connection, state.stream)
                latest = timezone.now() + every
                if state.next_due_at and state.next_due_at > latest:
                    SyncState.objects.filter(pk=state.pk).update(next_due_at=latest)
        audit.record(
            AuditEvent.Verb.SETTINGS,
            tenant=self.connection.tenant,
            person=self.request.user,
            object_label=self.connection.name,
            detail={"fields": form.changed_data},
            request=self.request,
        )
        messages.success(self.request, _("Settings are kept."))
        return self.back()

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
