"""Alerts as a list: what, against which limit, since when, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from portal.ui import formats, parts
from portal.ui.links import HasSlug, tenant_url
from portal.ui.svg import Figure
from portal.ui.tables import BaseTable, Column, LocalTimeColumn, MenuItem
from telephony.models import Alert, AlertRule


@dataclass(frozen=True, kw_only=True)
class AlertTold:
    """What a row says, worked out for the page (telephony/alerts)."""

    title: str
    value: str
    limit: str
    subject: str
    icon: str
    is_grave: bool
    figure: Figure | None
    way: tuple[str, str]  # the word of the next step and where it is, empty where there is none


def state_pill(alert: Alert) -> SafeString:
    """With until when, where it is put off."""
    if alert.state == Alert.State.SNOOZED and alert.snoozed_until:
        words = _("Snoozed until %(when)s") % {"when": formats.moment(alert.snoozed_until)}
        return parts.pill(words, tone="plain", icon_name="clock")
    if alert.state == Alert.State.CLOSED:
        return parts.look_pill("alert_end", alert.end)
    return parts.look_pill("alert_state", alert.state)


class AlertColumns(BaseTable):
    """What every list of alerts has; `told` is of each row what it says."""

    row_height = "42"

    rule = Column(verbose_name=gettext_lazy("Alert"), fixed=True, card="title", css="wrap")
    found = Column(verbose_name=gettext_lazy("Found"), accessor="pk", card="sub", css="wrap")
    opened_at = LocalTimeColumn(verbose_name=gettext_lazy("Since"), orderable=True, card="end")
    state = Column(verbose_name=gettext_lazy("State"), accessor="pk", card="end2", css="wrap")

    told: Mapping[int, AlertTold] = {}

    def tenant_of(self, record: Alert) -> HasSlug:
        tenant: HasSlug = self.request.tenant
        return tenant

    def render_rule(self, record: Alert) -> SafeString:
        told = self.told[record.pk]
        url = tenant_url(self.tenant_of(record), "telephony:alert_detail", pk=record.pk)
        sign = parts.icon(told.icon, css="bad-i" if told.is_grave else "warn-i")
        under = format_html('<span class="sb-2nd sb-under">{}</span>', told.subject) if told.subject else ""
        return format_html('{} <a href="{}"><b>{}</b></a>{}', sign, url, told.title, under)

    def render_found(self, record: Alert) -> SafeString:
        told = self.told[record.pk]
        under = format_html('<span class="sb-2nd sb-under">{}</span>', told.limit) if told.limit else ""
        return format_html("{}{}", told.value or formats.DASH, under)

    def render_opened_at(self, value: datetime, record: Alert) -> SafeString:
        return parts.time_tag(
            value, formats.age(value).text if record.closed_at is None else formats.moment(value)
        )

    def render_state(self, record: Alert) -> SafeString:
        return state_pill(record)


class AlertTable(AlertColumns):
    caption = gettext_lazy("Alerts, newest first")

    trail = Column(verbose_name=gettext_lazy("Before"), accessor="pk", kind="", width="spark")
    way = Column(
        verbose_name=pgettext_lazy("what to do about it", "Next"), accessor="pk", css="wrap", kind=""
    )
    acts = Column(verbose_name=gettext_lazy("Look after"), accessor="pk", width="acts")

    may_follow = False

    class Meta(BaseTable.Meta):
        sequence = ("rule", "found", "trail", "opened_at", "state", "way", "acts")

    def render_trail(self, record: Alert) -> SafeString:
        figure = self.told[record.pk].figure
        return format_html('<span class="sb-fig spark">{}</span>', figure.svg) if figure else formats.DASH

    def render_way(self, record: Alert) -> SafeString:
        words, url = self.told[record.pk].way
        return format_html('<a href="{}">{}</a>', url, words) if url else formats.DASH

    def render_acts(self, record: Alert) -> SafeString:
        """What most people do with a new one, as a button; the rest is in the menu of the row."""
        if not self.may_follow or record.state != Alert.State.OPEN:
            return str(record.acted_by) if record.acted_by else formats.DASH  # type: ignore[return-value]
        return format_html(
            '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            '<button class="btn btn-xs">{}{}</button></form>',
            self._act_url(record, "acknowledge"),
            get_token(self.request),
            parts.icon("eye", size=14),
            _("Acknowledge"),
        )

    def value_acts(self, record: Alert) -> str:
        return str(record.acted_by or "")

    def row_menu(self, record: Alert) -> list[MenuItem]:
        if not self.may_follow or record.closed_at is not None:
            return []
        items = []
        if record.state == Alert.State.OPEN:
            items.append(self._item(record, "acknowledge", _("Acknowledge"), "eye"))
        else:
            items.append(self._item(record, "reopen", pgettext("alert", "Open again"), "arrow-back-up"))
        items += [
            self._item(record, f"snooze-{name}", label, "clock") for name, label in snooze_labels().items()
        ]
        items.append(self._item(record, "close", pgettext("alert", "Close"), "check"))
        return items

    def _item(self, record: Alert, act: str, label: str, icon: str) -> MenuItem:
        return MenuItem(label=label, url=self._act_url(record, act), icon=icon, is_post=True)

    def _act_url(self, record: Alert, act: str) -> str:
        return tenant_url(self.request.tenant, "telephony:alert_act", pk=record.pk, act=act)


class StaffAlertTable(AlertColumns):
    caption = gettext_lazy("Open alerts of all tenants")

    tenant = Column(verbose_name=gettext_lazy("Tenant"), fixed=True, card="sub", css="wrap")
    found = Column(verbose_name=gettext_lazy("Found"), accessor="pk", css="wrap")  # no room on a telephone

    class Meta(BaseTable.Meta):
        sequence = ("tenant", "rule", "found", "opened_at", "state")

    def tenant_of(self, record: Alert) -> HasSlug:
        return record.tenant

    def render_tenant(self, record: Alert) -> str:
        return record.tenant.name


def snooze_labels() -> dict[str, str]:
    return {
        "hour": _("Snooze for an hour"),
        "day": _("Snooze for a day"),
        "week": _("Snooze for a week"),
    }


class AlertRuleTable(BaseTable):
    caption = gettext_lazy("Rules of alerts")

    kind = Column(verbose_name=gettext_lazy("Rule"), fixed=True, card="title", css="wrap")
    of = Column(verbose_name=gettext_lazy("Which calls"), accessor="pk", css="wrap")
    recipients = Column(verbose_name=gettext_lazy("To"), accessor="pk", card="sub", css="wrap")
    is_on = Column(verbose_name=gettext_lazy("State"), card="end", width="pill", empty_values=())
    open_alerts = Column(
        verbose_name=pgettext_lazy("several alerts", "Open"), accessor="pk", width="short", card="end2"
    )
    owner = Column(verbose_name=gettext_lazy("Made by"), empty_values=())

    told: Mapping[int, tuple[str, str, str]] = {}  # of each rule what, of what, to whom
    opened: Mapping[int, int] = {}

    class Meta(BaseTable.Meta):
        fields = ("kind", "of", "recipients", "is_on", "open_alerts", "owner")

    def render_kind(self, record: AlertRule) -> SafeString:
        name, what = record.get_kind_display(), self.told[record.pk][0]
        if record.shared is not None:
            return format_html('<b>{}</b><span class="sb-2nd sb-under">{}</span>', name, what)
        url = tenant_url(self.request.tenant, "telephony:alert_rule_edit", pk=record.pk)
        return format_html(
            '<a href="{}"><b>{}</b></a><span class="sb-2nd sb-under">{}</span>', url, name, what
        )

    def render_of(self, record: AlertRule) -> str:
        return self.told[record.pk][1]

    def render_recipients(self, record: AlertRule) -> str:
        return self.told[record.pk][2]

    def render_is_on(self, record: AlertRule) -> SafeString:
        return parts.look_pill("alert_rule", "on" if record.is_on else "off")

    def render_open_alerts(self, record: AlertRule) -> Any:
        return formats.count(self.opened[record.pk]) if self.opened.get(record.pk) else formats.DASH

    def render_owner(self, record: AlertRule) -> str:
        if record.shared is not None:
            return _("platform staff")
        return str(record.owner) if record.owner else _("there from the start")
