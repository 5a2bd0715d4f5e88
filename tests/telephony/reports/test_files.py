"""Figures as files: what a spreadsheet sorts is what a person reads in the text beside it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import openpyxl
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.figures.files import content_of
from telephony.figures.tables import Column, Table

COLUMNS = (
    Column("At", "moment", "at"),
    Column("Day", "day", "day"),
    Column("Month", "month", "month"),
    Column("Number", "number", "number"),
    Column("Extension", "text", "extension"),
)
BEGIN = datetime(1990, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(), timedelta(days=36_500)).map(lambda since: BEGIN + since)
ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])


@settings(max_examples=25, deadline=None)
@given(at=MOMENTS, zone=ZONES)
def test_days_and_times_are_dates_in_a_workbook_and_the_same_words_in_text(at: datetime, zone: str) -> None:
    local = at.astimezone(ZoneInfo(zone)).replace(microsecond=0, tzinfo=None)
    day, month = local.date().isoformat(), local.date().replace(day=1).isoformat()
    table = Table(
        title="Calls",
        columns=COLUMNS,
        rows=[[at.isoformat(), day, month, "+33199001001", "0611"], [None, None, None, "", "=1+1"]],
    )

    book = openpyxl.load_workbook(BytesIO(content_of(table, "xlsx", zone)))
    heads, told, empty = book.worksheets[0].iter_rows()
    text = list(csv.reader(StringIO(content_of(table, "csv", zone).decode("utf-8-sig"))))
    document = json.loads(content_of(table, "json", zone))["rows"][0]

    assert [cell.value for cell in heads][:2] == [f"At ({zone})", f"Day ({zone})"]
    assert [cell.data_type for cell in told] == ["d", "d", "d", "s", "s"]
    assert [cell.number_format for cell in told[:3]] == ["yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd", "yyyy-mm"]
    assert told[0].value == local
    assert [cell.value.date().isoformat() for cell in told[1:3]] == [day, month]
    assert [cell.value for cell in told[3:]] == ["+33199001001", "0611"]
    assert [cell.value for cell in empty] == [None, None, None, None, "=1+1"]
    assert text[1:] == [[str(local), day, month[:7], "'+33199001001", "0611"], ["", "", "", "", "'=1+1"]]
    assert datetime.fromisoformat(document["at"]) == at
    assert [document["day"], document["month"]] == [day, month[:7]]


def test_yes_and_no_are_words_for_people_and_values_for_machines() -> None:
    table = Table(title="Runs", columns=[Column("Late", "yes", "is_late")], rows=[[True], [False], [None]])
    with translation.override("fr"):
        text = content_of(table, "csv", "Europe/Paris").decode("utf-8-sig").splitlines()
        sheet = openpyxl.load_workbook(BytesIO(content_of(table, "xlsx", "Europe/Paris"))).active
        document = json.loads(content_of(table, "json", "Europe/Paris"))
    assert sheet is not None
    assert text == ["Late", "oui", "non", '""']
    assert [cell.value for cell in sheet["A"]] == ["Late", "oui", "non"]
    assert [row["is_late"] for row in document["rows"]] == [True, False, None]
