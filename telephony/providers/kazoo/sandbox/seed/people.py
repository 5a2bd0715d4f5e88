"""Users, their devices and mailboxes, from an account's plan."""

from typing import Any, NamedTuple

from telephony.providers.kazoo.sandbox.seed.ids import chance_of, credentials, doc_id
from telephony.providers.kazoo.sandbox.seed.notation import resolved
from telephony.providers.kazoo.sandbox.seed.outside import month_text, outside_party
from telephony.providers.kazoo.sandbox.seed.plans import KEYS, Person, Plan

PASSWORD = "kazoo-demo"
_ON_THE_MOVE = ("field", "on_call")
_WITH_SOFTPHONE = ("reception", "person", "busy_desk", "on_call", "desk")
_WITH_BOX = ("person",)
_FOLDERS = ("new", "new", "saved", "saved", "saved", "deleted")


class Model(NamedTuple):
    """A kind of desk phone: brand, family, model, start of its hardware address, user agent."""

    brand: str
    family: str
    model: str
    prefix: str
    agent: str


MODELS = (
    Model("yealink", "t4x", "t46s", "805ec0", "Yealink SIP-T46S 66.86.0.15"),
    Model("yealink", "t4x", "t42s", "805ec0", "Yealink SIP-T42S 66.86.0.15"),
    Model("snom", "d7xx", "d725", "000413", "snomD725/10.1.54.13"),
    Model("polycom", "vvx", "vvx411", "64167f", "PolycomVVX-VVX_411-UA/6.4.3.5156"),
)


def users_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """User documents by id, with the digests of their passwords."""
    agents = {
        person.id: queue
        for queue, name in plan.data.get("agents", {}).items()
        for person in plan.members(name)
    }
    found = {}
    for person in plan.people.values():
        pvt: dict[str, Any] = credentials(person.username, PASSWORD)
        doc = _user(plan, person)
        if person.id in agents:
            doc["queues"] = [plan.id_of("queues", agents[person.id])]
            states = ("login", "login", "login", "pause", "logout")
            pvt["agent_status"] = chance_of(plan.key, person.extension, "agent").choice(states)
        found[person.id] = {"doc": doc, "pvt": pvt}
    return found


def _user(plan: Plan, person: Person) -> dict[str, Any]:
    caller = {"name": person.name[:35], "number": person.extension}
    doc: dict[str, Any] = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "username": person.username,
        "email": f"{person.username}@{plan.key.replace('_', '-')}.example",
        "priv_level": "user",
        "enabled": True,
        "verified": False,
        "require_password_update": False,
        "presence_id": person.extension,
        "timezone": plan.zone,
        "vm_to_email_enabled": True,
        "caller_id": {"internal": caller},
        "ringtones": {},
        "call_restriction": {},
        "contact_list": {},
        "dial_plan": {},
        "music_on_hold": {},
        "profile": {},
    }
    direct = plan.data["direct"].get(person.extension)
    if direct:
        doc["caller_id"] = {"internal": caller, "external": {"number": direct}}
    if int(person.extension) in plan.data.get("without_phone", ()):
        doc["hotdesk"] = {"enabled": True, "id": person.extension, "require_pin": False}
    for directory, members in plan.data.get("in_directory", {}).items():
        if int(person.extension) in members:
            doc["directories"] = {plan.id_of("directories", directory): extension_flow_id(plan, person)}
    return doc | resolved(plan.data["people"].get(person.extension, {}), plan)


def extension_flow_id(plan: Plan, person: Person) -> str:
    """The callflow that a person's own extension starts."""
    return plan.id_of("callflows", f"extension {person.extension}")


def devices_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """Device documents by id: one or two for each person, then those without an owner."""
    docs: list[dict[str, Any]] = []
    without = plan.data.get("without_phone", ())
    for person in plan.people.values():
        if int(person.extension) not in without:
            docs.append(_first_device(plan, person))
    able = [person for person in plan.people.values() if person.character in _WITH_SOFTPHONE]
    able.sort(key=lambda person: _WITH_SOFTPHONE.index(person.character))
    for person in able[: plan.data["softphones"]]:
        codecs = {
            "audio": {"codecs": ["OPUS", "PCMA", "PCMU"]},
            "encryption": {"enforce_security": True, "methods": ["srtp"]},
        }
        docs.append(
            _device(plan, f"Softphone {person.extension}", "softphone", f"s{person.extension}", person)
            | {"media": codecs}
        )
    for name, kind in plan.data["places"]:
        docs.append(_place(plan, name, kind))
    return {plan.id_of("devices", doc["name"]): {"doc": doc, "pvt": {}} for doc in docs}


def _first_device(plan: Plan, person: Person) -> dict[str, Any]:
    if person.character not in _ON_THE_MOVE:
        return _desk_phone(plan, f"Poste {person.extension}", f"u{person.extension}", person)
    number = mobile_number(plan, person)
    if int(person.extension) % 4 == 3:
        doc = _device(plan, f"Mobile {person.extension}", "mobile", f"m{person.extension}", person)
        return doc | {"mobile": {"mdn": number}}
    doc = _device(plan, f"GSM {person.extension}", "cellphone", f"c{person.extension}", person)
    return doc | {
        "call_forward": {"enabled": True, "number": number, "require_keypress": True, "keep_caller_id": True}
    }


