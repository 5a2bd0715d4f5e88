"""The state that a fresh Keyyo sandbox starts with: three customers, built from the files in `../fixtures`.

The same seed gives the same customers; only message and task dates follow the day on which the state is made.
"""

import json
import random
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from telephony.providers.keyyo.sandbox.directory_seed import directory_of
from telephony.providers.keyyo.sandbox.times import paris_text

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
VERSION = 6
SEED = 20260101
CUSTOMERS = ("corvane", "morvanne", "vellard")
PASSWORD = "keyyo-demo"
CLIENT_ID = "5f1c0a7be2d94"
CLIENT_SECRET = "keyyo-demo-secret"
REDIRECT_URI = "http://localhost:8000/oauth/keyyo/callback/"
SCOPES = ("full_access", "full_access_read_only", "voip_profiles_admin", "cti_admin")
BARRING_GROUPS = ("international", "mobile", "premium", "satellite")
VOICE_TYPES = ("UCaaSVoIPAccount", "MobileAccount")


@cache
def fixture(name: str) -> Any:
    """One committed fixture, parsed once; callers copy what they keep."""
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def make_state(now: datetime) -> dict[str, Any]:
    """The whole state document. `now` dates the voicemail messages and the provisioning history."""
    logins: dict[str, Any] = {}
    accounts: dict[str, Any] = {}
    for key in CUSTOMERS:
        plan = fixture(key)
        logins[key] = {
            "password": PASSWORD,
            "account": key,
            "contact": False,
            "name": plan["name"],
            "services": [],
        }
        for login, contact in plan["contacts_of_login"].items():
            logins[login] = {
                "password": PASSWORD, "account": key, "contact": True,
                "name": contact["name"], "services": list(contact["services"]),
            }  # fmt: skip
        accounts[key] = _account(plan, now)
    return {
        "version": VERSION,
        "seed": SEED,
        "settings": {
            "rotation": True, "code_life_s": 60, "token_life_s": 3600, "retention_months": 12, "early_records": False,
        },
        "applications": {
            CLIENT_ID: {
                "name": "Switchboard", "secret": CLIENT_SECRET,
                "redirect_uris": [REDIRECT_URI], "scopes": ["full_access_read_only"],
            }
        },
        "logins": logins,
        "codes": {}, "tokens": {}, "refresh_tokens": {}, "csi_tokens": {}, "last_actions": {},
        "accounts": accounts,
    }  # fmt: skip


def _account(plan: dict[str, Any], now: datetime) -> dict[str, Any]:
    chance = random.Random(f"{SEED}/{plan['account']}")
    lines = [row["csi"] for row in plan["services"] if row["type"] in VOICE_TYPES]
    services = {row["csi"]: _service(row, plan, lines, chance, now) for row in plan["services"]}
    branches, contacts = directory_of(plan, fixture("people"), fixture("partners"), chance)
    return {
        "name": plan["name"], "services": services, "branches": branches, "contacts": contacts,
        "next_uid": 1000, "calls": [],
    }  # fmt: skip


def _service(
    row: dict[str, Any], plan: dict[str, Any], lines: list[str], chance: random.Random, now: datetime
) -> dict[str, Any]:
    kind, csi = row["type"], row["csi"]
    offers = fixture("offers")[kind]
    offer = offers[0] if len(offers) == 1 else offers[chance.choice((0, 0, 0, len(offers) - 1))]
    fields: dict[str, Any] = {
        "csi": csi,
        "name": row["name"],
        "offer_id": offer["id"],
        "offer_name": offer["name"],
        "commitment_start_date": f"{chance.randint(2017, 2024)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        "status": row.get("status", "in_service"),
        "blocking_status": row.get("blocking_status"),
        "options": {"MobileAccount": ["sms", "iphone"], "UCaaSVoIPAccount": ["supervision"]}.get(kind, []),
    }
    service: dict[str, Any] = {
        "type": kind, "fields": fields, "tasks": _past_tasks(row, chance, now), "password": _password(chance),
    }  # fmt: skip
    if kind in VOICE_TYPES:
        _add_voice(service, row, plan, lines, chance, now)
    elif kind == "ACDService":
        service["profiles"] = _profiles("acd", {})
    elif kind == "EmailAccount":
        fields |= {name: row[name] for name in ("first_name", "last_name", "quota")}
    elif kind == "DSLAccess":
        fields |= {
            "reference_number": row["reference_number"],
            "maximum_download_speed": row["down"],
            "maximum_upload_speed": row["up"],
        }
    elif kind == "VirtualFaxAccount":
        fields |= {"email": row["email"], "password": service["password"]}
    return service


