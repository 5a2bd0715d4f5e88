"""The icon sprite: one SVG file with the icons in use, cut out of the locked icon package.

Which are in use is read from the sources: literals that are an icon's name on lines that say "icon"
(`{% icon "phone" %}`, `icon="phone"`, `Look(icon="phone", ...)`), hyphenated ones anywhere, and `sprite.svg#phone`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from portal.built import built

NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
LITERAL = re.compile(rf"""["']({NAME})["']""")
IN_SCRIPT = re.compile(rf"sprite\.svg#({NAME})")
IN_TAG = re.compile(rf"""{{%-?\s*icon\s+["']({NAME})["']""")  # can be nothing but an icon
SOURCES = ("accounts", "portal", "telephony", "templates", "static/js")
SUFFIXES = {".py", ".html", ".js", ".svg"}
# Set on the symbol or by the style sheet, so that a small icon can have a stronger line.
INHERITED = re.compile(
    r' (?:fill="none"|stroke="currentColor"|stroke-width="2"|stroke-line(?:cap|join)="round")'
)


def source_files(root: Path) -> Iterator[Path]:
    for folder in SOURCES:
        for path in (root / folder).rglob("*"):
            if path.suffix in SUFFIXES:
                yield path


def names_in_use(root: Path, known: Iterable[str]) -> set[str]:
    """The icons that the sources under `root` name."""
    found: set[str] = set()
    for path in source_files(root):
        text = path.read_text(encoding="utf-8")
        found.update(IN_SCRIPT.findall(text))
        for line in text.splitlines():
            says_icon = "icon" in line
            found.update(name for name in LITERAL.findall(line) if says_icon or "-" in name)
    return found.intersection(known)


def unknown_names(root: Path, known: Iterable[str]) -> list[str]:
    """`file: name` of every literal that is certainly meant as an icon and is none."""
    known = set(known)
    return sorted(
        f"{path.relative_to(root)}: {name}"
        for path in source_files(root)
        for name in set(IN_TAG.findall(path.read_text(encoding="utf-8")))
        if name not in known
    )


def read_set(package: Path) -> dict[str, str]:
    """Name to SVG content of every icon of the package, aliases included."""
    document = json.loads((package / "icons.json").read_text(encoding="utf-8"))
    bodies = {name: icon["body"] for name, icon in document["icons"].items()}
    plain = {name: alias["parent"] for name, alias in document.get("aliases", {}).items() if len(alias) == 1}
    return bodies | {name: bodies[parent] for name, parent in plain.items() if parent in bodies}


def sprite(names: Iterable[str], bodies: dict[str, str]) -> str:
    symbols = []
    for name in sorted(names):
        line = (
            'stroke="none"' if name.endswith("-filled") else 'stroke-linecap="round" stroke-linejoin="round"'
        )
        body = INHERITED.sub("", bodies[name])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" {line}>{body}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def build(root: Path, package: Path, target: Path) -> bool:
    """Write the sprite if a source is newer than it. True when it was written."""

    def make() -> str:
        bodies = read_set(package)
        return sprite(names_in_use(root, bodies), bodies)

    return built(target, [*source_files(root), package / "icons.json"], make)
