"""How a connection reads on its page: sums, sentences, facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django import template
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats, grids, parts
from portal.ui.templatetags.ui import kv
from telephony.forms.connections import schedule_words
from telephony.models import Connection, SyncState
from telephony.services.connection_health import Health

register = template.Library()


@register.simple_tag
def coverage_sums(counts: Mapping[str, int]) -> SafeString:
    """ "315 complete 21 being fetched 6 partial 2 missing"; states without a day are left out."""
    found = [
        (state, counts[state])
        for state in ("complete", "fetching", "partial", "missing")
        if counts.get(state)
    ]
    return format_html_join(
        " ",
        '<span class="{}"><b>{}</b> {}</span>',
        (
            ("bad" if state == "missing" else "", localize(count), _days_in(state, count))
            for state, count in found
        ),
    )


def _days_in(state: str, count: int) -> str:
    """What so many days are; a language may have a plural for it."""
    return {
        "complete": ngettext("complete", "complete", count),
        "fetching": ngettext("being fetched", "being fetched", count),
        "partial": ngettext("partial", "partial", count),
        "missing": ngettext("missing", "missing", count),
    }[state]


@register.simple_tag
def calendar_key(days: Mapping[date, grids.Day]) -> SafeString:
    return grids.calendar_key(days.values())


@register.simple_tag
def next_runs(states: Mapping[str, SyncState]) -> str:
    """When the schedule comes next: "calls next 15:47, objects next 16:00"."""
    words = {"calls": _("calls next %(time)s"), "entities": _("objects next %(time)s")}
    return ", ".join(
        words[stream] % {"time": formats.moment(states[stream].next_due_at)}  # type: ignore[arg-type]
        for stream in words
        if stream in states and states[stream].next_due_at
    )


@register.simple_tag
def health_sentence(health: Health) -> SafeString | str:
    """One sentence that says what the strip shows."""
    if not health.requests or health.median_s is None:
        return _("Nothing was asked in this time.")
    sentence = format_html(
        _("Answers in <b>{}&nbsp;s</b>, half of the time."),
        localize(round(health.median_s, 1 if health.median_s > 0.1 else 2)),
    )
    if not health.failed:
        return format_html("{} {}", sentence, _("Nothing failed."))
    failed = ngettext("%(count)s request failed", "%(count)s requests failed", health.failed) % {
        "count": localize(health.failed)
    }
    last = health.last_failure
    if last is None:
        return format_html("{} {}.", sentence, failed)
    reason = last.error or f"HTTP {last.status}"
    return format_html(
        "{} {}, {} {} ({}).",
        sentence,
        failed,
        _("the last one"),
        parts.time_tag(last.at, formats.moment(last.at)),
        reason,
    )


@register.simple_tag
def connection_facts(connection: Connection, lines: int) -> SafeString:
    """Schedule, zone, currency, address, who added it; of calls only where the provider lists them."""
    added = formats.moment(connection.created_at)
    if connection.created_by:
        added = _("%(when)s by %(name)s") % {"when": added, "name": connection.created_by}
    objects = schedule_words(connection.entities_every_s)
    schedule, older = _("objects %(objects)s") % {"objects": objects}, ""
    if "calls.list" in connection.capabilities:
        calls = schedule_words(connection.calls_every_s)
        schedule = _("calls %(calls)s, objects %(objects)s") % {"calls": calls, "objects": objects}
        older = ngettext("%(count)d month", "%(count)d months", connection.backfill_months) % {
            "count": connection.backfill_months
        }
    application = connection.credential.application
    return kv(
        [
            (_("Schedule"), schedule),
            (_("Older calls"), older),
            (_("Zone"), connection.time_zone),
            (_("Currency"), connection.currency),
            (_("Lines"), localize(lines)),
            (_("Application"), application.name if application else ""),
            (
                _("Key renewed"),
                formats.moment(connection.credential.renewed_at) if connection.credential.renewed_at else "",
            ),
            (_("Added"), added),
        ]
    )
