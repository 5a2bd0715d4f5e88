"""A customer of the sandbox read as a whole: every kind of object, a month of calls, every panel."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.lib.errors import Forbidden, NotFound
from telephony.providers.drafts import Window
from telephony.providers.fields import fact_at, sheet_of
from telephony.providers.kazoo.accounts import read_accounts
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.client import KazooClient
from telephony.providers.kazoo.kinds import KINDS
from telephony.providers.kazoo.live import LIVE
from telephony.providers.kazoo.records import probe_calls, read_calls
from telephony.providers.kazoo.sync import path_values, read_entities, read_entity
from telephony.providers.live import LivePanel
from telephony.providers.offers import Spot
from telephony.services.folding import fold
from tests.telephony.providers.kazoo.against_sandbox.conftest import NOON

Clients = Callable[..., KazooClient]


def test_every_kind_is_read_and_each_object_again_by_itself(client_for: Clients, account: str) -> None:
    client = client_for(account)
    pages = list(read_entities(client))

    drafts = {(page.kind, draft.remote_id): draft for page in pages for draft in page.drafts}
    present = {page.kind for page in pages}
    assert {"user", "device", "callflow", "phone_number", "vmbox", "media", "limits", "account"} <= present
    assert set(KINDS) - present <= {"global_resource"}
    for kind in present:
        remote_id = next((one for of, one in drafts if of == kind), None)
        if remote_id is not None:
            assert read_entity(client, kind, "", remote_id).document == drafts[
                kind, remote_id
            ].document or kind in ("phone_number",)
    for (kind, _remote_id), draft in drafts.items():
        leaves = [path for path, _value in sheet_of(KINDS[kind].fields, draft.document).leaves()]
        assert len(leaves) == len(set(leaves))


def test_nothing_is_read_again_that_did_not_change(client_for: Clients, account: str, sandbox: Any) -> None:
    client = client_for(account)
    sandbox.clock.advance(1500)
    began = datetime.fromtimestamp(sandbox.clock.now().timestamp(), UTC)
    users = [row["id"] for row in client.call("user.list", {"page_size": 500}).items]
    sandbox.clock.advance(1500)
    client.call("user.patch", {"userId": users[0], "timezone": "Europe/Lisbon"})

    (page,) = read_entities(client, ["user"], since=began)

    assert [draft.remote_id for draft in page.drafts] == [users[0]]
    assert set(page.unchanged) == set(users[1:])


def test_the_pointers_of_a_customer_lead_somewhere(client_for: Clients, account: str) -> None:
    drafts = [draft for page in read_entities(client_for(account)) for draft in page.drafts]
    known = {(draft.kind, draft.remote_id) for draft in drafts}

    pointers = [(one.target_kind, one.target_remote_id) for draft in drafts for one in draft.references]

    lost = Counter(kind for kind, remote_id in pointers if (kind, remote_id) not in known)
    assert len(pointers) > 100
    assert sum(lost.values()) < len(pointers) / 20, lost


def test_a_month_of_legs_folds_into_calls_of_every_sort(client_for: Clients, account: str) -> None:
    client = client_for(account)
    lines = tuple(
        row["id"]
        for key in ("user.list", "device.list")
        for row in client.call(key, {"page_size": 500}).items
    )
    window = Window(NOON - timedelta(days=31), NOON)
    pages = list(
        read_calls(
            client, stream="cdrs", window=window, zone=ZoneInfo("UTC"), lines=lines, probe=probe_calls(client)
        )
    )

    drafts = [draft for page in pages for draft in page.read().drafts]
    folds = defaultdict(list)
    for draft in drafts:
        folds[draft.fold_key].append(draft)
    calls = [fold(some) for some in folds.values()]

    assert not any(page.read().unreadable for page in pages)
    assert len({draft.remote_key for draft in drafts}) == len(drafts) > len(calls) > 100
    assert {"inbound", "outbound", "internal"} == {call.direction for call in calls}
    assert {"answered", "missed", "voicemail"} <= {call.outcome for call in calls}
    assert {call.line_remote_id for call in calls} <= {*lines, ""}


@pytest.mark.parametrize("panel", LIVE, ids=lambda one: one.name)
def test_each_panel_shows_what_a_server_answers(
    panel: LivePanel, client_for: Clients, account: str, sandbox: Any
) -> None:
    sandbox.provider("kazoo").play("incoming", {"account": account, "ring_s": 5, "talk_s": 600})
    sandbox.clock.advance(30)
    client = client_for(account)
    values: dict[str, Any] = dict(panel.values or {})
    for kind in panel.kinds if panel.place is Spot.OBJECT else ():
        rows = client.call(KINDS[kind].list_operation).items if kind != "whitelabel" else []
        values |= path_values(kind, "", rows[0]["id"]) if rows else {}

    try:
        found = panel.rows(client.call(panel.operation, values))
    except NotFound:
        assert panel.absent
        return
    except Forbidden:  # the system's own carriers are for the top account alone
        assert panel.kinds == ("global_resource",)
        return

    assert CATALOG[panel.operation].is_read
    for row in () if panel.is_single else found:
        assert any(not fact_at(field, row).is_empty for field in panel.fields), row


def test_the_accounts_of_one_login_are_a_tree(client_for: Clients, master: str) -> None:
    accounts = list(read_accounts(client_for(master)))

    assert accounts[0].remote_id == master
    assert len(accounts) >= 14
    known = {one.remote_id for one in accounts}
    assert all(one.parent_id in known for one in accounts[1:])
    assert any(one.parent_id != master for one in accounts[1:])
