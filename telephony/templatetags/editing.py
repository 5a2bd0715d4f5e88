"""Sentences of editors and drawings of routes on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.core import signing
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.lib.numbers import display
from portal.ui import formats
from portal.ui.templatetags.ui import notation
from telephony.drawings import route_board, seating_board
from telephony.forms.editing import ACT_SALT
from telephony.providers.edit_effects import Ending, Route, Seating
from telephony.providers.phrases import Money, Number, Said, Strong

register = template.Library()


@register.simple_tag(takes_context=True)
def said(context: Context, phrase: Said, names: Mapping[str, str] | None = None) -> SafeString:
    """A sentence with its numbers named and in the person's notation, and what matters in bold."""
    how = notation(context)
    parts = []
    for piece in phrase.pieces():
        if isinstance(piece, Number):
            parts.append(_number(piece.value, names or {}, how))
        elif isinstance(piece, Strong):
            parts.append(format_html("<b>{}</b>", str(piece.text)))
        elif isinstance(piece, Money):
            parts.append(format_html("<b>{}</b>", formats.money(piece.micros, piece.currency)))
        else:
            parts.append(format_html("{}", str(piece)))
    return mark_safe("".join(parts))


def _number(value: str, names: Mapping[str, str], how: Mapping[str, str]) -> SafeString:
    shown = formats.number(value, **how)
    name = names.get(value)
    return format_html("<b>{}</b> {}", name, shown) if name else format_html("<b>{}</b>", shown)


@register.simple_tag(takes_context=True)
def route_figure(context: Context, route: Route, names: Mapping[str, str]) -> SafeString:
    """The way of a call now and afterwards, drawn."""
    how = notation(context)
    before, after = _end_of(route.before, names, how), _end_of(route.after, names, how)
    finding = _("Now: %(before)s; afterwards: %(after)s.") % {
        "before": " ".join(filter(None, before)),
        "after": " ".join(filter(None, after)),
    }
    return route_board(
        route.origin,
        before,
        after,
        condition=str(route.after.condition),
        note=str(route.after.note),
        finding=finding,
    )


def _end_of(ending: Ending, names: Mapping[str, str], how: Mapping[str, str]) -> tuple[str, str, str]:
    wait = "" if ending.wait_s is None else _("%(seconds)s s") % {"seconds": ending.wait_s}
    numbers = [piece.value for piece in ending.label.pieces() if isinstance(piece, Number)]
    if not numbers:
        return ending.label.plain(), "", wait
    shown = display(numbers[0], how["notation"], how["region"])  # type: ignore[arg-type]
    name = names.get(numbers[0], "")
    return (name, shown, wait) if name else (shown, "", wait)


@register.simple_tag
def seating_figure(seating: Seating) -> SafeString:
    """Who sits with whom now and afterwards, drawn."""
    finding = _("Now: %(before)s; afterwards: %(after)s.") % {
        "before": _seats_in_words(seating.before),
        "after": _seats_in_words(seating.after),
    }
    return seating_board(seating.before, seating.after, seating.mover, finding=finding)


def _seats_in_words(containers: Sequence[Sequence[str]]) -> str:
    return " / ".join(", ".join(names) for names in containers)


@register.simple_tag
def route_wait(ending: Ending) -> str:
    """How long it rings first, in words."""
    if ending.wait_s is None:
        return ""
    return _("rings for %(seconds)s s") % {"seconds": ending.wait_s}


@register.filter
def hits(counts: Mapping[str, int], number: str) -> int:
    """How many calls of a number; 0 where it made none."""
    return counts.get(number, 0)


@register.filter
def at(mapping: Mapping[str, Any], key: str) -> Any:
    return mapping.get(key, "")


@register.simple_tag
def act_token(wanted: Mapping[str, Any] | None = None) -> str:
    """What a button will write, signed: only what this page offered comes back."""
    return signing.dumps(dict(wanted or {}), salt=ACT_SALT)
