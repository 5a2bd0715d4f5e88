"""Port requests: every move between states, papers, lists of an account and of those below."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from telephony.providers.kazoo.sandbox import KazooSandbox
from telephony.providers.kazoo.sandbox.ports import MOVES, STATES
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.wire import WireRequest

SCHEDULE = {"schedule_on": {"date_time": "2026-07-01 09:00", "timezone": "Europe/Paris"}}
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def request_id(master):
    return master.ok("PUT", "~/port_requests", {"name": "Move", "numbers": {"+33199005501": {}}})["id"]


def move(caller, request_id, state):
    return caller(
        "PATCH",
        f"~/port_requests/{request_id}/{state}",
        SCHEDULE if state == "scheduled" else {},
        envelope={"accept_charges": True},
    )


class Moves(RuleBasedStateMachine):
    """A request moved about at random goes only where the facts let it, and tells its way."""

    @initialize()
    def begin(self):
        self.sandbox = KazooSandbox(SandboxClock(datetime(2026, 6, 17, 10, tzinfo=UTC), 0))
        self.sandbox.store.data["settings"] = {"bucket_size": 0}
        self.token = self.sandbox.grant({})["auth_token"]
        self.account = self.sandbox.account_id("Garage Pontavre")
        answer, self.document = self.ask("PUT", "", {"name": "Move", "numbers": {"+33199005501": {}}})
        assert answer.status == 201
        self.state, self.way = "unconfirmed", ["unconfirmed"]

    def ask(self, method, path, data):
        target = f"/kazoo/v2/accounts/{self.account}/port_requests{path}"
        headers = {"X-Auth-Token": self.token, "Content-Type": "application/json"}
        body = json.dumps({"data": data, "accept_charges": True}).encode()
        reply = self.sandbox.answer(WireRequest.read(method, target, headers, body, "127.0.0.1"))
        return reply, json.loads(reply.body)["data"]

    @rule(state=st.sampled_from([*STATES, "nowhere"]), dated=st.booleans())
    def move(self, state, dated):
        answer, data = self.ask("PATCH", f"/{self.document['id']}/{state}", SCHEDULE if dated else {})
        if state == "nowhere":
            assert answer.status == 404
        elif state not in MOVES[self.state]:
            assert (answer.status, data["port_state"]["enum"]["cause"]) == (400, state)
        elif state == "scheduled" and not dated:
            assert (answer.status, list(data)) == (400, ["schedule_on"])
        else:
            assert (answer.status, data["port_state"]) == (200, state)
            self.state = state
            self.way.append(state)

    @rule()
    def edit(self):
        answer, _data = self.ask(
            "POST", f"/{self.document['id']}", {"name": "Moved", "numbers": {"+33199005501": {}}}
        )
        assert (answer.status == 200) == (self.state in ("unconfirmed", "rejected"))

    @invariant()
    def it_is_where_it_went(self):
        if not hasattr(self, "state"):
            return
        _answer, data = self.ask("GET", f"/{self.document['id']}", {})
        assert data["port_state"] == self.state
        _answer, steps = self.ask("GET", f"/{self.document['id']}/timeline", {})
        assert sorted(step["transition"]["new"] for step in steps) == sorted(self.way)


TestMoves = Moves.TestCase
TestMoves.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)


def test_completing_brings_the_numbers(master, request_id, fake_kazoo):
    for state in ("submitted", "pending", "scheduled", "completed"):
        assert move(master, request_id, state).status_code == 200
    number = fake_kazoo.store.data["numbers"]["+33199005501"]

    assert (number["pvt"]["account"], number["pvt"]["state"]) == (master.account_id, "in_service")


def test_a_switch_lets_submitted_requests_be_scheduled(sandbox, master, request_id):
    move(master, request_id, "submitted")
    assert move(master, request_id, "scheduled").status_code == 400
    sandbox.state("kazoo")["settings"]["scheduled_from_submitted"] = True
    assert move(master, request_id, "scheduled").json()["data"]["schedule_on"] == SCHEDULE["schedule_on"]


def test_changing_the_state_needs_no_data(master, request_id):
    answer = master("PATCH", f"~/port_requests/{request_id}/canceled")

    assert answer.json()["data"]["port_state"] == "canceled"


def test_only_open_requests_can_be_deleted(master, request_id):
    move(master, request_id, "submitted")
    assert master("DELETE", f"~/port_requests/{request_id}", {}).status_code == 400
    move(master, request_id, "rejected")
    assert master("DELETE", f"~/port_requests/{request_id}", {}).status_code == 200
    assert master("GET", f"~/port_requests/{request_id}").status_code == 404


def test_numbers_that_cannot_be_ported(master, fake_kazoo, request_id):
    held = next(
        one
        for one, entry in fake_kazoo.store.data["numbers"].items()
        if entry["pvt"]["state"] == "in_service"
    )
    answer = master(
        "PUT", "~/port_requests", {"name": "x", "numbers": {held: {}, "+33199005501": {}, "12": {}}}
    )
    rules = {number: list(found) for number, found in answer.json()["data"].items()}

    assert rules == {held: ["number_exists"], "+33199005501": ["on_port_request"], "12": ["not_reconcilable"]}


def test_papers_are_raw_pdf(master, request_id):
    path = f"~/port_requests/{request_id}/attachments"
    pdf = {"Content-Type": "application/pdf"}
    assert master.get(path) == {}
    made = master("PUT", path, raw=PDF, headers=pdf, params={"filename": "bill.pdf"})
    assert made.status_code == 201
    assert master.get(path) == {"bill.pdf": {"content_type": "application/pdf", "length": len(PDF)}}
    read = master("GET", f"{path}/bill.pdf", headers={"Accept": "application/pdf"})
    assert (read.content, read.headers["Content-Type"]) == (PDF, "application/pdf")
    assert master("POST", f"{path}/bill.pdf", raw=PDF + b"2", headers=pdf).status_code == 200
    assert master("GET", f"{path}/bill.pdf").content == PDF + b"2"
    assert master("POST", f"{path}/other.pdf", raw=PDF, headers=pdf).status_code == 404
    assert master("DELETE", f"{path}/bill.pdf", raw=b"", headers=pdf).status_code == 200
    assert master("GET", f"{path}/bill.pdf").status_code == 404
    assert master("PUT", path, raw=b"", headers=pdf).json()["data"]["file"]["required"]


def test_papers_that_are_too_big(sandbox, master, request_id):
    sandbox.state("kazoo")["settings"]["upload_limit"] = 10
    answer = master(
        "PUT",
        f"~/port_requests/{request_id}/attachments",
        raw=PDF,
        headers={"Content-Type": "application/pdf"},
    )

    assert (answer.status_code, answer.json()["data"]["file"]["maxSize"]["target"]) == (413, 10)


def test_the_letter_is_a_pdf(master, request_id):
    answer = master("GET", f"~/port_requests/{request_id}/loa", headers={"Accept": "application/pdf"})

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_lists_by_type_and_number(master, request_id):
    assert request_id in [row["id"] for row in master.every("~/port_requests", by_types="suspended")]
    assert request_id not in [row["id"] for row in master.every("~/port_requests", by_types="progressing")]
    assert [row["id"] for row in master.every("~/port_requests", by_number="+33199005501")] == [request_id]


@pytest.mark.parametrize("path", ["~/port_requests/descendants", "~/descendants/port_requests"])
def test_requests_of_everybody_below(caller_of, path, fake_kazoo):
    caller = caller_of("Telmarine Services")
    groups = caller.get(path)
    accounts = fake_kazoo.store.data["accounts"]
    expected = {
        one
        for one, account in accounts.items()
        if account["docs"].get("port_requests") and one != caller.account_id and account["pvt"]["parent"]
    }

    assert {group["account_id"] for group in groups} == expected
    assert all(group["account_name"] and group["port_requests"] for group in groups)


def test_submitting_may_cost(master, request_id, fake_kazoo):
    price_ports(fake_kazoo, master.account_id)
    refused = master("PATCH", f"~/port_requests/{request_id}/submitted", {})
    assert (refused.status_code, refused.json()["message"]) == (402, "accept charges")
    assert master.get(f"~/port_requests/{request_id}")["port_state"] == "unconfirmed"
    assert move(master, request_id, "submitted").status_code == 200


def price_ports(fake_kazoo, account_id):
    accounts = fake_kazoo.store.data["accounts"]
    plan = next(iter(accounts[account_id]["one"]["services"]["doc"]["plans"]))
    seller = accounts[accounts[account_id]["pvt"]["reseller_id"]]
    seller["docs"]["service_plans"][plan]["doc"]["plan"]["number_services"] = {
        "port": {"rate": 0, "activation_charge": 5.0}
    }


def test_lists_by_state(master, caller_of, request_id):
    """The SDK reads one state at a time, of an account and of those below."""
    assert request_id in [row["id"] for row in master.get("~/port_requests/unconfirmed")]
    assert move(master, request_id, "submitted").status_code == 200
    assert request_id not in [row["id"] for row in master.get("~/port_requests/unconfirmed")]

    groups = caller_of().get("~/descendants/port_requests/submitted")
    rows = [row for group in groups for row in group["port_requests"]]
    assert request_id in [row["id"] for row in rows]
    assert {row["port_state"] for row in rows} == {"submitted"}


def test_what_was_handed_in_last(master, request_id):
    assert move(master, request_id, "submitted").status_code == 200

    found = {row["id"]: row for row in master.get("~/port_requests/last_submitted")}
    assert found[request_id]["transition"] == {"previous": "unconfirmed", "new": "submitted"}


def test_the_reseller_sees_what_it_decides_on(caller_of, fake_kazoo):
    caller = caller_of("Telmarine Services")
    accounts = fake_kazoo.store.data["accounts"]
    groups = caller.get("/port_requests")

    assert groups
    assert {accounts[group["account_id"]]["pvt"]["reseller_id"] for group in groups} == {caller.account_id}


@pytest.mark.parametrize(("generation", "is_grouped"), [("3.22", False), ("4.3", True), ("5.x", True)])
def test_newer_servers_put_the_requests_of_an_account_into_one_row(
    sandbox, master, request_id, generation, is_grouped
):
    sandbox.state("kazoo")["generation"] = generation

    row = master.get("~/port_requests")[0]
    assert ("port_requests" in row) == is_grouped
    assert master.get("~/port_requests", by_number="+33199005501")[0]["id"] == request_id


def test_the_oldest_clients_move_a_request_with_a_post(sandbox, master, request_id):
    path = f"~/port_requests/{request_id}/submitted"
    sandbox.state("kazoo")["generation"] = "4.3"
    assert master("POST", path, {}).status_code == 404

    sandbox.state("kazoo")["generation"] = "3.22"
    assert master.ok("POST", path, {}, envelope={"accept_charges": True})["port_state"] == "submitted"
