"""Alerts: the list of those that are open and of those that were, one with its evidence, and what people do with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import phonenumbers
from django.contrib import messages
from django.db.models import Aggregate, Count, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import formats
from portal.ui.keyset import capped_count
from portal.ui.links import next_url, tenant_url
from portal.ui.views import FilteredTableView, SavedView
from telephony.alerts import figures, links
from telephony.alerts.words import heading_of, of_words, rule_words, subject_of, words_of
from telephony.forms.alerts import ENDED, OPEN, AlertFilterForm, AlertNoteForm
from telephony.models import Alert, AlertRule, Change, Entity
from telephony.models.call_search import calls_in_scope
from telephony.models.calls import CallQuerySet, Direction
from telephony.services import alert_acts, alert_mails
from telephony.services.alert_kinds import KINDS
from telephony.services.number_names import names_of
from telephony.tables.alerts import AlertTable, AlertTold, snooze_labels
from telephony.views.barring import bar_way, barred_by

INDEX = "telephony:alert_list"
SHOWN_CALLS, SHOWN_LINES = 8, 6
NEAR = ("rule", "place", "connection", "acted_by")


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


class LineTold(NamedTuple):
    """A line of an alert, with what it did, where calls from it to other countries are barred, or why they are not, and
    the write that barred them."""

    line: Entity
    words: str
    bar_url: str = ""
    why_not: str = ""
    barred: Change | None = None


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


class AlertView(AlertPage, TemplateView):
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
                "mails": alert_mails.mails_of(alert),
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
        of_lines = {AlertRule.Kind.NEW_COUNTRY: self._callers, AlertRule.Kind.COST: self._spenders}
        tell = of_lines.get(AlertRule.Kind(self.alert.rule.kind))
        lines = tell(calls) if tell else []
        barred = barred_by([one.line for one in lines if one.bar_url])
        return {
            "calls_count": capped_count(calls),
            "calls": list(zip(shown, others, strict=True)),
            "names": names_of(others),
            "lines": [one._replace(barred=barred.get(one.line.pk)) for one in lines],
            "may_bar": any(one.bar_url for one in lines),
        }

    def _callers(self, calls: CallQuerySet) -> list[LineTold]:
        """The lines that called most, each with where calls from it are barred."""
        found = []
        for line, count in _by_line(calls, Count("pk")):
            words = ngettext("%(count)s call", "%(count)s calls", count) % {"count": formats.count(count)}
            found.append(LineTold(line, words, *bar_way(self.request, line)))
        return found

    def _spenders(self, calls: CallQuerySet) -> list[LineTold]:
        """The lines that cost most, each with what of it went abroad, which can be barred; of one line only that."""
        currency = self.alert.evidence["currency"]
        paid = calls.filter(connection__currency=currency, cost_micros__gt=0)
        home = f"+{phonenumbers.country_code_for_region(self.request.tenant.region)}"
        outbound = paid.filter(direction=Direction.OUTBOUND, line__isnull=False, callee__startswith="+")
        rows = outbound.exclude(callee__startswith=home).order_by().values_list("line")
        abroad = dict(rows.annotate(micros=Sum("cost_micros")))
        found = []
        for line, micros in _by_line(paid, Sum("cost_micros")):
            told = str(formats.money(micros, currency))
            if line.pk in abroad:
                words = _("%(cost)s, of which abroad %(abroad)s") % {
                    "cost": told,
                    "abroad": formats.money(abroad[line.pk], currency),
                }
                found.append(LineTold(line, words, *bar_way(self.request, line)))
            elif self.alert.place is None:
                found.append(LineTold(line, told))
        return found


def _by_line(calls: CallQuerySet, measure: Aggregate) -> list[tuple[Entity, int]]:
    """The lines with the most of something."""
    rows = calls.filter(line__isnull=False).order_by().values_list("line").annotate(many=measure)
    found = list(rows.order_by("-many", "line")[:SHOWN_LINES])
    lines = Entity.objects.select_related("connection").defer("document").in_bulk([pk for pk, _many in found])
    return [(lines[pk], many) for pk, many in found if pk in lines]


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
