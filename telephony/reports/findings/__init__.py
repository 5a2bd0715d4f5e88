"""Worth a look: what of a report's own period, scope and figures a person should hear of, each one sentence and one line.

Each kind is a small module: which figures it belongs to, and what it finds. Nothing is said of few calls, of a difference
that chance may have made (clear.py), or of days whose calls are not all here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from telephony.reports.asked import Asked
from telephony.reports.document import Finding
from telephony.reports.findings import (
    cost_rises,
    given_up,
    new_countries,
    quiet_days,
    waiting,
    weak_hours,
    weak_places,
)

MOST = 4  # beside the one that is the title of the mail


@dataclass(frozen=True, kw_only=True)
class Kind:
    """figures   what a report must have one of for this to be said in it; the first that it has shows more of it
    find      at most one finding, the clearest
    """

    figures: Sequence[str]
    find: Callable[[Asked], Iterable[Finding]]


# By how soon somebody should look.
KINDS = (
    Kind(figures=("calls_by_day", "summary", "rate_by_day"), find=quiet_days.find),
    Kind(figures=("missed_callers", "missed_fates", "summary"), find=waiting.find),
    Kind(figures=("cost_by_destination",), find=new_countries.find),
    Kind(figures=("queues",), find=given_up.find),
    Kind(figures=("by_line",), find=weak_places.of_lines),
    Kind(figures=("queues",), find=weak_places.of_groups),
    Kind(
        figures=("rate_by_hour", "when_people_call", "summary", "rate_by_day", "calls_by_day"),
        find=weak_hours.find,
    ),
    Kind(figures=("queue_hours", "queue_days"), find=weak_hours.of_groups),
    Kind(figures=("cost_by_line", "by_line"), find=cost_rises.of_lines),
    Kind(figures=("cost_by_destination",), find=cost_rises.of_destinations),
)


def worth_a_look(asked: Asked) -> list[Finding]:
    """By the order of kinds, the first strong one before all; a line or queue is spoken of once."""
    found = list(_found(asked))
    title = next((one for one in found if one.is_strong), None)
    spoken_of: set[str] = set()
    kept = []
    for one in [title, *found] if title else found:
        if one.of not in spoken_of:
            kept.append(one)
            spoken_of.add(one.of)
    return kept[: MOST + 1 if title else MOST]


def _found(asked: Asked) -> Iterator[Finding]:
    for kind in KINDS:
        about = next((figure for figure in kind.figures if asked.has(figure)), None)
        if about is not None:
            yield from (replace(one, about=about) for one in kind.find(asked))
