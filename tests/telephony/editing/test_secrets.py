"""What is secret shows nowhere: not in rows, pages, audit or log, and still comes back on a revert."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.test import Client

from accounts.models import AuditEvent, Person
from portal.lib.errors import NeedsReconnect
from portal.lib.secrets import Secret
from telephony.models import Change, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, editing, settling

CANARY = "c4n4ryS3cretInTheHook"
ADDRESS = {"csi": "33199001011", "plugin_name": "custom", "parameter_name": "url"}
KEY = "services.cti_plugins.parameters.update"
HOOK = f"https://portal.example/hooks/keyyo/{CANARY}/?a=_ACCOUNT_&t=_N_TYPE_"


def test_a_hook_address_is_masked_and_taken_back_whole(
    line: Entity, maud: Person, at_keyyo: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    at_keyyo("services.cti_plugins.parameters.update", ADDRESS, value=HOOK)
    change = editing.send(
        editing.propose(line.connection, KEY, ADDRESS, {"value": "https://other.example/"}, person=maud), maud
    )
    assert change.state == Change.State.APPLIED

    stored = serializers.serialize("json", Change.objects.all()) + json.dumps(
        list(AuditEvent.objects.values_list("detail", "object_label"))
    )
    client = Client()
    client.force_login(maud)
    pages = [
        client.get(f"/t/corvane/changes/{change.pk}/"),
        client.get(f"/t/corvane/changes/{change.pk}/request/"),
    ]
    back = editing.send(editing.revert(change, maud), maud)

    assert CANARY not in stored
    assert all(CANARY not in page.content.decode() for page in pages)
    assert CANARY not in caplog.text
    assert back.state == Change.State.APPLIED
    assert at_keyyo("services.cti_plugins.parameters.read", ADDRESS)["value"] == HOOK


def test_a_token_in_an_answer_is_not_kept(line: Entity, maud: Person) -> None:
    change = editing.send(
        editing.propose(
            line.connection,
            "services.csi_token.create",
            {"csi": "33199001011"},
            {"domain_masks": ["*.example.org"]},
            person=maud,
            is_exact=True,
        ),
        maud,
    )

    assert change.state == Change.State.APPLIED
    assert change.fresh_answer.document["token"]  # type: ignore[attr-defined]
    assert change.answer["document"]["token"] == "***"


def test_after_the_keys_are_lost_a_page_says_what_to_do_and_their_return_heals(
    line: Entity, maud: Person, at_keyyo: Any, settings: Any
) -> None:
    at_keyyo(KEY, ADDRESS, value=HOOK)
    sent = editing.send(
        editing.propose(line.connection, KEY, ADDRESS, {"value": "https://other.example/"}, person=maud), maud
    )
    draft = editing.propose(line.connection, KEY, ADDRESS, {"value": HOOK}, person=maud)
    client = Client()
    client.force_login(maud)
    kept, settings.FIELD_KEYS = settings.FIELD_KEYS, [Fernet.generate_key().decode()]

    pages = [client.get(f"/t/corvane/changes/{change.pk}/") for change in (sent, draft)]
    fragment = client.get(f"/t/corvane/changes/{draft.pk}/outcome/", headers={"HX-Request": "true"})
    press = client.post(f"/t/corvane/changes/{draft.pk}/send/")
    back = client.post(f"/t/corvane/changes/{sent.pk}/revert/")
    cti = client.get(f"/t/corvane/connections/{line.connection_id}/cti/")

    assert [page.status_code for page in (*pages, cti)] == [503, 503, 503]
    assert all("FIELD_KEYS" in page.content.decode() for page in (*pages, cti))
    assert fragment.status_code == 200
    assert "A secret kept here does not open" in fragment.content.decode()
    assert (press.status_code, back.status_code) == (302, 302)
    draft.refresh_from_db()
    assert draft.state == Change.State.DRAFT  # nothing was sent

    settings.FIELD_KEYS = kept
    assert client.get(f"/t/corvane/changes/{sent.pk}/").status_code == 200
    assert client.get(f"/t/corvane/connections/{line.connection_id}/cti/").status_code == 200


def test_a_followed_change_whose_secrets_do_not_open_ends_as_unknown(
    sandbox: SandboxServer, line: Entity, maud: Person, at_keyyo: Any, settings: Any
) -> None:
    at_keyyo(KEY, ADDRESS, value=HOOK)
    change = editing.propose(line.connection, KEY, ADDRESS, {"value": "https://other.example/"}, person=maud)
    sandbox.faults.add("keyyo", match=KEY, drop="after")
    editing.send(change, maud)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    settling.settle(change, change.sent_at + timedelta(seconds=2))

    assert change.state == Change.State.UNKNOWN
    assert "does not open" in change.error


def test_a_line_password_is_not_written_over_what_does_not_open(line: Entity, settings: Any) -> None:
    credential = line.connection.credential
    before = credential.secrets_sealed
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(NeedsReconnect):
        access.keep_line_secret(credential.pk, line.remote_id, Secret("another"))

    credential.refresh_from_db()
    assert credential.secrets_sealed == before
