"""Services, plans, offers, tasks, passwords, plugins, screening and voicemail: state and validation."""

from __future__ import annotations

import base64
import io
import wave
from collections import Counter

import pytest

LINE, MOBILE, GROUP = "33199001001", "33639980001", "33199001000"
MAILBOX, ACCESS = "accueil@corvane.example", "corvane-paris@kphone"


def refused(answer, status, word):
    """The reason names what is wrong."""
    assert answer.status_code == status, answer.text
    assert word in answer.headers["X-Status-Reason"]


def test_corvane_has_60_services_of_all_eight_types(corvane):
    types = Counter(item["_resource_type"] for item in corvane.items("/services"))

    assert sum(types.values()) == 60
    assert len(types) == 8


def test_each_type_has_its_own_fields(corvane):
    common = {"csi", "formatted_csi", "name", "offer_id", "offer_name", "commitment_start_date", "status",
              "blocking_status", "options"}  # fmt: skip
    extra = {
        LINE: {"short_number", "incoming_acd_calls_allowed", "presented_number", "presented_number_raw"},
        MOBILE: {"incoming_acd_calls_allowed", "presented_number", "presented_number_raw"},
        GROUP: set(),
        "33199001080": set(),
        MAILBOX: {"first_name", "last_name", "quota"},
        ACCESS: {"reference_number", "maximum_download_speed", "maximum_upload_speed"},
        "33199001070": set(),
        "33199001071": {"email", "password"},
    }
    for csi, names in extra.items():
        assert {key for key in corvane.get(f"/services/{csi}") if not key.startswith("_")} == common | names


def test_a_csi_that_is_a_mail_address_is_found(corvane):
    assert corvane.get("/services/accueil%40corvane.example")["name"] == "Accueil"


def test_name_presented_number_and_group_calls_can_be_changed(corvane):
    name = "Accueil du siège et de l'ensemble des agences d'Île-de-France"
    changed = corvane.post(
        f"/services/{LINE}", name=name, presented_number="01 99 00 10 11", incoming_acd_calls_allowed="0"
    )

    assert (changed["name"], changed["presented_number"]) == (name, "+33199001011")
    assert corvane.get(f"/services/{LINE}")["incoming_acd_calls_allowed"] == 0
    assert corvane.post(f"/services/{LINE}", presented_number="")["presented_number_raw"] == LINE
    assert corvane.items(f"/services/{LINE}/provisioning_tasks")[-1]["action"] == "rename"


def test_known_fields_that_cannot_be_written_are_ignored(corvane):
    assert corvane.post(f"/services/{LINE}", status="cancelled")["status"] == "in_service"


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"colour": "blue"}, "colour"),
        ({"presented_number": "33199009999"}, "presented_number"),
        ({"presented_number": "twelve"}, "presented_number"),
        ({"incoming_acd_calls_allowed": "perhaps"}, "incoming_acd_calls_allowed"),
    ],
)
def test_bad_changes_of_a_service_name_the_field_and_change_nothing(corvane, form, word):
    before = corvane.get(f"/services/{LINE}")

    refused(corvane("POST", f"/services/{LINE}", data={"name": "Autre", **form}), 400, word)
    assert corvane.get(f"/services/{LINE}") == before


def test_limited_plans_have_statistics_and_unlimited_ones_none(corvane):
    assert corvane.items(f"/services/{MOBILE}/usage_stats")[0]["_resource_type"] == "DataUsageStatistic"
    used = [
        csi["csi"]
        for csi in corvane.items("/services", type="UCaaSVoIPAccount")
        if "Minutes" in csi["offer_name"]
    ]
    statistic = corvane.items(f"/services/{used[0]}/usage_stats")[0]
    assert statistic["_resource_type"] == "MinutePlanStatistic"
    assert 0 <= statistic["remaining"] <= statistic["total"]
    assert corvane.items(f"/services/{GROUP}/usage_stats") == []


