"""Texts, joined calls, turns on a line, and how a call goes on: acts on a number beside the plain call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.scoping import tenant_scope
from portal.lib.broker import broker
from portal.lib.secrets import Secret
from telephony.models import CallSource, Change, Entity, LineHook, LiveCall
from telephony.services import access, hook_secrets, line_turns
from tests.telephony.connections.cached_lines import read_lines
from tests.telephony.connections.test_calling import CALLED, START, call, course, newest

pytestmark = pytest.mark.django_db(transaction=True)
TEXT, JOIN = "/t/alder/calls/text/", "/t/alder/calls/connect/"
OVER = {"HTTP_HX_REQUEST": "true"}  # as script asks, for what stands over a page


@pytest.fixture
def page(client_of_person, alice):
    return client_of_person(alice)


@pytest.fixture(autouse=True)
def _nobody_waits():
    yield
    if keys := broker().keys("line-turns:*"):
        broker().delete(*keys)


def test_a_text_is_counted_asked_about_and_sent_once(page, keyyo_line, sandbox, tenant):
    source = f"line-{keyyo_line.pk}"
    too_long = page.post(TEXT, {"number": CALLED, "source": source, "text": "a" * 161})
    assert "161 characters" in str(too_long.context["form"].errors["text"])
    assert (
        "text"
        in page.post(TEXT, {"number": CALLED, "source": source, "text": " \r\n"}).context["form"].errors
    )

    text = "Bientôt prêt : 12 € l’heure\r\nà " + "x" * 60
    asked = page.post(TEXT, {"number": CALLED, "source": source, "text": text})
    assert "2 messages" in asked.content.decode()
    for _twice in range(2):
        page.post(course(asked.context["change"]))
    sent = [one for one in sandbox.requests if one.status == 200 and "sendsms" in one.target]
    assert [one.query["MSG"] for one in sent] == [text.replace("\r\n", "\n")]
    answer = page.get(course(asked.context["change"])).content.decode()
    assert "took the text; whether it arrives is not told" in answer


def test_two_numbers_are_connected_and_the_line_pays(page, keyyo_line, sandbox, tenant):
    same = page.post(JOIN, {"number": CALLED, "second": CALLED, "source": f"line-{keyyo_line.pk}"})
    assert "second" in same.context["form"].errors

    call(page, JOIN, number=CALLED, second="+33199009999", source=f"line-{keyyo_line.pk}")

    assert newest(tenant).state == Change.State.APPLIED
    sent = next(one for one in sandbox.requests if one.status == 200 and "CALLER" in one.target)
    assert (sent.query["CALLER"], sent.query["CALLEE"]) == ("33639980001", "33199009999")


def test_over_a_page_the_own_line_makes_it_one_question(page, keyyo_line, tenant, alice, connection):
    first = page.post(START, {"number": CALLED}, **OVER)
    assert "change" not in first.context and first.context["form"]["is_kept"].value() is True

    with tenant_scope(tenant):
        CallSource.objects.create(person=alice, connection=connection, line=keyyo_line)
    asked = page.post(START, {"number": CALLED}, **OVER)
    change = asked.context["change"]
    assert keyyo_line.name in asked.content.decode() and "<html" not in asked.content.decode()
    assert page.post(course(change), {"discard": "1"}, **OVER).status_code == 204
    with tenant_scope(tenant):
        assert not Change.objects.exists()

    otherwise = page.get(f"{START}?number={CALLED}", **OVER)
    assert otherwise.context["form"]["source"].value() == f"line-{keyyo_line.pk}"


def test_who_comes_later_is_told_how_many_are_before_and_done_in_turn():
    def take(ticket: str, now_s: float) -> int:
        turn = line_turns.take("7/33199001001", ticket, 1.05, clock=lambda: now_s)
        return -1 if turn.is_now else turn.before

    assert [take("a", 100.0), take("b", 100.1), take("c", 100.2), take("d", 100.3)] == [-1, 0, 1, 2]
    assert [take("c", 101.1), take("b", 101.2)] == [1, -1]  # the line is free, but it is not c's turn
    assert [take("c", 101.3), take("d", 101.4)] == [0, 1]
    assert take("d", 107.0) == -1  # c has left


def test_who_is_not_let_in_is_led_to_where_that_is_set(page, keyyo_line, connection, tenant):
    with tenant_scope(tenant):
        access.keep_line_secret(connection.credential_id, keyyo_line.remote_id, Secret(""))

    call(page, number=CALLED, source=f"line-{keyyo_line.pk}")

    change = newest(tenant)
    assert change.state == Change.State.REFUSED
    answer = page.get(course(change)).content.decode()
    assert f"/t/alder/connections/{connection.pk}/cti/" in answer and "Nothing was done" in answer


def test_a_line_that_rests_makes_the_next_wait_before_the_screen(
    page, keyyo_line, sandbox, tenant, connection
):
    line = f"{connection.credential_id}/{keyyo_line.remote_id}"
    line_turns.take(line, "somebody", 30.0)
    line_turns.take(line, "another", 30.0)
    change = page.post(START, {"number": CALLED, "source": f"line-{keyyo_line.pk}"}).context["change"]

    waits = page.post(course(change), **OVER)
    assert "1 before you" in waits.content.decode()
    assert newest(tenant).state == Change.State.DRAFT
    seen = waits.context["course"].mark
    assert page.post(course(change), {"seen": seen}, **OVER).status_code == 204

    broker().delete(*broker().keys("line-turns:*"))
    assert "took the call" in page.post(course(change), {"seen": seen}, **OVER).content.decode()


def test_a_call_is_followed_by_the_events_of_its_line(page, keyyo_line, sandbox, tenant, connection):
    def shown() -> str:
        return page.get(course(change)).content.decode()

    call(page, number=CALLED, source=f"line-{keyyo_line.pk}")
    change = newest(tenant)
    assert "does not send its events here" in shown() and "every 1s" not in shown()
    with tenant_scope(tenant):
        hook: LineHook = hook_secrets.make(connection, keyyo_line)
        LineHook.objects.filter(pk=hook.pk).update(first_event_at=timezone.now())
        leg = {"line_remote_id": keyyo_line.remote_id}
        began = timezone.now()
        usual = {
            "connection": connection,
            "keys": ["d:1"],
            "direction": "outbound",
            "line_remote_id": keyyo_line.remote_id,
            "first_line_remote_id": keyyo_line.remote_id,
            "started_at": began,
            "legs": [leg],
        }
        other = LiveCall.objects.create(
            **usual, state="talking", other="+33199009999", last_event_at=began
        )  # not this one
        before = LiveCall.objects.create(
            **usual, state="ended", other=CALLED, last_event_at=change.sent_at - timedelta(seconds=9)
        )
        assert "every 1s" in shown() and "It rings" not in shown()
        seen = LiveCall.objects.create(**usual, state="ringing", other=CALLED, last_event_at=began)
    assert "It rings" in shown() and "every 1s" in shown()
    with tenant_scope(tenant):
        seen.state, seen.answered_at, seen.ended_at = "ended", began, began
        seen.save()
    assert "Answered" in shown() and "Ended" in shown() and "every 1s" not in shown()
    with tenant_scope(tenant):
        for one in (other, before, seen, hook):
            one.delete()
        LineHook.objects.all().delete()


def test_the_own_line_is_kept_changed_and_forgotten(page, client_of_person, carol, keyyo_line, alice, tenant):
    url, source = "/t/alder/calls/my-line/", f"line-{keyyo_line.pk}"
    assert url in page.get("/me/").content.decode()
    assert url not in client_of_person(carol).get("/me/").content.decode()
    assert page.post(url, {"source": ""}).status_code == 422
    assert keyyo_line.name in page.post(url, {"source": source}, follow=True).content.decode()
    with tenant_scope(tenant):
        assert CallSource.objects.get(person=alice).line == keyyo_line
    page.post(url, {"forget": "1"})
    with tenant_scope(tenant):
        assert not CallSource.objects.exists()


def test_the_profile_of_a_line_is_switched_by_its_name(page, keyyo_line, alice, connection, tenant):
    with tenant_scope(tenant):
        read_lines(connection, "VoIPAccountProfile")
        CallSource.objects.create(person=alice, connection=connection, line=keyyo_line)
        profiles = Entity.objects.filter(kind="VoIPAccountProfile", parent_remote_id=keyyo_line.remote_id)
        named = {row.name for row in profiles if row.name}
    shown = page.get("/t/alder/lines/profile/")
    text = shown.content.decode()
    assert named and all(name in text for name in named) and "In force" in text
    off = next(row for row in shown.context["profiles"] if not row.is_on)
    act = f"/t/alder/entities/{off.entity_id}/act/{off.switch.operation}/"
    signed = text.split(act)[1].split('name="act" value="')[1].split('"')[0]
    page.post(act, {"act": signed})
    assert newest(tenant).wanted == {"forced": True}
    assert page.get("/t/alder/lines/profile/?line=999999").status_code == 404
