"""What a minute costs. Units are ten-thousandths of the currency, as in Kazoo's documents."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple


class Rate(NamedTuple):
    """Units a minute; `increment_s` and `minimum_s` are the steps in which time is charged; `surcharge` units a call."""

    name: str
    prefix: str
    units: int
    surcharge: int = 0
    increment_s: int = 6
    minimum_s: int = 30


RATES = (
    Rate("fr_mobile", "+336", 450),
    Rate("fr_fixed", "+33", 90),
    Rate("gb_mobile", "+447", 600),
    Rate("gb_fixed", "+44", 140),
    Rate("us", "+1", 110, 0, 60, 60),
    Rate("international", "+", 2200, 500, 60, 60),
)


def rating(billing: str, number: str) -> dict[str, str]:
    """The channel variables that rate a leg to the telephone network; amounts where the account pays by the minute."""
    if billing != "per_minute":
        return {"account_billing": "flat_rate", "reseller_billing": "flat_rate"}
    rate = next(one for one in RATES if number.startswith(one.prefix) or one.prefix == "+")
    return {
        "account_billing": "per_minute", "reseller_billing": "per_minute", "rate": str(rate.units), "rate_name": rate.name,
        "rate_increment": str(rate.increment_s), "rate_minimum": str(rate.minimum_s), "surcharge": str(rate.surcharge),
        "base_cost": str(rate.surcharge + rate.units * rate.minimum_s // 60),
    }  # fmt: skip


def cost_units(document: Mapping[str, Any]) -> int:
    """What a CDR document cost: the surcharge, the minimum, and each further step begun. 0 unless billed by the minute."""
    ccv, seconds = document["custom_channel_vars"], document["billing_seconds"]
    if ccv.get("account_billing") != "per_minute" or seconds <= 0 or "rate" not in ccv:
        return 0
    rate, minimum_s, increment_s = (int(ccv[name]) for name in ("rate", "rate_minimum", "rate_increment"))
    charged_s = minimum_s + math.ceil(max(0, seconds - minimum_s) / increment_s) * increment_s
    return int(ccv["surcharge"]) + rate * charged_s // 60
