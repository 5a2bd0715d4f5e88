"""What a third-party client forces on a server: section 6 of Keyyo's facts, line by line, and the rest of 3 and 4."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.sandbox.server import SandboxServer

LINE = "33199001001"
PROFILE = f"/services/{LINE}/profiles"
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


def test_create_update_and_delete_answer_200(corvane):
    created = corvane("POST", PROFILE, data={"name": "Inventaire"})
    path = f"{PROFILE}/{created.json()['identifier']}"
    updated = corvane("POST", path, data={"forced": "1"})
    deleted = corvane("DELETE", path)

    assert [answer.status_code for answer in (created, updated, deleted)] == [200, 200, 200]
    assert updated.json()["forced"] == 1
    assert deleted.content == b""


def test_every_item_and_every_created_object_has_an_absolute_link(corvane, sandbox):
    base = f"{sandbox.url}/keyyo/manager/1.0"

    assert all(link.startswith(base) for link in links(corvane.get("/services")))
    assert corvane.post(PROFILE, name="Inventaire")["_links"]["self"]["href"].startswith(base + PROFILE)
    for item in corvane.items(PROFILE):
        assert corvane.session.get(item["_links"]["self"]["href"], timeout=5).json()["name"] == item["name"]


def test_links_follow_the_host_that_the_client_used(corvane):
    document = corvane("GET", PROFILE, headers={"Host": "keyyo.test:81"}).json()

    assert all(link.startswith("http://keyyo.test:81/keyyo/manager/1.0/") for link in links(document))


def test_filters_after_a_slash_need_no_redirect(corvane):
    answer = corvane("GET", "/services/?filters%5Btype%5D=ACDService")

    assert answer.history == []
    assert set(answer.json()["_embedded"]) == {"ACDService"}


@pytest.mark.parametrize("query", ["?filters[type]=MobileAccount", "?type=MobileAccount"])
def test_both_spellings_of_the_type_filter_narrow(corvane, query):
    assert set(corvane("GET", f"/services{query}").json()["_embedded"]) == {"MobileAccount"}


def test_an_unknown_type_narrows_nothing(corvane):
    assert len(corvane.items("/services", **{"filters[type]": "Telegraph"})) == 60


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_form_type_with_an_empty_body_is_no_trouble(corvane, method):
    path = PROFILE if method == "GET" else f"{PROFILE}/1"

    assert corvane(method, path, headers=FORM_TYPE, data="").status_code == 200


def test_localized_numbers_is_understood_on_any_url(corvane):
    for path in ("/services", PROFILE, "/directory_contacts", f"/services/{LINE}/blacklist"):
        assert corvane("GET", path, params={"localized_numbers": "1"}).status_code == 200
    line = corvane.get(f"/services/{LINE}", localized_numbers="1")

    assert line["formatted_csi"] == "01 99 00 10 01"
    assert line["presented_number"] == "01 99 00 10 00"
    assert line["presented_number_raw"] == "33199001000"


def test_a_collection_is_replaced_by_put(corvane):
    path = f"/services/{LINE}/call_barred_groups"
    answer = corvane("PUT", path, data={"groups[0]": "premium", "groups[1]": "mobile"})

    assert answer.status_code == 200
    assert [group["name"] for group in corvane.items(path)] == ["premium", "mobile"]


def test_the_status_reason_is_spelled_so_and_never_comes_first(sandbox, corvane):
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
    connection.request(
        "GET", "/keyyo/manager/1.0/services/33100000000", headers=dict(corvane.session.headers)
    )
    answer = connection.getresponse()
    names = [name for name, _ in answer.getheaders()]
    connection.close()

    assert answer.status == 404
    assert "X-Status-Reason" in names
    assert names.index("X-Status-Reason") > 0


@pytest.mark.parametrize(
    "body",
    ["numbers%5B0%5D=33199007318&numbers%5B1%5D=anonymous", "numbers[]=33199007318&numbers[]=anonymous"],
)
def test_arrays_come_with_indexes_or_without(corvane, body):
    answer = corvane("POST", f"/services/{LINE}/blacklist", data=body, headers=FORM_TYPE)

    assert [item["number"] for item in answer.json()["_embedded"]["Number"]] == ["33199007318", "anonymous"]


def test_put_is_documented_and_post_is_accepted_for_the_directory(corvane):
    for method in ("PUT", "POST"):
        assert corvane(method, "/directory_contacts/101", data={"job": method}).json()["job"] == method
        assert corvane(method, "/directory_branches/3", data={"name": method}).json()["name"] == method


def test_deleting_the_collection_leaves_the_default_profile(corvane):
    assert corvane("DELETE", PROFILE).status_code == 200
    assert [profile["identifier"] for profile in corvane.items(PROFILE)] == ["default"]


def test_an_empty_list_is_an_object_without_types(corvane):
    corvane("POST", f"/services/{LINE}/blacklist", data={"numbers": ""})

    assert corvane.get(f"/services/{LINE}/blacklist")["_embedded"] == {}


def test_booleans_are_integers(corvane):
    for profile in corvane.items(PROFILE):
        assert type(profile["forced"]) is int
        assert type(profile["forward_to_voicemail"]) is int
    assert type(corvane.get(f"/services/{LINE}")["incoming_acd_calls_allowed"]) is int


def test_a_browser_of_another_site_may_ask(sandbox):
    answer = requests.options(
        f"{sandbox.url}/keyyo/manager/1.0/services",
        headers={"Origin": "https://crm.example", "Access-Control-Request-Headers": "authorization"},
        timeout=5,
    )

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer nobody", "Basic Y29ydmFuZTprZXl5bw=="])
def test_without_a_known_token_it_is_401(sandbox, token):
    answer = requests.get(
        f"{sandbox.url}/keyyo/manager/1.0/services", headers={"Authorization": token}, timeout=5
    )

    assert answer.status_code == 401
    assert answer.headers["X-Status-Reason"]


def test_a_token_expires_with_the_clock(sandbox, corvane):
    sandbox.clock.advance(3601)

    answer = corvane("GET", "/services")
    assert (answer.status_code, answer.headers["X-Status-Reason"]) == (401, "Expired access token")


def test_a_fault_on_demand_has_the_shape_of_a_refusal(sandbox, corvane):
    sandbox.faults.add("keyyo", "services.profiles.update", status=400, reason="forward_delay: out of range")
    answer = corvane("POST", f"{PROFILE}/default", data={"forward_delay": "10"})

    assert (answer.status_code, answer.headers["X-Status-Reason"]) == (400, "forward_delay: out of range")


def test_a_quota_answers_429_with_a_time(sandbox, corvane):
    sandbox.limits.set("keyyo", 2, 60)
    answers = [corvane("GET", PROFILE) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert answers[2].headers["X-Status-Reason"]


def test_an_unknown_path_is_404_and_a_wrong_verb_405(corvane):
    assert corvane("GET", "/fax_machines").status_code == 404
    assert corvane("PUT", "/services").status_code == 405


@pytest.mark.parametrize(
    "operation", [op for op in CATALOG if op.surface == "manager"], ids=lambda op: op.key
)
def test_each_operation_wants_one_of_its_scopes(
    operation, sandbox: SandboxServer, caller_of: Callable[..., Any]
):
    path = operation.path.replace("{csi}", LINE).replace("{", "").replace("}", "")
    for scope in ("full_access", "full_access_read_only", "voip_profiles_admin", "cti_admin"):
        answer = caller_of("corvane", scope)(operation.method, path)
        lacks_scope = answer.headers.get("X-Status-Reason", "").startswith("Insufficient scope")
        assert lacks_scope == (scope not in operation.scopes)
        assert sandbox.last_request.operation == operation.key


def links(document: Any) -> Iterator[str]:
    """Every `self` address in a document."""
    if isinstance(document, dict):
        if "_links" in document:
            yield document["_links"]["self"]["href"]
        for value in document.values():
            yield from links(value)
    elif isinstance(document, list):
        for value in document:
            yield from links(value)
