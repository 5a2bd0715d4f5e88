"""How calls read on a page: names, routes, timelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.lib.numbers import display, is_emergency
from portal.ui import formats, parts
from portal.ui.drawing import button
from portal.ui.templatetags.ui import notation
from portal.ui.timeline import Bar, timeline
from telephony.figures.ways import narrower
from telephony.menu import may_block, number_acts_of, why_not_block_short
from telephony.models.calls import Direction, Medium, Outcome
from telephony.services.call_story import Leg, Story
from telephony.tables.blocking import block_link, can_be_blocked
from telephony.tables.missed import waited
from telephony.tables.number_acts import NumberSort, sort_of

register = template.Library()
register.simple_tag(waited)
register.simple_tag(narrower)


@register.simple_tag(takes_context=True)
def call_other_name(context: Context, story: Story) -> str | SafeString:
    """Who the call was with: the name, else the number, else that it was withheld; of data what it was."""
    if not story.other:
        is_in = story.call.direction == Direction.INBOUND
        return _("Number withheld") if is_in else story.call.get_medium_display()
    return story.names.get(story.other) or formats.number(story.other, **notation(context))


@register.simple_tag(takes_context=True)
def named_number(context: Context, number: str, names: Mapping[str, str]) -> SafeString:
    if not number:
        return format_html('<span class="sb-2nd">{}</span>', _("Number withheld"))
    return formats.who(number, names.get(number, ""), **notation(context))


@register.simple_tag(takes_context=True)
def plain_number(context: Context, number: str) -> str:
    """A number in the person's notation as mere text, for options."""
    how = notation(context)
    return display(number, how["notation"], how["region"])


@register.simple_tag(takes_context=True)
def block_act(context: Context, number: str, line: Any = None, small: bool = True) -> SafeString:
    """What leads to blocking a number; nothing where the person may not, or no connection can.

    Of an internal number a button, and where no list takes such a one why not.
    """
    request = context["request"]
    if not may_block(request):
        return SafeString("")
    if not can_be_blocked(number):
        if small or sort_of(number) is not NumberSort.SHORT or is_emergency(number, request.tenant.region):
            return SafeString("")
        if reason := why_not_block_short(request):
            return button(escape(_("Block")), "btn", signs=("ban", ""), why_not=reason)
    return block_link(request.tenant, number, line, small=small)


@register.simple_tag(takes_context=True)
def number_acts(context: Context, number: str, small: bool = True) -> SafeString:
    """What the person may do with a number: a menu beside it, or buttons; nothing where there is no such act."""
    acts = number_acts_of(context["request"])
    return acts.beside(number) if small else acts.buttons(number)


@register.simple_tag
def call_timeline(story: Story) -> SafeString:
    bars = [Bar(leg.label, leg.starts_s, leg.rings_s, leg.talks_s) for leg in story.legs]
    began = formats.clock(timezone.localtime(story.call.started_at), seconds=True)
    finding = "; ".join(_leg_words(leg) for leg in story.legs)
    return timeline(bars, began=began, finding=finding)


@register.simple_tag
def call_route(story: Story) -> SafeString:
    """The legs in words, one fact a line: rings are open, the place where it was answered is filled."""
    lines = []
    for leg in story.legs:
        state = "end" if leg.talks_s else "wait"
        at = formats.clock(timezone.localtime(leg.record.started_at), seconds=True)
        lines.append((state, at, _leg_words(leg)))
    if story.ended_at and story.call.medium == Medium.VOICE:
        at = formats.clock(timezone.localtime(story.ended_at), seconds=True)
        lines.append(("", at, _("The call ends")))
    items = format_html_join("", '<li class="{}"><span class="sb-tab sb-quiet">{}</span> {}</li>', lines)
    return format_html('<ol class="sb-route small">{}</ol>', items)


