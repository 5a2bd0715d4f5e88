"""What cannot be, for every control: each value with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from telephony.providers.edit_fields import Field, Rows
from telephony.providers.schema import Field as Declared

CONTROL, MARKUP, UNKNOWN = "a\x01b", "<script>alert(1)</script>", "0" * 32
Bad = tuple[str, Any]
_BY_KIND: dict[str, tuple[Bad, ...]] = {
    "integer": (("letters", "twelve"), ("a fraction", "1.5"), ("markup", MARKUP), ("huge", "9" * 30)),
    "duration_s": (("letters", "twelve"), ("a fraction", "1.5"), ("markup", MARKUP), ("huge", "9" * 30)),
    "decimal": (("letters", "twelve"), ("markup", MARKUP), ("two points", "1.5.2")),
    "gregorian_s": (("words", "yesterday"), ("no such day", "2026-02-30T10:00"), ("markup", MARKUP)),
    "time_of_day_s": (("too late", "25:00"), ("no minutes", "8"), ("markup", MARKUP)),
    "yes_no": (("neither", "maybe"), ("markup", MARKUP)),
    "choice": (("outside", "no-such-choice"), ("markup", MARKUP), ("control", CONTROL)),
    "choices": (("outside", ["no-such-choice"]), ("markup", [MARKUP])),
    "ref": (("unknown", UNKNOWN), ("markup", MARKUP), ("control", CONTROL)),
    "refs": (("unknown", [UNKNOWN]), ("markup", [MARKUP])),
    "names": (("markup", MARKUP), ("control", f"+33199006210\n{CONTROL}")),
    "pairs": (("no colon", "a name alone"), ("twice", "a: 1\na: 2")),
    "integers": (("letters", "one\ntwo"), ("markup", MARKUP)),
    "json": (
        ("no JSON", '{"a": }'),
        ("cut off", "{"),
        ("twice", '{"a": 1, "a": 2}'),
        ("not a number", "NaN"),
    ),
}


def typed(one: Field, value: Any) -> dict[str, Any]:
    """A value as the controls of a form send it; of rows, `value` is a list of them: what each is, and its cells."""
    if one.rows is None:
        return {one.name: value}
    data: dict[str, Any] = {f"{one.name}.there": "1", one.name: [str(at) for at in range(len(value))]}
    for at, (what, cells) in enumerate(value):
        data |= {f"{one.name}.{at}.{name}": cell for name, cell in {"what": what, **cells}.items()}
    return data


def is_kept(one: Field, value: Any, held: Any) -> bool:
    """Whether a form still has what was typed."""
    if one.rows is None:
        return held in (value, [value])
    return len(held) == len(value) and all(
        ":".join(row.what) == what and {name: row.cells[name] for name in cells} == cells
        for row, (what, cells) in zip(held, value, strict=True)
    )


def bad_values(one: Field) -> Iterator[Bad]:
    """Wrong values of a control: wrong type, outside the enum, unknown reference, markup, control characters, and by
    the declaration too long, too short, out of bounds, of another form."""
    declared = one.declared
    assert declared is not None
    yield from _BY_KIND.get(one.kind, ())
    if one.kind in ("text", "code", "email", "url", "number", "secret"):
        yield "control", CONTROL
        yield from _texts(declared)
    if one.kind == "number":
        yield "letters", "call me"
    if one.kind == "code" and one.name == "mac_address":
        yield "no MAC address", "00:15:65:a1:b2"
    if one.kind in ("texts", "secrets") and len(declared.entry) == 1:
        yield "control", f"fine\n{CONTROL}"
        yield from ((name, value) for name, value in _texts(declared.entry[0]))
        if declared.unique:
            yield "twice", "1234\n1234"
    if one.rows is not None:
        yield from _rows(one.rows)
    if one.kind in ("integer", "duration_s"):
        least, most = declared.bounds
        yield from [("too small", str(int(least) - 1))] if least is not None else []
        yield from [("too big", str(int(most) + 1))] if most is not None else []
    if one.kind == "json" and declared.type != ("array", "object"):
        wrong = "5" if "object" in declared.type or "array" in declared.type else "{}"
        yield "wrong type", wrong


def _rows(rows: Rows) -> Iterator[Bad]:
    """Rows that cannot be, and one row for every mistake that its cells allow."""
    own = rows.choices[0][0]
    kind = rows.kinds[0] if rows.kinds else own
    if rows.kinds:
        for what, which in (("unknown", UNKNOWN), ("markup", MARKUP), ("control", CONTROL)):
            yield what, [(f"{kind}:{which}", {})]
    if rows.keys and rows.keys != ".+":
        yield "of another form", [(f"{own}:not of this form!", {})]
    yield "of no kind", [(f":{UNKNOWN}", {})]
    yield "of another kind", [(f"robot:{UNKNOWN}", {})]
    cells = [{column.name: value} for column in rows.columns_of(kind) for _what, value in bad_values(column)]
    if cells:
        keys = [str(at) if rows.id_at else "" for at in range(len(cells))]
        yield "cells", [(f"{kind}:{key}", cell) for key, cell in zip(keys, cells, strict=True)]


def _texts(declared: Declared) -> Iterator[Bad]:
    least, most = declared.length
    if most is not None and most < 10_000:
        yield "too long", "x" * (most + 1)
    if least is not None and least > 1:
        yield "too short", "x" * (least - 1)
    if declared.pattern:
        yield "of another form", "not of this form!"
    if declared.choices:
        yield "outside", "no-such-choice"
    if declared.format == "email":
        yield "no address", "accueil"
    if declared.format == "uri":
        yield "with a blank", "http://a b"
