"""Tabler's style sheet with only what our pages can ask for: an eighth of it, for every page.

A rule stays where every class that it asks for is named in our sources, or by a package that makes parts of our pages; of
a name that is put together (`btn-{kind}`) all that begin like it. Custom properties and animations stay where something
reads them. Elements, attributes and states are never a reason to leave a rule out. What goes is weight, and rules for any
child of something that no page has, by which a browser styles whole pages anew where one row comes or goes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from portal import icons
from portal.built import built

SHEET = Path("@tabler/core/dist/css/tabler.min.css")
# For whatever stands beside a floating legend, as ours do not: where one row comes or goes, a browser would have to style
# anew all that is in its list.
LEFT_OUT = frozenset({"legend+*"})

_GROUPS = ("@media", "@supports", "@layer", "@container")
_TOKEN = re.compile(r"""/\*.*?\*/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{}]|[^"'{}/]+|/""", re.DOTALL)
_PIECE = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[(\[]|[)\]]|[,;]|[^"'()\[\],;]+""")
_INNERMOST = re.compile(r"\([^()]*\)|\[[^\]]*\]")  # arguments of :not() and the like, attributes
_CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
_READ = re.compile(r"var\(\s*(--[\w-]+)")
_LICENCE = re.compile(r"/\*!.*?\*/", re.DOTALL)
_QUOTED = re.compile(r'"([^"\n]*)"|' + r"'([^'\n]*)'|`([^`\n]*)`")
_ATTRIBUTE = re.compile(r'class="((?:{%.*?%}|{{.*?}}|[^"])*)"')
_NAME = re.compile(r"[A-Za-z][\w-]*")
_BEGUN = re.compile(r"([A-Za-z][\w-]*-)\$?{")


@dataclass
class Names:
    """What may be a class: whole words, and beginnings of words that are put together."""

    whole: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)

    def read(self, text: str) -> None:
        """Words in quotes on lines that speak of classes, and those with a hyphen anywhere; all of class attributes."""
        for line in text.splitlines():
            quoted = ["".join(said) for said in _QUOTED.findall(line)]
            if ("class" in line or "css" in line) and "<" not in line:
                self._take(quoted)
            self.whole.update(name for said in quoted for name in _NAME.findall(said) if "-" in name)
        self._take(_ATTRIBUTE.findall(text))

    def _take(self, quoted: Iterable[str]) -> None:
        for said in quoted:
            self.whole.update(_NAME.findall(said))
            self.begun.update(_BEGUN.findall(said))

    def __contains__(self, name: str) -> bool:
        return name in self.whole or any(name.startswith(one) for one in self.begun)


def build(root: Path, packages: Path, target: Path) -> bool:
    """Write the rest of the sheet if a source is newer than it. True when it was written.

    root      where our sources lie; packages  `node_modules`
    """
    namers = [*icons.source_files(root), *_others(packages)]
    sheets = sorted((root / "static" / "css").glob("*.css"))

    def make() -> str:
        texts = [path.read_text(encoding="utf-8") for path in namers]
        read = {name for text in (*texts, *map(Path.read_text, sheets)) for name in _READ.findall(text)}
        return trimmed((packages / SHEET).read_text(encoding="utf-8"), names_in(texts), read)

    return built(target, [*namers, *sheets, packages / SHEET], make)


def _others(packages: Path) -> list[Path]:
    """Files of packages that make parts of our pages."""
    allauth = find_spec("allauth")
    places = allauth.submodule_search_locations if allauth else None
    pages = [path for place in places or () for path in (Path(place) / "templates").rglob("*.html")]
    return [*pages, packages / "tom-select/dist/js/tom-select.base.min.js"]


def names_in(texts: Iterable[str]) -> Names:
    found = Names()
    for text in texts:
        found.read(text)
    return found


def selectors(sheet: str) -> Iterator[str]:
    """Each selector of a style sheet."""
    for prelude, body in _blocks(sheet):
        if prelude.startswith(_GROUPS):
            yield from selectors(body)
        elif not prelude.startswith("@"):
            yield from _parted(prelude, ",")


