"""Parts of the frame that are drawn once a process, not once a page: what they say depends on a few words alone.

`{% kept "components/bar_tools.html" theme=shell.theme %}` includes a template that sees those words, the language
in force, and two things that differ at every request, for which the kept text has holes: the CSRF token and `here`,
the address of the page. It sees nothing else of the page, so that what is kept cannot say to one person what it said
to another, nor be out of date.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable
from functools import lru_cache
from threading import Lock
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from portal.ui.links import site

HOLES = ("csrf_token", "here")
# Marks that nobody can write into a name: they are others in each process.
MARKS = {name: SafeString(f"{name}:{secrets.token_hex(16)}") for name in HOLES}
MARK = re.compile("|".join(f"({mark})" for mark in MARKS.values()))
Words = tuple[tuple[str, Any], ...]


class KeptTexts:
    """Drawn texts by everything that they depend on; of too many the oldest goes."""

    def __init__(self, most: int = 2048) -> None:
        self.most = most
        self._texts: dict[Hashable, SafeString] = {}
        self._lock = Lock()

    def of(self, key: Hashable, draw: Callable[[], SafeString]) -> SafeString:
        if (text := self._texts.get(key)) is None:
            text = draw()
            with self._lock:
                self._texts[key] = text
                if len(self._texts) > self.most:
                    del self._texts[next(iter(self._texts))]
        return text


def kept(template: str, words: Words, fill: dict[str, Any]) -> SafeString:
    """The part with its holes filled. `words` are hashable values, equal only where they read the same."""
    pieces = _pieces(template, get_language(), site(), words)
    if len(pieces) == 1:
        return pieces[0]
    filled = {mark: conditional_escape(fill[name]) for name, mark in MARKS.items()}
    return mark_safe("".join([filled.get(piece, piece) for piece in pieces]))


@lru_cache(maxsize=2048)
def _pieces(
    template: str, language: str | None, where: tuple[str, str], words: Words
) -> tuple[SafeString, ...]:
    """The drawn text, cut at its holes: text and mark in turn."""
    drawn = render_to_string(template, {**dict(words), **MARKS})
    return tuple(SafeString(piece) for piece in MARK.split(drawn) if piece is not None)
