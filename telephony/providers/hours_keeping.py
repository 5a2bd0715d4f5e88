"""Where a provider keeps opening hours: the operations that write them, and how hours become its rules and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from telephony.providers.hours import Timetable
from telephony.providers.operations import Text

Document = dict[str, Any]
CLOSED, OPEN, LEFT = "closed", "open", "left"  # what a rule of the provider means where it is taken over


@dataclass(frozen=True, kw_only=True)
class HoursRoute:
    """The step of a callflow that asks a set of closed times.

    module      what it is called; `asks` tells by its settings whether it takes a branch by the time of day
    closed_key, open_key   its branches
    asking      (set, zone) -> its settings; those named in `replaced` go
    targets     what may happen while one is closed, by kind of object: its words, (remote id) -> the step
    """

    module: str
    closed_key: str
    open_key: str
    asks: Callable[[Mapping[str, Any]], bool]
    asking: Callable[[str, str], Document]
    replaced: tuple[str, ...]
    targets: Mapping[str, tuple[Text, Callable[[str], Document]]]


@dataclass(frozen=True, kw_only=True)
class HoursKeeping:
    """Rules, and one set that names them in `rules_field`.

    rule, rule_set   what their operations begin with: `.get .create .update .delete` follow
    rule_id, set_id  the name of the path value
    compiled   (timetable, zone, first, last) -> the rules of the set, without names; raises ValueError with a `count`
               where there are more than anybody could look over
    read_back  (closed, open, zone, first) -> the timetable that rules say
    why_unfit  (rule, zone, first, closes=...) -> why a rule cannot be taken over, "" if it can
    words_of   (rule, zone) -> a compiled rule in a few words
    route      how a callflow asks the set, None where none does
    flags      what marks documents that were written from here
    """

    rule: str
    rule_set: str
    rule_kind: str
    set_kind: str
    rule_id: str
    set_id: str
    rules_field: str
    flags: tuple[str, ...]
    compiled: Callable[[Timetable, str, date, date], list[Document]]
    read_back: Callable[
        [Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]], str, date],
        Timetable,
    ]
    why_unfit: Callable[..., str]
    words_of: Callable[[Mapping[str, Any], str], str]
    route: HoursRoute | None = None
