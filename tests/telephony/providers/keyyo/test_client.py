"""The Keyyo client against the sandbox: tokens, errors, lists, and answers that are not what they should be."""

from __future__ import annotations

import json

import pytest

from portal.lib.errors import (
    AnswerLost,
    Forbidden,
    InvalidInput,
    NeedsReconnect,
    NotFound,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from tests.telephony.providers.conftest import HeldGrant
from tests.telephony.providers.keyyo.conftest import LINE

READ = "/services/" + LINE


def fault(sandbox, match, **kwargs):
    sandbox.faults.add("keyyo", match, **kwargs)


def test_services_of_one_type_are_filtered_again_here(keyyo):
    groups = keyyo.services("ACDService")

    assert len(groups) == 5 and {one.type for one in groups} == {"ACDService"}
    assert len(keyyo.services()) == 60


def test_a_profile_update_sends_only_what_changed(keyyo, sandbox):
    profile = keyyo.update_profile(LINE, "default", {"forward_delay": 15, "forward_to_voicemail": False})

    assert sandbox.last_request.data == {"forward_delay": "15", "forward_to_voicemail": "0"}
    assert profile.is_default and profile.forward_delay_s == 15
    assert sandbox.provider("keyyo").profile(LINE, "default")["forward_delay"] == 15


def test_an_empty_text_clears_a_number(keyyo):
    keyyo.update_profile(LINE, "default", {"backup_number": "+33199001002"})
    assert keyyo.update_profile(LINE, "default", {"backup_number": ""}).backup_number == ""


def test_the_default_profile_comes_first_and_cannot_be_deleted(keyyo):
    assert keyyo.profiles(LINE)[0].is_default
    with pytest.raises(Forbidden) as refused:
        keyyo.call("services.profiles.delete", {"csi": LINE, "profile_identifier": "default"})
    assert refused.value.message and "\r" not in refused.value.message


def test_a_csi_token_is_secret_and_has_an_end(keyyo):
    token = keyyo.csi_token(LINE, ["*.example.org"])

    assert token.token and token.token.reveal() not in repr(token)
    assert token.expires_at.tzinfo is not None


def test_an_expired_token_is_renewed_once_and_the_call_repeated(client_for, sandbox):
    fresh = sandbox.provider("keyyo").grant({"login": "corvane"})["access_token"]
    grant = HeldGrant("stale", (fresh,))

    assert client_for(grant=grant).service(LINE).csi == LINE
    assert grant.renewed == 1


def test_a_write_refused_for_its_token_is_sent_again(client_for, sandbox):
    fresh = sandbox.provider("keyyo").grant({"login": "corvane"})["access_token"]

    client_for(grant=HeldGrant("stale", (fresh,))).update_profile(LINE, "default", {"forward_delay": 25})

    assert sandbox.provider("keyyo").profile(LINE, "default")["forward_delay"] == 25


def test_a_fresh_token_that_is_refused_is_a_passing_fault(client_for):
    grant = HeldGrant("stale", ("also stale",))
    with pytest.raises(Unavailable):
        client_for(grant=grant).service(LINE)
    assert grant.renewed == 1


def test_a_dead_grant_is_told_as_such(client_for):
    class Dead(HeldGrant):
        def renew(self):
            raise NeedsReconnect("dead")

    with pytest.raises(NeedsReconnect):
        client_for(grant=Dead("stale")).service(LINE)


def test_a_missing_scope_is_forbidden_with_the_reason(client_for):
    with pytest.raises(Forbidden, match="scope"):
        client_for(scopes=("voip_profiles_admin",)).blacklist(LINE)


def test_voicemail_messages_are_for_contacts_only(keyyo):
    with pytest.raises(Forbidden):
        keyyo.call("services.voicemails.default.unread_messages.list", {"csi": LINE})


def test_what_does_not_exist_is_not_found(keyyo):
    with pytest.raises(NotFound):
        keyyo.service("33199999999")
    with pytest.raises(NotFound):
        keyyo.update_profile(LINE, "4711", {"name": "Nobody"})


def test_a_refused_value_stands_on_its_field(keyyo):
    numbers = [f"+3319900{9000 + index}" for index in range(21)]
    with pytest.raises(InvalidInput) as refused:
        keyyo.call("services.blacklist.replace", {"csi": LINE, "numbers": numbers})
    assert set(refused.value.fields) == {"numbers"} and refused.value.status == 400

    with pytest.raises(InvalidInput) as refused:
        keyyo.update_profile(LINE, "default", {"forward_on_no_answer_number": "1234567890123456789"})
    reason = refused.value.fields["forward_on_no_answer_number"]
    assert reason and not reason.startswith("forward_on_no_answer_number")


def test_a_value_that_cannot_be_right_is_not_sent(keyyo, sandbox):
    sandbox.requests.clear()
    with pytest.raises(InvalidInput) as refused:
        keyyo.call("services.profiles.update", {"csi": LINE, "forward_delay": "soon", "colour": "red"})

    assert set(refused.value.fields) == {"forward_delay", "colour", "profile_identifier"}
    assert not sandbox.requests


def test_unknown_names_may_be_sent_as_data_and_come_back_as_keyyos_refusal(keyyo):
    with pytest.raises(InvalidInput) as refused:
        keyyo.call("services.update", {"csi": LINE}, data={"colour": "red"})
    assert "colour" in refused.value.message


def test_reads_survive_a_passing_fault_and_writes_are_not_repeated(keyyo, sandbox):
    fault(sandbox, READ, status=503, times=2)
    assert keyyo.service(LINE).csi == LINE

    fault(sandbox, "profiles/default", drop="after", times=1)
    with pytest.raises(AnswerLost):
        keyyo.update_profile(LINE, "default", {"forward_delay": 33})
    assert sandbox.provider("keyyo").profile(LINE, "default")["forward_delay"] == 33

    fault(sandbox, "profiles/default", drop="before", times=1)
    with pytest.raises(AnswerLost):
        keyyo.update_profile(LINE, "default", {"forward_delay": 44})
    assert sandbox.provider("keyyo").profile(LINE, "default")["forward_delay"] == 33


def test_a_server_failure_leaves_a_write_in_doubt(keyyo, sandbox):
    fault(sandbox, "profiles/default", status=500, times=1)
    with pytest.raises(AnswerLost):
        keyyo.update_profile(LINE, "default", {"forward_delay": 33})


def test_too_many_calls_say_when_to_come_back(keyyo, sandbox):
    fault(sandbox, "blacklist", status=429, retry_after="77", times=1)
    with pytest.raises(RateLimited) as limited:
        keyyo.call("services.blacklist.replace", {"csi": LINE, "numbers": []})
    assert limited.value.retry_after_s == 77


@pytest.mark.parametrize(
    "body",
    ["", "<html>maintenance</html>", "[]", "null", '"text"', "{}", '{"_embedded": 5}',
     '{"_embedded": {"A": [1]}}', '{"_embedded": {"A": "x"}}'],
)  # fmt: skip
def test_an_odd_list_is_an_error_and_never_an_empty_list(keyyo, sandbox, body):
    fault(sandbox, "blacklist", status=200, body=body, times=3)
    with pytest.raises(UnexpectedAnswer):
        keyyo.blacklist(LINE)


@pytest.mark.parametrize("body", ['{"_links": {}}', '{"_links": {}, "_embedded": {}}', '{"_embedded": []}'])
def test_an_empty_list_may_be_written_in_several_ways(keyyo, sandbox, body):
    fault(sandbox, "blacklist", status=200, body=body, times=1)
    assert keyyo.blacklist(LINE) == []


def test_several_types_of_one_list_are_all_read(keyyo, sandbox):
    body = {"_embedded": {"UCaaSVoIPAccount": [{"csi": "2"}], "FaxTransfer": [{"csi": "1"}]}}
    fault(sandbox, "/services", status=200, body=json.dumps(body), times=1)

    assert [(one.csi, one.type) for one in keyyo.services()] == [
        ("1", "FaxTransfer"),
        ("2", "UCaaSVoIPAccount"),
    ]


def test_a_part_of_a_list_that_has_no_pages_is_not_taken_for_the_whole(keyyo, sandbox):
    body = {"_embedded": {"Number": [{"number": "1"}]}, "_links": {"next": {"href": "?offset=1"}}}
    fault(sandbox, "blacklist", status=200, body=json.dumps(body), times=3)
    with pytest.raises(UnexpectedAnswer):
        keyyo.blacklist(LINE)


def test_an_answer_about_another_line_is_refused(keyyo, sandbox):
    fault(sandbox, READ, status=200, body='{"csi": "33199001999", "_resource_type": "X"}', times=1)
    with pytest.raises(UnexpectedAnswer):
        keyyo.service(LINE)


def test_a_redirect_is_not_followed(keyyo, sandbox):
    fault(sandbox, READ, status=302, body="", times=1)
    with pytest.raises(UnexpectedAnswer):
        keyyo.service(LINE)


def test_a_csi_of_any_shape_stays_one_path_segment(keyyo, sandbox):
    for csi in ("name@kphone", "a/../../directory_contacts", "..", "x?y=1#z"):
        with pytest.raises(NotFound):
            keyyo.service(csi)
        assert sandbox.last_request.operation == "services.read"


def test_pages_follow_the_links_and_end(keyyo):
    values = {"date_start": "2026-03-01", "date_end": "2026-04-01", "limit": 200}
    pages = list(keyyo.pages("outgoing_call_detail.list", values))

    ids = [row["call_id"] + row["csi"] for page in pages for row in page.items]
    assert len(ids) == len(set(ids)) > 600
    assert all(len(page.items) == 200 for page in pages[:-1])
    assert pages[-1].following is None and pages[0].following["offset"] == 200


def test_a_next_page_somewhere_else_is_refused(keyyo, sandbox):
    row = {"call_id": "1"}
    body = {
        "_embedded": {"CallDetailRecord": [row]},
        "_links": {"next": {"href": "https://elsewhere.example/x?offset=1"}},
    }
    fault(sandbox, "call_detail", status=200, body=json.dumps(body), times=1)
    with pytest.raises(UnexpectedAnswer):
        list(keyyo.pages("outgoing_call_detail.list"))


def test_a_list_that_goes_in_a_circle_is_an_error(keyyo, sandbox):
    body = {"_embedded": {"X": [{"call_id": "x"}]}, "_links": {"next": {"href": "?offset=0"}}}
    fault(sandbox, "call_detail", status=200, body=json.dumps(body), times=5)
    with pytest.raises(UnexpectedAnswer):
        list(keyyo.pages("outgoing_call_detail.list"))


def test_without_links_full_pages_are_followed_until_a_short_one(keyyo, sandbox):
    def page(count):
        return json.dumps({"_embedded": {"CallDetailRecord": [{"call_id": "x"}] * count}})

    for count in (120, 120, 30):  # a server that cuts pages at 120, whatever was asked for
        fault(sandbox, "call_detail", status=200, body=page(count), times=1)
    pages = list(keyyo.pages("outgoing_call_detail.list"))

    assert [len(one.items) for one in pages] == [120, 120, 30]
    assert [one.query.get("offset") for one in sandbox.requests] == ["0", "120", "240"]


def test_the_request_is_shown_without_the_token(keyyo):
    shown = keyyo.prepare(
        "services.blacklist.replace", {"csi": LINE, "numbers": ["anonymous"], "localized_numbers": True}
    ).shown()

    assert shown["headers"]["Authorization"] == "***"
    assert shown["url"].endswith(f"/services/{LINE}/blacklist?localized_numbers=1")
    assert shown["body"] == "numbers%5B0%5D=anonymous"


def test_no_token_shows_anywhere(client_for, sandbox, exchanges):
    client = client_for(grant=HeldGrant("canary-token"))
    with pytest.raises(Unavailable) as error:
        client.service(LINE)
    assert "canary" not in repr(exchanges) + repr(error.value) + str(error.value.__dict__)
