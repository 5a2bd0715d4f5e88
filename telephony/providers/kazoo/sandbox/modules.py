"""What the data of each callflow module may hold. `modules.json` has one line a module; names of limits as in `_field`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from telephony.providers.kazoo.schema import Field

Spec = Mapping[str, Any]


@cache
def modules() -> dict[str, tuple[Field, ...]]:
    """Fields of the data by module."""
    text = Path(__file__).with_name("modules.json").read_text(encoding="utf-8")
    declared: dict[str, dict[str, Spec]] = json.loads(text)
    return {name: tuple(_fields(specs)) for name, specs in declared.items()}


def _fields(specs: Mapping[str, Spec], prefix: str = "") -> Iterator[Field]:
    for name, spec in specs.items():
        if "fields" in spec:
            yield from _fields(spec["fields"], f"{prefix}{name}.")
        else:
            yield _field(prefix + name, spec)


def _field(path: str, spec: Spec) -> Field:
    types = spec.get("type", "string")
    inner = spec.get("items") or spec.get("values")
    return Field(
        path=path,
        type=tuple(types) if isinstance(types, list) else (types,),
        required=bool(spec.get("required")),
        length=(spec.get("least"), spec.get("most")),
        bounds=(spec.get("from"), spec.get("to")),
        count=(spec.get("items_least"), None),
        choices=tuple(spec.get("choices", ())),
        pattern=spec.get("pattern", ""),
        format=spec.get("format", ""),
        unique=bool(spec.get("unique")),
        entry=_entry(inner) if inner else (),
    )


def _entry(spec: Spec) -> tuple[Field, ...]:
    """The fields of each object in a list, or the one nameless field of each value."""
    return tuple(_fields(spec["fields"])) if "fields" in spec else (_field("", spec),)
