"""The document that a fresh sandbox starts with, and the customers that live in it."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FIXTURES = Path(__file__).parent.parent / "fixtures"
ZONE = ZoneInfo("Australia/Sydney")
ACCOUNTS = ("tallow_creek", "pelican_point")
HISTORY = timedelta(days=430)
QUOTA, WINDOW_S = 100, 900


def fixture(name: str) -> dict[str, Any]:
    """A customer: users, queues, ring groups, and how often each is called on a usual working day."""
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def plans() -> dict[str, dict[str, Any]]:
    """The customers by account name."""
    found = [fixture(name) for name in ACCOUNTS]
    return {plan["account"]: plan for plan in found}


def make_state(now: datetime) -> dict[str, Any]:
    """Keys, settings and what scenarios did; calls are computed."""
    return {
        "version": 1,
        "seed": 20_250_304,
        "began": (now - HISTORY).astimezone(ZONE).date().isoformat(),
        "keys": {plan["api_key"]: account for account, plan in plans().items()},
        "settings": {
            "has_offset": True,
            "quota": QUOTA,
            "window_s": WINDOW_S,
            "retry_after": True,
            "always_200": False,
            "bare_list": False,
            "refuse_after": None,
            "unknown_errors": 0,
            "whitelist": {"is_on": True, "saved": ["127.0.0.1"], "applied": ["127.0.0.1"]},
        },
        "system_status": {"status": "operational", "message": ""},
        "added": {account: {} for account in plans()},
        "removed": {account: {} for account in plans()},
        "shifting": None,
        "made": 0,
    }
