"""The shared directory of a seeded customer: one root folder, a folder for each office, partners and people."""

import random
from typing import Any

CONTACT_FIELDS = (
    "branch_uid", "name", "first_name", "default_number", "work_number", "work_speed_number", "mobile_number",
    "mobile_speed_number", "home_number", "home_speed_number", "email", "company", "job", "address", "zipcode",
    "city", "country", "base64_picture",
)  # fmt: skip
ROOT = "1"
RESIDENTS_PER_OFFICE = 12


def directory_of(
    plan: dict[str, Any], people: dict[str, Any], partners: list[dict[str, Any]], chance: random.Random
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Branches and contacts by uid. Large customers get more people; partners go to a folder of their own."""
    branches = {ROOT: _branch(ROOT, None, plan["name"], 0)}
    names = [
        "Prestataires",
        *(f"Équipe {office}" for office in plan["offices"]),
        "Copropriétaires et locataires",
    ]
    for name in names:
        uid = str(len(branches) + 1)
        branches[uid] = _branch(uid, ROOT, name, 1)
    for name in ("Urgences techniques", "Notaires et experts"):
        uid = str(len(branches) + 1)
        branches[uid] = _branch(uid, "2", name, 2)
    contacts: dict[str, Any] = {}
    for partner in partners:
        _add(contacts, {"branch_uid": "2", "country": "FR", **partner})
    for row in plan["services"]:
        if (
            row.get("character") in ("person", "mobile")
            and row["name"].count(" ") == 1
            and row["type"] != "MobileAccount"
        ):
            first_name, name = row["name"].split(" ")
            office = {
                "first_name": first_name,
                "name": name,
                "work_number": row["csi"],
                "work_speed_number": row.get("short", ""),
            }
            _add(contacts, {"branch_uid": "3", "company": plan["name"], "country": "FR", **office})
    residents = str(2 + len(names) - 1)
    for number in range(RESIDENTS_PER_OFFICE * len(plan["offices"])):
        _add(contacts, _person(number, residents, people, chance))
    return branches, contacts


def resident_number(number: int) -> str:
    """The mobile of the nth resident."""
    return f"3363998{1000 + number:04d}"


def _branch(uid: str, parent: str | None, name: str, depth: int) -> dict[str, Any]:
    return {"uid": uid, "parent_branch_uid": parent, "name": name, "depth": depth, "_changed": 0}


def _add(contacts: dict[str, Any], fields: dict[str, Any]) -> None:
    uid = str(100 + len(contacts) + 1)
    contact = {"uid": uid, **dict.fromkeys(CONTACT_FIELDS, ""), **fields, "_changed": 0}
    contact["default_number"] = contact["work_number"] or contact["mobile_number"]
    contacts[uid] = contact


def _person(number: int, branch_uid: str, people: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    zipcode, town = chance.choice(people["towns"])
    return {
        "branch_uid": branch_uid,
        "first_name": chance.choice(people["first_names"]),
        "name": chance.choice(people["last_names"]),
        "mobile_number": resident_number(number),
        "email": f"contact{number + 1}@residents.example",
        "job": chance.choice(people["jobs"]),
        "address": f"{chance.randint(1, 148)} {chance.choice(people['streets'])}",
        "zipcode": zipcode,
        "city": town,
        "country": "FR",
    }
