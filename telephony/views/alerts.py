"""Alerts: the list of those that are open and of those that were, one with its evidence, and what people do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import formats
from portal.ui.keyset import capped_count
from portal.ui.links import next_url, tenant_url
from portal.ui.looks import look_of
from portal.ui.views import FilteredTableView, SavedView
from telephony.alerts import figures, links
from telephony.alerts.words import heading_of, of_words, rule_words, subject_of, words_of
from telephony.figures.missing import coverage_words
from telephony.figures.tables import Column, Table
from telephony.forms.alerts import ENDED, OPEN, AlertFilterForm, AlertNoteForm
from telephony.models import Alert, Job
from telephony.models.call_search import calls_in_scope
from telephony.models.calls import Direction
from telephony.models.rollups import Part
from telephony.services import alert_acts, alert_told
from telephony.services.alert_kinds import KINDS
from telephony.services.number_names import names_of
from telephony.services.period_coverage import coverage_of
from telephony.tables.alerts import AlertTable, AlertTold, snooze_labels
from telephony.views.alert_lines import TITLES as LINE_TITLES
from telephony.views.alert_lines import lines_of, lines_table
from telephony.views.figure_files import FigureFilesMixin

INDEX = "telephony:alert_list"
SHOWN_CALLS, SHOWN_LINES = 8, 6
NEAR = ("rule", "place", "connection", "acted_by")
FIGURE, LINES, COURSE = "figure", "lines", "course"
SECTIONS = {FIGURE: gettext_lazy("What was found"), COURSE: gettext_lazy("What became of it")}


def told_of(alert: Alert, tenant: Any) -> AlertTold:
    """What a list says of an alert."""
    words, kind = words_of(alert), KINDS[alert.rule.kind]
    return AlertTold(
        title=words.title,
        value=words.value,
        limit=words.limit,
        subject=subject_of(alert),
        icon=kind.icon,
        is_grave=alert.is_grave,
        figure=figures.small(alert),
        way=links.way_of(tenant, alert),
    )


class AlertListView(TenantRightMixin, FilteredTableView):
    right = Right.CALLS_LIST
    title = gettext_lazy("Alerts")
    template_name = "telephony/alert_list.html"
    table_class = AlertTable
    filter_form_class = AlertFilterForm
    queryset = Alert.objects.select_related(*NEAR)

    @property
    def order(self) -> Sequence[str]:  # type: ignore[override]
        """What is grave first, of those that are open."""
        newest = ("-opened_at", "-id")
        return newest if self.is_history else ("-is_grave", *newest)

    @property
    def is_history(self) -> bool:
        return self.request.GET.get("state") == ENDED

    @property
    def empty_title(self) -> str:  # type: ignore[override]
        return _("No alert has ended yet") if self.is_history else _("No open alerts")

    @property
    def empty_text(self) -> str:  # type: ignore[override]
        if self.is_history:
            return _("What was open and is over stands here, with who looked after it.")
        return _("All that the rules look at is as it should be. What is not stands here within minutes.")

    def get_table(self) -> AlertTable:
        table = super().get_table()
        assert isinstance(table, AlertTable)
        table.told = {one.pk: told_of(one, self.request.tenant) for one in self.page.rows}
        table.may_follow = Right.CALLS_FOLLOW in self.request.rights
        return table

    def saved_views(self) -> Iterable[SavedView]:
        for state, label in ((OPEN, pgettext("several alerts", "Open")), (ENDED, _("History"))):
            query = self.request.GET.copy()
            query.pop("cursor", None)
            query["state"] = state
            if not state:
                del query["state"]
            yield SavedView(label, query.urlencode(), is_current=self.is_history == bool(state))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_set_rules=Right.REPORTS_SCHEDULE in self.request.rights,
            is_history=self.is_history,
            waiting=Alert.objects.waiting(timezone.now()).count(),
            **kwargs,
        )


class AlertPage(TenantRightMixin):
    """A page of one alert, `pk` of its address."""

    right = Right.CALLS_LIST
    menu_entry = INDEX
    kwargs: dict[str, Any]

    @cached_property
    def alert(self) -> Alert:
        known = Alert.objects.select_related(*NEAR, "rule__connection", "rule__place", "rule__owner")
        return get_object_or_404(known, pk=self.kwargs["pk"])


class AlertView(FigureFilesMixin, AlertPage, TemplateView):
    template_name = "telephony/alert_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alert, tenant = self.alert, self.request.tenant
        words = words_of(alert)
        return super().get_context_data(
            **{
                "title": heading_of(alert),
                "alert": alert,
                "words": words,
                "kind": KINDS[alert.rule.kind],
                "figure": figures.whole(alert),
                "calls_url": links.calls_url(tenant, alert),
                "way": links.way_of(tenant, alert),
                **self._calls(),
                "mails": alert_told.mails_of(alert),
                "rule_words": rule_words(alert.rule),
                "of_words": of_words(alert.rule),
                "snoozes": snooze_labels(),
                "form": AlertNoteForm(
                    initial={"note": alert.note}, others=alert_acts.others_of(alert).count()
                ),
                "may_follow": Right.CALLS_FOLLOW in self.request.rights and alert.closed_at is None,
                "may_set_rules": Right.REPORTS_SCHEDULE in self.request.rights,
                **kwargs,
            }
        )

    def _calls(self) -> dict[str, Any]:
        """The calls that the link leads to, by the same search: how many, the latest, and lines that made them."""
        tenant = self.request.tenant
        search = links.search_of(self.alert, ZoneInfo(tenant.time_zone))
        if search is None:
            return {}
        calls = search.narrow(calls_in_scope(), region=tenant.region)
        shown = list(calls.order_by("-started_at", "-pk")[:SHOWN_CALLS])
        others = [call.caller if call.direction == Direction.INBOUND else call.callee for call in shown]
        lines = lines_of(self.request, self.alert, calls, None if self.is_for_file else SHOWN_LINES)
        return {
            "calls_count": capped_count(calls),
            "calls": list(zip(shown, others, strict=True)),
            "names": names_of(others),
            "lines": lines,
            "may_bar": any(one.bar_url for one in lines),
        }

    def figure_title(self, name: str) -> str:
        section = LINE_TITLES.get(self.alert.rule.kind) if name == LINES else SECTIONS.get(name)
        return f"{section} · {heading_of(self.alert)}" if section else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        title = self.figure_title(name)
        if name == FIGURE:
            return figures.table(title, self.alert)
        if name == LINES:
            return lines_table(title, self.alert, lines) if (lines := context.get("lines")) else None
        return course_table(title, self.alert, context["mails"]) if name == COURSE else None

    def days_of_table(self, name: str, context: Mapping[str, Any]) -> tuple[date, date] | None:
        if name == COURSE:
            return None
        if name == FIGURE:
            days = figures.days_of(self.alert)
            return days[0], days[-1]
        first, last = (date.fromisoformat(self.alert.evidence[one]) for one in ("first", "last"))
        return first, last

    def part_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        if name == FIGURE:
            return subject_of(self.alert) or of_words(self.alert.rule)
        return str(context["words"].sentence) if name == LINES else ""

    def zone_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        """The person's, where a moment is told and not a day of calls."""
        if name == COURSE:
            return timezone.get_current_timezone_name()
        return super().zone_of_table(name, context)

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        """Values are those of the last look, before its day was over; lines are read now."""
        zone = ZoneInfo(self.request.tenant.time_zone)
        if name == FIGURE:
            seen_at = self.alert.last_seen_at.astimezone(zone)
            told = {"day": formats.date_words(seen_at, "j F Y"), "time": f"{seen_at:%H:%M}"}
            return _("Not complete: with the calls that were here on %(day)s at %(time)s.") % told
        if (days := self.days_of_table(name, context)) is None:
            return ""
        part = Part(connection=self.alert.connection_id)
        coverage = coverage_of(*days, timezone.localdate(timezone=zone), zone, part)
        return coverage_words(coverage, zone)