def _leg_words(leg: Leg) -> str:
    record, words = (
        leg.record,
        {"who": leg.label or _("a number"), "talk": formats.duration(leg.talks_s or None)},
    )
    if record.medium == Medium.SMS:
        if record.direction == Direction.OUTBOUND:
            return _("%(who)s sends a message") % words
        return _("A message to %(who)s") % words
    if record.medium == Medium.DATA:
        return _("A data session of %(who)s") % words
    if record.outcome == Outcome.FORWARDED:
        return _("%(who)s forwards the call") % words
    if record.outcome == Outcome.VOICEMAIL:
        return _("The voicemail of %(who)s answers, %(talk)s") % words
    if leg.talks_s:
        if record.direction == Direction.OUTBOUND:
            return _("%(who)s calls and talks %(talk)s") % words
        return _("%(who)s answers and talks %(talk)s") % words
    if record.outcome == Outcome.BUSY:
        return _("%(who)s is busy") % words
    if record.direction == Direction.OUTBOUND:
        return _("%(who)s calls, nobody answers") % words
    return _("%(who)s rings, nobody answers") % words


@register.simple_tag
def connection_mark(connection: Any) -> SafeString:
    """Two letters of the connection's provider and its name."""
    declaration = connection.declaration
    return parts.provider(declaration.mark, str(declaration.label))


@register.simple_tag
def counted(counts: Iterable[tuple[Any, str, int]]) -> str:
    """Some objects in words: "12 users (Telmarine), 5 hosted lines (Corvane)"."""
    return ", ".join(f"{formats.count(n)} {kind} ({connection.name})" for connection, kind, n in counts)


@register.simple_tag
def rate(value: float) -> str:
    """A rate of 0..1 as a percentage with one decimal, without its sign."""
    return localize(round(100 * value, 1))


@register.simple_tag
def whole_rate(value: float) -> str:
    """A rate of 0..1 as a percentage without decimals, for what is read from afar."""
    return localize(round(100 * value))


@register.simple_tag
def live_duration(now: datetime, since: datetime) -> str:
    """How long something goes on, as a clock that ticks: 0:06, 12:33."""
    return str(formats.duration((now - since).total_seconds()) if now > since else "0:00")


@register.simple_tag
def count(value: int) -> str:
    """A count with its thousands apart."""
    return formats.count(value)


@register.simple_tag
def more_or_less(change: int, before: int, good: str = "") -> SafeString:
    """A change of a count beside what it was: "+12 on 202 before". `good` is the sign that is a change to the better."""
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    css = "" if not good or not change else "sb-up" if sign == good else "sb-down"
    shown = format_html('<span class="{}">{}{}</span>', css, sign, formats.count(abs(change)))
    return format_html(_("{change} on {before} before"), change=shown, before=formats.count(before))


@register.simple_tag
def points(value: float | None) -> SafeString:
    """A change in points against the span before, coloured by its direction."""
    if value is None:
        return format_html('<span class="sb-quiet">{}</span>', _("nothing to compare with"))
    return format_html("{} {}", parts.points(value), _("on the span before"))


@register.simple_tag
def hours(seconds: int) -> SafeString:
    """A large talk time as hours and minutes, units small; from a hundred hours on there is no room for minutes."""
    if not seconds:
        return formats.DASH
    whole, minutes = divmod(seconds // 60, 60)
    if whole >= 100:
        return format_html("{} <small>h</small>", formats.count(whole))
    return format_html("{} <small>h</small> {} <small>min</small>", whole, f"{minutes:02}")


CHANGE_ICONS = {"destroy": "trash", "never_repeat": "bolt"}


@register.simple_tag
def change_icon(change: Any) -> SafeString:
    """What kind of write it was, and in colour only where it did not go well."""
    if change.state in ("refused", "unknown", "not_applied", "conflict"):
        return parts.icon("alert-triangle", css="bad-i")
    if change.reverts_id:
        return parts.icon("arrow-back-up", css="q-i")
    operation = change.connection.declaration.catalog.get(change.operation)
    return parts.icon(CHANGE_ICONS.get(getattr(operation, "effect", ""), "pencil"), css="q-i")
