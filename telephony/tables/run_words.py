"""A run in words: what it fetches, how far it is, how long it took."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.ui.formats import SHORT_DATE, SHORT_DAY, SHORT_MONTH_YEAR, date_words
from telephony.models import SyncRun

ONE_DAY = dt.timedelta(days=1)


def what_of(run: SyncRun) -> str:
    """ "Calls of November 2026", "Calls of today", "Calls from 3 Nov to 9 Nov 2026", "All objects"."""
    if run.what == SyncRun.What.ENTITIES:
        return _kinds_of(run)
    if run.window_start_at is None or run.window_end_at is None:
        return _("Older calls") if run.what == SyncRun.What.BACKFILL else _("Latest calls")
    zone = ZoneInfo(run.connection.time_zone)
    first = run.window_start_at.astimezone(zone).date()
    last = (run.window_end_at - dt.timedelta(microseconds=1)).astimezone(zone).date()
    asked_on = run.created_at.astimezone(zone).date()
    return _("Calls %(period)s") % {"period": _period(first, last, asked_on, zone)}


def answer_of(run: SyncRun, outcome: str) -> str:
    """What became of a request that needed no run of its own now; "" where one has begun."""
    if outcome == "joined" and run.state != SyncRun.State.QUEUED:
        return _("“%(what)s” is at work already, and does all that was asked.") % {"what": what_of(run)}
    if outcome in {"joined", "queued"}:
        return _("“%(what)s” is queued: it begins when the run of its sort that is at work has ended.") % {
            "what": what_of(run)
        }
    return ""


def _period(first: dt.date, last: dt.date, asked_on: dt.date, zone: ZoneInfo) -> str:
    if first == last == timezone.now().astimezone(zone).date():
        return _("of today")
    if first == last:
        return _("of %(day)s") % {"day": date_words(first, "j F Y")}
    is_month_end = (last + ONE_DAY).day == 1 or last == asked_on
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and is_month_end:
        return _("of %(month)s") % {"month": date_words(first, "F Y")}
    if first.day == 1 and (last + ONE_DAY).day == 1:
        return pgettext("months", "from %(first)s to %(last)s") % {
            "first": date_words(first, SHORT_MONTH_YEAR),
            "last": date_words(last, SHORT_MONTH_YEAR),
        }
    return _("from %(first)s to %(last)s") % {
        "first": date_words(first, SHORT_DAY),
        "last": date_words(last, SHORT_DATE),
    }


def _kinds_of(run: SyncRun) -> str:
    if not run.kinds:
        return _("All objects")
    kinds = run.connection.declaration.kinds
    labels = [str(kinds[name].plural) for name in run.kinds if name in kinds]
    if len(labels) > 3:
        return _("Objects of %(count)d kinds") % {"count": len(labels)}
    return capfirst(", ".join(labels))


def percent_of(run: SyncRun) -> int | None:
    """How far a run is; None where its end is not known."""
    if not run.total_parts:
        return None
    return min(100, round(100 * run.done_parts / run.total_parts))


def took_s(run: SyncRun) -> float | None:
    """From its start to its end, or to now."""
    if run.started_at is None:
        return None
    return ((run.finished_at or timezone.now()) - run.started_at).total_seconds()
