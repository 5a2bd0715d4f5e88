"""What the legs say: fields in their types, legs that know each other, and calls of every kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony.providers.kazoo.sandbox.cdrs import cost_units
from telephony.providers.kazoo.sandbox.seed.business import carrier_id
from telephony.providers.kazoo.sandbox.seed.plans import account_id, plan_of
from telephony.providers.kazoo.times import EPOCH_S, to_gregorian

NOW_G = to_gregorian(datetime(2026, 6, 17, 10, 0, tzinfo=UTC))
SEEN = ("sarvelle", "galdraine", "melisande", "larkwell", "tessaly", "sagarhill")
TYPES = {
    "id": str,
    "call_id": str,
    "call_direction": str,
    "caller_id_number": str,
    "caller_id_name": str,
    "callee_id_number": str,
    "callee_id_name": str,
    "duration_seconds": int,
    "billing_seconds": int,
    "ringing_seconds": int,
    "timestamp": int,
    "channel_created_time": int,
    "hangup_cause": str,
    "hangup_code": str,
    "disposition": str,
    "from": str,
    "from_uri": str,
    "from_tag": str,
    "to": str,
    "to_uri": str,
    "to_tag": str,
    "request": str,
    "other_leg_call_id": str,
    "other_leg_caller_id_name": str,
    "other_leg_caller_id_number": str,
    "other_leg_destination_number": str,
    "other_leg_direction": str,
    "presence_id": str,
    "user_agent": str,
    "media_server": str,
    "node": str,
    "app_name": str,
    "app_version": str,
    "local_sdp": str,
    "remote_sdp": str,
    "digits_dialed": str,
    "interaction_id": str,
    "interaction_time": int,
    "interaction_key": str,
    "custom_sip_headers": dict,
    "custom_application_vars": dict,
    "custom_channel_vars": dict,
}
FAX = {
    "fax_success", "fax_total_pages", "fax_transferred_pages", "fax_transfer_rate", "fax_ecm_used", "fax_bad_rows",
    "fax_result_code", "fax_result_text",
}  # fmt: skip


@pytest.fixture(scope="module")
def months(cdr_book):
    """Every leg of six accounts in March 2026, by account."""
    start_g = to_gregorian(datetime(2026, 3, 1, tzinfo=UTC))
    found = {}
    for key in SEEN:
        found[account_id(key)] = list(
            cdr_book.legs(account_id(key), start_g, start_g + 31 * 86400 - 1, NOW_G)
        )
    return found


@pytest.fixture(scope="module")
def legs(months):
    return [leg for found in months.values() for leg in found]


@pytest.fixture(scope="module")
def calls(legs):
    """Legs by interaction, of calls that lie wholly in the month."""
    found = defaultdict(list)
    for leg in legs:
        found[leg["interaction_id"]].append(leg)
    edge = min(leg["timestamp"] for leg in legs) + 6 * 3600
    return [call for call in found.values() if min(leg["timestamp"] for leg in call) > edge]


def test_every_leg_has_every_field_in_its_type(legs):
    for leg in legs:
        assert set(TYPES) <= set(leg) <= set(TYPES) | FAX
        for name, kind in TYPES.items():
            assert type(leg[name]) is kind, name
        for name in FAX & set(leg):
            assert type(leg[name]) is str
        for name, value in leg["custom_channel_vars"].items():
            assert type(value) is (list if name == "media_recordings" else str), name


def test_times_of_a_leg_agree(legs):
    for leg in legs:
        start_s = leg["timestamp"] - leg["duration_seconds"] - EPOCH_S
        assert leg["channel_created_time"] // 1_000_000 == start_s
        assert 0 <= leg["billing_seconds"] <= leg["duration_seconds"] < 5 * 3600
        assert leg["ringing_seconds"] == leg["duration_seconds"] - leg["billing_seconds"]
        assert leg["interaction_id"] == f"{leg['interaction_time']}-{leg['interaction_key']}"
        assert leg["interaction_time"] <= start_s + EPOCH_S


def test_owners_devices_carriers_and_queues_are_the_accounts_own(months, accounts):
    carriers = {
        carrier_id(name)
        for name in (
            "Armorvoix, France",
            "Thamesline, United Kingdom",
            "Hudson Link, North America",
            "International de secours",
        )
    }
    for account, found in months.items():
        docs = accounts[account]["docs"]
        own = carriers | set(docs.get("resources", {}))
        for leg in found:
            ccv = leg["custom_channel_vars"]
            assert ccv["account_id"] == account
            assert ccv["reseller_id"] == account_id("telmarine")
            assert ccv.get("owner_id") is None or ccv["owner_id"] in docs["users"]
            assert ccv.get("resource_id") is None or ccv["resource_id"] in own
            assert ccv.get("queue_id") is None or ccv["queue_id"] in docs["queues"]
            known = {
                "device": docs["devices"],
                "mobile": docs["devices"],
                "user": docs["users"],
                "resource": own,
            }
            kind = ccv.get("authorizing_type")
            if kind == "outbound_fax":
                assert leg["fax_success"]
            else:
                assert kind and ccv["authorizing_id"] in known[kind]
            if kind in ("device", "mobile"):
                assert docs["devices"][ccv["authorizing_id"]]["doc"].get("owner_id") == ccv.get("owner_id")


def test_legs_know_each_other(calls, legs):
    by_call_id = {leg["call_id"]: leg for leg in legs}
    for call in calls:
        for leg in call:
            other = leg["other_leg_call_id"]
            if not other:
                continue
            assert other in by_call_id
            twin = by_call_id[other]
            assert twin["custom_channel_vars"]["account_id"] == leg["custom_channel_vars"]["account_id"]
            starts = [one["timestamp"] - one["duration_seconds"] for one in (leg, twin)]
            assert max(starts) <= min(leg["timestamp"], twin["timestamp"])


def test_an_interaction_has_one_calling_leg_and_the_rest_ring(calls):
    for call in calls:
        first = [leg for leg in call if leg["call_direction"] == "inbound"]
        if len(first) == 1:
            (leg,) = first
            assert leg["timestamp"] - leg["duration_seconds"] == leg["interaction_time"]
            for other in call:
                assert other["timestamp"] - other["duration_seconds"] >= leg["interaction_time"]
        else:
            assert not first
            assert call[0]["custom_channel_vars"]["authorizing_type"] == "outbound_fax"


def test_who_loses_the_race_lost_to_an_answered_leg(calls):
    for call in calls:
        lost = [leg for leg in call if leg["hangup_cause"] == "LOSE_RACE"]
        answered = [leg for leg in call if leg["call_direction"] == "outbound" and leg["billing_seconds"] > 0]
        assert not lost or answered or any(leg["hangup_cause"] == "PICKED_OFF" for leg in call)
        assert all(leg["billing_seconds"] == 0 for leg in lost)


def test_direction_can_be_told_from_carriers_and_owners(calls):
    kinds = Counter()
    for call in calls:
        incoming = any(
            leg["call_direction"] == "inbound"
            and leg["custom_channel_vars"].get("authorizing_type") == "resource"
            for leg in call
        )
        outgoing = any(
            leg["call_direction"] == "outbound" and "resource_id" in leg["custom_channel_vars"]
            for leg in call
        )
        kinds["incoming" if incoming else "outgoing" if outgoing else "internal"] += 1

    assert kinds["incoming"] > kinds["outgoing"] > kinds["internal"] > 100


def test_there_is_something_of_everything(calls, legs):
    causes = Counter(leg["hangup_cause"] for leg in legs)
    variables = [leg["custom_channel_vars"] for leg in legs]

    assert {
        "NORMAL_CLEARING",
        "LOSE_RACE",
        "NO_ANSWER",
        "ORIGINATOR_CANCEL",
        "USER_BUSY",
        "CALL_REJECTED",
        "UNALLOCATED_NUMBER",
        "ATTENDED_TRANSFER",
        "BLIND_TRANSFER",
        "PICKED_OFF",
        "NO_USER_RESPONSE",
        "SUBSCRIBER_ABSENT",
        "NORMAL_TEMPORARY_FAILURE",
        "RECOVERY_ON_TIMER_EXPIRE",
        "DESTINATION_OUT_OF_ORDER",
    } <= set(causes)
    assert {"queue_id", "conference_id", "call_forward", "rate", "privacy_hide_number"} <= {
        name for ccv in variables for name in ccv
    }
    assert {ccv["authorizing_type"] for ccv in variables} == {
        "device",
        "mobile",
        "user",
        "resource",
        "outbound_fax",
    }
    assert any(ccv["media_recordings"] for ccv in variables)
    assert any(leg["caller_id_number"] == "anonymous" for leg in legs)
    assert any(leg["request"].startswith("*97@") for leg in legs)
    assert any(leg["digits_dialed"] not in ("none", "") for leg in legs)
    assert max(leg["billing_seconds"] for leg in legs) > 2 * 3600
    assert any("fax_success" in leg for leg in legs)
    assert max(len(call) for call in calls) > 8
    # A mailbox: answered by the switch, no other leg talks.
    assert any(
        leg["billing_seconds"] > 0 and not leg["other_leg_call_id"] and len(call) > 2
        for call in calls
        for leg in call
    )


def test_only_accounts_billed_by_the_minute_cost_something(months):
    for key in SEEN:
        found = months[account_id(key)]
        total = sum(cost_units(leg) for leg in found)
        assert (total > 0) == (plan_of(key).data["pvt"]["billing_mode"] == "per_minute"), key
        for leg in found:
            assert cost_units(leg) == 0 or (
                leg["billing_seconds"] > 0 and "resource_id" in leg["custom_channel_vars"]
            )


@pytest.mark.parametrize(
    ("seconds", "units"), [(0, 0), (1, 45), (30, 45), (31, 54), (60, 90), (61, 99), (600, 900)]
)
def test_time_is_charged_in_steps(seconds, units):
    ccv = {
        "account_billing": "per_minute",
        "rate": "90",
        "rate_minimum": "30",
        "rate_increment": "6",
        "surcharge": "0",
    }

    assert cost_units({"custom_channel_vars": ccv, "billing_seconds": seconds}) == units


def hours_of(found, zone):
    starts = [leg["timestamp"] - leg["duration_seconds"] - EPOCH_S for leg in found]
    return Counter(datetime.fromtimestamp(at_s, ZoneInfo(zone)).hour for at_s in starts)


@pytest.mark.parametrize("key", ["galdraine", "larkwell", "tessaly", "sagarhill"])
def test_offices_work_by_their_own_clock(months, key):
    hours = hours_of(months[account_id(key)], plan_of(key).zone)
    by_day = sum(hours[hour] for hour in range(8, 19))

    assert by_day > 0.9 * sum(hours.values())
    assert hours[10] > 1.8 * hours[13]
    assert hours[2] + hours[3] + hours[4] < 0.02 * sum(hours.values())


def test_the_clinic_is_called_at_night_too(months):
    hours = hours_of(months[account_id("sarvelle")], "Europe/Paris")

    assert all(hours[hour] > 0 for hour in range(24))


def test_sundays_and_holidays_are_quiet(cdr_book):
    def count(day):
        begins = datetime(2026, *day, tzinfo=ZoneInfo("Europe/Paris"))
        return len(
            cdr_book.legs(
                account_id("galdraine"), to_gregorian(begins), to_gregorian(begins + timedelta(days=1)), NOW_G
            )
        )

    assert count((5, 1)) < 0.2 * count((4, 28))
    assert count((4, 26)) < 0.2 * count((4, 28))