def trimmed(sheet: str, names: Names, read_elsewhere: Collection[str] = ()) -> str:
    """The rest of a style sheet. `read_elsewhere` are the custom properties that other sheets read."""
    licence = _LICENCE.search(sheet)
    kept = list(_kept(sheet, names))
    said = _needed(kept, set(read_elsewhere))
    return f'@charset "UTF-8";{licence[0] if licence else ""}\n{said}\n'


@dataclass(frozen=True)
class _Rule:
    """`prelude` is a selector or what stands behind an @; `inside` rules, or declarations."""

    prelude: str
    inside: tuple[_Rule, ...] = ()
    declarations: tuple[str, ...] = ()


def _kept(text: str, names: Names) -> Iterator[_Rule]:
    for prelude, body in _blocks(text):
        if prelude.startswith(_GROUPS):
            if inside := tuple(_kept(body, names)):
                yield _Rule(prelude, inside=inside)
        elif prelude.startswith("@"):
            yield _Rule(prelude, declarations=(body,))
        elif selectors := [one for one in _parted(prelude, ",") if _can_match(one, names)]:
            yield _Rule(",".join(selectors), declarations=tuple(_parted(body, ";")))


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """What stands before each outer pair of braces, and between them."""
    before: list[str] = []
    inside: list[str] = []
    depth = 0
    for token in _TOKEN.findall(text):
        if token.startswith("/*"):
            continue
        depth -= token == "}"
        if depth:
            inside.append(token)
        elif token == "}":
            yield "".join(before).rpartition(";")[2].strip(), "".join(inside)
            before, inside = [], []
        elif token != "{":
            before.append(token)
        depth += token == "{"


def _parted(text: str, mark: str) -> list[str]:
    """What stands between commas or semicolons that are not inside of anything."""
    parts, depth = [""], 0
    for piece in _PIECE.findall(text):
        depth += (piece in "([") - (piece in ")]")
        if piece == mark and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts if part.strip()]


def _can_match(selector: str, names: Names) -> bool:
    if selector in LEFT_OUT:
        return False
    bare, count = selector, 1
    while count:
        bare, count = _INNERMOST.subn("", bare)
    return all(name.replace("\\", "") in names for name in _CLASS.findall(bare))


def _needed(rules: list[_Rule], read: set[str]) -> str:
    """The rules as text, without properties and animations that nothing reads."""
    own = [one for rule in _flat(rules) for one in rule.declarations]
    plain = [one for one in own if not one.startswith("--")]
    held: dict[str, set[str]] = {}
    for one in own:
        if one.startswith("--"):
            name, _colon, value = one.partition(":")
            held.setdefault(name.strip(), set()).update(_READ.findall(value))
    waiting = [*read, *_READ.findall(" ".join(plain))]
    wanted: set[str] = set()
    while waiting:
        if (name := waiting.pop()) not in wanted:
            wanted.add(name)
            waiting += held.get(name, ())
    words = set(_NAME.findall(" ".join(own)))
    return "".join(_text(rule, wanted, words) for rule in rules)


def _flat(rules: Iterable[_Rule]) -> Iterator[_Rule]:
    for rule in rules:
        yield from _flat(rule.inside) if rule.inside else (rule,)


def _text(rule: _Rule, wanted: Collection[str], words: Collection[str]) -> str:
    at, _blank, name = rule.prelude.partition(" ")
    if at == "@keyframes" and name not in words:
        return ""
    if at == "@property" and name not in wanted:
        return ""
    if rule.inside:
        body = "".join(_text(one, wanted, words) for one in rule.inside)
    else:
        body = ";".join(
            one
            for one in rule.declarations
            if not one.startswith("--") or one.partition(":")[0].strip() in wanted
        )
    return f"{rule.prelude}{{{body}}}" if body else ""
