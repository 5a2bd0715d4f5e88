"""What is secret shows nowhere: not in rows, pages, audit or log, and still comes back on a revert."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.core import serializers
from django.test import Client

from accounts.models import AuditEvent, Person
from telephony.models import Change, Entity
from telephony.services import editing

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
