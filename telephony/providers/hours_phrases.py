"""Times of the day and days of the week as a person says them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from telephony.providers.hours import DAY, Spans, Week, typed


def clock(minute: int) -> str:
    """9:00; midnight at the end of a day is 24:00."""
    return f"{minute // 60}:{minute % 60:02d}"


def joined(parts: Sequence[str]) -> str:
    """a, b and c"""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(all)s and %(last)s") % {"all": ", ".join(parts[:-1]), "last": parts[-1]}


def times(pairs: Iterable[Sequence[int]]) -> str:
    """9:00–12:30 and 13:30–18:00"""
    found = [f"{clock(begin)}–{clock(end or DAY)}" for begin, end in pairs]
    if found == [f"{clock(0)}–{clock(DAY)}"]:
        return _("all day")
    return joined(found)


def day_words(spans: Spans) -> str:
    return times([(span.begin, span.end) for span in spans]) if spans else _("closed")


def week_words(week: Week) -> str:
    """Monday to Friday 9:00–12:30 and 13:30–18:00; Saturday 9:00–12:00; closed on Sunday"""
    shown = [tuple(pairs) for pairs in typed(week)]
    if not any(shown):
        return _("Closed all week")
    groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for index, pairs in enumerate(shown):
        groups.setdefault(pairs, []).append(index)
    parts = [f"{day_names(indexes)} {times(pairs)}" for pairs, indexes in groups.items() if pairs]
    if shut := groups.get(()):
        parts.append(_("closed on %(days)s") % {"days": day_names(shut)})
    words = pgettext("between the parts of a sentence", "; ").join(parts)
    return words[:1].upper() + words[1:]


def day_names(indexes: Sequence[int]) -> str:
    """Monday to Friday; Saturday and Sunday; Monday, Wednesday and Friday"""
    if len(indexes) == 7:
        return _("every day")
    runs: list[list[int]] = []
    for index in indexes:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    names: list[str] = []
    for run in runs:
        if len(run) > 2:
            names.append(_("%(first)s to %(last)s") % {"first": WEEKDAYS[run[0]], "last": WEEKDAYS[run[-1]]})
        else:
            names += [str(WEEKDAYS[index]) for index in run]
    return joined(names)
