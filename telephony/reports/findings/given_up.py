"""The queue or ring group that lost most callers: they gave up, or waited as long as one may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from telephony.models.call_search import OUTCOMES
from telephony.models.calls import Medium, Outcome
from telephony.models.rollups import Part
from telephony.reports.asked import Asked
from telephony.reports.call_sections import INBOUND
from telephony.reports.document import Finding
from telephony.reports.findings.clear import LEAST_CALLS, LEAST_LOST
from telephony.services.analytics import GroupRow
from telephony.services.rollup_reading import sums

LEAST_SHARE = 0.1
STRONG, STRONG_SHARE = 10, 0.25
# The ways to be lost, as the list of calls asks for them.
GAVE_UP, TIMED_OUT = "given_up", Outcome.TIMED_OUT.value
LOST = {GAVE_UP: OUTCOMES[GAVE_UP], TIMED_OUT: (Outcome.TIMED_OUT,)}


def find(asked: Asked) -> Iterator[Finding]:
    several = [
        (lost, one, way)
        for one, _longest_s in asked.groups
        for way, lost in ((GAVE_UP, one.abandoned), (TIMED_OUT, one.timed_out))
        if one.entity and one.calls >= LEAST_CALLS
    ]
    enough = [row for row in several if row[0] >= max(LEAST_LOST, LEAST_SHARE * row[1].calls)]
    if enough:
        yield _told(asked, *max(enough, key=lambda row: (row[0], row[1].calls)))


def _told(asked: Asked, lost: int, group: GroupRow, way: str) -> Finding:
    assert group.entity is not None
    words = (
        ngettext("%(queue)s: %(lost)s caller gave up", "%(queue)s: %(lost)s callers gave up", lost)
        if way == GAVE_UP
        else ngettext("%(queue)s: %(lost)s caller timed out", "%(queue)s: %(lost)s callers timed out", lost)
    )
    star = asked.star_of(group.connection_id)
    of_all = ngettext("Of %(calls)s call.", "Of %(calls)s calls.", group.calls)
    evidence = [of_all % {"calls": formats.count(group.calls) + star}, _worst_day(asked, group, LOST[way])]
    return Finding(
        say=words % {"queue": group.entity, "lost": formats.count(lost) + star},
        evidence=" ".join(filter(None, evidence)),
        url=asked.calls(**INBOUND, group=group.entity.pk, outcome=way),
        of=f"group {group.connection_id} {group.remote_id}",
        is_strong=lost >= max(STRONG, STRONG_SHARE * group.calls),
    )


def _worst_day(asked: Asked, group: GroupRow, outcomes: Collection[Outcome]) -> str:
    """The day with most of them; "" where another has as many, or there is no other."""
    part = Part(connection=group.connection_id, group=group.remote_id)
    days = asked.span.first, asked.span.last
    rows = sums(("day", "medium", "outcome"), *days, asked.zone, part, only="of groups")
    counts: Counter[date] = Counter()
    for row in rows:
        day, medium, outcome = row.key
        if medium == Medium.VOICE and outcome in outcomes:
            counts[day] += row.calls
    if asked.span.days == 1 or not counts:
        return ""
    (day, most), *others = counts.most_common(2)
    if others and others[0][1] == most:
        return ""
    words = {"count": formats.count(most), "day": formats.date_words(day, "l j F")}
    return _("Most on %(day)s: %(count)s.") % words
