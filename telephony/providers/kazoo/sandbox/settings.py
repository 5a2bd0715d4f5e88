"""Which server is pretended, and its limits. All of it stands in the state and is changed there:

POST /_control/state/kazoo {"generation": "4.3", "settings": {"token_life_s": 5, "bucket_size": 20}}
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

ANY, OLD, MIDDLE, NEW = "any", "3.22", "4.3", "5.x"
VERSIONS = {ANY: "4.3.140", OLD: "3.22.41", MIDDLE: "4.3.140", NEW: "5.3.12"}

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "token_life_s": 3600,
        "bucket_size": 100,  # requests; 0 means no limit
        "bucket_refill_per_s": 10,
        "quickcall_cost": 10,
        "page_size": 50,
        "unpaged_limit": 20_000,  # rows that paginate=false gives before it ends in 416
        "upload_limit": 8_000_000,  # bytes
        "charges": True,
        "is_strict": False,  # refuse keys that no schema names
        "scheduled_from_submitted": False,
        "braintree": True,
        "acdc": True,
        "shared_cluster": True,  # False: the partner of shared_auth cannot be reached
        "retention_days": 365,
        "country_code": "33",  # of national numbers without a prefix
    }
)


def generation_of(state: Mapping[str, Any]) -> str:
    wanted = str(state.get("generation", ANY))
    return wanted if wanted in VERSIONS else ANY


def setting(state: Mapping[str, Any], name: str) -> Any:
    """One setting as the state says it, or its default. Raises KeyError for an unknown one."""
    default = DEFAULTS[name]
    held = state.get("settings")
    value = held.get(name, default) if isinstance(held, Mapping) else default
    return value if isinstance(value, type(default)) else default
