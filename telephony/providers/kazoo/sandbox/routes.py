"""The route table: what the catalog names and the sandbox answers, and the twins that real servers have beside.

Endpoints register with `@answers`; `build_router` refuses when an operation of the catalog has nobody to answer it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from telephony.providers.operations import Catalog, Operation, Place
from telephony.providers.sandbox.routing import Router

_JSON = ("application/json",)
_VARIABLE = re.compile(r"{[^}]*}")


@dataclass(frozen=True)
class Endpoint:
    """One function and how it is reached.

    public    answers without a token
    locked    holds the state's lock while it works; False where reading may take long
    cost      tokens of the rate bucket, or the name of the setting that says how many
    takes     content types of the body, "*" any; gives  types of the answer
    """

    handle: Callable[..., Any]
    method: str
    path: str
    public: bool = False
    locked: bool = True
    cost: int | str = 1
    takes: tuple[str, ...] = _JSON
    gives: tuple[str, ...] = _JSON
    operations: tuple[Operation, ...] = ()

    def key(self, query: Iterable[str]) -> str:
        """The operation asked for: of several on one path the one whose query it carries."""
        present = set(query)
        fitting = [one for one in self.operations if _asks(one) <= present]
        return max(fitting, key=lambda one: len(_asks(one))).key if fitting else ""


def _asks(operation: Operation) -> set[str]:
    """Names of the query that make this operation and no other of its path."""
    in_path = operation.path.partition("?")[2]
    asked = {param.name for param in operation.params if param.place is Place.QUERY and param.required}
    return asked | {pair.partition("=")[0] for pair in in_path.split("&") if pair}


_ENDPOINTS: dict[tuple[str, str], Endpoint] = {}


def answers(methods: str, *paths: str, **how: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function for verbs ("GET POST") and paths whose variables are written {}; `how` as in Endpoint."""

    def register(handle: Callable[..., Any]) -> Callable[..., Any]:
        for path in paths:
            for method in methods.split():
                add(method, path, handle, **how)
        return handle

    return register


def add(method: str, path: str, handle: Callable[..., Any], **how: Any) -> None:
    """Register one endpoint. Raises ValueError when the path has one already."""
    if (method, path) in _ENDPOINTS:
        raise ValueError(f"{method} {path} is answered twice")
    _ENDPOINTS[method, path] = Endpoint(handle, method, path, **how)


def normal(path: str) -> str:
    """A template of the catalog as it is registered here: no query, variables without a name."""
    plain = path.partition("?")[0]
    return "/".join("{}" if _VARIABLE.search(segment) else segment for segment in plain.split("/"))


def build_router(catalog: Catalog) -> Router[Endpoint]:
    """Every registered endpoint, with the operations it serves. Raises LookupError when an operation has none."""
    served: dict[tuple[str, str], list[Operation]] = {}
    for operation in catalog:
        served.setdefault((operation.method, normal(operation.path)), []).append(operation)
    missing = [f"{method} {path}" for method, path in served if (method, path) not in _ENDPOINTS]
    if missing:
        raise LookupError("the sandbox does not answer " + ", ".join(sorted(missing)))
    router: Router[Endpoint] = Router()
    for place, endpoint in _ENDPOINTS.items():
        router.add(*place, replace(endpoint, operations=tuple(served.get(place, ()))))
    return router


def registered() -> list[Endpoint]:
    return list(_ENDPOINTS.values())