def _add_voice(
    service: dict[str, Any], row: dict[str, Any], plan: dict[str, Any], lines: list[str],
    chance: random.Random, now: datetime,
) -> None:  # fmt: skip
    """What only lines have: presented number, profiles, plugins, barring, screening, terminals, voicemail."""
    csi = row["csi"]
    is_voip = row["type"] == "UCaaSVoIPAccount"
    service["fields"] |= {
        "incoming_acd_calls_allowed": int(row["character"] in ("reception", "desk", "busy_desk", "on_call")),
        "presented_number": row.get("presented", csi),
    }
    service["barring"] = {
        "allowed": list(BARRING_GROUPS),
        "active": ["premium", "satellite"]
        if chance.random() < 0.7
        else ["premium", "satellite", "international"],
    }
    service["usage"] = _usage(row, chance, service["fields"]["offer_name"], now)
    service["voicemail"] = _voicemail(row, plan, chance, now)
    if not is_voip:
        return
    others = {
        "@second": next((line for line in lines if line != csi), ""),
        "@mobile": next((line for line in lines if line.startswith("336") and line != csi), ""),
        "@on_call": next((line for line in lines if line.startswith("336")), ""),
    }
    service["fields"]["short_number"] = row["short"]
    service["profiles"] = _profiles(row.get("profiles", "default"), others, second=others["@second"])
    service["blacklist"] = _blacklist(row, chance)
    service["plugins"] = {
        "custom": {"enabled": 0, "parameters": {"url": "", "ip_regexp": ""}},
        "websocket": {
            "enabled": int(row["character"] in ("reception", "person")),
            "parameters": {"origin": ""},
        },
        "delos": {"enabled": 0, "parameters": {}},
    }
    service["terminals"] = _terminals(row, chance)


def _profiles(name: str, others: dict[str, str], second: str = "") -> dict[str, Any]:
    """Profiles by identifier: the default one, whose name is empty, and those that the fixture names."""
    if name == "acd":
        made = [
            {"name": "", "forced": 0},
            {"name": "Ouverture", "forced": 0},
            {"name": "Fermeture", "forced": 0},
        ]
    else:
        blank = {
            "name": "", "forced": 0, "backup_number": "", "forward_unconditionally_number": "",
            "forward_on_no_answer_number": "", "forward_delay": 20, "forward_to_voicemail": 0,
            "forward_use_account_callerid_presentation": 0,
        }  # fmt: skip
        default = {
            "forward_on_no_answer_number": second if name != "default" else "",
            "backup_number": others["@on_call"],
        }
        rows = [default, *fixture("profiles")[name]]
        made = [blank | {key: others.get(value, value) for key, value in row.items()} for row in rows]
    identifiers = ["default", *(str(number) for number in range(1, len(made)))]
    return dict(zip(identifiers, made, strict=True))


def _blacklist(row: dict[str, Any], chance: random.Random) -> list[str]:
    pool = [f"331990073{number:02d}" for number in range(10, 60)] + [
        f"336399800{number}" for number in range(85, 99)
    ]
    pool += ["442079460666", "33536490090", "33261910051", "33353010077", "33465710060"]
    blocked = chance.sample(pool, row.get("blacklist", 0))
    return [*blocked, "anonymous"] if row.get("anonymous") else blocked


