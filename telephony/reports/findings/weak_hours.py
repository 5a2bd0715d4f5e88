"""The hour of the day, or of the week, in which clearly more callers found nobody than in all the others.

Who left a message is not among them: the call was taken, if by a machine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from portal.ui import formats
from portal.ui.figures import plain
from telephony.figures.hours import hour_words
from telephony.figures.span_words import weekday_words
from telephony.reports.asked import Asked
from telephony.reports.call_sections import INBOUND
from telephony.reports.document import Finding
from telephony.reports.findings.clear import LEAST_CALLS, Counts, is_clear

MOSTLY = 0.6  # of what an hour lost too many: on one weekday, then that is the one to look at
STRONG, STRONG_SHARE = 10, 0.15
NEAR = 0.015  # how far a share may be from the fraction that it is called


@dataclass(frozen=True)
class Hour:
    """Of the clock; of one ISO weekday, or of all where that is None."""

    hour: int
    weekday: int | None = None


def find(asked: Asked) -> Iterator[Finding]:
    counts = _counts(asked)
    total = sum((one for hour, one in counts.items() if hour.weekday is None), Counts())
    enough = {hour: one for hour, one in counts.items() if one.calls >= LEAST_CALLS}
    compared = Counter(hour.weekday is None for hour in enough)
    clear = {
        hour: one
        for hour, one in enough.items()
        if is_clear(one, total - one, compared[hour.weekday is None])
    }
    if clear:
        hour = _worst(clear, total)
        yield _told(asked, hour, clear[hour], total - clear[hour])


def of_groups(asked: Asked) -> Iterator[Finding]:
    """Of queues and groups, where the report is of no place."""
    return find(replace(asked, is_of_groups=True))


def _counts(asked: Asked) -> Mapping[Hour, Counts]:
    found: dict[Hour, Counts] = defaultdict(Counts)
    for one in asked.hours:
        counts = Counts(one.inbound, one.missed)
        found[Hour(one.hour)] += counts
        if asked.span.days > 1:
            found[Hour(one.hour, one.weekday)] += counts
    return found


def _worst(clear: Mapping[Hour, Counts], total: Counts) -> Hour:
    """The one that lost most beyond what is usual; of an hour that does so on one weekday, that weekday's."""

    def excess(hour: Hour) -> float:
        return clear[hour].excess(total - clear[hour])

    worst = max(clear, key=excess)
    same = [hour for hour in clear if hour.hour == worst.hour and hour.weekday is not None]
    narrow = max(same, key=excess, default=worst)
    return narrow if excess(narrow) >= MOSTLY * excess(worst) else worst


def _told(asked: Asked, hour: Hour, counts: Counts, others: Counts) -> Finding:
    weekday = {} if hour.weekday is None else {"weekday": hour.weekday}
    return Finding(
        say=_("%(share)s found nobody %(when)s")
        % {"share": _share_words(counts.share), "when": _when(asked, hour)},
        evidence=_("%(lost)s of %(calls)s calls were missed; at other times %(rate)s.")
        % {
            "lost": formats.count(counts.lost) + asked.star,
            "calls": formats.count(counts.calls) + asked.star,
            "rate": plain(100 * others.share, "%", 1),
        },
        of="hours",
        url=asked.calls(**INBOUND, outcome="unreached", hour=hour.hour, **weekday),
        is_strong=counts.lost >= STRONG and counts.share >= STRONG_SHARE,
    )


def _when(asked: Asked, hour: Hour) -> str:
    clock = hour_words(hour.hour).replace(" ", formats.NBSP)
    if hour.weekday is None:
        return _("at %(hour)s") % {"hour": clock}
    words = {"day": weekday_words(hour.weekday, whole=True), "hour": clock}
    return (_("on %(day)s at %(hour)s") if asked.span.days <= 7 else _("on %(day)ss at %(hour)s")) % words


def _share_words(share: float) -> str:
    """ "One caller in five", else "23 % of callers"."""
    fractions = [
        (1 / 8, _("One caller in eight")),
        (1 / 7, _("One caller in seven")),
        (1 / 6, _("One caller in six")),
        (1 / 5, _("One caller in five")),
        (1 / 4, _("One caller in four")),
        (1 / 3, _("One caller in three")),
        (2 / 5, _("Two callers in five")),
        (1 / 2, _("Every other caller")),
        (2 / 3, _("Two callers in three")),
        (3 / 4, _("Three callers in four")),
    ]
    fraction, words = min(fractions, key=lambda item: abs(item[0] - share))
    return (
        words
        if abs(fraction - share) <= NEAR
        else _("%(share)s of callers") % {"share": plain(100 * share, "%")}
    )
