"""Profiles of lines and groups: one forced at most, the default one stays, every field is judged."""

from __future__ import annotations

import pytest

LINE, GROUP, MOBILE = "33199001011", "33199001000", "33639980001"
PATH = f"/services/{LINE}/profiles"


def test_a_line_has_the_default_profile_without_a_name(corvane):
    default = corvane.get(f"{PATH}/default")

    assert (default["_resource_type"], default["identifier"], default["name"]) == (
        "VoIPAccountProfile",
        "default",
        "",
    )


def test_a_profile_is_created_changed_and_deleted(corvane):
    created = corvane.post(
        PATH,
        name="Congés",
        forward_unconditionally_number="06 39 98 00 01",
        forward_delay="35",
        backup_number="+33199001002",
    )
    path = f"{PATH}/{created['identifier']}"

    assert created["forward_unconditionally_number"] == "33639980001"
    assert (created["forward_delay"], created["backup_number"]) == (35, "33199001002")
    assert corvane.post(path, forward_unconditionally_number="")["forward_unconditionally_number"] == ""
    assert corvane.get(path)["forward_delay"] == 35
    assert corvane("DELETE", path).status_code == 200
    assert corvane("GET", path).status_code == 404


def test_identifiers_are_not_used_again(corvane):
    first = corvane.post(PATH, name="Un")["identifier"]
    corvane("DELETE", f"{PATH}/{first}")

    assert corvane.post(PATH, name="Deux")["identifier"] != first


@pytest.mark.parametrize("line", [LINE, GROUP])
def test_forcing_one_releases_the_other(corvane, line):
    path = f"/services/{line}/profiles"
    corvane.post(f"{path}/1", forced="1")
    corvane.post(f"{path}/2", forced="true")

    assert [profile["identifier"] for profile in corvane.items(path) if profile["forced"]] == ["2"]
    corvane.post(f"{path}/2", forced="0")
    assert [profile for profile in corvane.items(path) if profile["forced"]] == []
    corvane.post(f"{path}/default", forced="1")
    assert corvane.get(f"{path}/default")["forced"] == 1


def test_a_profile_may_be_forced_when_it_is_made(corvane):
    made = corvane.post(PATH, name="Tempête", forced="1")

    assert [item["identifier"] for item in corvane.items(PATH) if item["forced"]] == [made["identifier"]]


def test_the_default_profile_cannot_be_deleted(corvane):
    answer = corvane("DELETE", f"{PATH}/default")

    assert answer.status_code == 403
    assert "default" in answer.headers["X-Status-Reason"]


def test_a_whole_document_may_be_posted_back(corvane):
    document = {key: value for key, value in corvane.get(f"{PATH}/1").items() if key != "_links"}

    assert corvane("POST", f"{PATH}/1", data=document).json() == corvane.get(f"{PATH}/1")


def test_groups_have_their_own_kind_with_name_and_forced_only(corvane):
    profile = corvane.items(f"/services/{GROUP}/profiles")[1]

    assert profile["_resource_type"] == "ACDProfile"
    assert {key for key in profile if not key.startswith("_")} == {"identifier", "name", "forced"}
    assert corvane("POST", f"/services/{GROUP}/profiles/1", data={"forward_delay": "5"}).status_code == 400


@pytest.mark.parametrize(
    ("form", "status", "word"),
    [
        ({"forward_delay": "121"}, 400, "forward_delay"),
        ({"forward_delay": "-1"}, 400, "forward_delay"),
        ({"forward_delay": "soon"}, 400, "forward_delay"),
        ({"forward_unconditionally_number": "call me"}, 400, "forward_unconditionally_number"),
        ({"forward_on_no_answer_number": LINE}, 400, "forward_on_no_answer_number"),
        ({"forced": "maybe"}, 400, "forced"),
        ({"forward_to_voicemail": "2"}, 400, "forward_to_voicemail"),
        ({"name": ""}, 400, "name"),
        ({"name": "Fermeture"}, 400, "name"),
        ({"name": "x" * 65}, 400, "name"),
        ({"ringtone": "loud"}, 400, "ringtone"),
    ],
)
def test_refusals_name_the_field_and_change_nothing(corvane, form, status, word):
    before = corvane.get(f"{PATH}/2")
    answer = corvane("POST", f"{PATH}/2", data={"backup_number": "33199001002", **form})

    assert answer.status_code == status
    assert word in answer.headers["X-Status-Reason"]
    assert corvane.get(f"{PATH}/2") == before


def test_the_default_profile_gets_no_name(corvane):
    assert corvane("POST", f"{PATH}/default", data={"name": "Jour"}).status_code == 403


def test_creating_without_a_name_is_refused(corvane):
    assert corvane("POST", PATH, data={"forward_delay": "10"}).status_code == 400


def test_mobiles_have_no_profiles(corvane):
    assert corvane("GET", f"/services/{MOBILE}/profiles").status_code == 404


def test_with_the_profiles_scope_lines_are_found_and_profiles_changed(caller_of):
    caller = caller_of("corvane", "voip_profiles_admin")

    assert caller.items("/services")
    assert caller.post(f"{PATH}/1", forced="1")["forced"] == 1
    assert caller("GET", f"/services/{LINE}/blacklist").status_code == 403
