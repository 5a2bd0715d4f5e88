"""Colours as "#rrggbb": how well one is read on another, and what is mixed of two."""

from __future__ import annotations

WHITE, BLACK = "#ffffff", "#000000"
READABLE = 4.5  # contrast that text needs, WCAG AA


def contrast(one: str, other: str) -> float:
    """From 1 to 21, as WCAG 2 counts it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """`one` with that share of the other in it."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable_on(ground: str, colour: str) -> str:
    """The colour, with as much white in it as it takes to be read on a dark ground."""
    steps = (mixed(colour, WHITE, step / 20) for step in range(20))
    return next((one for one in steps if contrast(one, ground) >= READABLE), WHITE)


def ramp_of(colour: str) -> list[str]:
    """Five shades from little to most; white is read on the last two, ink on the others, where white reads on `colour`."""
    lighter = [mixed(colour, WHITE, share) for share in (0.85, 0.7, 0.55)]
    return [*lighter, colour, mixed(colour, BLACK, 0.2)]


def dark_ramp_of(colour: str, ground: str) -> list[str]:
    """The same on a dark ground, for a colour that reads on it: the last two are light."""
    darker = [mixed(colour, ground, share) for share in (0.85, 0.7, 0.55)]
    return [*darker, colour, mixed(colour, WHITE, 0.4)]


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (part / 255 for part in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
