"""A callflow as an outline: the steps of its drawing as a tree that a keyboard and a screen reader walk.

Written here and not in a template: a callflow has hundreds of steps, and each act draws them all anew.
"""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.ui import parts
from telephony.callflow_drawing import Links
from telephony.services.callflow_scene import ROOT, Scene, Step


def outline_of(scene: Scene, links: Links, chosen: str, title: str) -> SafeString:
    """The rows of the tree. Without script they are links; the levels are told, not nested."""
    problem = parts.icon("alert-triangle", size=14, label=_("Problem"))
    rows = [_head(scene, links, chosen, title)]
    rows += [_row(step, links, chosen, problem) for step in scene.steps.values()]
    return mark_safe("\n".join(rows))


def _head(scene: Scene, links: Links, chosen: str, title: str) -> str:
    expanded = ' aria-expanded="true"' if scene.steps else ""
    return (
        f'<li role="none"><a role="treeitem" aria-level="1" aria-setsize="1" aria-posinset="1" '
        f'aria-selected="{_truth(chosen == ROOT)}"{expanded} href="{escape(links.step(ROOT))}" data-step="{ROOT}">'
        f"{parts.icon('hash', size=14)}<b>{escape(title)}</b></a></li>"
    )


def _row(step: Step, links: Links, chosen: str, problem: str) -> str:
    css = f"l{step.shown_level} {step.tone}".strip()
    expanded = f' aria-expanded="{_truth(not step.folded)}"' if step.has_below else ""
    href = "#" if step.is_inside else escape(links.step(step.id))
    inside = ' aria-disabled="true"' if step.is_inside else ""
    told = [
        f'<span class="k">{escape(step.branch)}</span>' if step.branch else "",
        f'<span class="w">{escape(step.word)}</span> <b>{escape(step.name)}</b>',
        f'<span class="visually-hidden">, {escape(step.category.label)}</span>' if step.category else "",
        f' <span class="sb-pill accent">{escape(step.mark_word)}</span>' if step.mark else "",
        f' <span class="p">{problem}</span>' if step.problems else "",
        f' <span class="sb-quiet">+{step.folded}</span>' if step.folded else "",
    ]
    return (
        f'<li role="none"><a role="treeitem" class="{css}" aria-level="{step.level + 1}" '
        f'aria-setsize="{step.siblings}" aria-posinset="{step.position}" '
        f'aria-selected="{_truth(step.id == chosen)}"{expanded} href="{href}" data-step="{step.id}" '
        f'data-above="{step.above}"{inside}>{"".join(told)}</a></li>'
    )


def _truth(value: bool) -> str:
    return "true" if value else "false"
