"""What is secret shows nowhere: not in rows, pages, audit or log, and still comes back on a revert."""

from __future__ import annotations

import base64
import json
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.db import connection
from django.test import Client

from accounts.models import AuditEvent, Person
from portal.lib.errors import NeedsReconnect
from portal.lib.secrets import Secret
from telephony.models import Change, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, editing, entities, line_story, settling

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


# ---- in cached documents, and in forms ----


def cached_parameter(line: Entity, name: str = "url") -> Entity:
    line_story.refresh(line)
    return Entity.objects.get(
        kind="CTIPluginParameter", remote_id=name, parent_remote_id=f"{line.remote_id}/custom"
    )


def everything_stored() -> str:
    """Every cached object and change as the database holds them, whatever column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM telephony_entity e")
        rows = [text for (text,) in cursor.fetchall()]
        cursor.execute("SELECT row_to_json(c)::text FROM telephony_change c")
        return "\n".join([*rows, *(text for (text,) in cursor.fetchall())])


def edit_page(parameter: Entity) -> str:
    return f"/t/corvane/entities/{parameter.pk}/edit/{KEY}/"


def data_of(client: Client, address: str) -> dict[str, Any]:
    form = client.get(address).context["form"]
    return {field.html_name: field.value() or "" for field in form}


def test_a_secret_inside_a_parameter_is_nowhere_but_sealed(line: Entity, maud: Person, at_keyyo: Any) -> None:
    at_keyyo(KEY, ADDRESS, value=HOOK)
    parameter = cached_parameter(line)
    client = Client()
    client.force_login(maud)

    pages = [
        f"/t/corvane/lines/{line.pk}/",
        f"/t/corvane/entities/{parameter.pk}/",
        f"/t/corvane/entities/{line.connection.slug}/CTIPluginParameter/",
        f"/t/corvane/search/?q={CANARY}",
        edit_page(parameter),
    ]
    shown = [client.get(page) for page in pages]

    assert [page.status_code for page in shown] == [200] * len(pages)
    assert all(CANARY not in page.content.decode() for page in shown[:3])
    assert f"/entities/{parameter.pk}/" not in shown[3].content.decode()
    assert CANARY not in shown[4].content.decode()
    assert CANARY not in signing_payloads(shown[4].content.decode())
    assert "https://portal.example/hooks/keyyo/***/?a=_ACCOUNT_" in shown[0].content.decode()
    assert CANARY not in everything_stored()
    assert entities.secrets_of(parameter)["value"].reveal() == HOOK
    fingerprint = parameter.document["value"]["$secret"]
    assert cached_parameter(line).document["value"]["$secret"] == fingerprint


def signing_payloads(page: str) -> str:
    """What the signed values of a page say once they are decoded."""
    return " ".join(
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode(errors="replace")
        for token in re.findall(r'name="_seen" value="([^"]+)"', page)
        for part in token.split(":")[:1]
    )


def test_a_parameter_named_for_its_secret_is_sealed_whole(
    sandbox: SandboxServer, line: Entity, maud: Person, at_keyyo: Any
) -> None:
    address = {**ADDRESS, "parameter_name": "token"}
    add_parameter(sandbox, line, "token", CANARY)
    parameter = cached_parameter(line, "token")
    client = Client()
    client.force_login(maud)
    data = data_of(client, edit_page(parameter))

    review = client.post(edit_page(parameter), {**data, "value": f"new-{CANARY}"}, follow=True)
    change = Change.objects.get()
    client.post(f"/t/corvane/changes/{change.pk}/send/")
    change.refresh_from_db()
    outcome = client.get(f"/t/corvane/changes/{change.pk}/")
    request = client.get(f"/t/corvane/changes/{change.pk}/request/")

    assert data["value"] == "***"
    assert change.state == Change.State.APPLIED
    assert at_keyyo("services.cti_plugins.parameters.read", address)["value"] == f"new-{CANARY}"
    assert all(CANARY not in page.content.decode() for page in (review, outcome, request))
    assert CANARY not in everything_stored()
    assert editing.send(editing.revert(change, maud), maud).state == Change.State.APPLIED
    assert at_keyyo("services.cti_plugins.parameters.read", address)["value"] == CANARY


def add_parameter(sandbox: SandboxServer, line: Entity, name: str, value: str) -> None:
    provider: Any = sandbox.provider("keyyo")
    provider.line(line.remote_id)[1]["plugins"]["custom"]["parameters"][name] = value


def test_the_rest_of_an_address_is_edited_around_its_secret(
    line: Entity, maud: Person, at_keyyo: Any
) -> None:
    at_keyyo(KEY, ADDRESS, value=HOOK)
    parameter = cached_parameter(line)
    client = Client()
    client.force_login(maud)
    data = data_of(client, edit_page(parameter))

    same = client.post(edit_page(parameter), data)
    wrong = client.post(edit_page(parameter), {**data, "value": "https://new.example/***/***/"})
    review = client.post(
        edit_page(parameter),
        {**data, "value": data["value"].replace("portal.example", "new.example")},
        follow=True,
    )
    change = Change.objects.get()
    client.post(f"/t/corvane/changes/{change.pk}/send/")

    assert "Nothing differs" in same.content.decode()
    assert "Leave each *** where it stands" in wrong.content.decode()
    assert CANARY not in review.content.decode() + same.content.decode() + wrong.content.decode()
    stored = at_keyyo("services.cti_plugins.parameters.read", ADDRESS)["value"]
    assert stored == HOOK.replace("portal.example", "new.example")


def test_keep_editing_keeps_the_secret_that_was_typed(line: Entity, maud: Person, at_keyyo: Any) -> None:
    at_keyyo(KEY, ADDRESS, value=HOOK)
    parameter = cached_parameter(line)
    client = Client()
    client.force_login(maud)
    typed = HOOK.replace(CANARY, "an0therS3cret")
    review = client.post(
        edit_page(parameter), {**data_of(client, edit_page(parameter)), "value": typed}, follow=True
    )
    first = Change.objects.get()
    again = f"{edit_page(parameter)}?change={first.pk}"
    data = data_of(client, again)
    client.post(again, data)
    second = Change.objects.exclude(pk=first.pk).get()
    client.post(f"/t/corvane/changes/{second.pk}/send/")

    assert "with another secret" in review.content.decode()
    assert "an0therS3cret" not in client.get(again).content.decode() + everything_stored()
    assert at_keyyo("services.cti_plugins.parameters.read", ADDRESS)["value"] == typed


@pytest.mark.parametrize(
    "theirs", ["https://moved.example/plain", HOOK.replace(CANARY, "an0therS3cretInTheHook")]
)
def test_a_secret_that_others_replaced_meanwhile_is_a_conflict(
    line: Entity, maud: Person, at_keyyo: Any, theirs: str
) -> None:
    """Also where the one that stands there now looks the same behind its stars."""
    at_keyyo(KEY, ADDRESS, value=HOOK)
    parameter = cached_parameter(line)
    client = Client()
    client.force_login(maud)
    data = data_of(client, edit_page(parameter))
    at_keyyo(KEY, ADDRESS, value=theirs)

    client.post(edit_page(parameter), {**data, "value": "https://mine.example/"})

    assert Change.objects.get().state == Change.State.CONFLICT
