"""The catalogues without the system's gettext: read the sources, update `.po`, compile `.mo` (which is not committed)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent
LOCALE = Path(__file__).resolve().parent / "locale"
SOURCES = ("accounts", "portal", "telephony", "templates")
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "lazy": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip


def compile_stale(locale: Path = LOCALE) -> list[Path]:
    """Compile each catalogue that is newer than its compiled file; returns the files written."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        from babel.messages.mofile import write_mo

        whole = target.with_suffix(f".{uuid4().hex}.mo")  # two commands may find it stale at once
        with whole.open("wb") as file:
            write_mo(file, read(source))
        whole.replace(target)
        written.append(target)
    return written


def read(source: Path) -> Catalog:
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        return read_po(file, locale=source.parent.parent.name)


def extract(root: Path = ROOT) -> Catalog:
    """Every text of the sources that a person may read."""
    from babel.messages.catalog import Catalog

    catalogue = Catalog(project="Switchboard", charset="utf-8")
    for path in source_files(root):
        for line, message, comments, context in _messages(path):
            place = (path.relative_to(root).as_posix(), line)
            catalogue.add(message, locations=[place], auto_comments=comments, context=context)
    return catalogue


def source_files(root: Path) -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
                yield path


def _messages(path: Path) -> Iterator[tuple]:
    """(line, message or plural pair, comments, context) of one file.

    Django turns a template into calls of gettext between crossed-out text; the scanner for scripts reads those.
    """
    from babel.messages.extract import extract as read_calls
    from django.utils.translation.template import templatize

    text = path.read_text(encoding="utf-8")
    method = "python"
    if path.suffix != ".py":
        text, method = templatize(text), "javascript"
    yield from read_calls(
        method, io.BytesIO(text.encode()), KEYWORDS, ("Translators:",), {"encoding": "utf-8"}
    )


def update(source: Path, found: Catalog) -> Catalog:
    """Bring a catalogue to what the sources say: new texts empty, vanished ones dropped, nothing guessed."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    source.parent.mkdir(parents=True, exist_ok=True)
    catalogue = read(source) if source.exists() else Catalog(source.parent.parent.name, project="Switchboard")
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with source.open("wb") as file:
        write_po(file, catalogue, width=110, include_lineno=False, sort_output=False, ignore_obsolete=True)
    return catalogue


def untranslated(source: Path, found: Catalog) -> list[str]:
    """The texts of the sources that a catalogue lacks, leaves empty or marks as uncertain."""
    catalogue = read(source)
    missing = []
    for message in found:
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        known = catalogue.get(message.id, message.context)
        words = known.string if known else ""
        is_whole = all(words) if isinstance(words, (tuple, list)) else bool(words)
        if known is None or known.fuzzy or not is_whole:
            missing.append(key)
    return missing
