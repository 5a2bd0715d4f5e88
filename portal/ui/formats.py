"""Words for numbers, durations, ages, moments and money, as pure functions. Tags and columns call these."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from html import escape
from urllib.parse import quote

from babel.numbers import get_currency_symbol
from django.utils import formats, timezone, translation
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from portal.lib import numbers
from portal.lib.dates import date_in, date_words

NBSP = "\u00a0"
FEW_HOURS = 10  # from there on minutes say nothing
DASH = mark_safe('<span class="sb-quiet sb-none">–</span>')
# Django's patterns of short dates; a translation is the pattern of its language, "j N" for "11 nov."
SHORT_DAY, SHORT_DATE = gettext_noop("j M"), gettext_noop("j M Y")
SHORT_MONTH, SHORT_MONTH_YEAR = gettext_noop("M"), gettext_noop("M Y")
WITHHELD = frozenset({"anonymous", "withheld", "unavailable", "restricted", "private"})


# ---- telephone numbers ----


def number(value: str, *, notation: str = "international", region: str = "FR", pages: str = "") -> SafeString:
    """One number, grouped, never broken over lines, country code in quiet ink.

    pages   the address below which each number has a page of its own: the number then leads there
    """
    if value.lower() in WITHHELD:
        return format_html('<span class="sb-2nd">{}</span>', _("Number withheld"))
    if not value.startswith("+"):
        text = _("ext. %(number)s") % {"number": value} if value.isdigit() and len(value) <= 6 else value
        return format_html('<span class="sb-num">{}</span>', text)
    return _grouped(value, notation, region, pages)


@lru_cache(maxsize=16_384)
def _grouped(value: str, notation: str, region: str, pages: str) -> SafeString:
    if pages:
        opening = format_html('<a class="sb-num" href="{}{}/">', pages, quote(value, safe="+"))
    else:
        opening = mark_safe('<span class="sb-num">')
    closing = mark_safe("</a>" if pages else "</span>")
    if notation == "national" and numbers.country_of(value) == region:
        return format_html("{}{}{}", opening, numbers.display(value, "national", region), closing)
    code, rest = numbers.split(value)
    return format_html('{}<span class="cc">{}</span>{}{}{}', opening, code, NBSP, rest, closing)


def who(
    value: str,
    name: str = "",
    *,
    one_line: bool = False,
    notation: str = "international",
    region: str = "FR",
    pages: str = "",
) -> SafeString:
    """Name first and the number under it; an unnamed number takes the name's place. `pages` as in `number`."""
    if not value and not name:
        return DASH
    shown = number(value, notation=notation, region=region, pages=pages) if value else ""
    css = "sb-who one" if one_line else "sb-who"
    if name and shown:
        return SafeString(f'<span class="{css}"><b>{escape(name)}</b>{" " if one_line else ""}{shown}</span>')
    return SafeString(f'<span class="{css}"><b>{escape(name) if name else shown}</b></span>')


# ---- durations ----


def duration(seconds: float | None, *, wait: bool = False) -> str | SafeString:
    """Talk as 2:24, 12:33, 1:02:44; a wait under a minute as "38 s". None is a dash, never 0:00."""
    if seconds is None or (not wait and seconds == 0):
        return DASH
    whole = int(seconds)
    if wait and whole < 60:
        return span(whole)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def span(seconds: float) -> str:
    """A length of time in the largest one or two units, never broken: "4 s", "3 min", "2 h 05 min", "24 d"."""
    whole = max(0, int(seconds))
    shown = (
        1 if whole < 60 else 60 if whole < FEW_HOURS * 3600 else 3600
    )  # the seconds of what the words tell apart
    return _span(whole - whole % shown, translation.get_language())


def within(seconds: int) -> str:
    """A length of time of which no second is left out, never broken: "20 s", "1 min", "1:30 min"."""
    if seconds < 60:
        return span(seconds)
    words = pgettext("length of time", "%(count)s min") % {"count": _minutes(seconds)}
    return words.replace(" ", NBSP)


