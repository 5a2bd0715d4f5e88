"""The smallest parts as HTML: icon, pill, age, direction. Tags, columns and forms build from these."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from html import escape
from typing import Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal.ui import formats
from portal.ui.looks import Look, look_of


def escaped(value: Any) -> str:
    """As Django's `conditional_escape`, whose way for a plain text is five times as long."""
    if type(value) is str:
        return escape(value)
    return value if type(value) is SafeString else conditional_escape(value)


@lru_cache(maxsize=1024)
def icon(name: str, *, size: int = 16, css: str = "", label: str = "") -> SafeString:
    """One icon of the sprite (its own `sprite.svg`, built from the names in use). Silent unless labelled."""
    classes = " ".join(filter(None, ["i", f"i-{size}" if size != 16 else "", css]))
    address = f"{static('sprite.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', classes, label, address
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, address)


def pill(word: object, *, tone: str = "", icon_name: str = "") -> SafeString:
    """State as icon and word; colour only for the exception."""
    sign = icon(icon_name) if icon_name else ""
    return format_html('<span class="{}">{}{}</span>', f"sb-pill {tone}".strip(), sign, word)


def points(value: float) -> SafeString:
    """A change of a share in points, coloured by its direction: "+1.2 pt"."""
    sign, css = ("+", "sb-up") if value >= 0 else ("−", "sb-down")
    shown = f"{sign}{localize(abs(round(value, 1)))}{formats.NBSP}pt"
    return format_html('<span class="{}">{}</span>', css, shown)


@lru_cache(maxsize=1024)
def _look_pill(look: Look, language: str | None) -> SafeString:
    return pill(look.word, tone=look.tone, icon_name=look.icon)


def look_pill(kind: str, value: object) -> SafeString:
    """The pill of a registered state (see portal/ui/looks.py), drawn once a language."""
    return _look_pill(look_of(kind, value), get_language())


@lru_cache(maxsize=64)
def _direction(look: Look, value: str, language: str | None) -> SafeString:
    css = {"inbound": "sb-dir in", "outbound": "sb-dir out"}.get(value, "sb-dir")
    return format_html('<span class="{}">{}{}</span>', css, icon(look.icon), look.word)


def direction(value: str) -> SafeString:
    """Arrow and word of a direction registered under "direction"; `in` and `out` colour the arrow."""
    return _direction(look_of("direction", value), str(value), get_language())


def age_badge(
    at: dt.datetime | None, *, prefix: str = "", stale_s: float | None = None, lost_s: float | None = None
) -> SafeString:
    """Age with a dot: fresh green, stale amber ring, lost vermilion square; the exact instant on hover."""
    age = formats.age(at, prefix=prefix, stale_s=stale_s, lost_s=lost_s)
    css = f"sb-age {age.state}".strip()
    if at is None:
        return format_html('<span class="{}">{}</span>', css, age.text)
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>', css, at.isoformat(), age.exact, age.text
    )


def time_tag(at: dt.datetime, text: str) -> SafeString:
    """Any wording of an instant, with the exact one on hover."""
    exact = formats.exact_words(timezone.localtime(at))
    return SafeString(
        f'<time datetime="{at.isoformat()}" title="{escape(exact)}">{conditional_escape(text)}</time>'
    )


def clock_tag(at: dt.datetime, reader: formats.Reader) -> SafeString:
    """The local time of a row, with the exact instant on hover."""
    clock, exact = reader.clock(at)
    return SafeString(f'<time datetime="{at.isoformat()}" title="{escape(exact)}">{clock}</time>')


def moment_tag(at: dt.datetime, reader: formats.Reader, today: dt.date) -> SafeString:
    """The local time of a row with its day, unless it is today; the exact instant on hover."""
    words, exact = reader.moment(at, today)
    return SafeString(f'<time datetime="{at.isoformat()}" title="{escape(exact)}">{escape(words)}</time>')


@lru_cache(maxsize=64)
def provider(code: str, label: str, *, with_word: bool = True) -> SafeString:
    """Two letters in a neutral tag and the name; providers have no colour."""
    if with_word:
        return format_html('<span class="sb-prov" data-p="{}">{}</span>', code, label)
    return format_html(
        '<span class="sb-prov" data-p="{}" title="{}" aria-label="{}" role="img"></span>', code, label, label
    )