def test_an_upgrade_is_carried_out_as_the_clock_passes(corvane, at_noon):
    offer = corvane.items(f"/services/{LINE}/available_upgrades")[0]
    ordered = corvane.post(f"/services/{LINE}/upgrade", target_offer_id=offer["id"])
    states = []
    for wait_s in (0, 90, 300):
        at_noon.clock.advance(wait_s)
        states.append(corvane.items(f"/services/{LINE}/provisioning_tasks")[-1]["status"])

    assert (ordered["result"], ordered["target_offer_id"]) == ("success", offer["id"])
    assert states == ["TODO", "WAIT", "DONE"]
    assert corvane.get(f"/services/{LINE}")["offer_name"] == offer["name"]
    assert offer["id"] not in [left["id"] for left in corvane.items(f"/services/{LINE}/available_upgrades")]


def test_upgrade_refusals(corvane):
    path = f"/services/{LINE}/upgrade"
    offer = corvane.items(f"/services/{LINE}/available_upgrades")[0]["id"]
    refused(corvane("POST", path), 400, "target_offer_id")
    refused(corvane("POST", path, data={"target_offer_id": "5101"}), 400, "target_offer_id")
    corvane.post(path, target_offer_id=offer)
    refused(corvane("POST", path, data={"target_offer_id": offer}), 403, "already")


def test_resetting_a_password_returns_nothing_and_changes_it(corvane, fake_keyyo):
    before = fake_keyyo.sip_password(LINE)
    answer = corvane("POST", f"/services/{LINE}/reset_password")

    assert (answer.status_code, answer.content) == (200, b"")
    assert fake_keyyo.sip_password(LINE) != before
    refused(corvane("POST", f"/services/{GROUP}/reset_password"), 404, "ACDService")


def test_terminals_are_listed(corvane):
    terminal = corvane.items(f"/services/{LINE}/sip_records")[0]

    assert {"private_ip", "public_ip", "user_agent", "cdi"} <= set(terminal)


def test_a_csi_token_lives_for_an_hour(corvane, at_noon):
    masks = {"domain_masks[0]": "*.corvane.example", "domain_masks[1]": "x.example"}
    answer = corvane("POST", f"/services/{LINE}/csi_token", data=masks).json()

    assert answer["result"] == "success"
    assert answer["domain_masks"] == ["*.corvane.example", "x.example"]
    assert answer["timestamp"] - at_noon.clock.timestamp() == answer["expires_in"] == 3600
    assert corvane.post(f"/services/{LINE}/csi_token")["token"] != answer["token"]
    refused(
        corvane("POST", f"/services/{LINE}/csi_token", data={"domain_masks[0]": "a b"}), 400, "domain_masks"
    )
    refused(corvane("POST", f"/services/{MOBILE}/csi_token"), 404, "MobileAccount")


def test_plugins_are_switched_and_keep_their_parameters_exactly(corvane):
    base = f"/services/{LINE}/cti_plugins"
    url = "https://portal.example/hooks/keyyo/s3cret/?a=_ACCOUNT_&c=_CALLER_&t=_N_TYPE_&x=%20+é"

    assert {plugin["name"] for plugin in corvane.items(base)} == {"custom", "websocket", "delos"}
    assert corvane.post(f"{base}/custom", enabled="1")["enabled"] == 1
    assert corvane.post(f"{base}/custom/parameters/url", value=url)["value"] == url
    assert corvane.get(f"{base}/custom/parameters/url")["value"] == url
    assert corvane.get(f"{base}/custom/parameters/url")["information"]
    assert {parameter["name"] for parameter in corvane.items(f"{base}/custom/parameters")} == {
        "url",
        "ip_regexp",
    }


@pytest.mark.parametrize(
    ("path", "form", "status", "word"),
    [
        ("/telepathy", {"enabled": "1"}, 404, "plugin"),
        ("/custom", {}, 400, "enabled"),
        ("/custom", {"enabled": "2"}, 400, "enabled"),
        ("/custom", {"volume": "11"}, 400, "volume"),
        ("/custom/parameters/colour", {"value": "x"}, 404, "parameter"),
        ("/custom/parameters/url", {}, 400, "value"),
        ("/custom/parameters/url", {"value": "ftp://x.example"}, 400, "value"),
    ],
)
def test_plugin_refusals(corvane, path, form, status, word):
    refused(corvane("POST", f"/services/{LINE}/cti_plugins{path}", data=form), status, word)


def test_plugins_belong_to_hosted_lines_only(corvane):
    for csi in (MOBILE, GROUP, MAILBOX):
        refused(corvane("GET", f"/services/{csi}/cti_plugins"), 404, "type")


