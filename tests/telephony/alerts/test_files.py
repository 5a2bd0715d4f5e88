"""What the page of an alert shows, as files: its figure, the lines behind it, what became of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.test import Client

from accounts.scoping import tenant_scope
from telephony.models import Alert, AlertRule, Call, Change, Connection, Entity
from telephony.views.alerts import SHOWN_LINES
from tests.exported import asked, exported
from tests.people import signed_in

from .conftest import NOW


def page_of(alder, kind: str) -> str:
    with tenant_scope(alder):
        return f"/t/alder/alerts/{Alert.objects.get(rule__kind=kind).pk}/"


def told(client: Client, page: str, figure: str) -> dict[str, Any]:
    assert f'name="figure" value="{figure}"' in client.get(page).content.decode()
    found: dict[str, Any] = json.loads(exported(client, page, figure=figure))
    return found


def test_the_figure_has_its_values_and_their_limit(alder, carol, call, rule, look):
    rule(of="each_line")
    call(NOW - timedelta(days=1), 8)
    call(NOW, 12, outcome="missed")
    look(NOW)
    client, page = signed_in(carol), page_of(alder, "answer_rate")
    figure = told(client, page, "figure")
    assert figure["figure"] == "What was found · Answer rate too low: Accueil" and figure["of"] == "Accueil"
    assert (figure["first_day"], figure["last_day"]) == ("2026-11-06", "2026-11-19")
    assert figure["not_complete"].endswith("that were here on 19 November 2026 at 15:00.")
    rows, drawn = figure["rows"], client.get(page).context["figure"].rows
    assert len(rows) == len(drawn) == 14
    assert rows[0] == {"day": "2026-11-06", "answered": None, "limit": 0.8} and drawn[0][1] == "–"
    assert [row["answered"] for row in rows[-2:]] == [1.0, 0.0]
    assert client.get(page).content.decode().count('name="figure"') == 2


def test_what_became_of_it_has_its_mails_and_who_looked_after_it(alder, carol, call, rule, look):
    rule(addresses=["direction@elsewhere.example"])
    call(NOW, 12, outcome="missed")
    look(NOW)
    client, page = signed_in(carol), page_of(alder, "answer_rate")
    client.post(f"{page}do/acknowledge/")
    client.post(f"{page}do/close/")
    rows = told(client, page, "course")["rows"]
    assert [(row["what"], row["who"]) for row in rows] == [
        ("It began", ""),
        ("Mail", "direction@elsewhere.example"),
        ("Mail", "Carol"),
        ("Acknowledged", "Carol"),
        ("Closed by a person", "Carol"),
    ]
    shown = client.get(page).content.decode()
    assert rows[1]["state"] and rows[1]["state"] in shown and "direction@elsewhere.example" in shown
    assert {row["at"] for row in rows} == {"2026-11-19T15:00:00+01:00"}


def test_all_lines_that_called_there_are_in_the_file(alder, carol, link, line, call, rule, look):
    rule(kind="new_country", from_time="20:00", until_time="07:00", limit_calls=3, known_days=90)
    night, way = NOW - timedelta(hours=16), {"direction": "outbound", "callee": "+231770000000"}
    call(night, 5, **way)
    with tenant_scope(alder):
        Connection.objects.update(capabilities=[*link.capabilities, "barring.edit"])
        for n in range(SHOWN_LINES):
            csi = f"3319900101{n}"
            like_it = {"kind": line.kind, "facet": "line", "is_line": True, "fetched_at": NOW}
            other = Entity.objects.create(connection=link, remote_id=csi, name=f"Line {n}", **like_it)
            Call.objects.create(connection=link, line=other, fold_key=csi, started_at=night, **way)
        bar = link.declaration.bars_abroad[line.kind]
        written = {"operation": bar.operation, "wanted": {"groups": ["international"]}}
        Change.objects.create(connection=link, line=line, state=Change.State.APPLIED, **written)
    look(NOW)
    client, page = signed_in(carol), page_of(alder, "new_country")
    lines = told(client, page, "lines")
    assert lines["figure"] == "Who called there · New country called at night"
    assert lines["of"] == client.get(page).context["words"].sentence and "Liberia" in lines["of"]
    assert (lines["first_day"], lines["last_day"]) == ("2026-11-18", "2026-11-19")
    rows = lines["rows"]
    assert (len(client.get(page).context["lines"]), len(rows)) == (SHOWN_LINES, SHOWN_LINES + 1)
    called = {"line": str(line), "number": line.number, "calls": 5, "barred_at": "2026-11-19T15:00:00+01:00"}
    assert rows[0] == called
    assert (rows[-1]["calls"], rows[-1]["barred_at"]) == (1, None)


def test_a_cost_is_an_amount_of_its_currency(alder, carol, line, call, rule, look):
    rule(kind="cost", of="whole", period="week", limit_micros=1_000_000, currency="EUR")
    with tenant_scope(alder):
        Connection.objects.update(currency="EUR")
    call(NOW, direction="outbound", callee="+33199001002", cost_micros=2_000_000)
    call(NOW, direction="outbound", callee="+231770000000", cost_micros=500_000)
    look(NOW)
    client, page = signed_in(carol), page_of(alder, "cost")
    assert told(client, page, "lines")["rows"] == [
        {
            "line": str(line),
            "number": line.number,
            "cost": {"amount": 2.5, "currency": "EUR"},
            "abroad": {"amount": 0.5, "currency": "EUR"},
            "barred_at": None,
        }
    ]
    days = told(client, page, "figure")
    assert days["of"] == AlertRule.Of.WHOLE.label
    assert days["rows"][-1] == {"day": "2026-11-19", "cost": {"amount": 2.5, "currency": "EUR"}}


def test_what_tells_of_no_calls_has_no_figure(alder, carol, link, look):
    look(NOW)
    evidence = {"sort": "behind", "name": "Keyyo", "count": 1, "error": ""}
    with tenant_scope(alder):
        rule = AlertRule.objects.get(kind="trouble")
        Alert.objects.create(rule=rule, opened_at=NOW, last_seen_at=NOW, evidence=evidence)
    client, page = signed_in(carol), page_of(alder, "trouble")
    assert client.get(page).content.decode().count('name="figure"') == 1
    assert asked(client, page, figure="figure").error == "There is nothing to tell in this figure now."
