"""Classes of numbers, as the cluster is configured: French ones beside those that every cluster has."""

from __future__ import annotations

import re
from typing import Any

CLASSIFIERS: dict[str, dict[str, Any]] = {
    "emergency": {"friendly_name": "Emergency Dispatcher", "regex": r"^(112|15|17|18|114|911|933)$", "emergency": True},
    "tollfree_us": {
        "friendly_name": "US TollFree",
        "pretty_print": "SS(###) ### - ####",
        "regex": r"^\+1((?:800|888|877|866|855)\d{7})$",
    },
    "toll_us": {
        "friendly_name": "US Toll", "pretty_print": "SS(###) ### - ####", "regex": r"^\+1(900\d{7})$",
    },
    "caribbean": {
        "friendly_name": "Caribbean",
        "pretty_print": "SS(###) ### - ####",
        "regex": r"^\+?1((?:684|264|268|242|246|441|284|345|767|809|829|849|473|671|876|664|670|787|939)\d{7})$",
    },
    "did_us": {
        "friendly_name": "US DID", "pretty_print": "SS(###) ### - ####", "regex": r"^\+?1?([2-9][0-9]{2}[2-9][0-9]{6})$",
    },
    "tollfree_fr": {"friendly_name": "Numéro vert", "pretty_print": "SSS### ### ###", "regex": r"^\+33(80[0-5]\d{6})$"},
    "mobile_fr": {"friendly_name": "Mobile", "pretty_print": "SSS# ## ## ## ##", "regex": r"^\+33([67]\d{8})$"},
    "did_fr": {"friendly_name": "Fixe", "pretty_print": "SSS# ## ## ## ##", "regex": r"^\+33([1-59]\d{8})$"},
    "international": {"friendly_name": "International", "regex": r"^(011\d*|00\d*|\+[1-9]\d*)$"},
    "unknown": {"friendly_name": "Unknown", "regex": r"^(.*)$"},
}  # fmt: skip
_COMPILED = {name: re.compile(one["regex"], re.ASCII) for name, one in CLASSIFIERS.items()}


def classifier_of(number: str) -> str:
    """The first class that a number belongs to."""
    return next((name for name, pattern in _COMPILED.items() if pattern.match(number)), "unknown")
