"""Names are sorted by their key, which knows accents, case and numbers: walked over every ordering of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.test_layering import ROOT, modules

WORDS = frozenset({"order", "order_by", "ordering", "default_order"})


def orderings(tree: ast.AST) -> Iterator[ast.AST]:
    """Whatever an ordering is given with: `order_by(...)`, `Column(order_by=...)`, `order = ...` of a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in {"order_by", "distinct"}:
                yield from node.args
            yield from (keyword.value for keyword in node.keywords if keyword.arg in WORDS)
        elif isinstance(node, ast.Assign) and WORDS & {
            target.id for target in node.targets if isinstance(target, ast.Name)
        }:
            yield node.value


def plain_names(source: str) -> list[str]:
    return [
        part.value
        for ordering in orderings(ast.parse(source))
        for part in ast.walk(ordering)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        if part.value.lstrip("-").rpartition("__")[2] == "name"
    ]


def test_nothing_is_sorted_by_a_plain_name() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for _module, path in modules()
        if (names := plain_names(path.read_text(encoding="utf-8")))
    }
    assert not found, "sort by name_key: " + repr(found)


def test_each_way_of_sorting_is_seen() -> None:
    source = """
rows.order_by("pk", "-tenant__name")
Column(order_by=("name",))
class Meta:
    ordering = ["name"]
rows.order_by("name_key").values_list("name")
"""
    assert sorted(plain_names(source)) == ["-tenant__name", "name", "name"]
