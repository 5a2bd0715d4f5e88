"""Ids of documents that a server keeps by month: `202403-` and 32 hexadecimal characters."""

from __future__ import annotations

from telephony.providers.kazoo.times import from_gregorian


def month_id(seconds_g: int, tail: str) -> str:
    """The id of a document of this moment (Gregorian seconds)."""
    return f"{from_gregorian(seconds_g):%Y%m}-{tail}"
