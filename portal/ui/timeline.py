"""Bars on one time axis: what rang and what talked, as an SVG that reads without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.ui.formats import duration

WIDTH, ROW, LABEL, FOOT = 380, 30, 128, 18


@dataclass(frozen=True)
class Bar:
    """One row. Ringing is a dashed outline from `starts_s`, talking a filled bar after it; all in seconds."""

    label: str
    starts_s: int
    rings_s: int
    talks_s: int


def timeline(bars: Sequence[Bar], *, began: str, finding: str) -> SafeString:
    """`began` is the clock at zero, `finding` says in words what is seen."""
    total = max([bar.starts_s + bar.rings_s + bar.talks_s for bar in bars] + [1])
    scale = (WIDTH - LABEL) / total
    height = ROW * len(bars) + FOOT
    grid = format_html_join(
        "",
        '<path class="grid" d="M{} 0V{}"/>',
        ((_x(total * part / 3, scale), height - FOOT) for part in range(4)),
    )
    rows = format_html_join("", "{}", ((_row(bar, index * ROW, scale),) for index, bar in enumerate(bars)))
    axis = format_html(
        '<text class="axis" x="{}" y="{y}">{}</text><text class="axis end" x="{}" y="{y}">+{}</text>',
        LABEL,
        began,
        WIDTH,
        duration(total),
        y=height - 4,
    )
    return format_html(
        '<svg class="sb-fig2 sb-legs" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH,
        height,
        finding,
        grid,
        rows,
        axis,
    )


def _x(seconds: float, scale: float) -> str:
    return f"{LABEL + seconds * scale:.1f}"


def _row(bar: Bar, top: int, scale: float) -> SafeString:
    name = bar.label if len(bar.label) <= 20 else bar.label[:19] + "…"
    parts = [format_html('<text class="who" x="0" y="{}">{}</text>', top + 19, name)]
    if bar.rings_s or not bar.talks_s:
        width = max(bar.rings_s * scale, 4)
        parts.append(
            format_html(
                '<rect class="rings" x="{}" y="{}" width="{}" height="10" rx="2"/>',
                _x(bar.starts_s, scale),
                top + 10,
                f"{width:.1f}",
            )
        )
    if bar.talks_s:
        start, width = bar.starts_s + bar.rings_s, bar.talks_s * scale
        parts.append(
            format_html(
                '<rect class="talks" x="{}" y="{}" width="{}" height="14" rx="3"/>',
                _x(start, scale),
                top + 8,
                f"{width:.1f}",
            )
        )
        if width > 60:
            middle = LABEL + start * scale + width / 2
            parts.append(
                format_html(
                    '<text class="said" x="{}" y="{}">{}</text>',
                    f"{middle:.1f}",
                    top + 19,
                    duration(bar.talks_s),
                )
            )
    return format_html_join("", "{}", ((part,) for part in parts))
