"""Filters of a list as data: what a page, an export and a link share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Self


class Search:
    """Base of frozen dataclasses whose fields are filters; an empty one (None, "") narrows nothing.

    Fields whose name ends in `_at` are aware datetimes; all others are JSON already.
    """

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, object]) -> Self:
        """Read what `to_parameters` wrote; names of other filters are left out."""
        values: dict[str, Any] = {}
        for name in cls._names():
            if (value := parameters.get(name)) not in (None, ""):
                values[name] = datetime.fromisoformat(str(value)) if name.endswith("_at") else value
        return cls(**values)

    def to_parameters(self) -> dict[str, object]:
        """Plain JSON of the filters that are set."""
        values = {name: getattr(self, name) for name in self._names()}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
            if value not in (None, "")
        }

    @classmethod
    def _names(cls) -> list[str]:
        return [field.name for field in fields(cls)]  # type: ignore[arg-type]
