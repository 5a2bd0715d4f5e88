"""The state that a fresh keevio sandbox starts with: 25 companies in 6 containers, and who may sign in."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
VERSION = 1
SEED = 20260101
PASSWORD = "keevio-demo"
SYSTEM_ADMIN, NOBODY = "switchboard", "reception"
DEFAULT = "default"
_FIRST_COMPANY, _FIRST_CONTAINER, _FIRST_USER = 101, 11, 1001


@cache
def companies() -> list[dict[str, Any]]:
    """The committed companies, parsed once; callers copy what they keep."""
    found: list[dict[str, Any]] = json.loads((FIXTURES / "companies.json").read_text(encoding="utf-8"))
    return found


def make_state() -> dict[str, Any]:
    """The whole state document."""
    rows = {
        row["company"]: {
            "id": str(_FIRST_COMPANY + index),
            "name": row["name"],
            "description": "",
            "container": row["container"],
            "extensions": row["extensions"],
            "data": deepcopy(row["data"]),
        }
        for index, row in enumerate(companies())
    }
    owners = dict.fromkeys(row["container"] for row in companies())
    containers = {
        key: {"id": str(_FIRST_CONTAINER + index), "name": rows[key]["name"]}
        for index, key in enumerate(owners)
    }
    return {
        "version": VERSION,
        "seed": SEED,
        "settings": {"session_life_s": 1800, "extra_companies": True, "sessions": True},
        "next_id": _FIRST_COMPANY + len(rows),
        "users": _users(list(rows)),
        "sessions": {},
        "keys": {},
        "companies": rows,
        "containers": containers,
    }


def _users(companies_: list[str]) -> dict[str, Any]:
    """One System-Admin, an administrator of each company, and somebody who may nothing."""
    people = [(SYSTEM_ADMIN, DEFAULT, {"System-Admin": "yes"})]
    people += [(f"{company}_admin", company, {"Company-Admin": company}) for company in companies_]
    people += [(NOBODY, "brackenfold", {})]
    return {
        login: {
            "id": str(_FIRST_USER + index),
            "password": PASSWORD,
            "name": login.replace("_", " ").title(),
            "company": company,
            "perms": perms,
        }
        for index, (login, company, perms) in enumerate(people)
    }