def test_the_blacklist_holds_20_and_anonymous(corvane):
    path = f"/services/{LINE}/blacklist"
    twenty = {f"numbers[{number}]": f"019900{7300 + number}" for number in range(20)}
    stored = corvane("POST", path, data={**twenty, "numbers[20]": "Anonymous", "numbers[21]": "0199007300"})

    assert stored.status_code == 200
    numbers = [item["number"] for item in corvane.items(path)]
    assert numbers == [*(f"3319900{7300 + number}" for number in range(20)), "anonymous"]
    refused(corvane("POST", path, data={**twenty, "numbers[20]": "33199007399"}), 400, "20")
    refused(corvane("POST", path, data={"numbers[0]": "le voisin"}), 400, "numbers")
    refused(corvane("POST", path), 400, "numbers")
    assert [item["number"] for item in corvane.items(path)] == numbers


def test_the_blacklist_takes_every_notation(corvane):
    typed = ["+33 1 99 00 73 18", "01.99.00.73.19", "0044 20 7946 0666", "1234"]
    stored = corvane("POST", f"/services/{LINE}/blacklist", data={"numbers[]": typed})

    assert [item["number"] for item in stored.json()["_embedded"]["Number"]] == [
        "33199007318", "33199007319", "442079460666", "1234",
    ]  # fmt: skip


def test_seeded_blacklists_have_17_and_20_entries(corvane):
    full = [item["number"] for item in corvane.items("/services/33199001002/blacklist")]
    nearly = [item["number"] for item in corvane.items("/services/33199001011/blacklist")]

    assert len([number for number in full if number != "anonymous"]) == 20
    assert len([number for number in nearly if number != "anonymous"]) == 17


def test_barring_wants_groups_of_the_contract(corvane):
    path = f"/services/{LINE}/call_barred_groups"

    assert {group["name"] for group in corvane.items(f"/services/{LINE}/call_barring_groups")} >= {
        "international"
    }
    refused(corvane("PUT", path, data={"groups[0]": "martian"}), 400, "martian")
    assert corvane("PUT", path, data={"groups": ""}).json()["_embedded"] == {}


def test_messages_answer_to_a_contact_only(corvane, maud):
    path = "/services/33199001021/voicemails/default/unread_messages"
    refused(corvane("GET", path), 403, "contact")
    messages = maud.items(path)
    assert messages
    assert "wav_contents" not in messages[0]

    one = maud.get(f"{path}/{messages[0]['identifier']}")
    with wave.open(io.BytesIO(base64.b64decode(one["wav_contents"]))) as sound:
        assert sound.getnframes() / sound.getframerate() == one["duration"]
    assert len(maud.items(path)) == len(messages), "hearing a message does not move it"


def test_a_message_is_deleted_once(maud):
    path = "/services/33199001021/voicemails/default/unread_messages"
    identifier = maud.items(path)[0]["identifier"]

    assert maud("DELETE", f"{path}/{identifier}").status_code == 200
    assert maud("DELETE", f"{path}/{identifier}").status_code == 404
    assert identifier not in [message["identifier"] for message in maud.items(path)]


def test_read_and_unread_messages_are_apart(maud):
    base = "/services/33199001021/voicemails/default"
    unread = {message["identifier"] for message in maud.items(f"{base}/unread_messages")}
    read = {message["identifier"] for message in maud.items(f"{base}/read_messages")}

    assert not unread & read
    assert maud("GET", f"{base}/read_messages/{unread.pop()}").status_code == 404


def test_the_mailbox_and_its_prompts(corvane):
    base = f"/services/{LINE}/voicemails"
    mailbox = corvane.get(f"{base}/default")

    assert corvane.items(base) == [mailbox]
    answering = corvane.items(f"{base}/default/available_answering_audio_files")
    assert mailbox["answering_audio_file_id"] in [audio["id"] for audio in answering]
    assert base64.b64decode(answering[0]["base64_contents"]).startswith(b"RIFF")
    assert len(corvane.items(f"{base}/default/available_recording_audio_files")) == 3


def test_a_contact_sees_own_services_only(maud):
    assert {item["csi"] for item in maud.items("/services")} == {
        "33199001021", "33639980007", "33199001011", "maud@corvane.example",
    }  # fmt: skip
    assert maud("GET", f"/services/{LINE}").status_code == 404
