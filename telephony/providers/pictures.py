"""Pictures that a provider keeps with an object: a logo, an icon."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.providers.operations import Text


@dataclass(frozen=True, kw_only=True)
class Picture:
    """kind      of the cached objects that have it
    name      in addresses of ours
    download, upload   operations: the picture, another one
    most_bytes    of one that is shown
    """

    kind: str
    name: str
    label: Text
    download: str
    upload: str
    most_bytes: int
