"""Where calls arrive, as an option of a filter."""

from __future__ import annotations

from typing import NamedTuple

from telephony.models.entities import GROUPS


class Place(NamedTuple):
    """A line, queue or group as an option. A tenant has hundreds; to make objects of them took longer than to read them."""

    pk: int
    name: str
    number: str
    remote_id: str
    is_line: bool
    facet: str
    connection_id: int

    @property
    def is_group(self) -> bool:
        return self.facet in GROUPS

    def __str__(self) -> str:
        return self.name or self.number or self.remote_id