def between(low: int, below: int | None) -> str:
    """A length of time from, and below, so many seconds: "15–20 s", "1–1:30 min", "5 min and more", "1:31 min and more"."""
    if below is None:
        return _("%(time)s and more") % {"time": within(low)}
    if below <= 60:
        words = pgettext("length of time", "%(count)s s") % {"count": f"{low}–{below}"}
    else:
        words = pgettext("length of time", "%(count)s min") % {"count": f"{_minutes(low)}–{_minutes(below)}"}
    return words.replace(" ", NBSP)


between_lazy = lazy(between, str)


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}" if seconds % 60 else str(seconds // 60)


@lru_cache(maxsize=4096)
def _span(whole: int, language: str | None) -> str:
    return _span_words(whole).replace(" ", NBSP)


def _span_words(whole: int) -> str:
    if whole < 60:
        return pgettext("length of time", "%(count)s s") % {"count": whole}
    minutes = whole // 60
    if minutes < 60:
        return pgettext("length of time", "%(count)s min") % {"count": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        if not minutes or hours >= FEW_HOURS:
            return pgettext("length of time", "%(hours)s h") % {"hours": hours}
        return pgettext("length of time", "%(hours)s h %(minutes)s min") % {
            "hours": hours,
            "minutes": f"{minutes:02}",
        }
    return pgettext("length of time", "%(count)s d") % {"count": hours // 24}


# ---- moments ----


@dataclass(frozen=True)
class Age:
    """What an age badge says: text, the exact instant, and fresh, stale or lost."""

    text: str
    exact: str
    state: str


@dataclass(frozen=True)
class Reader:
    """The zone and the language in force, looked up once by who words many instants."""

    zone: dt.tzinfo
    language: str | None

    @classmethod
    def now(cls) -> Reader:
        return cls(timezone.get_current_timezone(), translation.get_language())

    def clock(self, at: dt.datetime) -> tuple[str, str]:
        """The local time with its seconds, and the instant in full as `exact` words it."""
        local = at.astimezone(self.zone)
        clock = _clock(local, seconds=True)
        return clock, f"{date_in(local.date(), 'j F Y', self.language)} {clock} {self.zone}"

    def moment(self, at: dt.datetime, today: dt.date) -> tuple[str, str]:
        """The local time as `moment` words it, and the instant in full."""
        local = at.astimezone(self.zone)
        words = _moment(local, today, self.language, seconds=False)
        return (
            words,
            f"{date_in(local.date(), 'j F Y', self.language)} {_clock(local, seconds=True)} {self.zone}",
        )

    def day(self, at: dt.datetime, today: dt.date) -> SafeString:
        """The day of an instant as a separator row has it."""
        return _day(at.astimezone(self.zone).date(), today, self.language)


def exact(at: dt.datetime) -> str:
    """The instant in full, with its zone: "19 November 2026 15:42:08 Europe/Paris"."""
    return exact_words(timezone.localtime(at))


def exact_words(local: dt.datetime) -> str:
    """As `exact`, for an instant that is in the reader's zone already."""
    return f"{date_words(local, 'j F Y')} {_clock(local, seconds=True)} {local.tzinfo}"


def age(
    at: dt.datetime | None,
    *,
    prefix: str = "",
    stale_s: float | None = None,
    lost_s: float | None = None,
    now: dt.datetime | None = None,
) -> Age:
    """How old something is. Older than `stale_s` is stale, than `lost_s` lost; no instant at all is lost."""
    if at is None:
        text = _("%(what)s never") % {"what": prefix} if prefix else _("never")
        return Age(text, "", "lost" if lost_s is not None else "stale")
    seconds = ((now or timezone.now()) - at).total_seconds()
    sentence = _("in %(span)s") if seconds < -1 else _("%(span)s ago")
    text = sentence % {"span": span(abs(seconds))}
    state = "lost" if lost_s is not None and seconds > lost_s else ""
    if not state and stale_s is not None and seconds > stale_s:
        state = "stale"
    return Age(f"{prefix} {text}".strip(), exact(at), state)


def moment(at: dt.datetime, *, seconds: bool = False, now: dt.datetime | None = None) -> str:
    """Local time of today, "15:42"; with the day before that, and with the year where it is another one.

    In a narrow column it breaks between day and time.
    """
    today = timezone.localtime(now or timezone.now()).date()
    return _moment(timezone.localtime(at), today, translation.get_language(), seconds=seconds)


def dated_moment(at: dt.datetime) -> str:
    """As `moment`, with the day of today as well: for what is read on another one."""
    local = timezone.localtime(at)
    return _dated(local, timezone.localtime().year, translation.get_language(), seconds=False)


def _moment(local: dt.datetime, today: dt.date, language: str | None, *, seconds: bool) -> str:
    if local.date() == today:
        return _clock(local, seconds=seconds)
    return _dated(local, today.year, language, seconds=seconds)


def _dated(local: dt.datetime, year: int, language: str | None, *, seconds: bool) -> str:
    day = date_in(local.date(), SHORT_DAY if local.year == year else SHORT_DATE, language)
    return f"{day.replace(' ', NBSP)} {_clock(local, seconds=seconds)}"


def clock(at: dt.datetime, *, seconds: bool = False) -> str:
    """The local time alone, for lists that say the day in a row of its own."""
    return _clock(timezone.localtime(at), seconds=seconds)


def _clock(local: dt.datetime, *, seconds: bool) -> str:
    minutes = f"{local.hour:02}:{local.minute:02}"
    return f"{minutes}:{local.second:02}" if seconds else minutes


def day(date: dt.date, *, today: dt.date | None = None) -> SafeString:
    """A day as a separator row has it: <b>Today</b>, Thursday 19 November."""
    return _day(date, today or timezone.localdate(), translation.get_language())


@lru_cache(maxsize=4096)
def _day(date: dt.date, today: dt.date, language: str | None) -> SafeString:
    long = date_words(date, "l j F" if date.year == today.year else "l j F Y")
    word = {0: _("Today"), 1: _("Yesterday")}.get((today - date).days)
    return format_html("<b>{}</b>, {}", word, long) if word else format_html("<b>{}</b>", long)


# ---- counts and money ----


def money(micros: int | None, currency: str) -> str | SafeString:
    """Amount and currency, "12.84 €". Parts of a cent are shown where there is nothing else: "0.0034 €"."""
    if micros is None:
        return DASH
    amount = Decimal(micros) / 1_000_000
    digits = 4 if amount and abs(amount) < Decimal("0.005") else 2
    text = formats.number_format(amount, digits, use_l10n=True, force_grouping=True)
    return f"{text}{NBSP}{sign(currency)}"


def sign(currency: str) -> str:
    """ "€" for EUR, in the language in force."""
    return get_currency_symbol(currency, locale=translation.to_locale(translation.get_language() or "en"))


def count(value: int) -> str:
    """A whole number with its thousands grouped."""
    return _count(value, translation.get_language())


@lru_cache(maxsize=4096)
def _count(value: int, language: str | None) -> str:
    return formats.number_format(value, 0, use_l10n=True, force_grouping=True)


def percent(part: float, whole: float) -> str:
    """One decimal and the sign, or a dash where there is nothing to divide by."""
    if not whole:
        return "–"
    share = round(100 * part / whole, 1)  # number_format cuts off instead
    return f"{formats.number_format(share, 1)}{NBSP}%"


def seconds_words(value: int) -> str:
    """Seconds as a sentence has them: "15 s", "2 min"."""
    if value and value % 60 == 0:
        return ngettext("%(count)s minute", "%(count)s minutes", value // 60) % {"count": value // 60}
    return span(value)
