"""Which lines of a connection send their events here: choose, repair, renew; the address of one line, and a test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from redis.exceptions import RedisError

from accounts import audit
from accounts.models import AuditEvent
from accounts.rights import Right
from accounts.views_base import require_right
from portal.lib.errors import ProviderError
from portal.ui.links import tenant_url
from portal.ui.looks import look_of
from telephony.figures.tables import Column, Table
from telephony.models import Entity, LineHook, LiveFeed
from telephony.services import access, bulk, enrolling, hook_secrets
from telephony.services.enrolling import BROKEN, ENROLLED, LineStanding, Standing
from telephony.views.connections import ConnectionMixin
from telephony.views.list_files import ListFileMixin

NO_BROKER = gettext_lazy("The store of secrets does not answer; nothing was changed. Try again in a moment.")


class NotifyingMixin(ConnectionMixin):
    """A page of a connection whose provider notifies calls; of any other it is not found."""

    right = Right.CONNECTIONS_MANAGE

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    def find_connection(self) -> Any:
        connection = super().find_connection()
        if connection.declaration.notifications is None:
            raise Http404
        return connection

    def home(self) -> str:
        return tenant_url(self.request.tenant, "telephony:connection_hooks", pk=self.connection.pk)  # type: ignore[attr-defined]


class HookListView(ListFileMixin, NotifyingMixin, TemplateView):
    """Every line that can send its events, and how it stands; the chosen ones are enrolled, repaired or renewed."""

    template_name = "telephony/hook_list.html"

    @cached_property
    def standings(self) -> list[LineStanding]:
        return enrolling.standings(self.connection, self.now)

    @property
    def only(self) -> str:
        return self.request.GET.get("only", "")

    @cached_property
    def shown(self) -> list[LineStanding]:
        return [one for one in self.standings if self.only in ("", one.standing)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = Counter(one.standing for one in self.standings)
        only, shown = self.only, self.shown
        feed = LiveFeed.objects.filter(connection=self.connection).first()
        return super().get_context_data(
            title=_("Calls as they happen"),
            connection=self.connection,
            declared=self.connection.declaration,
            shown=shown,
            total=len(self.standings),
            only=only,
            counts=[(standing, counts[standing]) for standing in Standing if counts[standing]],
            enrolled=sum(counts[standing] for standing in ENROLLED - BROKEN),
            broken=[one for one in self.standings if one.standing in BROKEN],
            waiting=[one for one in self.standings if one.standing == Standing.WAITING],
            BROKEN=BROKEN,
            why_not=enrolling.why_not(self.connection),
            feed=feed,
            **kwargs,
        )

    def list_title(self) -> str:
        told = {"title": _("Calls as they happen"), "subject": self.connection.name}
        return _("%(title)s: %(subject)s") % told

    def whole_list(self, context: Mapping[str, Any]) -> Table:
        columns = [
            Column(_("Number"), "number", "number"),
            Column(_("Name"), name="name"),
            Column(_("State"), name="state"),
            Column(_("Last event"), "moment", "last_event_at"),
        ]
        rows = [
            [
                one.line.number,
                one.line.name,
                str(look_of("hook_standing", one.standing).word),
                one.last_event_at.isoformat() if one.last_event_at else None,
            ]
            for one in context["shown"]
        ]
        return Table(title=self.list_title(), columns=columns, rows=rows)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_right(request, Right.BULK_EDIT)
        require_right(request, Right.PLUGINS_EDIT)
        if why_not := enrolling.why_not(self.connection):
            messages.error(request, why_not)
            return HttpResponseRedirect(self.home())
        act = enrolling.renew if request.POST.get("act") == "renew" else enrolling.enrol
        try:
            job = act(self.connection, self._chosen(), request.user)  # type: ignore[arg-type]
        except bulk.NothingChosen:
            messages.error(request, _("Tick the lines that are meant."))
        except RedisError:
            messages.error(request, NO_BROKER)
        except ProviderError as error:
            messages.error(request, error.message)
        else:
            return HttpResponseRedirect(tenant_url(request.tenant, "telephony:job_detail", pk=job.pk))  # type: ignore[attr-defined]
        return HttpResponseRedirect(self.home())

    def _chosen(self) -> list[Entity]:
        """Those that are ticked, all of the list that is shown, or all that stand in need of repair."""
        if self.request.POST.get("act") == "repair":
            return [one.line for one in self.standings if one.standing in BROKEN]
        is_all, ticked = "all" in self.request.POST, set(self.request.POST.getlist("line"))
        return [one.line for one in self.shown if is_all or str(one.line.pk) in ticked]


class WaitingView(NotifyingMixin, TemplateView):
    """The part that waits for the first events, and asks for itself until all lines were heard."""

    template_name = "telephony/_hook_waiting.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = enrolling.standings(self.connection, self.now)
        return super().get_context_data(
            connection=self.connection,
            waiting=[one for one in known if one.standing == Standing.WAITING],
            feed=LiveFeed.objects.filter(connection=self.connection).first(),
            **kwargs,
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if not context["waiting"] and self.request.headers.get("HX-Request"):
            response["HX-Refresh"] = "true"
        return response


class HookDetailView(NotifyingMixin, TemplateView):
    """The address of one line, to be pasted at the provider by hand, with every keyword explained; and a test."""

    template_name = "telephony/hook_detail.html"

    @cached_property
    def line(self) -> Entity:
        return get_object_or_404(enrolling.lines_of(self.connection), pk=self.kwargs["line"])

    def hook(self) -> LineHook | None:
        found = LineHook.objects.filter(line=self.line).first()
        if found is not None:
            found.connection = self.connection
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = next(
            (one for one in enrolling.standings(self.connection, self.now) if one.line.pk == self.line.pk),
            None,
        )
        known, hook = {**kwargs, "line": self.line}, self.hook()
        previous_until = hook.previous_until if hook else None
        return super().get_context_data(
            title=_("Address of %(line)s") % {"line": self.line},
            connection=self.connection,
            declared=self.connection.declaration,
            notifications=self.connection.declaration.notifications,
            standing=standing,
            hook=hook,
            previous_until=previous_until if previous_until and previous_until > self.now else None,
            may_test=enrolling.may_test(),
            **known,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("act") == "test":
            return self._test()
        try:
            hook = hook_secrets.make(self.connection, self.line)
            hook_secrets.publish()
        except RedisError:
            messages.error(request, NO_BROKER)
            return HttpResponseRedirect(request.path)
        hook.connection = self.connection
        audit.record(
            AuditEvent.Verb.SETTINGS,
            tenant=self.connection.tenant,
            person=request.user,
            object_label=str(self.line),
            detail={"shown": "address for events"},
            request=request,
        )
        response = self.render_to_response(self.get_context_data(address=hook_secrets.url_of(hook)))
        response["Cache-Control"] = "no-store"
        return response

    def _test(self) -> HttpResponse:
        notifications = self.connection.declaration.notifications
        if notifications is None or not enrolling.may_test():
            raise Http404
        client = access.client_of(self.connection, is_person=True, deadline_s=10)
        try:
            notifications.send_test(client, self.line.remote_id)
        except ProviderError as error:
            messages.error(self.request, error.message)
        else:
            words = _("The sandbox calls %(line)s now, and nobody answers: two events, eight seconds apart.")
            messages.success(self.request, words % {"line": self.line})
        return HttpResponseRedirect(self.request.path)
