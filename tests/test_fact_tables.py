"""Whatever a provider answers in its fields, their table can be written as a file, and nothing of it is lost."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as some

from telephony.figures.files import MEDIA_TYPES, content_of
from telephony.providers.fields import DocumentField, fact_at, sheet_of
from telephony.tables.documents import Reading
from telephony.views.fact_tables import READERS, rows_table, sheet_table

FIELDS = [DocumentField(path=kind, label=kind) for kind in ("text", "code")]
FIELDS += [DocumentField(path=kind, label=kind, kind=kind) for kind in READERS]
READING = Reading(
    None, {"notation": "international", "region": "FR"}, ZoneInfo("Europe/Paris"), currency="EUR"
)
WORDS = some.text(some.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
VALUES = some.one_of(
    WORDS,
    some.integers(0, 65_000_000_000),
    some.booleans(),
    some.none(),
    some.floats(-1e6, 1e6),
    some.dates().map(str),
    some.lists(WORDS, max_size=3),
)
DOCUMENTS = some.fixed_dictionaries({field.path: VALUES for field in FIELDS})


@settings(max_examples=30, deadline=None)
@given(some.lists(DOCUMENTS, min_size=1, max_size=4))
def test_any_answer_can_be_a_file(documents: list[dict[str, Any]]) -> None:
    table = rows_table("All", FIELDS, [[fact_at(one, row) for one in FIELDS] for row in documents], READING)
    files = {form: content_of(table, form, "Europe/Paris") for form in MEDIA_TYPES}
    rows = json.loads(files["json"])["rows"]
    assert len(rows) == len(documents) == len(list(csv.reader(StringIO(files["csv"].decode())))) - 1
    for row, document in zip(rows, documents, strict=True):
        assert {name for name in document if row[name] not in (None, "")} >= {
            name for name, value in document.items() if value not in (None, "", [])
        }


@settings(max_examples=30, deadline=None)
@given(DOCUMENTS)
def test_one_object_tells_each_of_its_values(document: dict[str, Any]) -> None:
    table = sheet_table("One", sheet_of(FIELDS, document), READING)
    told = {name for name, value in document.items() if value not in (None, "", [])}
    assert {what for what, _value in table.rows} == told
    assert all(isinstance(value, str) and value for _what, value in table.rows)
