"""Entities: what a sync reads, and that one object read alone is the same."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from portal.lib.errors import NotFound, Unavailable
from telephony.providers.drafts import PLACEHOLDER
from telephony.providers.keyyo.kinds import KINDS
from telephony.providers.keyyo.sync import path_values, read_entities, read_entity
from tests.telephony.providers.keyyo.conftest import LINE


@pytest.fixture
def small(client_for):
    """Morvanne's account of eight services."""
    return client_for("morvanne")


def drafts(pages):
    return [draft for page in pages for draft in page.drafts]


def test_every_kind_is_read_and_every_list_is_whole(keyyo):
    pages = list(read_entities(keyyo))
    counts = Counter(draft.kind for draft in drafts(pages))

    assert set(counts) == set(KINDS)
    assert all(page.is_complete for page in pages)
    services = sum(count for kind, count in counts.items() if KINDS[kind].list_operation == "services.list")
    assert services == 60
    assert counts["Blacklist"] == counts["UCaaSVoIPAccount"]


def test_identities_are_unique_and_the_same_twice(small):
    def identities():
        return [(one.kind, one.parent_remote_id, one.remote_id) for one in drafts(read_entities(small))]

    first = identities()
    assert len(set(first)) == len(first)
    assert identities() == first


def test_one_object_read_alone_is_what_the_sync_stored(small):
    for draft in drafts(read_entities(small)):
        again = read_entity(small, draft.kind, draft.parent_remote_id, draft.remote_id)
        assert (again.document, again.name, again.status) == (draft.document, draft.name, draft.status), (
            draft.kind
        )


def test_documents_are_json_and_carry_no_links_sounds_or_secrets(keyyo, sandbox):
    found = drafts(read_entities(keyyo))
    text = json.dumps([one.document for one in found])
    assert "_links" not in text and "base64_contents" not in text

    faxes = [one for one in found if one.kind == "VirtualFaxAccount"]
    assert faxes and all(one.document["password"] == PLACEHOLDER and one.secrets["password"] for one in faxes)
    assert not any(one.secrets["password"] in text for one in faxes)


def test_lines_have_number_name_and_status(keyyo):
    line = next(one for one in drafts(read_entities(keyyo, ["UCaaSVoIPAccount"])) if one.remote_id == LINE)

    assert line.number == f"+{LINE}" and line.name and line.status == "in_service"
    mail = drafts(read_entities(keyyo, ["EmailAccount"]))
    assert all(one.number == "" and "@" in one.remote_id for one in mail)


def test_known_parents_save_the_service_list(small, sandbox):
    lines = [one.remote_id for one in drafts(read_entities(small, ["UCaaSVoIPAccount"]))]
    sandbox.requests.clear()

    list(read_entities(small, ["VoIPAccountProfile"], parents={"UCaaSVoIPAccount": lines}))

    assert [one.operation for one in sandbox.requests] == ["services.profiles.list"] * len(lines)


def test_plugin_parameters_hang_below_their_plugin(small):
    parameters = drafts(read_entities(small, ["CTIPluginParameter"]))
    url = next(one for one in parameters if one.remote_id == "url")

    assert url.parent_remote_id.endswith("/custom")
    csi = url.parent_remote_id.removesuffix("/custom")
    assert path_values("CTIPluginParameter", url.parent_remote_id, "url") == {
        "csi": csi, "plugin_name": "custom", "parameter_name": "url"
    }  # fmt: skip


def test_profiles_point_to_the_lines_they_forward_to(keyyo):
    target = next(one for one in keyyo.services("UCaaSVoIPAccount") if one.csi != LINE).csi
    keyyo.update_profile(LINE, "default", {"forward_on_no_answer_number": f"+{target}"})

    profile = read_entity(keyyo, "VoIPAccountProfile", LINE, "default")

    assert ("forward_on_no_answer_number", target) in [
        (one.path, one.target_remote_id) for one in profile.references
    ]


def test_what_the_grant_does_not_cover_is_left_out_and_never_empty(client_for):
    narrow = client_for("morvanne", scopes=("voip_profiles_admin",))
    pages = list(read_entities(narrow))

    assert "VoIPAccountProfile" in {page.kind for page in pages}
    assert not {"Blacklist", "CTIPlugin", "DirectoryContact"} & {page.kind for page in pages}


def test_one_line_that_is_refused_does_not_hide_the_others(small, sandbox):
    whole = len(drafts(read_entities(small, ["Blacklist"])))
    sandbox.faults.add("keyyo", "blacklist", status=403, times=1)
    assert len(drafts(read_entities(small, ["Blacklist"]))) == whole - 1


def test_a_passing_fault_stops_the_reading_and_says_so(small, sandbox):
    sandbox.faults.add("keyyo", "blacklist", status=503, times=3)
    with pytest.raises(Unavailable):
        list(read_entities(small, ["Blacklist"]))


def test_an_object_that_is_gone_is_not_found(small):
    for kind, parent, remote_id in (
        ("UCaaSVoIPAccount", "", "33199999999"),
        ("Offer", LINE, "1"),
        ("SIPRecord", "33199999999", "0" * 16),
    ):
        with pytest.raises(NotFound):
            read_entity(small, kind, parent, remote_id)
