"""The outside world: numbers from ranges that no subscriber ever gets (France, United Kingdom, North America)."""

import random
from datetime import UTC, datetime

from telephony.providers.kazoo.sandbox.seed.plans import fixture
from telephony.providers.kazoo.times import EPOCH_S

_FRENCH_AREAS = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649")
# Share of calls with each country, by the country of the account.
_SHARES = {"FR": (0.94, 0.99), "GB": (0.05, 0.96), "US": (0.02, 0.07), "NP": (0.45, 0.85)}


def outside_number(country: str, chance: random.Random) -> str:
    """Somebody's number: mostly of the account's own country, half of them mobiles."""
    share = chance.random()
    french, british = _SHARES[country]
    if share < french:
        if chance.random() < 0.5:
            return f"+3363998{chance.randint(6000, 9999)}"
        return f"{chance.choice(_FRENCH_AREAS)}{chance.randint(7000, 9899)}"
    if share < british:
        if chance.random() < 0.5:
            return f"+447700900{chance.randint(100, 599)}"
        return f"+442079460{chance.randint(100, 399)}"
    return f"{chance.choice(('+1212555', '+1415555', '+1718555', '+1312555'))}0{chance.randint(100, 199)}"


def outside_party(country: str, chance: random.Random) -> tuple[str, str]:
    """A number and the name that the network shows with it, often none."""
    number = outside_number(country, chance)
    names = fixture("people")["outside"]["fr" if country == "FR" else "en"]
    return number, names[int(number[-4:]) % len(names)] if int(number[-2:]) % 3 else ""


def month_text(at_g: int) -> str:
    """`YYYYMM` in UTC of a Gregorian second, as ids of monthly documents begin."""
    return datetime.fromtimestamp(at_g - EPOCH_S, UTC).strftime("%Y%m")
