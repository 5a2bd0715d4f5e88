"""Reading objects: lists and documents, what changed, what a server lacks; and what becomes of a document."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.errors import NotFound, Unavailable
from telephony.providers.fields import sheet_of
from telephony.providers.kazoo.accounts import read_accounts
from telephony.providers.kazoo.kinds import KINDS
from telephony.providers.kazoo.objects import draft_of
from telephony.providers.kazoo.sync import AT_ONCE, path_values, read_entities, read_entity
from telephony.providers.kazoo.times import to_gregorian
from tests.telephony.providers.kazoo.conftest import ACCOUNT
from tests.telephony.providers.kazoo.served import Seen, Told, error, success

ANNA, BEN, DESK, MENU, RULE, BOX, FLOW, GREETING = (f"{n:x}" * 32 for n in range(1, 9))
DOCUMENTS: dict[str, Any] = {
    ANNA: {"first_name": "Anna", "last_name": "Bell", "caller_id": {"external": {"number": "+33155500100"}}},
    BEN: {"username": "ben"},
}


def _users(documents: dict[str, Any], changed: set[str] | None = None, most: int = 500) -> Any:
    """A server with these users; `changed` are those of the list of what changed."""

    def answering(seen: Seen) -> Told:
        name = seen.path.rpartition("/")[2]
        if name == "users":
            ids = [one for one in documents if "modified_from" not in seen.query or one in (changed or set())]
            start = int(seen.query.get("start_key", "0"))
            more = {"next_start_key": start + most} if start + most < len(ids) else {}
            return success([{"id": one} for one in ids[start : start + most]], **more)
        if name in documents:
            return success({"id": name, **documents[name]})
        return error(404, "bad_identifier")

    return answering


def test_a_list_and_one_document_for_each_object(kazoo, served):
    served.answering = _users(DOCUMENTS, most=1)

    (page,) = read_entities(kazoo, ["user"])

    assert [(one.remote_id, one.name, one.number) for one in page.drafts] == [
        (ANNA, "Anna Bell", "+33155500100"),
        (BEN, "ben", ""),
    ]
    assert (page.is_complete, page.expected_total, list(page.unchanged)) == (True, 2, [])


def test_later_only_what_changed_is_read(kazoo, served):
    served.answering = _users(DOCUMENTS, {BEN})
    since = datetime(2026, 3, 1, tzinfo=UTC)

    (page,) = read_entities(kazoo, ["user"], since=since)

    assert [one.remote_id for one in page.drafts] == [BEN]
    assert list(page.unchanged) == [ANNA]
    (bound,) = [one.query["modified_from"] for one in served.seen if "modified_from" in one.query]
    assert to_gregorian(since) - 3600 <= int(bound) < to_gregorian(since)
    assert not any(one.path.endswith(ANNA) for one in served.seen)


@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(
    count=st.sampled_from([0, 1, 3, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE]),
    every=st.integers(1, 7),
    gone=st.integers(0, 200),
)
def test_the_last_page_stands_for_the_whole_list(kazoo, served, count, every, gone):
    ids = [f"{n:032x}" for n in range(count)]
    documents = {one: {"username": one} for one in ids}
    served.answering = _users(documents, set(ids[::every]))
    if gone < count:
        inner = served.answering
        served.answering = lambda seen: error(404, "x") if seen.path.endswith(ids[gone]) else inner(seen)

    *before, last = read_entities(kazoo, ["user"], since=datetime(2026, 1, 1, tzinfo=UTC))

    was_read = [one.remote_id for page in (*before, last) for one in page.drafts]
    wanted = [one for one in ids[::every] if gone >= count or one != ids[gone]]
    assert was_read == wanted
    assert not any(page.is_complete or page.unchanged for page in before)
    assert {one.remote_id for one in last.drafts} | set(last.unchanged) == set(ids) - (
        set(ids[gone : gone + 1]) if gone % every == 0 else set()
    )


@pytest.mark.parametrize("status", [403, 404, 405])
def test_a_list_that_the_server_lacks_gives_no_page(kazoo, served, status):
    served.answer(error(status, "x"))

    assert list(read_entities(kazoo, ["queue", "global_resource", "limits"])) == []


def test_a_fault_gives_no_page_either_and_is_told(kazoo, served):
    served.answer(error(503, "datastore_fault"))

    with pytest.raises(Unavailable):
        list(read_entities(kazoo, ["user"]))


def test_an_account_without_a_whitelabel_has_an_empty_list(kazoo, served):
    served.answer(error(404, "bad_identifier"))

    (page,) = read_entities(kazoo, ["whitelabel"])

    assert (page.drafts, page.is_complete) == ([], True)


def test_accounts_are_the_own_one_and_those_below(kazoo, served):
    below = "ab" * 16

    def answering(seen: Seen) -> Told:
        if seen.path.endswith("/descendants"):
            return success([{"id": below, "name": "Below", "tree": [ACCOUNT]}])
        own = seen.path.rpartition("/")[2]
        return success({"id": own, "name": own[:2], "realm": "x.example", "timezone": "Europe/Paris"})

    served.answering = answering

    (page,) = read_entities(kazoo, ["account"])
    accounts = list(read_accounts(kazoo))

    assert {one.remote_id for one in page.drafts} == {ACCOUNT, below}
    assert [(one.remote_id, one.parent_id) for one in accounts] == [(ACCOUNT, ""), (below, ACCOUNT)]
    assert accounts[0].zone == "Europe/Paris"


def test_numbers_say_themselves_when_they_changed(kazoo, served):
    since = datetime(2026, 3, 1, tzinfo=UTC)
    rows = {"+33155500100": {"updated": to_gregorian(since) + 5}, "+33155500101": {"updated": 1}}

    def answering(seen: Seen) -> Told:
        if seen.path.endswith("/phone_numbers"):
            return success({"numbers": rows, "cascade_quantity": 2})
        return success({"id": "+33155500100", "_read_only": {"state": "in_service"}})

    served.answering = answering

    (page,) = read_entities(kazoo, ["phone_number"], since=since)

    (draft,) = page.drafts
    assert (draft.remote_id, draft.number, draft.status) == ("+33155500100", "+33155500100", "in_service")
    assert list(page.unchanged) == ["+33155500101"]
    assert served.last.target.endswith("/phone_numbers/%2B33155500100")


def test_one_object_is_read_now_or_said_to_be_gone(kazoo, served):
    served.answering = _users(DOCUMENTS)

    assert read_entity(kazoo, "user", "", ANNA).name == "Anna Bell"
    with pytest.raises(NotFound):
        read_entity(kazoo, "user", "", "ff" * 16)


def test_path_values_are_the_names_of_the_catalog():
    assert path_values("user", "", ANNA) == {"userId": ANNA}
    assert path_values("account", "", ANNA) == {"accountId": ANNA}
    assert path_values("limits", "", "limits") == {}
    assert path_values("device", "") == {}


# ---- documents ----


def _references(kind: str, document: dict[str, Any]) -> set[tuple[str, str, str]]:
    draft = draft_of(kind, {"id": "00" * 16, **document})
    return {(one.path, one.target_kind, one.target_remote_id) for one in draft.references}


def test_secrets_leave_every_document():
    secrets = {
        "device": {"sip": {"username": "u", "password": "hush1"}},
        "vmbox": {"pin": "hush2", "mailbox": "201"},
        "conference": {"member": {"pins": ["hush3", "hush4"]}, "bridge_password": "hush5"},
        "menu": {"record_pin": "hush6"},
        "user": {"hotdesk": {"pin": "hush7"}, "password": "hush8"},
        "resource": {"gateways": [{"server": "s", "password": "hush9"}]},
        "connectivity": {"servers": [{"auth": {"auth_password": "hush10"}}]},
        "port_request": {"bill": {"pin": "hush11"}},
        "callflow": {
            "flow": {
                "module": "disa",
                "data": {"pin": "hush12"},
                "children": {"_": {"data": {"pins": ["hush13"]}}},
            }
        },
        "webhook": {
            "uri": "https://u:hush14@example.com/?token=hush15",
            "custom_data": {"api_key": "hush16"},
        },
    }
    sealed: list[str] = []
    for kind, document in secrets.items():
        draft = draft_of(kind, {"id": "00" * 16, **document})
        assert "hush" not in json.dumps(draft.document), kind
        sealed += draft.secrets.values()

    assert all(f"hush{n}" in " ".join(sealed) for n in range(1, 17))


def test_a_secret_below_a_key_with_dots_is_masked_too():
    flow = {"module": "x", "data": {}, "children": {"a.b": {"data": {"pin": "hush"}}}}

    assert "hush" not in json.dumps(draft_of("callflow", {"id": "x", "flow": flow}).document)


def test_a_callflow_points_to_what_its_actions_name():
    flow = {
        "module": "temporal_route",
        "data": {"rules": [RULE], "rule_set": FLOW},
        "children": {
            RULE: {
                "module": "menu",
                "data": {"id": MENU},
                "children": {"1": {"module": "user", "data": {"id": ANNA}}},
            },
            "_": {
                "module": "ring_group",
                "data": {"endpoints": [{"id": DESK, "endpoint_type": "device"}], "ringback": GREETING},
                "children": {"_": {"module": "voicemail", "data": {"id": BOX}}},
            },
        },
    }

    assert _references("callflow", {"numbers": ["+33155500100", "200"], "flow": flow}) == {
        ("numbers.0", "phone_number", "+33155500100"),
        ("flow.data.rules.0", "temporal_rule", RULE),
        ("flow.data.rule_set", "temporal_rule_set", FLOW),
        (f"flow.children.{RULE}", "temporal_rule", RULE),
        (f"flow.children.{RULE}.data.id", "menu", MENU),
        (f"flow.children.{RULE}.children.1.data.id", "user", ANNA),
        ("flow.children._.data.endpoints.0.id", "device", DESK),
        ("flow.children._.data.ringback", "media", GREETING),
        ("flow.children._.children._.data.id", "vmbox", BOX),
    }


def test_other_documents_point_by_their_fields():
    assert _references("device", {"owner_id": ANNA, "music_on_hold": {"media_id": GREETING}}) == {
        ("owner_id", "user", ANNA),
        ("music_on_hold.media_id", "media", GREETING),
    }
    assert _references("group", {"endpoints": {ANNA: {"type": "user"}, DESK: {"type": "device"}}}) == {
        (f"endpoints.{ANNA}", "user", ANNA),
        (f"endpoints.{DESK}", "device", DESK),
    }
    assert _references("port_request", {"comments": [{"content": "Soon", "user_id": ANNA}]}) == {
        ("comments.0.user_id", "user", ANNA)
    }
    assert _references("user", {"directories": {BOX: FLOW}}) == {
        (f"directories.{BOX}", "directory", BOX),
        (f"directories.{BOX}", "callflow", FLOW),
    }
    assert _references("temporal_rule_set", {"temporal_rules": [RULE]}) == {
        ("temporal_rules.0", "temporal_rule", RULE)
    }
    assert _references("menu", {"media": {"greeting": "silence_stream://300", "exit_media": True}}) == set()
    assert _references("connectivity", {"servers": [{"DIDs": {"+33155500100": {}}}]}) == {
        ("servers.0.DIDs.+33155500100", "phone_number", "+33155500100")
    }


@pytest.mark.parametrize(("owner", "is_line"), [(ANNA, False), ("", True)])
def test_a_phone_of_nobody_is_a_line(owner, is_line):
    assert draft_of("device", {"id": DESK, "owner_id": owner}).is_line is is_line


def test_what_is_live_is_not_kept():
    room = draft_of("conference", {"id": "x", "name": "Room", "_read_only": {"members": 2}})
    flow = draft_of("callflow", {"id": "x", "metadata": {ANNA: {"name": "Anna"}}, "numbers": ["2001"]})

    assert room.document == {"id": "x", "name": "Room"}
    assert flow.document == {"id": "x", "numbers": ["2001"]}
    assert (flow.name, flow.extension) == ("2001", "2001")


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_document_becomes_a_draft_whose_values_are_all_shown_once(kind, data):
    names = sorted({one.parts[0] for one in KINDS[kind].fields} | {"flow", "custom_data"})
    document = data.draw(st.dictionaries(st.sampled_from(names), _json, max_size=5))

    draft = draft_of(kind, {**document, "id": "x"})

    places = [path for path, _value in sheet_of(KINDS[kind].fields, draft.document).leaves()]
    assert len(places) == len(set(places))
    assert draft.remote_id
