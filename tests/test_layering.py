"""The direction of imports, walked over the whole tree. A line that breaks it names the file and what it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("portal", "accounts", "telephony")

# A module belongs to the longest name that fits it; it may import its own part and those listed.
TOOLKIT = {"portal.lib", "portal.ui"}
SHARED_PROVIDERS = "telephony.providers"
COMPOSITION = {"portal", "portal.management", "portal.demo", "portal.embedded"}
MAY_IMPORT: dict[str, set[str]] = {
    "portal.lib": set(),
    "portal.ui": {"portal.lib"},
    "accounts": {*TOOLKIT},
    "telephony.providers": {"portal.lib"},
    "telephony.models": {"accounts.models", "accounts.scoping", "portal.lib", "telephony.providers.registry"},
    "telephony.services": {"telephony.models", "telephony.providers", "accounts", "portal.lib"},
    "telephony.forms": {"telephony.models", "telephony.providers", "accounts", *TOOLKIT},
    "telephony.tables": {"telephony.models", "telephony.providers", "accounts", *TOOLKIT},
    "telephony": {"telephony.*", "accounts", *TOOLKIT},
    # Measurements start processes as the demo does, and a browser.
    "telephony.bench": {
        "telephony.*",
        "accounts",
        "portal.demo",
        "portal.embedded",
        "portal.chromium",
        *TOOLKIT,
    },
}


def modules() -> Iterator[tuple[str, Path]]:
    for top in OURS:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield name.removesuffix(".__init__"), path


@cache
def imports_in(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Every import of the file, function bodies included; type-only imports are left out."""
    return tuple(_imports_below(ast.parse(path.read_text(encoding="utf-8")).body))


def _imports_below(statements: Sequence[ast.AST]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Statements alone are walked: an expression holds no import, and most of a file is expressions."""
    for one in statements:
        if isinstance(one, ast.Import | ast.ImportFrom):
            yield one
            continue
        is_for_types = isinstance(one, ast.If) and _is_type_checking(one.test)
        for part in ("orelse",) if is_for_types else ("body", "handlers", "orelse", "finalbody", "cases"):
            yield from _imports_below(getattr(one, part, ()))


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Every module of ours that the file imports."""
    return tuple(_ours(imports_in(path)))


def _ours(imports: Sequence[ast.Import | ast.ImportFrom]) -> Iterator[str]:
    for node in imports:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in OURS)
        elif node.level == 0 and (node.module or "").split(".")[0] in OURS:
            yield from (_whole(node.module or "", alias.name) for alias in node.names)


def _whole(module: str, name: str) -> str:
    below = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if below.is_dir() or below.with_suffix(".py").exists() else module


def part_of(module: str) -> str:
    fitting = [part for part in MAY_IMPORT if module == part or module.startswith(f"{part}.")]
    return max(fitting, key=len, default="portal")


def is_allowed(source: str, target: str) -> bool:
    part = part_of(source)
    if part == "portal":
        return True
    if target == part or target.startswith(f"{part}."):
        return part != SHARED_PROVIDERS or _same_provider(source, target)
    return any(
        target == allowed or target.startswith(f"{allowed.removesuffix('.*')}.")
        for allowed in MAY_IMPORT[part]
    )


def _provider_folder(module: str) -> str:
    """The provider a module belongs to, or "" for the shared parts."""
    parts = module.split(".")
    folder = ROOT / "telephony" / "providers" / (parts[2] if len(parts) > 2 else "")
    return (
        parts[2]
        if len(parts) > 2 and (folder / "catalog.py").exists() or (folder / "catalog").is_dir()
        else ""
    )


def _same_provider(source: str, target: str) -> bool:
    if source in ("telephony.providers.registry", "telephony.providers.sandbox.discovery"):
        return True
    return _provider_folder(target) in ("", _provider_folder(source))


def test_imports_go_one_way() -> None:
    wrong = [
        f"{source} imports {target}"
        for source, path in modules()
        for target in imports_of(path)
        if not is_allowed(source, target)
    ]
    assert wrong == []


def test_nobody_imports_the_composition_root() -> None:
    root = ("portal.urls", "portal.settings", "portal.wsgi")
    wrong = [
        f"{source} imports {target}"
        for source, path in modules()
        for target in imports_of(path)
        if target in root and part_of(source) != "portal"
    ]
    assert wrong == []


def test_only_the_gate_makes_http_calls() -> None:
    """requests, urllib and http.client are for portal.lib.outbound; sandboxes and set-up are no part of the portal."""
    makers = {
        "requests",
        "requests.sessions",
        "requests.adapters",
        "urllib.request",
        "http.client",
        "httpx",
        "urllib3",
    }
    allowed = (
        "portal.lib.outbound",
        "portal.bootstrap",
        "portal.embedded",
        "portal.demo",
        "portal.management",
    )
    wrong = []
    for source, path in modules():
        if source.startswith(allowed) or ".sandbox" in source or ".bench" in source:
            continue
        for node in imports_in(path):
            from_one = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names = from_one or [alias.name for alias in node.names]
            wrong += [f"{source} imports {name}" for name in names if name in makers]
    assert wrong == []


def test_provider_names_are_compared_nowhere_else() -> None:
    """`if provider == "keyyo"` outside its folder means a capability is missing from the declaration."""
    folders = {path.parent.name for path in (ROOT / "telephony" / "providers").glob("*/__init__.py")} - {
        "sandbox"
    }
    wrong = []
    for source, path in modules():
        if source.startswith("telephony.providers.") or part_of(source) == "portal":
            continue
        text = path.read_text(encoding="utf-8")
        if not any(folder in text for folder in folders):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Compare):
                values = [leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)]
                wrong += [f"{source}:{node.lineno}" for value in values if value in folders]
    assert wrong == []
