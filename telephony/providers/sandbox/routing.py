"""From a request to the operation it asks for, by the provider's catalog."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


class NoRoute(LookupError):
    """No operation has this path; `methods` names the verbs that the path does know."""

    def __init__(self, methods: Iterable[str] = ()) -> None:
        super().__init__("no such path")
        self.methods = sorted(methods)


@dataclass
class _Node(Generic[T]):
    fixed: dict[str, "_Node[T]"] = field(default_factory=dict)
    variable: "_Node[T] | None" = None
    targets: dict[str, T] = field(default_factory=dict)


class Router(Generic[T]):
    """A tree of path segments. A fixed segment wins over a variable one; a slash at the end changes nothing."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, method: str, path: str, target: T) -> None:
        """Route `method` on a template such as "/services/{csi}/profiles" to `target`."""
        node = self._root
        for segment in path.split("/"):
            if not segment:
                continue
            if segment.startswith("{"):
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.targets[method] = target

    def find(self, method: str, segments: tuple[str, ...]) -> tuple[T, list[str]]:
        """The target and the values of the variable segments, in order. Raises NoRoute."""
        node, values = self._walk(self._root, segments, 0, [])
        if node is None:
            raise NoRoute
        if method not in node.targets:
            raise NoRoute(node.targets)
        return node.targets[method], values

    def _walk(
        self, node: _Node[T], segments: tuple[str, ...], at: int, values: list[str]
    ) -> tuple[_Node[T] | None, list[str]]:
        if at == len(segments):
            return (node, values) if node.targets else (None, values)
        if fixed := node.fixed.get(segments[at]):
            found, taken = self._walk(fixed, segments, at + 1, values)
            if found is not None:
                return found, taken
        if node.variable is not None:
            return self._walk(node.variable, segments, at + 1, [*values, segments[at]])
        return None, values


def normal_path(path: str) -> str:
    """A template without the names of its variables: "/services/{csi}" gives "/services/{}"."""
    return "/".join("{}" if segment.startswith("{") else segment for segment in path.split("/"))
