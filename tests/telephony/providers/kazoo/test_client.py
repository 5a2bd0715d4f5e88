"""What a call looks like on the wire, and what becomes of the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.lib.errors import (
    AnswerLost,
    ChargesRequired,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from portal.lib.secrets import Secret
from telephony.providers.kazoo.catalog.ways import WAYS
from telephony.providers.kazoo.refusals import TooMuchAtOnce
from tests.telephony.providers.conftest import HeldGrant
from tests.telephony.providers.kazoo.conftest import ACCOUNT
from tests.telephony.providers.kazoo.served import Told, error, success

USER = "9d17" * 8


def test_a_read_names_the_account_and_carries_the_token(kazoo, served, wire):
    served.answer(success({"id": USER, "first_name": "Anna"}))

    answer = kazoo.call("user.get", {"userId": USER})

    assert answer.document == {"id": USER, "first_name": "Anna"}
    assert (served.last.method, served.last.target) == ("GET", f"/v2/accounts/{ACCOUNT}/users/{USER}")
    assert served.last.headers["x-auth-token"] == "token-1"
    assert served.last.body == b""
    (exchange,) = wire[1]
    assert (exchange.operation, exchange.status) == ("user.get", 200)


def test_another_account_is_reached_by_its_name(kazoo, served):
    kazoo.call("limits.get", {"accountId": "ab" * 16})

    assert served.last.path == f"/v2/accounts/{'ab' * 16}/limits"


def test_without_any_account_it_is_asked_for(client_for):
    with pytest.raises(InvalidInput) as caught:
        client_for(account="").call("limits.get")

    assert set(caught.value.fields) == {"accountId"}


def test_a_write_puts_the_ui_inside_and_the_consent_beside(kazoo, served):
    served.answer(success({"id": USER}, 201))

    kazoo.call(
        "user.create",
        {"first_name": "Anna", "last_name": "Bell"},
        data={"own": {"x": 1}},
        ui_metadata={"ui": "switchboard"},
        accepts_charges=True,
    )

    assert served.last.document == {
        "data": {
            "first_name": "Anna",
            "last_name": "Bell",
            "own": {"x": 1},
            "ui_metadata": {"ui": "switchboard"},
        },
        "accept_charges": True,
    }


def test_a_removal_carries_an_empty_document(kazoo, served):
    kazoo.call("user.delete", {"userId": USER})

    assert (served.last.method, served.last.document) == ("DELETE", {"data": {}})


def test_a_list_of_documents_is_sent_as_the_data(kazoo, served):
    kazoo.call("localResources.updateCollection", {"data": [{"id": "x"}]})

    assert served.last.document == {"data": [{"id": "x"}]}


def test_numbers_are_written_so_that_a_path_holds_them(kazoo, served):
    kazoo.call(
        "device.quickcall", {"deviceId": "ab" * 16, "number": "+33 1 55 50 01 00", "auto_answer": False}
    )

    assert served.last.target.endswith("/quickcall/%2B33155500100?auto_answer=false")


def test_a_search_has_its_query_in_the_path(kazoo, served):
    served.answer(success([{"number": "+33155500100"}]))

    kazoo.call("numbers.search", {"pattern": "+331", "limit": 5, "offset": 0})

    assert served.last.query == {"prefix": "+331", "quantity": "5", "offset": "0"}


def test_filters_are_repeated_or_json_lists(kazoo, served):
    served.answer(success([]))

    kazoo.call(
        "user.list",
        filters={
            "filter_priv_level": ["user", "admin"],
            "filter_not_enabled": False,
            "has_key": ["email", "presence_id"],
            "modified_from": 63877000000,
            "nothing": None,
        },
    )

    assert served.last.pairs == [
        ("filter_priv_level", '["user","admin"]'),
        ("filter_not_enabled", "false"),
        ("has_key", "email"),
        ("has_key", "presence_id"),
        ("modified_from", "63877000000"),
    ]


def test_what_is_prepared_is_what_is_sent_but_for_the_token(kazoo, served):
    values = {"voicemailId": "ab" * 16, "name": "Desk", "mailbox": "201", "pin": "4711"}

    prepared = kazoo.prepare("voicemail.update", values)
    kazoo.call("voicemail.update", values)

    assert served.last.body == prepared.content()
    assert prepared.shown()["headers"]["X-Auth-Token"] == "***"
    assert "4711" not in str(prepared.shown())


# ---- tokens ----


def test_a_refused_token_is_renewed_once(client_for, served):
    grant = HeldGrant("old", ("new",))
    served.answer(error(401, "invalid_credentials"), success({"balance": 1}))

    client_for(grant=grant).call("user.update", {"userId": USER, "first_name": "A", "last_name": "B"})

    assert [one.headers["x-auth-token"] for one in served.seen] == ["old", "new"]
    assert served.seen[0].body == served.seen[1].body


def test_a_fresh_token_that_is_refused_is_a_fault_of_the_server(client_for, served):
    grant = HeldGrant("old", ("new",))
    served.answer(error(401, "invalid_credentials"))

    with pytest.raises(Unavailable):
        client_for(grant=grant).call("limits.get")

    assert grant.renewed == 1


def test_our_token_never_leaves_for_another_server(kazoo, served):
    other = served.base.replace("127.0.0.1", "localhost")
    asked = kazoo.prepare("limits.get", api_root=other)
    assert asked.url.startswith(other)

    served.answer(error(401, "invalid_credentials"))
    with pytest.raises(Forbidden):
        kazoo.call("limits.get", token=Secret("theirs"))

    assert [one.headers["x-auth-token"] for one in served.seen] == ["theirs"]
    assert not kazoo._is_ours(asked.url)


def test_signing_in_carries_no_token(kazoo, served):
    served.answer(success({"account_id": "x"}, 201))

    kazoo.call("auth.apiAuth", {"api_key": "k" * 64})

    assert "x-auth-token" not in served.last.headers
    assert served.last.document == {"data": {"api_key": "k" * 64}}


# ---- conditional reads ----


def test_a_document_is_asked_for_again_by_its_tag(kazoo, served):
    served.answer(Told(success({"id": USER}).document, headers={"ETag": '"3-9a"'}), Told(status=304))

    first = kazoo.call("user.get", {"userId": USER}, cache=True)
    second = kazoo.call("user.get", {"userId": USER}, cache=True)

    assert second == first
    assert "if-none-match" not in served.seen[0].headers
    assert served.seen[1].headers["if-none-match"] == '"3-9a"'


def test_past_every_cache_a_stamp_goes_along(kazoo, served):
    kazoo.call("limits.get", cache=False)

    assert served.last.query["_"].isdigit()


# ---- files ----


def test_a_sound_travels_as_a_data_url(kazoo, served):
    kazoo.call("media.upload", {"mediaId": "ab" * 16, "data": b"RIFF....WAVE"})

    assert served.last.headers["content-type"] == "application/x-base64"
    assert served.last.body == b"data:audio/wav;base64,UklGRi4uLi5XQVZF"


def test_a_sound_with_a_type_of_its_own_travels_as_it_is(kazoo, served):
    kazoo.call(
        "media.upload", {"mediaId": "ab" * 16, "data": b"ID3..."}, headers={"Content-Type": "audio/mp3"}
    )

    assert (served.last.headers["content-type"], served.last.body) == ("audio/mp3", b"ID3...")


def test_a_pdf_goes_up_and_comes_down(kazoo, served):
    kazoo.call(
        "port.createAttachment", {"portRequestId": "ab" * 16, "documentName": "bill.pdf", "data": b"%PDF-1"}
    )
    assert served.last.query == {"filename": "bill.pdf"}
    assert (served.last.headers["content-type"], served.last.body) == ("application/pdf", b"%PDF-1")

    served.answer(Told(body=b"%PDF-2", headers={"Content-Type": "application/pdf"}))
    answer = kazoo.call("port.getAttachment", {"portRequestId": "ab" * 16, "documentName": "bill.pdf"})
    assert (answer.content, answer.content_type) == (b"%PDF-2", "application/pdf")
    assert served.last.headers["accept"] == "application/pdf"


def test_call_records_come_as_csv_where_that_is_asked(kazoo, served):
    served.answer(Told(body=b"id,call_id\r\n1,2\r\n", headers={"Content-Type": "text/csv"}))

    answer = kazoo.call("cdrs.list", headers={"Accept": "text/csv"})

    assert (answer.content, answer.content_type) == (b"id,call_id\r\n1,2\r\n", "text/csv")


# ---- refusals ----

INVALID: dict[str, Any] = {
    "name": {"required": {"message": "Field is required but missing", "value": None}},
    "sip.password": {
        "minLength": {"message": "String must be at least 5 characters", "target": 5, "value": "abc"}
    },
    "gateways.0.server": {"required": {"message": "Field is required but missing"}},
    "classifiers.did%2Eus": {"enum": {"message": "Value not found", "target": ["a", "b"]}},
    "flow": {"error": {"message": "unknown module schema"}},
    "username": {"unique": {"message": "must be unique", "cause": "anna"}},
}


def test_refused_values_land_on_their_fields_in_words(kazoo, served):
    served.answer(error(400, "validation error", INVALID))

    with pytest.raises(InvalidInput) as caught:
        kazoo.call("user.create", {"first_name": "A", "last_name": "B"})

    assert caught.value.fields == {
        "name": "A value is needed.",
        "sip.password": "At least 5 characters are needed.",
        "gateways.0.server": "A value is needed.",
        "classifiers.did.us": "This must be one of: a, b.",
        "flow": "unknown module schema",
        "username": "This is in use already.",
    }
    assert "abc" not in str(caught.value.fields)


def test_fields_nested_as_older_branches_do_are_read_too(kazoo, served):
    served.answer(
        error(400, "invalid data", {"sip": {"password": {"minLength": {"message": "x", "target": 5}}}})
    )

    with pytest.raises(InvalidInput) as caught:
        kazoo.call("limits.get")

    assert caught.value.fields == {"sip.password": "At least 5 characters are needed."}


QUOTE = {"devices": {"sip_device": {"quantity": 4, "rate": 3.5}}, "activation_charges": 1.0}


def test_a_price_is_told_and_agreed_to(kazoo, served):
    served.answer(error(402, "accept charges", QUOTE), success({"id": "x"}, 201))
    values = {"name": "Desk"}

    with pytest.raises(ChargesRequired) as caught:
        kazoo.call("device.create", values)
    kazoo.call("device.create", values, accepts_charges=True)

    assert caught.value.quote == QUOTE
    assert served.seen[1].document == {**served.seen[0].document, "accept_charges": True}


@pytest.mark.parametrize(
    ("status", "message", "key", "wanted"),
    [
        (400, "parse_error", "limits.get", InvalidInput),
        (402, "no_payment_token", "limits.get", Forbidden),
        (403, "forbidden", "limits.get", Forbidden),
        (404, "bad_identifier", "user.get", NotFound),
        (405, "invalid_method", "user.get", NotFound),
        (406, "", "media.download", InvalidInput),
        (409, "datastore_conflict", "user.patch", Conflict),
        (412, "", "user.patch", Conflict),
        (413, "validation error", "user.patch", InvalidInput),
        (415, "", "user.patch", InvalidInput),
        (416, "range not satisfiable", "user.list", TooMuchAtOnce),
        (423, "locked", "user.get", Forbidden),
        (500, "unspecified_fault", "user.get", Unavailable),
        (500, "unspecified_fault", "user.patch", AnswerLost),
        (500, "account_has_descendants", "account.delete", Conflict),
        (500, "unspecified_fault", "user.quickcall", NotFound),
        (501, "not_implemented", "user.get", NotFound),
        (502, "bad_gateway", "user.patch", AnswerLost),
        (503, "datastore_unreachable", "user.patch", Unavailable),
        (302, "", "user.get", UnexpectedAnswer),
    ],
)
def test_each_status_is_an_error_of_the_tree(kazoo, served, status, message, key, wanted):
    served.answer(error(status, message))
    values = {
        name: "ab" * 16 for name in kazoo.catalog[key].path_names if name not in ("accountId", "number")
    }
    values |= {"number": "201"} if "number" in kazoo.catalog[key].path_names else {}

    with pytest.raises(wanted) as caught:
        kazoo.call(key, values)

    assert type(caught.value) is wanted
    assert caught.value.request_id == "r1"
    assert "leak-me-not" not in f"{caught.value.message}{caught.value.__dict__}"


@pytest.mark.parametrize(("told", "words"), [({"disabled": "x"}, "disabled"), ({"expired": "x"}, "expired")])
def test_a_locked_account_says_why(kazoo, served, told, words):
    rules = {rule: {"message": "account " + rule} for rule in told}
    served.answer(error(423, "locked", {"account": rules}))

    with pytest.raises(Forbidden, match=words):
        kazoo.call("limits.get")


def test_too_many_requests_wait_from_a_second_on(kazoo, served, wire):
    served.answer(*[error(429, "too_many_requests")] * 2, success([]))

    kazoo.call("user.list")

    assert [round(pause) for pause in wire[2]] == [1, 2]

    served.answer(error(429, "too_many_requests"))
    with pytest.raises(RateLimited) as caught:
        kazoo.call("user.delete", {"userId": USER})
    assert caught.value.retry_after_s == 1.0  # the answer between ended the row


def test_what_acts_is_sent_once(kazoo, served):
    served.answer(error(503, "datastore_fault"))

    with pytest.raises(Unavailable):
        kazoo.call("user.quickcall", {"userId": USER, "number": "201"})

    assert len(served.seen) == 1


def test_an_answer_about_another_object_is_refused(kazoo, served):
    served.answer(success({"id": "ff" * 16}))

    with pytest.raises(UnexpectedAnswer):
        kazoo.call("user.get", {"userId": USER})
    with pytest.raises(AnswerLost):
        kazoo.call("user.patch", {"userId": USER})


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"status":"success"}', b"{"])
def test_an_answer_of_no_known_form_is_refused(kazoo, served, body):
    served.answer(Told(body=body))

    with pytest.raises(UnexpectedAnswer):
        kazoo.call("limits.get")


# ---- several addresses ----

NO_PATH = error(404, "not_found")


def test_an_older_server_is_found_out_once(client_for, served):
    def old(seen: Any) -> Told:
        return success([]) if seen.path.endswith("/medias") else NO_PATH

    served.answering = old
    client = client_for()
    client.call("media.list")
    client.call("media.list")

    assert [one.path.rpartition("/")[2] for one in served.seen] == ["media", "medias", "medias"]


def test_a_server_that_was_renewed_is_found_out_too(client_for, served):
    served.answering = lambda seen: success([]) if seen.path.endswith("/medias") else NO_PATH
    client = client_for()
    client.call("media.list")

    served.answering = lambda seen: success([]) if seen.path.endswith("/media") else NO_PATH
    client.call("media.list")
    client.call("media.list")

    assert [one.path.rpartition("/")[2] for one in served.seen[2:]] == ["medias", "media", "media"]


def test_where_no_address_answers_the_first_one_s_refusal_stands(kazoo, served):
    served.answer(error(404, "bad_identifier", ["id"]))

    with pytest.raises(NotFound):
        kazoo.call("media.get", {"mediaId": "ab" * 16})

    assert len(served.seen) == 2


@pytest.mark.parametrize("key", sorted(WAYS))
def test_every_address_of_the_table_can_be_asked(client_for, served, key):
    client = client_for()
    operation = client.catalog[key]
    values: dict[str, Any] = {name: "ab" * 16 for name in operation.path_names if name != "accountId"}
    values |= {"action": "lock"} if "action" in values else {}
    values |= {"data": b"<p>"} if operation.param("data") else {}
    values |= {"name": "n", "media_source": "upload"} if operation.param("media_source") else {}
    served.answering = lambda seen: NO_PATH
    with pytest.raises(NotFound):
        client.call(key, values)

    paths = [one.path for one in served.seen]
    assert len(paths) == 1 + len(WAYS[key].newer)
    assert not any("{" in path for path in paths)


def test_conference_actions_are_rewritten_for_real_servers(kazoo, served):
    room = {"conferenceId": "cd" * 16}
    kazoo.call("conference.muteParticipant", {**room, "participantId": "7"})
    assert (served.last.method, served.last.path.rpartition("/")[2]) == ("PUT", "7")
    assert served.last.document == {"data": {"action": "mute"}}

    kazoo.call("conference.action", {**room, "action": "play", "media_id": "ab" * 16})
    assert served.last.document == {"action": "play", "data": {"media_id": "ab" * 16}}

    kazoo.call("conference.addParticipant", {**room, "number": "+33155500100"})
    assert served.last.document == {"action": "dial", "data": {"endpoints": ["+33155500100"]}}


def test_answers_of_newer_addresses_look_like_the_older_ones(kazoo, served):
    served.answer(success({"amount": 12.5}))
    assert kazoo.call("balance.get").document == {"balance": 12.5}

    served.answer(success({"plans": {"p1": {"name": "One"}}}))
    assert kazoo.call("servicePlan.list").items == [{"id": "p1", "name": "One"}]

    served.answer(success({"id": "cd" * 16, "name": "Room", "_read_only": {"members": 2}}))
    view = kazoo.call("conference.view", {"conferenceId": "cd" * 16}).document
    assert view == {"id": "cd" * 16, "name": "Room", "members": 2}


def test_rows_have_an_identifier_whatever_the_list_looks_like(kazoo, served):
    served.answer(success({"numbers": {"+33155500100": {"state": "in_service"}}, "cascade_quantity": 1}))
    assert kazoo.call("numbers.list").items == [{"id": "+33155500100", "state": "in_service"}]

    served.answer(success(["ab", "cd"]))
    assert kazoo.call("connectivity.list").items == [{"id": "ab"}, {"id": "cd"}]

    served.answer(success({"bill.pdf": {"length": 3}}))
    files = kazoo.call("port.listAttachments", {"portRequestId": "ab" * 16}).items
    assert files == [{"id": "bill.pdf", "length": 3}]

    served.answer(success([{"account_id": "x", "port_requests": [{"id": "1"}, {"id": "2"}]}]))
    assert [one["id"] for one in kazoo.call("port.list").items] == ["1", "2"]

    served.answer(success({"comments": [{"content": "Please hurry"}]}))
    comments = kazoo.call("port.listComments", {"portRequestId": "ab" * 16}).items
    assert comments == [{"content": "Please hurry"}]


def test_no_answer_holds_the_token_of_its_envelope(kazoo, served):
    served.answer(success([{"id": "a"}], next_start_key="k"))

    answer = kazoo.call("user.list")

    assert "leak-me-not" not in json.dumps([answer.document, list(answer.items), answer.following])
