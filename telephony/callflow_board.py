"""Drawing and outline of a callflow together: whole for a page, or what of them differs from what a page shows.

A page knows of each step a digest of what is drawn and told of it. It sends them along with an act, and gets back the
order and the places of all steps, and the steps themselves whose digest is another. So an answer is right whatever
the page showed before: after undo, beside a second window, with nothing at all. static/js/callflow_patch.js reads it.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from telephony.callflow_drawing import KEPT, Drawing, Links
from telephony.callflow_outline import Outline
from telephony.services.callflow_scene import ROOT, Scene

DIGEST_BYTES = 6


class Board:
    """What is shown of a scene; the same step is `chosen` in both."""

    def __init__(self, scene: Scene, links: Links, title: str, chosen: str) -> None:
        self._links, self._drawing, self._outline = links, Drawing(scene, links), Outline(scene, links, title)
        self.chosen = chosen

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """Of what each step is drawn and told from, wherever it stands and whether it is chosen or not: what a page
        shows already is not drawn again to find that out. Where steps lead to depends on nothing else but what is
        folded and opened, which stands in each address.
        """
        drawing, address = self._drawing, self._links.step("")
        head = digest(drawing.shape(ROOT).inside, *drawing.cords(ROOT), self._outline.said(ROOT))
        return {ROOT: head} | {
            step.id: _digest(*step.shown, *drawing.cords(step.id), address)
            for step in drawing.scene.steps.values()
        }

    @property
    def drawing(self) -> SafeString:
        return self._drawing.svg(self.chosen)

    @property
    def outline(self) -> SafeString:
        rows = self._outline.row
        return mark_safe(
            "".join(
                rows(step, digest, is_chosen=step == self.chosen) for step, digest in self.digests.items()
            )
        )

    def patch(self, shown: Mapping[str, str]) -> dict[str, Any]:
        """What turns a page that shows these digests into this board.

        size     width and height of the drawing
        places   each step, where it stands and its level, in the order of a walk; what is not among them goes
        drawn, rows   HTML of the steps that differ: in the drawing and in the outline
        """
        changed = [step for step, digest in self.digests.items() if shown.get(step) != digest]
        return {
            "chosen": self.chosen,
            "size": self._drawing.size,
            "places": [
                (step, self._drawing.places[step], self._outline.level(step)) for step in self.digests
            ],
            "drawn": self._drawing.groups(changed, {}),
            "rows": "".join(self._outline.row(step, self.digests[step]) for step in changed),
        }


def digests_of(text: str) -> dict[str, str]:
    """The digests as a page sends them: "root:9sH2kQ7d 0:lq0GxWcb"."""
    pairs = (one.partition(":") for one in text.split())
    return {step: digest for step, _colon, digest in pairs}


def digest(*told: Any) -> str:
    """Whatever is shown by these."""
    return urlsafe_b64encode(blake2b(repr(told).encode(), digest_size=DIGEST_BYTES).digest()).decode()


_digest = lru_cache(maxsize=KEPT)(digest)
