"""Lines are made to send their events here through the one door, and kept doing so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.utils import timezone

from accounts.models import AuditEvent
from portal.lib.broker import broker
from telephony.models import BulkRow, Change, Connection, Entity, Job, LineHook, LiveCall
from telephony.providers.keyyo.kinds import SIP_LINE
from telephony.services import bulk_sending, enrolling, hook_draining, hook_secrets, ledger
from telephony.services.enrolling import Standing
from tests.reading import text_of

from .conftest import fetch

A, B = "33199001001", "33199001002"


@pytest.fixture(autouse=True)
def _broker_without_hooks() -> Iterator[None]:
    yield
    if keys := broker().keys("hooks:*"):
        broker().delete(*keys)


@pytest.fixture
def lines(connection: Connection, live_server: Any, settings: Any, at_keyyo: Callable[..., Any]) -> list[Any]:
    """A and B as they are before: nothing is sent."""
    settings.PUBLIC_URL = live_server.url
    for csi in (A, B):
        set_at_keyyo(at_keyyo, csi, "")
    return [fetch(connection, SIP_LINE, csi) for csi in (A, B)]


def set_at_keyyo(at_keyyo: Callable[..., Any], csi: str, url: str) -> None:
    place = {"csi": csi, "plugin_name": "custom", "parameter_name": "url"}
    at_keyyo("services.cti_plugins.parameters.update", place, value=url)


def standing_of(connection: Connection) -> dict[str, Standing]:
    found = enrolling.standings(connection, timezone.now())
    return {one.line.remote_id: one.standing for one in found if one.line.remote_id in (A, B)}


def write(browser: Any, job: Job) -> None:
    """Start a draft as a person does, and let the worker write it."""
    browser.post(f"/t/corvane/jobs/{job.pk}/do/start/", {"why": ""})
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        bulk_sending.advance(held)


def play(sandbox: Any, scenario: str) -> None:
    body = {"provider": "keyyo", "scenario": scenario, "rate": 100_000, "wait": True}
    requests.post(f"{sandbox.url}/_control/play", json=body, timeout=10)
    while hook_draining.drain():
        pass


def test_a_grant_that_does_not_cover_it_is_said_before_lines_are_chosen(browser, maud, connection, lines):
    connection.credential.scopes = ["full_access_read_only"]
    connection.credential.save()
    page = f"/t/corvane/connections/{connection.pk}/live-calls/"
    shown = browser(maud).get(page).content.decode()
    browser(maud).post(page, {"act": "enrol", "line": [line.pk for line in lines]})

    assert "was not granted" in shown and f"/connections/{connection.pk}/reconnect/" in shown
    assert not LineHook.objects.exists() and not Job.objects.exists()


def test_lines_are_enrolled_heard_repaired_and_given_new_secrets(
    browser, maud, connection, lines, sandbox, at_keyyo
):
    someone = browser(maud)
    page = f"/t/corvane/connections/{connection.pk}/live-calls/"
    assert set(standing_of(connection).values()) == {Standing.OFF}

    answer = someone.post(page, {"act": "enrol", "line": [line.pk for line in lines]})
    job = Job.objects.get(kind="bulk")
    assert answer["Location"] == f"/t/corvane/jobs/{job.pk}/"
    secrets = [hook_secrets.secret_of(hook).reveal() for hook in LineHook.objects.all()]
    review = someone.get(answer["Location"]).content.decode()
    assert "/hooks/keyyo/***/" in review and not any(secret in review for secret in secrets)
    # A draft, sent or discarded, says nothing of the lines.
    assert set(standing_of(connection).values()) == {Standing.OFF}
    assert "Choose lines" in someone.get("/t/corvane/calls/live/").content.decode()

    write(someone, job)
    assert not BulkRow.objects.filter(job=job).exclude(state__in=["applied", "same"]).exists()
    assert set(standing_of(connection).values()) == {Standing.WAITING}
    assert "Choose lines" not in someone.get("/t/corvane/calls/live/").content.decode()
    assert "wait for their first call" in someone.get(f"{page}waiting/").content.decode()
    kept = repr(list(Change.objects.values("before", "wanted", "sent", "answer", "after")))
    assert not any(secret in kept for secret in secrets)

    play(sandbox, "welcome_number")
    assert set(standing_of(connection).values()) == {Standing.SENDING}
    assert LiveCall.objects.get().outcome == "answered"

    # Somebody else sets another address at the provider.
    set_at_keyyo(at_keyyo, A, "https://elsewhere.example/in")
    fetch(connection, SIP_LINE, A)
    assert standing_of(connection) == {A: Standing.DRIFTED, B: Standing.SENDING}
    someone.post(page, {"act": "repair"})
    write(someone, Job.objects.filter(kind="bulk").latest("pk"))
    assert standing_of(connection)[A] == Standing.SENDING

    # New secrets: the ones before are let in until the new ones are written, and a while longer.
    someone.post(page, {"act": "renew", "line": [lines[0].pk]})
    assert hook_secrets.secret_of(LineHook.objects.get(line=lines[0])).reveal() not in secrets
    play(sandbox, "incoming_missed")
    assert standing_of(connection)[A] == Standing.STALE
    assert "The address before this one stays valid until" in text_of(someone.get(f"{page}{lines[0].pk}/"))
    write(someone, Job.objects.filter(kind="bulk").latest("pk"))
    play(sandbox, "incoming_missed")
    assert standing_of(connection) == {A: Standing.SENDING, B: Standing.SENDING}
    assert LiveCall.objects.count() == 3


def test_what_no_sync_has_read_yet_is_read_before(connection, lines, maud):
    Entity.objects.filter(kind="CTIPluginParameter").delete()
    job = enrolling.enrol(connection, lines, maud)

    assert set(BulkRow.objects.filter(job=job).values_list("state", flat=True)) <= {"ready", "same"}


def test_the_address_of_a_line_is_shown_when_asked_for_and_that_is_written_down(
    browser, maud, connection, lines, sandbox
):
    page = f"/t/corvane/connections/{connection.pk}/live-calls/{lines[0].pk}/"
    someone = browser(maud)
    before = someone.get(page).content.decode()
    assert before.count("<code>_") == 12 and "/hooks/" not in before

    shown = someone.post(page, {"act": "show"})
    hook = LineHook.objects.get()
    assert hook_secrets.url_of(hook).replace("&", "&amp;") in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert AuditEvent.objects.filter(object_label=str(lines[0]), verb=AuditEvent.Verb.SETTINGS).exists()
    assert hook_secrets.secret_of(hook).reveal() not in someone.get(page).content.decode()

    someone.post(page, {"act": "test"})
    assert "calls" in someone.get(page).content.decode()


def test_who_may_not_write_many_objects_enrols_none(browser, bess, connection, lines):
    page = f"/t/corvane/connections/{connection.pk}/live-calls/"

    assert browser(bess).post(page, {"act": "enrol", "all": "1"}).status_code == 403
    assert not LineHook.objects.exists()
