"""Drawings of telephony, as SVG made on the server: the way of a call, and who sits with whom, now and afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

CORD, WAS = "var(--sb-accent)", "var(--sb-ink-3)"
PAPER = "var(--sb-surface)"


def _label(x: int, y: int, text: str, css: str, *, struck: bool = False) -> SafeString:
    strike = mark_safe(' text-decoration="line-through"') if struck else ""
    return format_html('<text x="{}" y="{}" class="{}"{}>{}</text>', x, y, css, strike, text)


def _jack(x: int, y: int, *, colour: str = CORD, is_end: bool = False) -> SafeString:
    return format_html(
        '<circle cx="{}" cy="{}" r="7.5" fill="{}" stroke="{}" stroke-width="2.5"/>',
        x,
        y,
        colour if is_end else PAPER,
        colour,
    )


def _wait(y: int, words: str, *, is_now: bool) -> SafeString:
    """How long it rings, as a plug on the cord; nothing where it does not wait."""
    if not words:
        return mark_safe("")
    width = 34 + 7 * len(words)
    x = 424 - width // 2
    if is_now:
        return format_html(
            '<rect x="{}" y="{}" width="{}" height="26" rx="13" fill="{}"/>'
            '<text x="424" y="{}" text-anchor="middle" class="on">{}</text>',
            x, y - 13, width, CORD, y + 5, words,
        )  # fmt: skip
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="24" rx="12" fill="{}" stroke="{}" stroke-dasharray="3 3"/>'
        '<text x="424" y="{}" text-anchor="middle" class="q" text-decoration="line-through">{}</text>',
        x, y - 12, width, PAPER, WAS, y + 5, words,
    )  # fmt: skip


def _end(y: int, title: str, detail: str, *, struck: bool) -> SafeString:
    top = y - 3 if detail else y + 5
    title_css = "q" if struck else "b"
    parts = [_label(562, top, _cut(title), title_css, struck=struck)]
    if detail:
        parts.append(_label(562, top + 17, detail, "q" if struck else "s"))
    return mark_safe("".join(parts))


def _cut(text: str, most: int = 24) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def route_board(
    origin: str,
    before: tuple[str, str, str],
    after: tuple[str, str, str],
    *,
    condition: str = "",
    note: str = "",
    finding: str = "",
) -> SafeString:
    """A call's way: the old end above, dashed; the new one below, on a solid cord.

    before, after   who it ends at, the number under the name ("" for none), how long it rings there first
    finding         the same in one sentence, for people who cannot see it
    """
    new_y = 132
    parts = [
        format_html('<path d="M16 54H216" stroke="{}" stroke-width="3"/>', CORD),
        format_html('<path d="M224 54H536" stroke="{}" stroke-width="2" stroke-dasharray="5 5"/>', WAS),
        format_html(
            '<path d="M224 54C300 54 300 {0} 380 {0}H536" stroke="{1}" stroke-width="3" fill="none"/>',
            new_y,
            CORD,
        ),
        _jack(10, 54),
        _jack(222, 54),
        _jack(540, 54, colour=WAS),
        _jack(540, new_y, is_end=True),
        _label(2, 30, _("Any caller"), "b"),
        _label(214, 30, _cut(origin), "b"),
        _wait(54, before[2], is_now=False),
        _wait(new_y, after[2], is_now=True),
        _end(54, before[0], before[1], struck=True),
        _end(new_y, after[0], after[1], struck=False),
        _label(196, 140, condition, "s"),
        _label(196, 157, note, "q"),
    ]
    return format_html(
        '<svg viewBox="0 0 740 176" role="img" aria-label="{}">{}</svg>', finding, mark_safe("".join(parts))
    )


_SEAT_H, _GAP_H, _COLUMN_W = 26, 18, 370


def seating_board(
    before: Sequence[Sequence[str]], after: Sequence[Sequence[str]], mover: str, *, finding: str
) -> SafeString:
    """Containers as jacks on one cord, now on the left and afterwards on the right. Who moves has the filled jack.

    before, after   containers, each with the names of the companies in it
    finding         the same in words
    """
    sides = [
        _side(before, mover, x=2, title=_("Now"), is_after=False),
        _side(after, mover, x=_COLUMN_W, title=_("After"), is_after=True),
    ]
    height = max(bottom for _drawn, bottom in sides)
    return format_html(
        '<svg viewBox="0 0 740 {}" role="img" aria-label="{}">{}</svg>',
        height,
        finding,
        mark_safe("".join(drawn for drawn, _bottom in sides)),
    )


def _side(
    containers: Sequence[Sequence[str]], mover: str, *, x: int, title: str, is_after: bool
) -> tuple[str, int]:
    """One half of the drawing, and where it ends."""
    parts, y = [_label(x, 16, title, "s")], 44
    for names in containers:
        last = y + _SEAT_H * (len(names) - 1)
        if len(names) > 1:
            parts.append(_cord(x + 8, y, last, is_new=is_after and mover in names))
        for name in names:
            is_mover = name == mover
            colour = CORD if is_mover and is_after else WAS
            parts.append(_jack(x + 8, y, colour=colour, is_end=is_mover))
            parts.append(_label(x + 28, y + 5, _cut(name, 38), "b" if is_mover else "s"))
            y += _SEAT_H
        y += _GAP_H
    return "".join(parts), y - _GAP_H


def _cord(x: int, top: int, bottom: int, *, is_new: bool) -> SafeString:
    colour, width = (CORD, "3") if is_new else (WAS, "2")
    return format_html(
        '<path d="M{0} {1}V{2}" stroke="{3}" stroke-width="{4}"/>', x, top, bottom, colour, width
    )
