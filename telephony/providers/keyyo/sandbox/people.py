"""The outside world of a customer: who calls and is called, in numbers reserved for fiction."""

import random
from typing import Any

from telephony.providers.keyyo.sandbox.directory_seed import RESIDENTS_PER_OFFICE, resident_number

STRANGERS = 2600


def outside_numbers(plan: dict[str, Any], partners: list[dict[str, Any]], seed: int) -> list[str]:
    """Numbers of a customer's outside parties, the most frequent first: partners, residents, strangers.

    They follow from the fixtures alone, so that a changed directory does not change history. None of them
    belongs to the customer itself.
    """
    chance = random.Random(f"{seed}/outside/{plan['account']}")
    own = {row["csi"] for row in plan["services"]}
    known = [
        partner[field]
        for partner in partners
        for field in ("work_number", "mobile_number")
        if field in partner
    ]
    known += [resident_number(number) for number in range(RESIDENTS_PER_OFFICE * len(plan["offices"]))]
    strangers = [_stranger(chance) for _ in range(STRANGERS)]
    return [number for number in dict.fromkeys([*known, *strangers]) if number not in own]


def _stranger(chance: random.Random) -> str:
    """Half of them mobiles, a few abroad. French land lines avoid the hundreds in which customers have theirs."""
    kind = chance.random()
    if kind < 0.5:
        return f"3363998{chance.randint(100, 9999):04d}"
    if kind < 0.94:
        area = chance.choice(("3319900", "3319900", "3326191", "3335301", "3346571", "3353649"))
        return f"{area}{chance.randint(3000, 9999):04d}"
    if kind < 0.975:
        return f"442079460{chance.randint(100, 999)}"
    if kind < 0.99:
        return f"447700900{chance.randint(100, 999)}"
    return f"{chance.choice(('1212', '1415', '1617'))}55501{chance.randint(10, 99)}"
