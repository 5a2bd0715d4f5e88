"""How Crossbar is spoken: envelopes, verbs, types, headers, and what is said when it is spoken badly."""

from __future__ import annotations

import pytest

from tests.telephony.providers.kazoo.sandbox.conftest import Caller


def test_an_answer_carries_the_envelope(master):
    answer = master("GET", "~/menus")
    document = answer.json()

    assert answer.headers["Content-Type"] == "application/json"
    assert document["status"] == "success"
    assert document["auth_token"] == master.token
    assert document["request_id"] == answer.headers["X-Request-ID"]
    assert document["timestamp"] == "2026-06-17T10:00:00Z"
    assert document["version"] == "4.3.140"
    assert document["page_size"] == len(document["data"])
    assert answer.headers["ETag"] == f'"{document["revision"]}"'


def test_an_error_is_told_as_text_in_the_same_type(master):
    answer = master("GET", "~/menus/" + "0" * 32)
    document = answer.json()

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    assert (document["status"], document["error"], document["message"]) == ("error", "404", "bad_identifier")
    assert document["data"] == {"message": "bad identifier", "cause": "0" * 32}


def test_a_create_says_where_the_new_document_is(master):
    answer = master("PUT", "~/menus", {"name": "Evening"})

    assert answer.status_code == 201
    assert answer.headers["Location"] == answer.json()["data"]["id"]


def test_fields_of_the_user_interface_are_kept_inside_the_document(master):
    made = master.ok("PUT", "~/menus", {"name": "Evening", "ui_metadata": {"ui": "portal", "version": "1"}})

    assert master.get(f"~/menus/{made['id']}")["ui_metadata"] == {"ui": "portal", "version": "1"}


@pytest.mark.parametrize("how", ["envelope", "query"])
def test_a_verb_may_travel_inside_a_post(master, how):
    envelope = {"envelope": {"verb": "PUT"}} if how == "envelope" else {"params": {"verb": "put"}}
    answer = master("POST", "~/menus", {"name": "Evening"}, **envelope)

    assert answer.status_code == 201


def test_deleting_takes_a_body_and_no_body(master):
    for body in ({"data": {}}, None):
        made = master.ok("PUT", "~/menus", {"name": "Evening"})
        answer = master("DELETE", f"~/menus/{made['id']}", (body or {}).get("data"))
        assert answer.status_code == 200
        assert answer.json()["data"]["name"] == "Evening"
        assert master("GET", f"~/menus/{made['id']}").status_code == 404


def test_missing_data_reads_as_an_empty_document(master):
    answer = master("PUT", "~/menus", envelope={"accept_charges": True})

    assert answer.status_code == 400
    assert answer.json()["data"]["name"]["required"]["message"] == "Field is required but missing"


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1]", b'"x"', b"\xff\xfe", b'{"data": NaN}', b'{"data": {"name": "\\ud800"}}', b"[" * 5000],
)
def test_a_body_that_is_no_json_object_is_refused(master, body):
    answer = master("PUT", "~/menus", raw=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert "invalid" in answer.json()["data"]["json"]


@pytest.mark.parametrize("data", ["text", 5, True])
def test_data_is_an_object_or_a_list(master, data):
    answer = master("PUT", "~/menus", data)

    assert answer.status_code == 400
    assert answer.json()["data"]["data"]["type"]["target"] == "object"


def test_unknown_paths_and_verbs(master, anybody):
    assert master("GET", "~/nothing").json()["message"] == "not_found"
    assert anybody("PUT", "/nothing").status_code == 404
    answer = master("PATCH", "~/descendants", {})
    assert answer.status_code == 405
    assert answer.json()["message"] == "invalid_method"
    assert answer.headers["Allow"] == "GET"
    assert master("HEAD", "~/menus").status_code == 405


def test_types_that_do_not_fit(master):
    assert master("PUT", "~/menus", raw=b"a=b", headers={"Content-Type": "text/html"}).status_code == 415
    assert master("GET", "~/menus", headers={"Accept": "text/html"}).status_code == 406
    accepted = "application/json, text/javascript, */*; q=0.01"
    assert master("GET", "~/menus", headers={"Accept": accepted}).status_code == 200
    assert master("GET", "~/menus", headers={"Accept": "text/html"}, params={"accept": "application/json"}).ok


def test_pretty_print(master):
    assert "\n    " in master("GET", "~/menus", params={"pretty_print": "true"}).text
    assert "\n    " in master("GET", "~/menus", headers={"X-Pretty-Print": "true"}).text
    assert "\n" not in master("GET", "~/menus").text


def test_browsers_of_other_sites_are_let_in(base, anybody):
    answer = anybody("OPTIONS", "/accounts/x/menus", headers={"Origin": "https://portal.example"})

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("content-type", "x-auth-token", "if-match"))
    exposed = answer.headers["Access-Control-Expose-Headers"].lower()
    assert all(name in exposed for name in ("x-auth-token", "x-request-id", "location", "etag"))


def test_the_time_that_jquery_adds_means_nothing(master):
    assert master.get("~/menus", _="1760000000000") == master.get("~/menus")


def test_old_clients_ask_below_v1_and_send_bare_documents(sandbox, master):
    old = Caller(f"{sandbox.url}/kazoo/v1", master.token, master.account_id)
    answer = old("PUT", "~/menus", raw=b'{"name": "Bare"}', headers={"Content-Type": "application/json"})

    assert answer.status_code == 201
    assert answer.json()["data"]["name"] == "Bare"


def test_the_own_account_has_an_alias(customer):
    assert customer.get("/account/menus") == customer.get("~/menus")


def test_faults_on_demand_come_in_the_envelope(sandbox, master):
    sandbox.faults.add("kazoo", "menu.list", status=503)
    answer = master("GET", "~/menus")

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/json"
    assert (answer.json()["error"], answer.json()["message"]) == ("503", "datastore_unreachable")


def test_the_quota_of_the_server_is_told_without_retry_after(sandbox, master):
    sandbox.limits.set("kazoo", 1, 60)
    master("GET", "~/menus")
    answer = master("GET", "~/menus")

    assert (answer.status_code, answer.json()["message"]) == (429, "too_many_requests")
    assert "Retry-After" not in answer.headers
