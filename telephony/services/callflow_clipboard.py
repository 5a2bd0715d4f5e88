"""A part of a callflow that was copied or cut, as text that waits in the person's session.

Within its account it takes its secrets along, sealed; in another one they are left behind, and who pastes is told where.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from telephony.models import CallflowDraft, Connection
from telephony.services import callflow_secrets
from telephony.services.callflow_secrets import Known


@dataclass(frozen=True, kw_only=True)
class Clip:
    """What is to be pasted. `known` is what its marks stand for, `lost` where secrets were left behind."""

    part: Any = None
    known: Known = field(default_factory=dict)
    lost: Sequence[tuple[int, str]] = ()


def text_of(draft: CallflowDraft, part: Any) -> str:
    """Raises portal.lib.secrets.Unreadable."""
    own = callflow_secrets.marks_in(part)
    known = {mark: value for mark, value in callflow_secrets.known_of(draft).items() if mark in own}
    said = {"part": part, "link": draft.link.pk, "secrets": callflow_secrets.sealed(draft.link, known)}
    return json.dumps(said, ensure_ascii=False)


def clip_of(text: str, link: Connection) -> Clip:
    """What it is in an account. Raises Unreadable."""
    said = json.loads(text)
    if said["link"] == link.pk:
        return Clip(part=said["part"], known=callflow_secrets.opened(link, said["secrets"]))
    part, lost = callflow_secrets.left_behind(said["part"])
    return Clip(part=part, lost=lost)
