"""Steps of a callflow on a page."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.ui import parts
from portal.ui.links import tenant_url
from telephony.callflow_drawing import Links, drawing_of
from telephony.providers.callflows.lint import Fault, Problem
from telephony.providers.callflows.surroundings import Target
from telephony.providers.operations import Text
from telephony.services.callflow_scene import Scene
from telephony.tables.documents import CALLFLOW_KINDS

register = template.Library()
_SHOW = lazy("Show")
_WAYS: Mapping[Fault, Text] = {
    **dict.fromkeys((Fault.MISSING_TARGET, Fault.TARGET_OFF, Fault.LOOP), lazy("Choose another")),
    **dict.fromkeys((Fault.MISSING_VALUE, Fault.LEFT_EMPTY, Fault.NOTHING_CHOSEN), lazy("Fill it in")),
    Fault.WRONG_VALUE: lazy("Correct it"),
    Fault.NO_NUMBER: lazy("Give it a number"),
}


@register.simple_tag(takes_context=True)
def target_link(context: Context, target: Target) -> SafeString:
    """An object that a step names, with what is wrong with it."""
    if target.is_missing or target.pk is None:
        gone = parts.pill(_("Missing"), tone="bad", icon_name="unlink")
        return format_html("<code>{}</code> {}", target.name or target.remote_id, gone)
    name = "telephony:callflow_detail" if target.kind in CALLFLOW_KINDS else "telephony:entity_detail"
    url = tenant_url(context["request"].tenant, name, pk=target.pk)
    off = parts.pill(_("Switched off"), tone="warn", icon_name="circle-off") if target.is_off else ""
    return format_html('<a href="{}">{}</a> {}', url, target.name, off)


@register.simple_tag
def step_url(links: Links, step: str) -> str:
    return links.step(step)


@register.simple_tag
def flow_drawing(scene: Scene) -> SafeString:
    return drawing_of(scene)


@register.simple_tag
def fold_url(links: Links, step: str) -> str:
    return links.fold(step)


@register.simple_tag
def open_url(links: Links, step: str) -> str:
    return links.open(step)


@register.simple_tag
def problem_way(problem: Problem) -> Text:
    """What the link to a problem is called: by what is to be done there, where no button does it."""
    return _SHOW if problem.fix else _WAYS.get(problem.fault, _SHOW)


@register.simple_tag
def problem_place(ways: Mapping[int, str], problem: Problem) -> SafeString:
    """Where the step is that it is about; nothing for the callflow itself."""
    place = ways.get(problem.number, "") if problem.number is not None else ""
    return format_html(' <span class="sb-quiet">{}</span>', place) if place else SafeString("")


@register.simple_tag
def problem_sign(problem: Problem) -> SafeString:
    grave = problem.fault.is_grave
    return parts.icon("circle-x" if grave else "alert-triangle", css="bad-i" if grave else "warn-i")
