"""Which stretch of time a run reads, cut into slices: pure functions of the clock and of what is stored.

All windows are closed at the start and open at the end, in UTC; days and months are those of the connection's zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.lib.days import first_of_month, midnight
from telephony.providers.drafts import Window

# How far each cycle looks back: a record may be listed, or become final, after its time.
OVERLAP = timedelta(hours=2)
HOURLY_OVERLAP = timedelta(days=2)
NIGHTLY_OVERLAP = timedelta(days=7)
FIRST_DAYS = 7  # what the first run of a new connection reads; older months follow as back-fill


def cycle_window(
    synced_until: datetime | None,
    now: datetime,
    zone: ZoneInfo,
    *,
    deep_read_at: datetime | None = None,
    deepest_read_at: datetime | None = None,
    open_since: datetime | None = None,
    days: int = 0,
) -> Window:
    """What the next cycle reads, up to now.

    synced_until      calls before it are stored; None for a new connection
    deep_read_at      when two days were last read again, deepest_read_at: seven
    open_since        start of the oldest call that had not ended when it was read
    days              whole local days before today that each cycle reads again (`Provider.cycle_days`)
    """
    if synced_until is None:
        return Window(_day_start(now - timedelta(days=FIRST_DAYS), zone), now)
    start_at = min(synced_until, now - OVERLAP, open_since or now)
    if days:
        start_at = min(start_at, _day_start(now - timedelta(days=days), zone))
    if deepest_read_at is None or now - deepest_read_at >= timedelta(days=1):
        start_at = min(start_at, _day_start(now - NIGHTLY_OVERLAP, zone))
    elif deep_read_at is None or now - deep_read_at >= timedelta(hours=1):
        start_at = min(start_at, _day_start(now - HOURLY_OVERLAP, zone))
    return Window(start_at, now)


def cursor_after(synced_until: datetime | None, window: Window, now: datetime) -> datetime | None:
    """Where `synced_until` stands once the window is whole: never within the overlap, never over a gap, never back."""
    reached = min(window.end_at, now - OVERLAP)
    if synced_until is None:
        return reached if window.start_at <= reached == now - OVERLAP else None
    return max(synced_until, reached) if window.start_at <= synced_until else synced_until


def backfill_window(
    months: int, stored_from: datetime, now: datetime, zone: ZoneInfo, earliest: datetime | None = None
) -> Window | None:
    """From the start of the local month `months` ago to what is stored already; None when nothing is missing.

    earliest   see `since`
    """
    start_at = midnight(first_of_month(now.astimezone(zone).date(), months), zone)
    return since(earliest, Window(start_at, stored_from))


def since(earliest: datetime | None, window: Window) -> Window | None:
    """What of the window is not before the moment from which the tenant keeps calls (None: it keeps them all)."""
    start_at = max(window.start_at, earliest) if earliest else window.start_at
    return Window(start_at, window.end_at) if start_at < window.end_at else None


def month_slices(window: Window, zone: ZoneInfo) -> list[Window]:
    """The window cut at the starts of local months, newest first."""
    edges = [window.start_at, *_month_starts(window, zone), window.end_at]
    slices = [Window(start, end) for start, end in zip(edges, edges[1:], strict=False) if start < end]
    return slices[::-1]


def whole_days(start: date, end: date, zone: ZoneInfo) -> Window:
    """From the first moment of one local day to the first moment of another."""
    return Window(midnight(start, zone), midnight(end, zone))


def _month_starts(window: Window, zone: ZoneInfo) -> Iterator[datetime]:
    day = window.start_at.astimezone(zone).date().replace(day=1)
    while True:
        day = (day + timedelta(days=32)).replace(day=1)
        start_at = midnight(day, zone)
        if start_at >= window.end_at:
            return
        yield start_at


def _day_start(instant: datetime, zone: ZoneInfo) -> datetime:
    return midnight(instant.astimezone(zone).date(), zone)
