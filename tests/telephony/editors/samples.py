"""What is typed for a new object of each kind, and to change one field of it."""

from __future__ import annotations

from typing import Any


def one_row(field: str, **cells: str) -> dict[str, str]:
    """A list with one new entry, as the rows of a form send it."""
    typed = {f"{field}.0.{name}": value for name, value in cells.items()}
    return {f"{field}.there": "1", field: "0", f"{field}.0.what": "entry:", **typed}


NEW: dict[str, dict[str, Any]] = {
    "account": {"name": "Braemont Conseil", "realm": "braemont.sip.telmarine.example"},
    "user": {"first_name": "Odile", "last_name": "Marchetti"},
    "device": {"name": "Front desk", "device_type": "softphone", "sip.username": "frontdesk_1"},
    "callflow": {"name": "Night", "numbers": "4711", "flow.module": "response", "flow.data": '{"code": 486}'},
    "menu": {"name": "Main menu", "retries": "2"},
    "media": {"name": "Closed", "media_source": "tts", "tts.text": "We are closed."},
    "vmbox": {"name": "Front desk", "mailbox": "8001", "pin": "4711"},
    "conference": {"name": "Weekly", "conference_numbers": "8500"},
    "group": {"name": "Sales", "endpoints": "{}"},
    "directory": {"name": "People"},
    "temporal_rule": {"name": "Mornings", "cycle": "weekly", "time_window_start": "08:00"},
    "temporal_rule_set": {"name": "Closed"},
    "queue": {"name": "Support"},
    "blacklist": {"name": "Nuisance", "numbers": "+33199006210"},
    "connectivity": {"name": "PBX", "account.trunks": "4"},
    "resource": {"name": "Carrier", **one_row("gateways", server="192.0.2.20")},
    "global_resource": {"name": "Backbone", **one_row("gateways", server="192.0.2.21")},
    "resource_template": {"name": "Carrier", **one_row("gateways", server="192.0.2.20")},
    "whitelabel": {"domain": "portal.telmarine.example", "company_name": "Telmarine"},
    "port_request": {"name": "Old numbers", "numbers": "+33 1 99 00 55 11\n+33199005512"},
    "webhook": {"name": "Calls", "hook": "channel_create", "uri": "https://hooks.telmarine.example/calls"},
}
TYPED: dict[str, dict[str, Any]] = {
    "account": {"org": "Braemont"},
    "user": {"caller_id.external.number": "+33 1 99 00 62 10"},
    "device": {"caller_id.internal.name": "Desk"},
    "callflow": {"flow.data": '{"code": 480}'},
    "menu": {"timeout": "5000"},
    "media": {"description": "Played on holidays"},
    "vmbox": {"pin": "1234"},
    "conference": {"max_participants": "12"},
    "group": {"flags": "east\nwest"},
    "directory": {"sort_by": "first_name"},
    "temporal_rule": {"wdays": ["monday", "tuesday"]},
    "queue": {"max_queue_size": "7"},
    "blacklist": {"should_block_anonymous": "true"},
    "connectivity": {"account.caller_id.cid_name": "Telmarine"},
    "resource": {"weight_cost": "20"},
    "temporal_rule_set": {"flags": "holidays"},
    "limits": {"twoway_trunks": "7"},
    "phone_number": {"cnam.display_name": "Telmarine"},
    "port_request": {"bill.carrier": "Ancre Telecom"},
    "global_resource": {"weight_cost": "20"},
    "resource_template": {"weight_cost": "20"},
    "whitelabel": {"port.support_email": "porting@telmarine.example"},
    "webhook": {"retries": "3"},
}