def mobile_number(plan: Plan, person: Person) -> str:
    """The person's mobile, out of a range that no subscriber ever gets."""
    index = list(plan.people).index(person.extension)
    country = plan.data["country"]
    if country == "FR":
        return f"+3363998{4000 + 100 * KEYS.index(plan.key) + index:04d}"
    return (
        f"+16175550{100 + index}"
        if country == "US"
        else f"+447700900{(700 if country == 'GB' else 600) + index}"
    )


def _desk_phone(plan: Plan, name: str, username: str, person: Person | None = None) -> dict[str, Any]:
    chance = chance_of(plan.key, "phone", name)
    model = chance.choice(MODELS)
    mac = f"{model.prefix}{chance.getrandbits(24):06x}"
    doc = _device(plan, name, "sip_device", username, person)
    return doc | {
        "mac_address": ":".join(mac[at : at + 2] for at in range(0, 12, 2)),
        "provision": {
            "endpoint_brand": model.brand,
            "endpoint_family": model.family,
            "endpoint_model": model.model,
        },
        "media": {
            "audio": {"codecs": ["G722", "PCMA", "PCMU"]},
            "video": {"codecs": []},
            "encryption": {"enforce_security": False},
        },
    }


def _place(plan: Plan, name: str, kind: str) -> dict[str, Any]:
    username = f"p{doc_id(plan.key, name)[:6]}"
    if kind == "sip_device":
        return _desk_phone(plan, name, username)
    doc = _device(plan, name, kind, username)
    if kind == "sip_uri":
        doc["sip"] = {
            "method": "password",
            "invite_format": "route",
            "route": f"sip:{username}@door.{plan.realm}",
        }
    elif kind == "fax":
        doc["media"] = {"fax_option": True, "audio": {"codecs": ["PCMA", "PCMU"]}}
    return doc


def _device(plan: Plan, name: str, kind: str, username: str, person: Person | None = None) -> dict[str, Any]:
    chance = chance_of(plan.key, "sip", username)
    password = "".join(chance.choices("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789", k=12))
    doc: dict[str, Any] = {
        "name": name,
        "device_type": kind,
        "enabled": chance.random() > 0.03,
        "sip": {
            "method": "password",
            "username": username,
            "password": password,
            "expire_seconds": 300,
            "invite_format": "contact",
        },
        "call_restriction": {},
        "caller_id": {},
        "contact_list": {"exclude": person is None},
        "ringtones": {},
        "suppress_unregister_notifications": kind in ("softphone", "cellphone", "mobile"),
        "exclude_from_queues": kind == "fax",
    }
    return doc | ({"owner_id": person.id} if person else {})


def vmboxes_of(plan: Plan, now_g: int) -> dict[str, dict[str, Any]]:
    """Mailboxes: the shared ones, and one for each person who is reached by an extension."""
    boxes: dict[str, tuple[str, Person | None]] = {
        number: (name, None) for number, name in plan.data["boxes"].items()
    }
    for person in plan.people.values():
        if int(person.extension) in plan.data["extensions"] or person.character in _WITH_BOX:
            boxes.setdefault(person.extension, (person.name, person))
    found = {}
    for number, (name, owner) in boxes.items():
        doc: dict[str, Any] = {
            "name": name,
            "mailbox": number,
            "timezone": plan.zone,
            "require_pin": owner is not None,
            "pin": f"{chance_of(plan.key, number).randrange(10000):04d}",
            "check_if_owner": True,
            "is_setup": owner is None,
            "skip_greeting": False,
            "skip_instructions": owner is None,
            "delete_after_notify": False,
            "transcribe": plan.data["country"] != "FR",
            "media_extension": "mp3",
            "media": {},
            "notify_email_addresses": [] if owner else [f"messages@{plan.key.replace('_', '-')}.example"],
        }
        if owner:
            doc["owner_id"] = owner.id
        found[plan.id_of("vmboxes", number)] = {
            "doc": doc,
            "pvt": {"messages": _messages(plan, number, now_g)},
        }
    return found


def _messages(plan: Plan, number: str, now_g: int) -> list[dict[str, Any]]:
    """Up to seven messages of the last six weeks, newest first."""
    chance = chance_of(plan.key, "messages", number)
    messages = []
    for _ in range(chance.choice((0, 1, 2, 3, 3, 5, 7))):
        caller, name = outside_party(plan.data["country"], chance)
        at_g = now_g - chance.randrange(3600, 42 * 86400)
        row: dict[str, Any] = {
            "media_id": f"{month_text(at_g)}-{chance.getrandbits(128):032x}",
            "call_id": f"{chance.getrandbits(64):016x}@10.26.0.11",
            "folder": chance.choice(_FOLDERS),
            "timestamp": at_g,
            "length": chance.randrange(3000, 95000),
            "from": f"{caller}@{plan.realm}",
            "to": f"{number}@{plan.realm}",
            "caller_id_name": name or caller,
            "caller_id_number": caller,
        }
        if plan.data["country"] != "FR":
            row["transcription"] = {"result": "success", "text": "Hello, please call me back when you can."}
        messages.append(row)
    return sorted(messages, key=lambda row: -row["timestamp"])
