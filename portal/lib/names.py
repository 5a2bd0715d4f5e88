"""How names are sorted: without regard to case and accents, and numbers in them by what they count.

A model with a name keeps `name_key = name_key_field()` beside it: PostgreSQL works it out on every write, `COPY`
included, and lists sort and page by it. It compares by bytes, so that the order is the same on every server.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db import models
from django.db.models import Func

DIGITS = 8  # a number with more is compared as it stands
LONGEST = 250
_CAPITALS = "ØøŁłĐđıÆŒ" + "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς" + "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏ"
_SMALL = "oollddiæœ" + "αβγδεζηθικλμνξοπρστυφχψωσ" + "абвгдежзиклмнопрстуфхцчшщъыьэюяђєѕіјљњћџ"
_SINGLE = str.maketrans(_CAPITALS, _SMALL)
_DOUBLE = {"æ": "ae", "œ": "oe", "ß": "ss"}
_MARKS = "\u0300-\u036f"


def name_key(name: str) -> str:
    """What a name is sorted by: "Équipe 2" gives "equipe 00000002".

    The same as PostgreSQL's, for the few names that are sorted here.
    """
    key = re.sub(f"[{_MARKS}]", "", unicodedata.normalize("NFKD", name.strip(" ")))
    key = key.translate(_SINGLE)
    for letter, letters in _DOUBLE.items():
        key = key.replace(letter, letters)
    key = re.sub("[A-Z]+", lambda capitals: capitals[0].lower(), key)
    return re.sub("[0-9]+", lambda run: run[0].lstrip("0").rjust(DIGITS, "0"), key)[:LONGEST]


def named(words: str, of: str = "name") -> models.Q:
    """Those whose name has these words in it, typed with or without its accents. Beside `of` stands its name key."""
    found = models.Q(**{f"{of}__icontains": words})
    key = name_key(words)
    return found | models.Q(**{f"{of}_key__contains": key}) if key else found


class NameKey(Func):
    """PostgreSQL's `name_key(...)`, which `CREATE_FUNCTION` makes."""

    function = "name_key"
    arity = 1


def name_key_field(of: str = "name") -> Any:
    """The column that a name is sorted by."""
    return models.GeneratedField(
        expression=NameKey(of), output_field=models.TextField(db_collation="C"), db_persist=True
    )


_DOUBLED = "name"
for _letter, _letters in _DOUBLE.items():
    _DOUBLED = f"replace({_DOUBLED}, '{_letter}', '{_letters}')"

# What only few names need stands under a condition: a name costs microseconds, most of them for its numbers.
CREATE_FUNCTION = f"""
CREATE FUNCTION name_key(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    name := btrim(name);
    IF octet_length(name) <> length(name) THEN
        name := regexp_replace(normalize(name, NFKD), '[{_MARKS}]', '', 'g');
        IF octet_length(name) <> length(name) THEN
            name := translate(name, '{_CAPITALS}', '{_SMALL}');
            name := {_DOUBLED};
        END IF;
    END IF;
    name := lower(name COLLATE "C");
    IF name ~ '[0-9]' THEN
        name := regexp_replace(name, '([0-9]+)', '{"0" * DIGITS}\\1', 'g');
        name := regexp_replace(name, '0*([0-9]{{{DIGITS},}})', '\\1', 'g');
    END IF;
    RETURN left(name, {LONGEST});
END $$
"""
DROP_FUNCTION = "DROP FUNCTION name_key(text)"
