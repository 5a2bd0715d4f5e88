"""Address cards: vCard 2.1, 3.0 and 4.0 read, 3.0 written.

3.0 is written because every address book reads it; Outlook and Google Contacts do not read 4.0. Nothing here knows what
a card is used for: a card is a list of properties, and what is no card is told with its line.

Sources: RFC 2426 (3.0), RFC 6350 (4.0), RFC 6868 (^ in parameters), the vCard 2.1 specification of versit.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from portal.lib.files import decoded

FOLD_AT = 75  # octets of a line, as both RFCs ask
_ESCAPES = {"n": "\n", "N": "\n"}
_CARETS = {"^n": "\n", "^'": '"', "^^": "^"}
_NAME = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)")
_TOKENS = re.compile(r"\\.|[;,]|[^\\;,]+|\\", re.DOTALL)
_CHARSET = re.compile(r"(?:us-ascii|utf-8|iso-8859-\d{1,2}|(?:windows-|cp)125\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Property:
    """One line of a card: `name` in capitals and without its group, parameters by name in capitals, the raw value."""

    name: str
    value: str
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def types(self) -> frozenset[str]:
        told = ",".join(self.parameters.get("TYPE", ()))  # some put the whole list between quotation marks
        return frozenset(one.strip().lower() for one in told.split(","))

    @property
    def text(self) -> str:
        return _unescaped(self.value)

    @property
    def parts(self) -> list[str]:
        """The parts of a structured value: those of a name or an address."""
        return [_unescaped(one) for one in _split(self.value, ";")]


@dataclass(frozen=True)
class Card:
    """`line` is where it begins in the file. `fault` says why it cannot be used, "" where it can."""

    line: int
    properties: Sequence[Property] = ()
    fault: str = ""

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name]

    def first(self, name: str) -> Property | None:
        return next((one for one in self.properties if one.name == name), None)


def looks_like(content: bytes) -> bool:
    """Whether a file begins as cards do."""
    return decoded(content[:64]).lstrip().upper().startswith("BEGIN:VCARD")


# ---- reading ----

NOT_CLOSED, NESTED, NO_CARD, BAD_LINE = "not closed", "nested", "no card", "bad line"


def read(text: str) -> Iterator[Card]:
    """The cards of a file, in order. A card with a fault has one of the words above, and `line` is where it is."""
    begun: int | None = None
    found: list[Property] = []
    fault: tuple[int, str] | None = None
    for number, line in _logical_lines(text):
        if not line.strip():
            continue
        one = _property(line)
        says = (one.name, one.value.strip().upper()) if one else ("", "")
        if says == ("BEGIN", "VCARD"):
            if begun is not None:
                yield Card(line=begun, properties=found, fault=NOT_CLOSED)
            begun, found, fault = number, [], None
        elif begun is None:
            yield Card(line=number, fault=NO_CARD)
        elif says == ("END", "VCARD"):
            yield Card(line=fault[0] if fault else begun, properties=found, fault=fault[1] if fault else "")
            begun = None
        elif one is None:
            fault = fault or (number, BAD_LINE)
        elif one.name in ("BEGIN", "END"):
            fault = fault or (number, NESTED)
        else:
            found.append(one)
    if begun is not None:
        yield Card(line=begun, properties=found, fault=NOT_CLOSED)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with what was folded put together, each with the number of its first line."""
    lines = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        first, pieces = at, [lines[at]]
        at += 1
        while at < len(lines):
            if lines[at][:1] in (" ", "\t"):
                pieces.append(lines[at][1:])
            elif pieces[-1].endswith("=") and _is_quoted_printable(pieces[0]):
                pieces.append("\n" + lines[at])
            else:
                break
            at += 1
        yield first + 1, "".join(pieces)


def _is_quoted_printable(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line.partition(":")[0].upper()


def _property(line: str) -> Property | None:
    colon = _outside_quotes(line, ":")
    if colon < 0:
        return None
    name, *parameters = _split_quoted(line[:colon], ";")
    known = _NAME.fullmatch(name.strip())
    if known is None:
        return None
    kept: dict[str, tuple[str, ...]] = {}
    for one in parameters:
        key, equals, text = one.partition("=")
        if not equals:  # 2.1 leaves the names of parameters out
            key, text = ("ENCODING" if _is_quoted_printable(key) else "TYPE"), key
        values = tuple(_parameter(value) for value in _split_quoted(text, ","))
        kept[key.strip().upper()] = kept.get(key.strip().upper(), ()) + values
    return Property(known[1].upper(), _value(line[colon + 1 :], kept), kept)


def _parameter(text: str) -> str:
    plain = text.strip().strip('"')
    return re.sub(r"\^[n'^]", lambda found: _CARETS[found[0]], plain)


def _value(text: str, parameters: Mapping[str, tuple[str, ...]]) -> str:
    encodings = {one.upper() for one in parameters.get("ENCODING", ())}
    if "QUOTED-PRINTABLE" not in encodings:
        return text
    raw = quopri.decodestring(text.encode("utf-8", errors="replace"))
    charset = next(iter(parameters.get("CHARSET", ())), "")
    try:
        plain = raw.decode(charset) if _CHARSET.fullmatch(charset) else decoded(raw)
    except (LookupError, UnicodeError):  # a number that no such set has, or bytes of another one
        plain = decoded(raw)
    return plain.replace("\r\n", "\n").replace("\0", "")


def _outside_quotes(text: str, wanted: str) -> int:
    """Where a letter stands first that is not between quotation marks; -1 where nowhere."""
    return next((at for at, letter in _unquoted(text) if letter == wanted), -1)


def _unquoted(text: str) -> Iterator[tuple[int, str]]:
    is_quoted = False
    for at, letter in enumerate(text):
        if letter == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            yield at, letter


def _split_quoted(text: str, separator: str) -> list[str]:
    cuts = [-1, *(at for at, letter in _unquoted(text) if letter == separator), len(text)]
    return [text[left + 1 : right] for left, right in pairwise(cuts)]


def _split(text: str, separator: str) -> list[str]:
    """Pieces between separators that no backslash stands before; escapes are left as they are."""
    pieces: list[list[str]] = [[]]
    for token in _TOKENS.findall(text):
        if token == separator:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return ["".join(one) for one in pieces]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)


# ---- writing ----


def write(cards: Iterable[Sequence[Property]]) -> Iterator[bytes]:
    """Each card as bytes of a file. The properties bring their values escaped (`escaped`, `structured`)."""
    for card in cards:
        lines = ["BEGIN:VCARD", "VERSION:3.0", *(_line(one) for one in card), "END:VCARD"]
        yield b"".join(_folded(line) for line in lines)


def escaped(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\\,;\n]", lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", plain)


def structured(parts: Iterable[str]) -> str:
    return ";".join(escaped(one) for one in parts)


def _line(one: Property) -> str:
    parameters = "".join(f";{name}={','.join(values)}" for name, values in one.parameters.items())
    return f"{one.name}{parameters}:{one.value}"


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, none cut within a character."""
    pieces: list[bytes] = []
    piece = b""
    for letter in line:
        octets = letter.encode("utf-8", errors="replace")
        if len(piece) + len(octets) > FOLD_AT:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
