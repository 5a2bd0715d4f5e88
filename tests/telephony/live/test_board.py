"""The board of calls: what is going on, on which line, how fresh; pushed to whoever watches, once it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Call, Connection, Entity, LineHook, LiveCall, NumberName, SyncRun
from telephony.services import hook_draining, hook_secrets, live_hub, live_matching

from .conftest import A, B, M, line_of

C = "33199001003"

BOARD, STREAM = "/t/alder/calls/live/", "/t/alder/calls/live/stream/"


@pytest.fixture
def carol(alder: Tenant) -> Client:
    """Looks on at alder."""
    person = Person.objects.create_user("carol@alder.example", "a-long-password", name="Carol")
    Membership.objects.create(tenant=alder, person=person, role=Role.VIEWER)
    with tenant_scope(alder):
        NumberName.objects.create(number=f"+{M}", name="Halden & Pryce", source="contact")
    client = Client()
    client.force_login(person)
    return client


def shown(client: Client, path: str = BOARD) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_board_says_who_rings_where_and_which_lines_are_free(carol, hooks, notify):
    assert "Nobody is on the telephone." in shown(carol)
    notify(hooks[0])
    hook_draining.drain()
    board = shown(carol)

    assert "Halden &amp; Pryce" in board and "Ringing" in board
    assert f'<li class="ringing"><i class="jk"></i><span>Line {A}</span>' in board
    assert f'<li class="free"><i class="jk"></i><span>Line {B}</span>' in board
    assert "last event" in board
    notify(hooks[0], "RELEASE")
    hook_draining.drain()
    assert "Halden" not in shown(carol, f"{BOARD}wall/")


def test_a_board_shows_no_other_tenants_calls(carol, hooks, notify):
    [theirs] = line_of(Tenant.objects.create(slug="doe", name="Doe"), "doe-keyyo", A)
    notify(theirs)
    hook_draining.drain()

    assert "Halden" not in shown(carol) and "Halden" not in shown(carol, f"{BOARD}board/")
    assert carol.get("/t/doe/calls/live/").status_code == 404


def test_a_connection_whose_calls_are_not_heard_any_more_is_said_to_be_silent(carol, hooks, notify):
    notify(hooks[0])
    hook_draining.drain()
    assert "is silent" not in shown(carol)
    with tenant_scope(hooks[0].tenant_id):
        call = {"direction": "inbound", "line_id": hooks[0].line_id, "fold_key": "one"}
        later = timezone.now() + timedelta(minutes=11)
        Call.objects.create(connection_id=hooks[0].connection_id, started_at=later, **call)
    cache.clear()

    assert "alder-keyyo is silent though calls are made" in shown(carol)


def test_a_board_is_narrowed_to_a_line_a_group_or_a_connection(carol, hooks, notify):
    """Members of a group are the lines that took its calls; calls of others are not among what is shown."""
    [other] = line_of(hooks[0].tenant, "alder-other", C)
    hook_secrets.publish()
    with tenant_scope(hooks[0].tenant_id):
        own = {"connection_id": hooks[0].connection_id, "direction": "inbound", "started_at": timezone.now()}
        group = Entity.objects.create(
            connection_id=hooks[0].connection_id,
            kind="ACDService",
            facet="group",
            remote_id="33199001000",
            name="Reception",
            checksum="",
            fetched_at=timezone.now(),
        )
        taken = {"line_id": hooks[1].line_id, "group_remote_id": group.remote_id, "outcome": "answered"}
        Call.objects.create(fold_key="c0", wait_s=7, **own, **taken)
        missed = {"outcome": "missed", "caller": f"+{M}", "caller_reversed": f"+{M}"[::-1]}
        Call.objects.create(fold_key="c1", line_id=hooks[1].line_id, **own, **missed)
    notify(hooks[0])
    notify(hooks[1], account=B, dref="d2", caller="33639980002", sessid="s1", isacd="1")
    notify(other, account=C, dref="d3", caller="33639980003")
    hook_draining.drain()
    seen = {
        query: [who for who in ("Halden", "980002", "980003") if who in board]
        for query in (
            "",
            f"?line={hooks[0].line_id}",
            f"?group={group.pk}",
            f"?connection={other.connection_id}",
            "?line=0",
        )
        if (board := shown(carol, f"{BOARD}board/{query}").replace("\N{NO-BREAK SPACE}", ""))
    }

    everybody = ["Halden", "980002", "980003"]
    assert list(seen.values()) == [everybody, ["Halden"], ["980002"], ["980003"], everybody]
    waiting = [
        shown(carol, f"{BOARD}board/?{query}").partition("Not called back</div>")[2][:21]
        for query in (f"group={group.pk}", f"connection={other.connection_id}")
    ]
    assert waiting == ['<div class="v">1</div', '<div class="v">0</div']
    board = shown(carol, f"{BOARD}board/?group={group.pk}")
    assert "<b>Reception</b>" in board and "<i>1</i> rings" in board and f"Line {A}" not in board
    assert "Answered within" in board and f"group={group.pk}" in shown(carol, f"{BOARD}?group={group.pk}")


def test_a_board_says_where_a_mailbox_answers(carol, hooks, notify):
    notify(hooks[0], caller=A, callee=B)
    notify(hooks[0], "CONNECT", caller=A, callee=B * 2)
    hook_draining.drain()

    assert "to a mailbox" in shown(carol) and f"Line {B}" in shown(carol)


def test_the_page_of_a_call_tells_how_it_was_seen(carol, hooks, notify):
    """Its record comes minutes later, under the name that its events had."""
    notify(hooks[0], callref="c1")
    notify(hooks[0], "RELEASE", callref="c1")
    notify(hooks[1], account=B, dref="d2", callref="c1", redirecting=A)
    notify(hooks[1], "CONNECT", account=B, dref="d2", callref="c1", redirecting=A)
    hook_draining.drain()
    with tenant_scope(hooks[0].tenant_id):
        fields = {
            "direction": "inbound",
            "connection_id": hooks[0].connection_id,
            "started_at": timezone.now(),
        }
        seen, other = (Call.objects.create(fold_key=name, **fields) for name in ("c1", "c2"))
    page = shown(carol, f"/t/alder/calls/{seen.pk}/")

    assert "As it was seen" in page and f"Line {B}" in page and ">forwarded<" in page
    assert "As it was seen" not in shown(carol, f"/t/alder/calls/{other.pk}/")


def parts_of(client: Client) -> Iterator[str]:
    answer = client.get(STREAM)
    assert answer["Content-Type"] == "text/event-stream"
    return (part.decode() for part in answer.streaming_content)


@pytest.mark.django_db(transaction=True)
def test_a_change_is_pushed_to_whoever_watches(carol, hooks, notify):
    parts = parts_of(carol)
    assert "event: beat" in next(parts)
    assert "Nobody is on the telephone." in next(parts)
    notify(hooks[0])
    hook_draining.drain()

    board = next(part for part in parts if "event: board" in part and "Ringing" in part)
    assert "Halden &amp; Pryce" in board
    parts.close()


@pytest.mark.django_db(transaction=True)
def test_a_row_offers_what_the_person_may_do_with_the_number(carol, alder, hooks, notify):
    """Who watches the same board and may not call is sent another one, at the same moment."""
    olga = Person.objects.create_user("olga@alder.example", "a-long-password", name="Olga")
    Membership.objects.create(tenant=alder, person=olga, role=Role.OPERATOR)
    with tenant_scope(alder):
        Connection.objects.update(capabilities=["calls.live", "calls.start", "blacklist.edit"])
    caller = Client()
    caller.force_login(olga)
    notify(hooks[0])
    hook_draining.drain()
    both = [parts_of(one) for one in (caller, carol)]
    theirs, hers = (next(part for part in parts if "event: board" in part) for parts in both)

    assert f"/calls/start/?number=%2B{M}" in theirs and f"/numbers/+{M}/block/" in theirs
    assert f"/numbers/+{M}/" in hers and "<details" not in hers and "/block/" not in hers
    for parts in both:
        parts.close()


def test_above_the_cap_boards_ask(carol, hooks, settings):
    settings.LIVE_MOST_STREAMS = 0

    assert carol.get(STREAM).status_code == 204
    assert "sb-now" in shown(carol, f"{BOARD}board/")


def test_one_state_is_drawn_once_for_all_who_watch(monkeypatch):
    monkeypatch.setattr(live_hub, "BEAT_S", 0.0)
    watched, drawn = live_hub.Hub(), []

    def draw() -> bytes:
        drawn.append(1)
        return b"state"

    streams = [watched.watch(1, ("en",), draw) for _ in range(3)]
    assert [next(stream) for stream in streams] == [b"state"] * 3
    assert len(drawn) == 1


def test_what_only_events_or_only_records_know_is_listed(carol, hooks, notify):
    """c1 has its record, c2 has none though the provider was asked since; of c3 nothing was heard."""
    now = timezone.now()
    for name, number in (("c1", M), ("c2", "33639980002")):
        for kind in ("SETUP", "RELEASE"):
            notify(hooks[0], kind, callref=name, dref=name, caller=number)
    hook_draining.drain()
    seen = f"{BOARD}seen/"
    with tenant_scope(hooks[0].tenant_id):
        LineHook.objects.update(first_event_at=now - timedelta(hours=5))
        LiveCall.objects.update(last_event_at=now - timedelta(hours=1))
        fields = {
            "direction": "inbound",
            "connection_id": hooks[0].connection_id,
            "line_id": hooks[0].line_id,
        }
        for name, hours in (("c1", 0), ("c3", 2), ("before", 6)):
            Call.objects.create(
                fold_key=name, started_at=now - timedelta(hours=hours), caller=f"+3319900{hours}009", **fields
            )
        found = live_matching.matched([hooks[0].connection], now)
        assert [bool(one.record) for one in found.ended] == [False, True] and not found.without_record
        SyncRun.objects.create(
            connection_id=hooks[0].connection_id, what="calls", state="complete", window_end_at=now
        )
        found = live_matching.matched([hooks[0].connection], now)
    assert [one.call.other for one in found.without_record] == ["+33639980002"]
    assert [call.fold_key for call in found.unseen] == ["c3"] and not found.is_cut
    page = shown(carol, seen)
    assert "Halden &amp; Pryce" in page and page.count("not there yet") == 1
    assert shown(carol, f"{seen}?connection={hooks[0].connection_id}").count("<table") == 3
    assert seen in shown(carol)
