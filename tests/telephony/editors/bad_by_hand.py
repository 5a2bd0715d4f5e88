"""What cannot be, for the fields of editors and acts that are written by hand rather than read from a catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from telephony.providers.edit_fields import Field

from .bad_values import CONTROL, MARKUP, UNKNOWN, Bad

_BEGINS = {"application/pdf": b"%PDF-1.4", "audio/mp3": b"ID3", "image/png": b"\x89PNG\r\n\x1a\n"}
_BY_KIND: dict[str, tuple[Bad, ...]] = {
    "number": (("letters", "call me"), ("markup", MARKUP), ("control", CONTROL)),
    "numbers": (("letters", "call me"), ("markup", MARKUP), ("control", f"+33199006210\n{CONTROL}")),
    "email": (("no address", "accueil"), ("markup", MARKUP), ("control", CONTROL)),
    "text": (("control", CONTROL),),
    "exact": (("control", "a\x00b"),),
    "duration_s": (("letters", "twelve"), ("a fraction", "1.5"), ("markup", MARKUP), ("huge", "9" * 30)),
    "choice": (("outside", "no-such-choice"), ("markup", MARKUP), ("control", CONTROL)),
    "choices": (("outside", ["no-such-choice"]), ("markup", [MARKUP])),
    "ref": (("unknown", UNKNOWN), ("markup", MARKUP)),
    "refs": (("unknown", [UNKNOWN]), ("markup", [MARKUP])),
}


def bad_by_hand(one: Field) -> Iterator[Bad]:
    """Wrong values of a field: wrong type, outside the enum, unknown reference, markup, control characters, too long,
    too short, out of bounds, of another form."""
    yield from _BY_KIND.get(one.kind, ())
    if one.kind == "boolean" and one.words is not None:
        yield "neither", "maybe"
    if one.max_length and one.kind in ("text", "email", "number", "exact"):
        yield "too long", "x" * (one.max_length + 1)
    if one.max_items and one.kind == "numbers":
        yield "too many", "\n".join(f"+3319900{at:04d}" for at in range(one.max_items + 1))
    if one.pattern:
        yield "of another form", "<not> of this form!"
    if one.required and one.kind not in ("file", "boolean"):
        yield "missing", ""
    if one.kind == "duration_s":  # of a setting that inherits, 0 is no value: it gives it back
        yield from [("too small", str(one.minimum - 1))] if one.minimum not in (None, 1) else []
        yield from [("too big", str(one.maximum + 1))] if one.maximum is not None else []


def bad_files(one: Field) -> Iterator[tuple[str, Any]]:
    """Files of another kind, and one byte too big."""
    if one.accepts:
        yield "wrong kind", SimpleUploadedFile("bill.pdf", b"MZ no such file")
    if one.maximum is not None:
        yield "too big", SimpleUploadedFile("big.bin", b"\x00" * (one.maximum + 1))


def good_file(one: Field) -> SimpleUploadedFile:
    """A small file of a kind that the field takes."""
    begins = next((_BEGINS[kind] for kind in one.accepts if kind in _BEGINS), b"")
    return SimpleUploadedFile("fine", begins + b" and what is in it")
