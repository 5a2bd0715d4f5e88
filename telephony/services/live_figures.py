"""The figures of the day on a board, by the providers' records: what was, and what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Aggregate, Count, FloatField, Max
from django.db.models.functions import ExtractHour

from accounts.models import Tenant
from portal.lib.days import midnight
from telephony.models import Call, LineHook
from telephony.models.calls import REACHED, CallQuerySet, Direction, Medium
from telephony.models.missed import MissedSearch
from telephony.models.rollups import Part
from telephony.services.call_figures import CALL_BACK_WITHIN, figures_between
from telephony.services.live_places import Wish

FIGURES_KEPT_S, USUAL_KEPT_S = 20, 3600
MOST_WAITING = 100
LOOKED_BACK = timedelta(days=1)
USUAL_WEEKS = 4


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    name = "Median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def figures_of(tenant: Tenant, now: datetime, wish: Wish) -> Mapping[str, Any]:
    """The day until now, at most twenty seconds old.

    answered_within_s   the middle wait of the calls that came in and were answered, None without one
    by_hour             calls that began in each hour of the day, hour by hour; `usual_by_hour` on this weekday
    waiting             how many were missed and not called back, to a hundred
    """
    key = f"live-figures:{tenant.pk}:{wish.name}"
    kept = cache.get(key)
    if kept is None:
        zone = ZoneInfo(tenant.time_zone)
        start_at = midnight(now.astimezone(zone).date(), zone)
        calls = wish.narrow(Call.objects.all())
        day = figures_between(start_at, now, calls)
        voice = calls.between(start_at, now).filter(medium=Medium.VOICE)
        taken = voice.filter(direction=Direction.INBOUND, outcome__in=REACHED, wait_s__isnull=False)
        usual = _usual(tenant, now, zone, wish)
        kept = {
            "calls": day.calls,
            "answer_rate": day.answer_rate,
            "missed": day.missed,
            "answered_within_s": taken.aggregate(middle=Median("wait_s"))["middle"],
            "by_hour": _by_hour(voice, zone),
            "usual_by_hour": usual["by_hour"],
            "usual_calls": usual["calls"],
            "last_calls": _last_calls(now),
            **_not_called_back(now, wish),
        }
        cache.set(key, kept, FIGURES_KEPT_S)
    return kept


def _not_called_back(now: datetime, wish: Wish) -> dict[str, Any]:
    """Of a connection or a group: whose last call went there."""
    part = Part.of_place(wish.line) if wish.line else Part()
    search = MissedSearch(start_at=now - CALL_BACK_WITHIN, end_at=now, part=part)
    there = replace(wish, line=None).narrow(search.narrow(Call.objects.all()))
    latest = there.order_by("-started_at", "-pk").values_list("started_at", flat=True)
    waiting = list(latest[:MOST_WAITING])
    return {"waiting": len(waiting), "waiting_since": min(waiting, default=None)}


def _usual(tenant: Tenant, now: datetime, zone: ZoneInfo, wish: Wish) -> Mapping[str, Any]:
    """What this weekday was like in the weeks before: calls by hour, and until this time of day; an hour old at most."""
    key = f"live-usual:{tenant.pk}:{wish.name}"
    kept = cache.get(key)
    if kept is None:
        today = now.astimezone(zone).date()
        by_hour: dict[int, float] = {}
        until_now = days = 0
        for weeks in range(1, USUAL_WEEKS + 1):
            start_at = midnight(today - timedelta(weeks=weeks), zone)
            whole = wish.narrow(Call.objects.all()).filter(medium=Medium.VOICE)
            counts = _by_hour(whole.between(start_at, start_at + timedelta(days=1)), zone)
            if not counts:
                continue  # before the account
            days += 1
            until_now += whole.between(start_at, now - timedelta(weeks=weeks)).count()
            for hour, calls in counts.items():
                by_hour[hour] = by_hour.get(hour, 0) + calls
        kept = {
            "by_hour": {hour: calls / days for hour, calls in by_hour.items()},
            "calls": round(until_now / days) if days else None,
        }
        cache.set(key, kept, USUAL_KEPT_S)
    return kept


def _by_hour(calls: CallQuerySet, zone: ZoneInfo) -> dict[int, int]:
    rows = calls.order_by().annotate(hour=ExtractHour("started_at", tzinfo=zone)).values_list("hour")
    return dict(rows.annotate(calls=Count("pk")))


def _last_calls(now: datetime) -> dict[int, datetime]:
    """When the last call of lines that send their events began, by connection and the provider's records of a day."""
    rows = Call.objects.filter(
        line__in=LineHook.objects.values("line"), started_at__gte=now - LOOKED_BACK, medium=Call.Medium.VOICE
    )
    return dict(rows.order_by().values_list("connection").annotate(at=Max("started_at")))
