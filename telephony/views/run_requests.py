"""What a person asks of a connection's runs: sync now, fetch what is missing, believe a list that lost much."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from accounts import audit
from accounts.models import AuditEvent
from accounts.rights import Right
from portal.lib.days import midnight
from portal.ui.links import next_url, tenant_url
from telephony.models import SyncRun
from telephony.services import cdr_sync, held_back, ledger, runs
from telephony.services.period_coverage import fetchable, lacking_days
from telephony.tables.run_words import answer_of
from telephony.views.connections import ConnectionMixin


def say(request: HttpRequest, *asked: runs.Asked) -> None:
    """A message for each request that was not simply begun; a new run shows itself."""
    for one in asked:
        if words := answer_of(one.run, one.outcome):
            messages.info(request, words)


class SyncNowView(ConnectionMixin, View):
    """Objects and the latest calls, at once."""

    right = Right.CONNECTIONS_MANAGE

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        if self.connection.unlinked_at is not None or self.connection.condition == "needs_reconnect":
            messages.error(request, _("Connect the account again first."))
            return self.back()
        asked = [runs.ask_for_run(self.connection, SyncRun.What.ENTITIES, person=request.user)]  # type: ignore[arg-type]
        if self.connection.can("calls.list"):
            asked.append(runs.ask_for_run(self.connection, SyncRun.What.CALLS, person=request.user))  # type: ignore[arg-type]
        say(request, *asked)
        audit.record(
            AuditEvent.Verb.SYNCED,
            tenant=self.connection.tenant,
            person=request.user,
            object_label=self.connection.name,
            request=request,
        )
        if "next" not in request.POST:
            return self.back()
        if any(one.outcome is runs.Outcome.STARTED for one in asked):  # a page that shows no runs
            words = _("%(name)s is being asked. Open this page again in a moment: what has come stands here.")
            messages.success(request, words % {"name": self.connection.name})
        return HttpResponseRedirect(next_url(request))


class FetchMissingView(ConnectionMixin, View):
    """One run from the first missing day to the last one."""

    right = Right.CONNECTIONS_MANAGE

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        zone = ZoneInfo(self.connection.time_zone)
        days = fetchable(lacking_days(self.connection, timezone.now()), zone)
        if not days:
            messages.info(request, _("No day is missing."))
            return self.back()
        asked = runs.ask_for_run(
            self.connection,
            SyncRun.What.BACKFILL,
            start_at=midnight(days[0], zone),
            end_at=midnight(days[-1] + dt.timedelta(days=1), zone),
            person=request.user,  # type: ignore[arg-type]
        )
        if asked.outcome is runs.Outcome.STARTED:
            words = ngettext(
                "%(count)d day is being fetched.", "%(count)d days are being fetched.", len(days)
            )
            messages.success(request, words % {"count": len(days)})
        say(request, asked)
        return self.back()


class RunActView(ConnectionMixin, View):
    """A back-fill is stopped, or what it did not fetch is asked for again."""

    right = Right.CONNECTIONS_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        run = get_object_or_404(SyncRun, connection=self.connection, pk=kwargs["run"])
        run.connection = self.connection
        if kwargs["act"] not in ("stop", "again"):
            raise Http404
        if run.what != SyncRun.What.BACKFILL:
            messages.info(request, _("This run is short: it ends by itself."))
        elif kwargs["act"] == "again":
            say(request, cdr_sync.go_on(run, request.user))  # type: ignore[arg-type]
        else:
            try:
                cdr_sync.stop(run, request.user)  # type: ignore[arg-type]
                messages.info(request, _("Stopped. It stays so until somebody asks for it again."))
            except ledger.NotHeld:
                messages.info(request, _("This went on meanwhile; here is how it stands."))
        url = tenant_url(request.tenant, "telephony:connection_runs", pk=self.connection.pk)  # type: ignore[attr-defined]
        return HttpResponseRedirect(url)


class AcceptRemovalView(ConnectionMixin, View):
    """A person has looked at what the lists lack, and agrees that it goes."""

    right = Right.CONNECTIONS_MANAGE

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        if self.connection.unlinked_at is not None or self.connection.condition == "needs_reconnect":
            messages.error(request, _("Connect the account again first."))
            return self.back()
        asked = held_back.accept(self.connection, request.user, request)  # type: ignore[arg-type]
        if asked is None:
            messages.info(request, _("Nothing is held back any more."))
        elif asked.outcome is runs.Outcome.STARTED:
            messages.success(request, _("The lists are read once more; what they still lack is removed."))
        else:
            say(request, asked)
        return self.back()
