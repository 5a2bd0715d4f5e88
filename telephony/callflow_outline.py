"""A callflow as an outline: the steps of its drawing as a tree that a keyboard and a screen reader walk.

Written here and not in a template: a callflow has hundreds of steps, and each act tells them all anew.
"""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.ui import parts
from portal.ui.parts import escaped
from telephony.callflow_drawing import Links
from telephony.services.callflow_scene import ROOT, Scene, Step


class Outline:
    """The rows of the tree. Without script they are links; the levels are told, not nested."""

    def __init__(self, scene: Scene, links: Links, title: str) -> None:
        self.scene, self.links, self.title = scene, links, title
        self._problem = parts.icon("alert-triangle", size=14, label=_("Problem"))
        self._note = parts.icon("note", size=14, label=_("Note"))

    def said(self, step: str) -> str:
        """What the row of the head or of a step says: but for its level, for that changes with every step that comes
        above, and without a choice.
        """
        return self._head() if step == ROOT else self._row(self.scene.steps[step])

    def level(self, step: str) -> int:
        return 1 if step == ROOT else self.scene.steps[step].level + 1

    def row(self, step: str, digest: str, *, is_chosen: bool = False) -> str:
        """A row; `digest` is of what it and the drawing say of the step (callflow_board.py)."""
        said = f'{_TRUE if is_chosen else _FALSE} aria-level="{self.level(step)}"{self.said(step)}'
        return f'<li role="none" data-drawn="{digest}"><a role="treeitem" aria-selected={said}</a></li>'

    def _head(self) -> str:
        expanded = ' aria-expanded="true"' if self.scene.steps else ""
        return (
            f' aria-setsize="1" aria-posinset="1"{expanded} href="{escaped(self.links.step(ROOT))}" '
            f'data-step="{ROOT}">{parts.icon("hash", size=14)}<b>{escaped(self.title)}</b>'
        )

    def _row(self, step: Step) -> str:
        css = f' class="{step.tone}"' if step.tone else ""
        expanded = f' aria-expanded="{"false" if step.folded else "true"}"' if step.has_below else ""
        href = "#" if step.is_inside else escaped(self.links.step(step.id))
        inside = ' aria-disabled="true"' if step.is_inside else ""
        if step.folded:
            hidden = "\n".join(f"{one} {words}" for one, words in step.folded)
            inside += f' data-inside="{escaped(hidden)}"'
        told = [
            f'<span class="k">{escaped(step.branch)}</span>' if step.branch else "",
            f'<span class="w">{escaped(step.word)}</span> <b>{escaped(step.name)}</b>',
            f'<span class="visually-hidden">, {escaped(step.category_label)}</span>' if step.category else "",
            f' <span class="sb-pill accent">{escaped(step.mark_word)}</span>' if step.mark else "",
            f' <span class="p">{self._problem}</span>' if step.problems else "",
            f' <span class="n">{self._note}{escaped(step.note)}</span>' if step.note else "",
            f' <span class="sb-quiet">+{len(step.folded)}</span>' if step.folded else "",
        ]
        return (
            f'{css} aria-setsize="{step.siblings}" aria-posinset="{step.position}"{expanded} href="{href}" '
            f'data-step="{step.id}" data-above="{step.above}"{inside}>{"".join(told)}'
        )


_TRUE, _FALSE = '"true"', '"false"'


def places_to_move_to(scene: Scene, but: str) -> SafeString:
    """The steps as options of a select, all but one of them."""
    return mark_safe(
        "".join(
            f'<option value="{step.id}">{"· " * (step.level - 1)}{escaped(step.word)} {escaped(step.name)}</option>'
            for step in scene.steps.values()
            if step.id != but
        )
    )
