"""What a change will mean, as the review page shows it: sentences, the way of a call, who sits where. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.providers.operations import Text
from telephony.providers.phrases import Said


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What a change will mean. `icon` is a name of the sprite; tone: "" or "warn"."""

    text: Said
    icon: str = "arrow-right"
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Where calls go, for the drawing: after `wait_s` seconds of ringing (None: at once), to a number or place."""

    label: Said
    wait_s: int | None = None
    condition: Text = ""
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Route:
    """The way of a call now and afterwards."""

    origin: str
    before: Ending
    after: Ending


@dataclass(frozen=True, kw_only=True)
class Seating:
    """Who sits with whom, now and afterwards: containers, each with the names in it. `mover` changes seats."""

    mover: str
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    note: Text = ""
