"""What is seen of calls, of one call, of a day and of opening hours: the file of each list has what its page shows."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import (
    BlockEnd,
    Call,
    CallRecord,
    HoursException,
    HoursRun,
    HoursStep,
    LineHook,
    LiveCall,
    NumberName,
    SyncRun,
)
from telephony.services import hook_secrets
from telephony.services.live_board import PAGE
from telephony.services.live_matching import PAGE as SEEN_PAGE
from tests.exported import exported, rows_of
from tests.people import person, signed_in
from tests.url_world import Things

pytestmark = pytest.mark.django_db
FAR, OTHER, OWN = "+33261910002", "+33639980003", "+33199001001"
NOW, SEEN, HOURS = "/t/corvane/calls/live/", "/t/corvane/calls/live/seen/", "/t/corvane/opening-hours/"


@pytest.fixture
def things(db: None) -> Things:
    return Things(Tenant.objects.create(slug="corvane", name="Corvane Habitat"))


@pytest.fixture
def client(things: Things) -> Client:
    return signed_in(person("maud@corvane.example", "Maud Terrasson", {things.tenant: Role.OWNER}))


def told(client: Client, address: str, figure: str) -> dict[str, Any]:
    file: dict[str, Any] = json.loads(exported(client, address, figure=figure))
    return file


def seen(things: Things, name: str, **fields: Any) -> LiveCall:
    """One that came in at the line, and whose records are called so."""
    begun = fields.setdefault("started_at", timezone.now() - timedelta(hours=2))
    return LiveCall.objects.create(
        connection=things.connection,
        keys=[f"r:{name}"],
        direction="inbound",
        line_remote_id=things.line.remote_id,
        other=FAR,
        last_event_at=begun,
        **{"state": "ended", "outcome": "answered", **fields},
    )


def test_calls_seen_live_are_all_there_with_and_without_their_records(things: Things, client: Client) -> None:
    now = timezone.now()
    with tenant_scope(things.tenant):
        hook_secrets.make(things.connection, things.line)
        LineHook.objects.update(first_event_at=now - timedelta(days=1))
        for n in range(SEEN_PAGE.ended + 1):
            seen(things, f"c{n}", started_at=now - timedelta(hours=2, minutes=n))
        known = {"connection": things.connection, "line": things.line, "direction": "inbound", "caller": FAR}
        for name in ("c0", "unseen"):
            Call.objects.create(fold_key=name, started_at=now - timedelta(hours=2), callee=OWN, **known)
        SyncRun.objects.create(
            connection=things.connection, what="calls", state="complete", window_end_at=now
        )
    ended = rows_of(client, SEEN, "ended")
    assert len(client.get(SEEN).context["found"].ended) == SEEN_PAGE.ended == len(ended) - 1
    assert [row["has_record"] for row in ended] == [True] + [False] * SEEN_PAGE.ended
    assert len(rows_of(client, SEEN, "without_record")) == SEEN_PAGE.ended
    assert [row["caller"] for row in rows_of(client, SEEN, "unseen")] == [FAR]
    with tenant_scope(things.tenant):
        chosen = f"{SEEN}?connection={things.connection.pk}"
    assert told(client, chosen, "ended")["of"] == f"{things.connection.name}, the last three days"


def test_calls_now_are_those_of_the_moment_of_the_file(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        hook_secrets.make(things.connection, things.line)
        LineHook.objects.update(first_event_at=timezone.now())
        leg = {"line_remote_id": things.line.remote_id, "ended_at": None, "answered_at": None}
        how = {"how": "picked_up", "is_mailbox": False, "began_at": timezone.now().isoformat()}
        rings = {"state": "ringing", "ringing": [things.line.remote_id], "legs": [{**leg, **how}]}
        for n in range(PAGE.calls + 1):
            seen(things, f"c{n}", **rings)
        assert things.call
    rows = rows_of(client, NOW, "calls")
    assert client.get(NOW).context["board"].more == 1 and len(rows) == PAGE.calls + 1
    assert {(row["other"], row["state"], row["how"]) for row in rows} == {(FAR, "Ringing", "picked up")}
    [line] = told(client, NOW, "lines")["rows"]
    assert (line["line"], line["number"], line["state"]) == ("Accueil Paris", OWN, "ringing")
    day = told(client, NOW, "by_hour")
    assert sum(row["calls"] or 0 for row in day["rows"]) == 1
    assert day["first_day"] == day["last_day"] and day["of"].startswith("as of ")
    assert 'name="figure"' not in client.get(f"{NOW}wall/").content.decode()


def test_a_call_has_its_records_and_how_it_was_seen(things: Things, client: Client) -> None:
    at = timezone.now()
    with tenant_scope(things.tenant):
        call = things.call
        CallRecord.objects.create(
            call=call,
            connection=call.connection,
            stream="cdr",
            remote_key="1",
            fold_key=call.fold_key,
            content_hash=b"",
            started_at=at,
            medium="voice",
            direction="inbound",
            outcome="answered",
            caller=FAR,
            duration_s=75,
            cost_micros=40_000,
            standing="gone",
            first_seen_at=at,
            changed_at=at,
        )
        leg = {"line_remote_id": things.line.remote_id, "began_at": at.isoformat(), "ended_at": None}
        how = {"how": "transferred", "is_mailbox": True, "answered_at": at.isoformat()}
        seen(things, call.fold_key, legs=[{**leg, **how}])
    page = f"/t/corvane/calls/{call.pk}/"
    [record] = rows_of(client, page, "records")
    assert (record["talk_s"], record["cost"], record["state"]) == (
        75,
        {"amount": 0.04, "currency": "EUR"},
        "No longer listed by the provider",
    )
    [leg] = told(client, page, "legs")["rows"]
    assert (leg["line"], leg["how"]) == ("Accueil Paris", "handed over, to a mailbox")
    assert datetime.fromisoformat(leg["answered_at"]) == at and leg["ended_at"] is None


def test_a_blacklist_tells_what_is_known_of_its_numbers(things: Things, client: Client) -> None:
    ends_at = timezone.now() + timedelta(days=3)
    with tenant_scope(things.tenant):
        document = {"numbers": [OTHER.removeprefix("+"), FAR.removeprefix("+")]}
        below = {"remote_id": "blacklist", "parent_remote_id": things.line.remote_id, "document": document}
        listed = things.entity("Blacklist", "other", **below)
        BlockEnd.objects.create(entity=listed, number=OTHER, ends_at=ends_at, error="Refused.")
        Call.objects.filter(pk=things.call.pk).update(line=things.line)
        NumberName.objects.create(number=FAR, name="Halden & Pryce", source="contact")
        page = f"/t/corvane/lines/{things.line.pk}/"
    busiest, other = rows_of(client, page, "blacklist")
    assert (busiest["number"], busiest["calls_in_year"], busiest["contact"]) == (FAR, 1, "Halden & Pryce")
    assert (other["number"], other["contact"], other["error"]) == (OTHER, "", "Refused.")
    assert datetime.fromisoformat(other["ends_at"]) == ends_at and busiest["ends_at"] is None


def test_opening_hours_have_their_week_and_the_special_days_of_a_year(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        hours, today = things.hours, timezone.localdate()
        first = today.replace(year=today.year + 1, month=1, day=30)
        HoursException.objects.create(
            hours=hours, name="Works", begins_on=first, ends_on=first + timedelta(days=3)
        )
        page = f"{HOURS}{hours.pk}/"
    week = told(client, page, "week")["rows"]
    assert week[0] == {"day": "Monday", "opens": "9:00", "closes": "12:30"}
    assert week[-1] == {"day": "Sunday", "opens": "", "closes": ""}
    year = told(client, f"{page}?year={first.year}", "year")
    [works] = [row for row in year["rows"] if row["name"] == "Works"]
    assert works["first_day"] == first.isoformat() and works["open"] == "closed"
    assert works["last_day"] == (first + timedelta(days=3)).isoformat() and works["what"] == "exception"
    assert year["figure"].startswith(f"Special days of {first.year}")


def test_a_run_of_opening_hours_tells_what_was_written(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        run = things.hours_run
        HoursRun.objects.update(state="stopped")
        steps = [("temporalRule.create", True, ""), ("temporalRuleSet.update", False, "It does not answer.")]
        for n, (operation, is_done, error) in enumerate(steps):
            told = {"wanted": {"name": f"Rule {n}"}, "seen": {"name": "Old"} if n else None}
            HoursStep.objects.create(
                run=run, position=n, operation=operation, is_done=is_done, error=error, **told
            )
    rows = rows_of(client, f"{HOURS}runs/{run.pk}/")
    assert [(row["act"], row["result"], row["error"]) for row in rows] == [
        ("Add", "there already", ""),
        ("Change", "not sent", "It does not answer."),
    ]
    assert rows[1]["name_before"] == "Old"


def test_messages_are_kept_in_no_file(things: Things, client: Client) -> None:
    with tenant_scope(things.tenant):
        box = things.entity("vmbox", "other", connection=things.kazoo)
    told = {"path": f"/t/corvane/entities/{box.pk}/live/messages/", "figure": "list", "format": "csv"}
    assert client.post("/t/corvane/exports/page/", told).status_code == 404
