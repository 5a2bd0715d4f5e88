"""The keevio client against the sandbox: sessions, inline credentials, refusals, one company kept from the others."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib.errors import (
    AnswerLost,
    Conflict,
    Forbidden,
    InvalidInput,
    NeedsReconnect,
    NotFound,
    ProviderError,
    Unavailable,
    UnexpectedAnswer,
)
from telephony.providers.keevio.catalog import CATALOG
from telephony.providers.keevio.envelope import document_of, rows_of
from telephony.providers.operations import Effect
from telephony.providers.transport import Response
from tests.telephony.providers.conftest import HeldGrant
from tests.telephony.providers.keevio.conftest import ADMIN, COMPANY

UPDATE = "company.update"


def fault(sandbox, match, **kwargs):
    sandbox.faults.add("keevio", match, **kwargs)


def says(sandbox, match, times=1, **document):
    fault(sandbox, match, status=200, body=json.dumps(document), times=times)


# ---- sessions ----


def test_a_session_that_is_over_is_renewed_once_and_the_write_sent_again(client_for, fake_keevio):
    fresh = fake_keevio.grant({})["session"]
    grant = HeldGrant("over", (fresh,))

    client_for(grant=grant).call(UPDATE, {"company": COMPANY}, data={"q_ringtime": "25"})

    assert grant.renewed == 1
    assert fake_keevio.store.data["companies"][COMPANY]["data"]["q_ringtime"] == "25"


@pytest.mark.parametrize("message", ["Session expired", "Please log in", "Not authenticated"])
def test_a_refusal_that_speaks_of_logging_in_counts_as_one(client_for, fake_keevio, sandbox, message):
    grant = HeldGrant(fake_keevio.grant({})["session"], (fake_keevio.grant({})["session"],))
    says(sandbox, "company.read", result="fail", message=message)

    assert len(client_for(grant=grant).companies()) == 25
    assert grant.renewed == 1


def test_a_session_ends_after_half_an_hour_without_a_call(client_for, fake_keevio, sandbox):
    grant = HeldGrant(fake_keevio.grant({})["session"])
    client = client_for(grant=grant, knows_login=False)
    for _quarter in range(3):
        sandbox.clock.advance(1500)
        client.read_company(COMPANY)
    assert grant.renewed == 0

    sandbox.clock.advance(1801)
    with pytest.raises(Unavailable) as refused:
        client.read_company(COMPANY)
    assert grant.renewed == 1 and refused.value.status == 401


def test_without_a_session_that_lasts_credentials_travel_inline_and_that_is_remembered(
    client_for, memory, sandbox
):
    client = client_for(grant=HeldGrant("over", ("over too",)))

    assert client.read_company(COMPANY)["company"] == COMPANY
    assert memory.get("inline") is True
    sandbox.requests.clear()

    assert client.read_company(COMPANY)["company"] == COMPANY
    assert len(sandbox.requests) == 1 and not sandbox.last_request.header("Cookie")
    assert sandbox.last_request.data["auth"] == {
        "type": "auth", "username": "switchboard", "password": "keevio-demo"
    }  # fmt: skip


def test_inline_credentials_that_are_refused_lead_back_to_signing_in(client_for, memory, fake_keevio):
    class Dead(HeldGrant):
        def renew(self):
            raise NeedsReconnect("wrong password")

    memory.keep("inline", True)
    client = client_for(grant=Dead("over"))
    fake_keevio.store.data["users"]["switchboard"]["password"] = "another"

    with pytest.raises(NeedsReconnect):
        client.read_company(COMPANY)
    assert memory.get("inline") is False


def test_a_login_that_gives_no_session_goes_inline_at_once(client_for, sandbox):
    client = client_for(grant=HeldGrant("inline"))
    sandbox.requests.clear()

    assert client.read_company(COMPANY)["company"] == COMPANY
    assert len(sandbox.requests) == 1


def test_after_a_logout_the_session_is_over(client_for, fake_keevio):
    grant = HeldGrant(fake_keevio.grant({})["session"], (fake_keevio.grant({})["session"],))
    client = client_for(grant=grant, knows_login=False)

    client.call("auth.logout")
    client.read_company(COMPANY)

    assert grant.renewed == 1


def test_a_login_uses_the_connections_own_credentials_unless_told_otherwise(keevio):
    assert keevio.call("auth.login").document["user"]["login"] == "switchboard"
    other = keevio.call("auth.login", {"username": ADMIN, "password": "keevio-demo"})
    assert other.document["user"]["perms"] == {"Company-Admin": COMPANY}
    with pytest.raises(InvalidInput, match="Login failed"):
        keevio.call("auth.login", {"username": ADMIN, "password": "wrong"})


def test_neither_session_nor_password_nor_pin_is_ever_shown(client_for, exchanges):
    client = client_for(grant=HeldGrant("inline"))
    request = client.prepare(UPDATE, {"company": COMPANY, "barge_pin": "730114"})
    login = client.prepare("auth.login")
    client.call(UPDATE, {"company": COMPANY, "barge_pin": "730114"})

    told = f"{request} {request.shown()} {login} {login.shown()} {exchanges}"
    assert "730114" not in told and "keevio-demo" not in told
    assert b"730114" in (request.content() or b"")


def test_the_request_that_is_shown_has_the_headers_and_the_body_of_the_one_that_is_sent(
    client_for, sandbox, memory
):
    for client in (client_for(), client_for(grant=HeldGrant("inline"))):
        client.read_company(COMPANY)  # from then on it knows whether there are sessions
        shown = client.prepare("company.read", {"company": COMPANY})
        sandbox.requests.clear()
        client.read_company(COMPANY)
        sent = sandbox.last_request

        assert all(sent.header(name) for name in shown.headers)
        assert ("Cookie" in shown.headers) is bool(sent.header("Cookie"))
        assert ("auth" in shown.document) is ("auth" in sent.data)
        assert "***" in json.dumps(shown.shown()) and "Authorization" not in shown.shown()["headers"]


# ---- answers ----


def test_the_wanted_company_is_picked_and_never_the_first(keevio, sandbox):
    answer = keevio.call("company.read", {"company": "pellgrove"})

    assert list(answer.document["values"])[0] != "pellgrove" and len(answer.document["values"]) == 3
    assert [row["company"] for row in answer.items] == ["pellgrove"]


def test_an_answer_without_the_wanted_company_is_not_found(keevio, sandbox):
    says(
        sandbox,
        "company.read",
        result="success",
        values={"arkwell_yard": {"id": "1", "name": "A", "data": {}}},
    )
    with pytest.raises(NotFound):
        keevio.read_company(COMPANY)


def test_an_empty_object_written_by_php_is_an_empty_object(keevio, sandbox):
    says(sandbox, "company.read", result="success", values={COMPANY: {"id": 1, "name": "B", "data": []}})
    assert keevio.read_company(COMPANY)["data"] == {}
    says(sandbox, "company.read", result="success", values=[])
    assert keevio.companies() == []


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Permission denied", Forbidden),
        ("Not found", NotFound),
        ("Already exists", Conflict),
        ("Invalid value: q_ringtime", InvalidInput),
        ("something new", InvalidInput),
        ("", InvalidInput),
        (["no text"], InvalidInput),
    ],
)
def test_a_refusal_under_a_200_is_an_error(keevio, sandbox, message, error):
    says(sandbox, UPDATE, result="fail", message=message)
    with pytest.raises(error) as refused:
        keevio.call(UPDATE, {"company": COMPANY, "q_ringtime": "20"})
    assert refused.value.status == 200 and refused.value.message


def test_a_refused_value_stands_on_its_field_by_our_name(keevio, sandbox):
    says(sandbox, UPDATE, result="fail", message="Invalid value: q_ringtime")
    with pytest.raises(InvalidInput) as refused:
        keevio.call(UPDATE, {"company": COMPANY, "q_ringtime": "20"})
    assert set(refused.value.fields) == {"q_ringtime"}

    says(sandbox, "company.group", result="fail", message="Invalid value: company")
    with pytest.raises(InvalidInput) as refused:
        keevio.call("company.group", {"company": COMPANY, "target": "labs"})
    assert set(refused.value.fields) == {"target"}


def test_retry_means_that_nothing_was_done(keevio, sandbox):
    says(sandbox, UPDATE, result="retry", message="Locked by another user")
    with pytest.raises(Unavailable, match="Locked") as busy:
        keevio.call(UPDATE, {"company": COMPANY, "q_ringtime": "20"})
    assert busy.value.status is None


def test_reads_survive_a_passing_fault_and_writes_are_not_repeated(keevio, sandbox, fake_keevio):
    fault(sandbox, "company.read", status=503, times=2)
    assert keevio.read_company(COMPANY)["company"] == COMPANY

    for drop, value in (("after", "21"), ("before", "22")):
        sandbox.requests.clear()
        fault(sandbox, UPDATE, drop=drop, times=1)
        with pytest.raises(AnswerLost):
            keevio.call(UPDATE, {"company": COMPANY, "q_ringtime": value})
        assert len(sandbox.requests) == 1
    assert fake_keevio.store.data["companies"][COMPANY]["data"]["q_ringtime"] == "21"


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_failure_leaves_a_write_in_doubt(keevio, sandbox, status):
    fault(sandbox, UPDATE, status=status, times=1)
    with pytest.raises(AnswerLost):
        keevio.call(UPDATE, {"company": COMPANY, "q_ringtime": "20"})


def test_a_missing_path_is_not_a_missing_company(keevio, sandbox):
    fault(sandbox, "company.read", status=404, times=1)
    with pytest.raises(UnexpectedAnswer):
        keevio.read_company(COMPANY)


@pytest.mark.parametrize(
    "body", ["", "<html>sign in</html>", "[]", "null", "{}", '{"result": "maybe"}', '{"result": true}']
)
def test_an_answer_that_does_not_say_how_it_went_is_none(keevio, sandbox, body):
    fault(sandbox, "company.read", status=200, body=body, times=1)
    with pytest.raises(UnexpectedAnswer):
        keevio.companies()
    fault(sandbox, UPDATE, status=200, body=body, times=1)
    with pytest.raises(AnswerLost):
        keevio.call(UPDATE, {"company": COMPANY, "q_ringtime": "20"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
envelopes = st.fixed_dictionaries(
    {"result": st.sampled_from(["success", "fail", "retry", None])},
    optional={"values": json_values, "message": json_values},
)


@settings(deadline=None)
@given(envelopes | json_values, st.sampled_from([200, 200, 302, 400, 403, 404, 429, 500, 503]))
def test_any_answer_is_rows_or_one_of_our_errors(document, status):
    response = Response(status=status, headers={}, body=json.dumps(document).encode(), elapsed_s=0.0)
    for operation in CATALOG:
        try:
            rows = rows_of(document_of(operation, response), "company")
        except ProviderError as error:
            assert error.message
            continue
        assert status == 200 and document["result"] == "success"
        assert all(row["company"] == key or "company" in row for key, row in rows.items())
        assert all(isinstance(row["data"], dict) for row in rows.values())


# ---- what is not sent ----


@pytest.mark.parametrize(
    ("key", "values", "fields"),
    [
        ("company.create", {"company": "a b", "name": "A"}, {"company"}),
        ("company.create", {"company": "x" * 33, "name": "A"}, {"company"}),
        ("company.create", {"company": "fern\n", "name": "A"}, {"company"}),
        ("company.create", {"company": "fern", "name": "Fern\n"}, {"name"}),
        ("company.create", {"company": "fern", "name": "Fougère & Cie"}, {"name"}),
        ("company.create", {}, {"company", "name"}),
        ("company.update", {"name": "A"}, {"company"}),
        ("company.update", {"company": "", "name": "A"}, {"company"}),
        ("company.update", {"company": COMPANY, "name": ""}, {"name"}),
        ("company.update", {"company": COMPANY, "q_ringtime": "31", "record": -1}, {"record"}),
        ("company.update", {"company": COMPANY, "q_ringtime": "31", "zone": "Mars"}, {"q_ringtime", "zone"}),
        ("company.update", {"company": COMPANY, "vm_maxmsgs": "400", "phonebook": "4"}, {"vm_maxmsgs", "phonebook"}),
        ("company.update", {"company": COMPANY, "colour": "red"}, {"colour"}),
        ("company.update", {"company": COMPANY, "description": "x" * 241}, {"description"}),
        ("company.readContainer", {}, {"company"}),
        ("company.group", {"company": COMPANY}, {"target"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name_and_not_sent(keevio, sandbox, key, values, fields):
    sandbox.requests.clear()
    with pytest.raises(InvalidInput) as refused:
        keevio.call(key, values)

    assert set(refused.value.fields) == fields
    assert not sandbox.requests


def test_an_empty_text_is_sent_because_it_inherits(keevio, sandbox):
    keevio.call(UPDATE, {"company": COMPANY, "q_ringtime": "", "callerid": ""})
    assert sandbox.last_request.data["values"] == {"q_ringtime": "", "callerid": ""}


def test_values_that_the_catalog_does_not_know_are_sent_as_data(keevio, sandbox):
    keevio.call(UPDATE, {"company": COMPANY}, data={"brand_new": [1]})
    assert sandbox.last_request.data["values"] == {"brand_new": [1]}
    with pytest.raises(InvalidInput):
        keevio.call("company.read", {"company": COMPANY}, data={"brand_new": 1})
    with pytest.raises(InvalidInput):
        keevio.call("company.read", filters={"name": "x"})


def test_an_address_with_rest_at_its_end_is_understood(keevio, client_for, addresses):
    addresses["base"] += "/rest/"
    assert client_for().prepare("company.read").url == keevio.prepare("company.read").url


# ---- one company ----


def test_a_connection_of_one_company_asks_for_that_one_alone(client_for, sandbox):
    bound = client_for("switchboard", COMPANY)

    assert [row["company"] for row in bound.companies()] == [COMPANY]
    assert sandbox.last_request.data["scope"] == {"company": COMPANY}
    bound.call(UPDATE, data={"q_ringtime": "20"})
    assert sandbox.last_request.data["scope"] == {"company": COMPANY}


@pytest.mark.parametrize(
    "one", [one for one in CATALOG if one.key.startswith("company.")], ids=lambda one: one.key
)
def test_a_connection_of_one_company_reaches_no_other_whatever_its_login_may(client_for, sandbox, one):
    bound = client_for("switchboard", COMPANY)
    sandbox.requests.clear()

    with pytest.raises(Forbidden):
        bound.call(one.key, {"company": "pellgrove", **({"name": "X"} if one.param("name") else {})})
    assert not sandbox.requests
    assert one.effect is not Effect.NEVER_REPEAT


def test_a_company_administrator_is_refused_by_keevio_as_well(client_for):
    administrator = client_for(ADMIN)
    for call in (
        lambda: administrator.companies(),
        lambda: administrator.read_company("pellgrove"),
        lambda: administrator.call("company.readContainer", {"company": COMPANY}),
        lambda: administrator.call("company.create", {"company": "fern", "name": "Fern"}),
    ):
        with pytest.raises(Forbidden):
            call()
