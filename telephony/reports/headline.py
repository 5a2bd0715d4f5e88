"""What a report's mail is called, in its subject and in its title, and the sentence below that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from telephony.models import Coverage
from telephony.reports.asked import Asked
from telephony.reports.document import Finding, Section
from telephony.reports.period_words import as_of_words, brief_words

TOLD = 2  # figures in a subject


def subject_of(asked: Asked, sections: Sequence[Section]) -> str:
    """ "Week 46: 90.3 % answered, 8 never called back (1 day of VoIPcloud missing)"; without these figures the report's
    own name stands before, and behind it what its own figures say."""
    report = asked.report
    days = as_of_words(timezone.localtime()) if asked.is_of_now else brief_words(asked.period, report.period)
    place = report.line or report.connection
    named = [capfirst(days)] if asked.has("summary") else [report.title, days]
    what = ", ".join([*named, str(place)] if place else named)
    in_large = [one for one in sections if one.tiles]
    told = [words for one in in_large or sections for words in one.brief] or [one.title for one in sections]
    if told:
        what = _("%(what)s: %(told)s") % {"what": what, "told": ", ".join(told[:TOLD])}
    lacking = _lacking_words(asked)
    return f"{what} ({lacking})" if lacking else what


def _lacking_words(asked: Asked) -> str:
    """ "2 days of VoIPcloud missing", "12 November incomplete from 14:00 on"; "" where every day is here, or the report is
    not about calls."""
    if not asked.is_of_calls:
        return ""
    if not asked.not_whole:
        return _("older calls are no longer kept") if asked.lacks_calls_before else ""
    if asked.partly_lacking:
        day, time = asked.partly_lacking
        if asked.period.first == asked.period.last:  # the subject begins with it
            return _("incomplete from %(time)s on") % {"time": time}
        told = {"day": formats.date_words(day, "j F"), "time": time}
        return _("%(day)s incomplete from %(time)s on") % told
    unlinked = {(one.connection.name, one.unlinked) for one in asked.not_whole}
    if len(unlinked) == 1:
        [(name, since)] = unlinked
        if since is not None:
            day_words = formats.date_words(since, "j F Y")
            return _("%(connection)s unlinked on %(day)s") % {"connection": name, "day": day_words}
    by_connection = Counter(one.connection.name for one in asked.not_whole)
    is_missing = all(one.state == Coverage.State.MISSING for one in asked.not_whole)
    if len(by_connection) > 1:
        count = len(asked.days_not_whole)
        return ngettext("%(count)s day not complete", "%(count)s days not complete", count) % {"count": count}
    [(name, count)] = by_connection.items()
    words = (
        ngettext("%(count)s day of %(name)s missing", "%(count)s days of %(name)s missing", count)
        if is_missing
        else ngettext(
            "%(count)s day of %(name)s not complete", "%(count)s days of %(name)s not complete", count
        )
    )
    return words % {"count": count, "name": name}


def headline_of(asked: Asked, findings: Sequence[Finding]) -> str:
    """The strongest finding where one is strong, else how the calls went; "" of a report without them."""
    if findings and findings[0].is_strong:
        return findings[0].say
    if not asked.has("summary"):
        return ""
    told = asked.totals
    if not told.inbound:
        return _("No call of these days is here") if asked.star else _("No call came in")
    return _("%(rate)s of the calls were answered") % {
        "rate": formats.percent(told.reached, told.inbound) + asked.star
    }


def lead_of(asked: Asked) -> str:
    """How many calls came in against the period before, and how long half of the answered ones waited."""
    if not asked.has("summary") or not asked.totals.inbound:
        return ""
    told = asked.totals
    words = [f"{came_in_words(asked)}."]
    if told.waits.half_s is not None:
        waited = formats.within(told.waits.half_s)
        words.append(_("Half of those answered waited %(time)s or less.") % {"time": waited})
    return " ".join(words)


def came_in_words(asked: Asked) -> str:
    """ "1,138 calls came in, 38 more than the period before"; what is not whole is compared with nothing."""
    now, then = asked.totals.inbound, asked.totals_before.inbound
    words = ngettext("%(count)s call came in", "%(count)s calls came in", now)
    sentence = words % {"count": formats.count(now) + asked.star}
    change = now - then
    is_told = change > 0 or not asked.star  # fewer may be but what is missing
    if change and then and is_told and not asked.lacking_before:
        more, fewer = _(", %(n)s more than the period before"), _(", %(n)s fewer than the period before")
        sentence += (more if change > 0 else fewer) % {"n": formats.count(abs(change))}
    return sentence