def course_table(title: str, alert: Alert, mails: Sequence[Job]) -> Table:
    """What became of an alert, in the order of its page."""
    columns = [
        Column(_("What"), name="what"),
        Column(_("Who"), name="who"),
        Column(_("State"), name="state"),
        Column(_("When"), "moment", "at"),
    ]
    rows: list[list[Any]] = [[_("It began"), "", "", alert.opened_at.isoformat()]]
    for mail in mails:
        who = str(mail.person or mail.parameters.get("address", ""))
        state = str(look_of("job_state", mail.state).word)
        rows.append([_("Mail"), who, state, mail.created_at.isoformat()])
    who = str(alert.acted_by or "")
    if alert.acknowledged_at:
        rows.append([_("Acknowledged"), who, "", alert.acknowledged_at.isoformat()])
    if alert.closed_at:
        closer = who if alert.end == Alert.End.PERSON else ""
        rows.append([alert.get_end_display(), closer, "", alert.closed_at.isoformat()])
    return Table(title=title, columns=columns, rows=rows)


class AlertActView(AlertPage, View):
    """Acknowledge, snooze, open again, close; with a note where the form has one."""

    right = Right.CALLS_FOLLOW
    http_method_names: Sequence[str] = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int, act: str) -> HttpResponse:
        if act not in alert_acts.ACTS:
            raise Http404
        form = AlertNoteForm(request.POST, others=alert_acts.others_of(self.alert).count())
        page = tenant_url(self.request.tenant, "telephony:alert_detail", pk=self.alert.pk)
        if not form.is_valid():
            messages.error(request, _("The note is too long."))
            return HttpResponseRedirect(page)
        told = form.cleaned_data
        is_for_all = told.get("is_for_all", False)
        done = alert_acts.act(
            act, self.alert, self.request.user, told["note"], self.request, is_for_all=is_for_all
        )
        if done > 1:
            messages.success(request, _("Done for %(count)s alerts of this rule.") % {"count": done})
        elif done:
            messages.success(request, self._said(act))
        else:
            messages.info(request, _("It has ended meanwhile."))
        return HttpResponseRedirect(next_url(request, page))

    def _said(self, act: str) -> str:
        if act == "close":
            return _("It is closed. A new one begins once the limit was kept and is passed again.")
        if act == "acknowledge":
            return _("It is acknowledged: no mail tells of it any more.")
        if act == "reopen":
            return _("It is open again.")
        return _("It is snoozed. What still holds then is told once more.")
