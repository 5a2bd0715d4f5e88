"""The line that answers clearly less than the other lines, and the queue or ring group than the others of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.ui import formats
from telephony.figures.hours import hour_words
from telephony.models import Entity
from telephony.models.rollups import Part
from telephony.reports.asked import Asked
from telephony.reports.call_sections import INBOUND
from telephony.reports.document import Finding
from telephony.reports.findings.clear import LEAST_CALLS, Counts, is_clear
from telephony.services import analytics
from telephony.services.rollup_reading import HourSum

STRONG, STRONG_SHARE = 20, 0.3
TRIED = 3  # how many of the weakest are looked at more closely
LEAST_IN_HOUR = 5  # calls of an hour that is worth a word
DIP = 0.1  # how far it lies below the place's own share of answered calls


@dataclass(frozen=True, kw_only=True)
class Place:
    entity: Entity
    part: Part
    counts: Counts
    of: str
    way: str  # the field of the call history that narrows to it


def of_lines(asked: Asked) -> Iterator[Finding]:
    places = [
        Place(
            entity=one.entity,
            part=Part.of_place(one.entity),
            counts=Counts(one.inbound, one.inbound - one.reached),
            of=f"line {one.entity.pk}",
            way="line",
        )
        for one, _waits in asked.lines
        if one.entity is not None and not one.entity.is_group  # of those only what nobody took
    ]
    yield from _weakest(asked, places, _("The other lines answer %(rate)s."))


def of_groups(asked: Asked) -> Iterator[Finding]:
    places = [
        Place(
            entity=one.entity,
            part=Part(connection=one.connection_id, group=one.remote_id),
            counts=Counts(one.calls, one.calls - one.reached),
            of=f"group {one.connection_id} {one.remote_id}",
            way="group",
        )
        for one, _longest_s in asked.groups
        if one.entity is not None
    ]
    yield from _weakest(asked, places, _("The other queues and groups answer %(rate)s."))


def _weakest(asked: Asked, places: Sequence[Place], others_words: str) -> Iterator[Finding]:
    total = sum((one.counts for one in places), Counts())
    compared = sum(one.counts.calls >= LEAST_CALLS for one in places)
    clear = [one for one in places if is_clear(one.counts, total - one.counts, compared)]
    clear.sort(key=lambda one: -one.counts.excess(total - one.counts))
    for place in clear[:TRIED]:
        others = total - place.counts
        hours = analytics.hours_of(asked.span, asked.zone, place.part)
        missed = Counts(place.counts.calls, sum(one.missed for one in hours))
        # A provider that does not tell how calls ended, or a mailbox, loses no caller.
        if is_clear(missed, others, compared):
            yield _told(asked, place, others_words % {"rate": _rate(others)}, _dip(place, hours))
            return


def _told(asked: Asked, place: Place, others: str, dip: str) -> Finding:
    counts = place.counts
    star = asked.star_of(place.entity.connection_id)
    return Finding(
        say=_("%(place)s answers %(rate)s") % {"place": place.entity, "rate": _rate(counts) + star},
        evidence=" ".join(filter(None, [others, dip])),
        url=asked.calls(**INBOUND, **{place.way: place.entity.pk}),
        of=place.of,
        is_strong=counts.lost >= STRONG and counts.share >= STRONG_SHARE,
    )


def _dip(place: Place, hours: Sequence[HourSum]) -> str:
    """The hour of the day in which most were missed, where it stands out among the place's own."""
    found: dict[int, Counts] = {}
    for one in hours:
        found[one.hour] = found.get(one.hour, Counts()) + Counts(one.inbound, one.missed)
    enough = [item for item in found.items() if item[1].calls >= LEAST_IN_HOUR]
    if not enough:
        return ""
    hour, counts = max(enough, key=lambda item: (item[1].share, item[1].lost))
    if counts.share < place.counts.share + DIP:
        return ""
    return _("At %(hour)s it missed %(missed)s of %(calls)s.") % {
        "hour": hour_words(hour).replace(" ", formats.NBSP),
        "missed": formats.count(counts.lost),
        "calls": formats.count(counts.calls),
    }


def _rate(counts: Counts) -> str:
    return formats.percent(counts.calls - counts.lost, counts.calls)
