"""Calls to other countries: refused by class of number, of a person for all of their telephones, or of one telephone.

The class is called "international" where a server keeps the classifiers that it came with (numbers.listClassifiers).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telephony.providers.barring import AbroadBar
from telephony.providers.edit_fields import Fields, Surroundings
from telephony.providers.kazoo.kinds import DEVICE, USER

ABROAD = "international"


def abroad_barred(held: Fields, _around: Surroundings) -> Fields:
    classes = held.get("call_restriction") or {}
    denied = {**classes.get(ABROAD, {}), "action": "deny"}
    return {"call_restriction": {**classes, ABROAD: denied}}


def bars_abroad(classes: Any) -> bool:
    return bool((classes or {}).get(ABROAD, {}).get("action") == "deny")


BARS_ABROAD: Mapping[str, AbroadBar] = {
    kind: AbroadBar(operation=operation, wanted=abroad_barred, field="call_restriction", bars=bars_abroad)
    for kind, operation in ((USER, "user.update"), (DEVICE, "device.update"))
}
