"""Exactly the calls behind an alert: as a search, and as the address of the history of calls that asks for the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.lib.days import midnight
from portal.ui.links import HasSlug, tenant_url
from telephony.alerts.trouble_words import words_of_trouble
from telephony.forms.calls import TOLD
from telephony.models import Alert, AlertRule
from telephony.models.call_search import CallSearch

Kind = AlertRule.Kind
Numbers = Mapping[str, Any]


def calls_url(tenant: HasSlug, alert: Alert) -> str:
    """Empty where it is about no calls, or what it is of is gone."""
    if (filters := _filters(alert)) is None:
        return ""
    numbers = alert.evidence
    days = {"period": "dates", "period_from": numbers["first"], "period_to": numbers["last"]}
    if "start_at" in numbers:
        days = {"instants": f"{numbers['start_at']}/{numbers['end_at']}"}
    waited = {"waited": TOLD} if filters.pop("min_wait_s", None) is not None else {}
    return f"{tenant_url(tenant, 'telephony:call_list')}?{urlencode({**days, **filters, **waited})}"


def way_of(tenant: HasSlug, alert: Alert) -> tuple[str, str]:
    """Where the next step is, with its word: the calls behind it, or of a connection in trouble its page; else empty."""
    if alert.rule.kind != Kind.TROUBLE:
        url = calls_url(tenant, alert)
        return (_("These calls"), url) if url else ("", "")
    if alert.connection_id is None:
        return "", ""
    numbers = alert.evidence
    words = words_of_trouble(numbers["sort"], numbers["name"], numbers["count"], numbers["error"])
    return words.action, tenant_url(tenant, "telephony:connection_detail", pk=alert.connection_id)


def search_of(alert: Alert, zone: ZoneInfo) -> CallSearch | None:
    """What that address asks for; `zone` makes the days."""
    if (filters := _filters(alert)) is None:
        return None
    if "start_at" in alert.evidence:
        start_at, end_at = (datetime.fromisoformat(alert.evidence[name]) for name in ("start_at", "end_at"))
        return CallSearch(start_at=start_at, end_at=end_at, **filters)
    first, last = (date.fromisoformat(alert.evidence[name]) for name in ("first", "last"))
    return CallSearch(
        start_at=midnight(first, zone), end_at=midnight(last + timedelta(days=1), zone), **filters
    )


def _filters(alert: Alert) -> dict[str, Any] | None:
    """Filters of a search; the list calls them the same, but for the wait."""
    filters = _FILTERS.get(alert.rule.kind)
    if filters is None or (alert.subject.startswith("place-") and alert.place is None):
        return None
    found = dict(filters(alert.evidence))
    if alert.place is not None:
        is_group = alert.place.is_group and alert.rule.of != AlertRule.Of.EACH_LINE
        return {**found, "group" if is_group else "line": alert.place.pk}
    return {**found, "connection": alert.connection_id} if alert.connection_id else found


_INBOUND = {"medium": "voice", "direction": "inbound"}
_FILTERS: Mapping[str, Callable[[Numbers], dict[str, Any]]] = {
    Kind.QUIET: lambda _numbers: {"medium": "voice"},
    Kind.NEW_COUNTRY: lambda numbers: {
        "medium": "voice",
        "direction": "outbound",
        "country": numbers["country"],
    },
    Kind.ANSWER_RATE: lambda _numbers: _INBOUND,
    Kind.WAITING: lambda _numbers: {**_INBOUND, "min_wait_s": 0},
    Kind.COST: lambda numbers: {"currency": numbers["currency"]},
}