def _terminals(row: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    models = (
        "Yealink SIP-T46U 108.86.0.45",
        "Gigaset N870 IP PRO/83.2.62",
        "Bria 6.5.2 rev 116054",
        "snomD785/10.1.184.15",
    )
    count = {"reception": 2, "person": 2, "quiet": 0}.get(row["character"], 1)
    return [
        {
            "private_ip": f"192.168.{chance.randint(0, 4)}.{chance.randint(10, 240)}",
            "public_ip": f"203.0.113.{chance.randint(2, 250)}",
            "user_agent": chance.choice(models),
            "cdi": f"{row['csi']}-{number + 1}",
        }
        for number in range(count)
    ]


def _usage(row: dict[str, Any], chance: random.Random, offer: str, now: datetime) -> list[dict[str, Any]]:
    """Statistics of limited plans, none for the unlimited ones."""
    end_s, start_s = int(now.timestamp()) + 9 * 86400, int(now.timestamp()) - 21 * 86400
    when = {
        "last_usage_ts": int(now.timestamp()) - 5400, "last_update_ts": int(now.timestamp()) - 1800,
        "start_ts": start_s, "end_ts": end_s,
    }  # fmt: skip
    if row["type"] == "MobileAccount":
        total = 102400 if "100" in offer else 20480
        used = chance.randint(total // 20, total * 9 // 10)
        data = {"id": 1, "description": f"Données {total // 1024} Go", "unit": "Mo"}
        return [
            {
                "_type": "DataUsageStatistic",
                **data,
                "total": total,
                "used": used,
                "remaining": total - used,
                **when,
            }
        ]
    if "Minutes" in offer:
        plan = {
            "unit": "minute",
            "total": 300,
            "remaining": chance.randint(0, 300),
            "description": "Forfait 300 minutes",
        }
        return [{"_type": "MinutePlanStatistic", **plan, **when}]
    return []


def _voicemail(
    row: dict[str, Any], plan: dict[str, Any], chance: random.Random, now: datetime
) -> dict[str, Any]:
    """The mailbox of a line with a few messages of the last days, newest first."""
    messages = []
    for number in range(chance.randint(2, 7)):
        ago_s = chance.randint(1800, 20 * 86400)
        messages.append({
            "identifier": f"{chance.getrandbits(40):010x}", "read": int(number > 2),
            "caller_id": chance.choice(("33199006210", "33639980041", "33353010018", "anonymous", "442079460018")),
            "timestamp": int(now.timestamp()) - ago_s, "duration": chance.randint(4, 48),
        })  # fmt: skip
    messages.sort(key=lambda message: -int(str(message["timestamp"])))
    return {
        "name": row["name"],
        "email": f"messagerie@{plan['account']}.example",
        "recording_enabled": 1,
        "instructions_enabled": 1,
        "answering_audio_file_id": 11,
        "recording_audio_file_id_unavailable": 21,
        "recording_audio_file_id_busy": 22,
        "messages": messages,
    }


def _past_tasks(row: dict[str, Any], chance: random.Random, now: datetime) -> list[dict[str, Any]]:
    """Provisioning history: one old task done, and for a few services one that failed."""
    made_s = int(now.timestamp()) - chance.randint(30, 300) * 86400
    tasks = [_task("create", f"Création du service {row['name']}", "DONE", made_s)]
    if chance.random() < 0.08:
        tasks.append(
            _task(
                "update_route",
                "Mise à jour du routage",
                chance.choice(("ERROR", "FAILED", "CANCEL")),
                made_s + 86400,
            )
        )
    return tasks


def _task(action: str, description: str, status: str, made_s: int) -> dict[str, Any]:
    return {
        "action": action, "description": description, "status": status,
        "creation_date": paris_text(made_s), "planned_date": paris_text(made_s + 300),
        "execution_date": paris_text(made_s + 420),
    }  # fmt: skip


def _password(chance: random.Random) -> str:
    """A SIP password; seeded, so that a reset sandbox has the same ones."""
    return "".join(chance.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))
