"""Sentences as data: what an editor says about a change, before anybody knows how it is shown.

A provider knows words and numbers but neither HTML nor whose number it is. It says `said(_("Rings {target}
after {delay}."), target=Number("+33199001002"), delay=Strong("15 s"))`; pages put names and markup to it, the
command line plain text. `**words**` in the template are the ones that matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from telephony.providers.operations import Text


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number, E.164 or the provider's text; shown with its name where one is known."""

    value: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that matter."""

    text: Text


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in millionths of a currency; shown as the reader writes money."""

    micros: int
    currency: str

    def __str__(self) -> str:
        return f"{self.micros / 1_000_000:.2f} {self.currency}"


Value = Number | Strong | Money | Text


@dataclass(frozen=True, slots=True)
class Said:
    """A translatable sentence with {names} in it and what stands there."""

    template: Text
    values: Mapping[str, Value] = field(default_factory=dict)

    def pieces(self) -> Iterator[Value]:
        """The sentence in the language now in force, cut into text, `Strong` and `Number`."""
        for index, stretch in enumerate(re.split(r"(\{\w+\}|\*\*.+?\*\*)", str(self.template))):
            if not index % 2:
                if stretch:
                    yield stretch
            elif stretch.startswith("{"):
                yield self.values[stretch[1:-1]]
            else:
                yield from self._strong(stretch[2:-2])

    def _strong(self, words: str) -> Iterator[Value]:
        for index, stretch in enumerate(re.split(r"(\{\w+\})", words)):
            if index % 2:
                value = self.values[stretch[1:-1]]
                yield value if isinstance(value, Number | Money) else Strong(_text(value))
            elif stretch:
                yield Strong(stretch)

    def plain(self, show_number: Callable[[str], str] = str) -> str:
        """The sentence as plain text; `show_number` writes a number, with its name if it likes."""
        return "".join(
            show_number(piece.value) if isinstance(piece, Number) else _text(piece) for piece in self.pieces()
        )


def _text(value: Value) -> str:
    return str(value.text) if isinstance(value, Strong) else str(value)


def said(template: Text, **values: Value) -> Said:
    return Said(template, values)


def number_words(value: str) -> Said:
    """A number alone."""
    return Said("{number}", {"number": Number(value)})
