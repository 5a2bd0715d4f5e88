"""Where the demo is and who to be: `demo.json` for scripts, a few lines for people."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.demo import (
    KEYYO_CLIENT_ID,
    KEYYO_CLIENT_SECRET,
    KEYYO_PASSWORD,
    PASSWORD,
    TOTP_SECRET,
    connections,
    logins,
    people,
)
from portal.demo.processes import Processes


def path() -> Path:
    return settings.DATA_DIR / "demo.json"


def write(processes: Processes) -> None:
    """Write it whole or not at all; only this account may read it, for it holds passwords."""
    facts = json.dumps(document(processes), indent=1, ensure_ascii=False)
    whole = path().with_suffix(".part")
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(facts)
    whole.replace(path())


def remove() -> None:
    path().unlink(missing_ok=True)


def document(processes: Processes) -> dict[str, Any]:
    return {
        "web": processes.web_url,
        "sandbox": processes.sandbox_url,
        "people": [
            {
                "email": person.email,
                "password": PASSWORD,
                "totp_secret": TOTP_SECRET if person.is_staff else None,
                "role": person.main_role,
                "tenants": list(person.roles),
            }
            for person in people.PEOPLE
        ],
        "connections": [
            *(
                {"slug": slug, "tenant": tenant, "provider": "keyyo"}
                for slug, tenant in connections.CONNECTIONS.items()
            ),
            *logins.connections(),
        ],
        "keyyo": {
            **connections.addresses(processes),
            "client_id": KEYYO_CLIENT_ID,
            "client_secret": KEYYO_CLIENT_SECRET,
            **connections.tokens(processes),
            **connections.sip_line(processes),
            "customer": {"login": "vellard", "password": KEYYO_PASSWORD},
            "contact": {"login": "maud.terrasson", "password": KEYYO_PASSWORD},
        },
        **logins.facts(processes),
    }


def in_words(roles: Mapping[str, str]) -> str:
    """owner of Corvane Habitat and Vellard & Brume, viewer of Atelier Morvanne"""
    by_role: dict[str, list[str]] = {}
    for slug, role in roles.items():
        by_role.setdefault(str(role), []).append(people.TENANTS[slug])
    return ", ".join(f"{role} of {' and '.join(names)}" for role, names in by_role.items())


def greeting(processes: Processes, took_s: float) -> list[str]:
    """At most ten lines."""
    lines = [
        f"\nSwitchboard runs at {processes.web_url} (started in {took_s:.1f} s). Everybody's password: {PASSWORD}",
    ]
    for person in people.PEOPLE:
        roles = in_words(person.roles)
        if person.is_staff:
            roles = f"platform staff, one-time codes from {TOTP_SECRET}"
        lines.append(f"  {person.email:<22} {roles}")
    lines += [
        f"Vellard & Brume has nothing connected yet: as Maud, connect Keyyo with vellard / {KEYYO_PASSWORD}.",
        f"Sandbox: {processes.sandbox_url}. Facts for scripts: {path()}. Logs: {processes.supervisor.logs}.",
        "Older calls keep arriving for a while. Ctrl-C ends everything.",
    ]
    return lines
