"""What sort of number one is: mobile, fixed, special, emergency; and whose country it belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, TypeVar

import phonenumbers
from babel import Locale
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.lib.calling_codes import calling_code
from portal.lib.numbers import country_of, is_emergency

FILLED_WITH = "5123467890"  # digits of samples
Key = TypeVar("Key")


class NumberKind(TextChoices):
    EMERGENCY = "emergency", _("Emergency number")
    SERVICE = "service", _("Short service number")
    SHORT = "short", _("Short number inside the company")
    MOBILE = "mobile", _("Mobile")
    FIXED = "fixed", _("Fixed line")
    EITHER = "either", _("Fixed line or mobile")
    FREE = "free", _("Free of charge for callers")
    PREMIUM = "premium", _("Charged for: a premium rate")
    SHARED = "shared", _("Charged for: a shared rate")
    INTERNET = "internet", _("Bound to no place")
    OTHER = "other", _("Special number")
    UNKNOWN = "unknown", _("Not known to any numbering plan")


_T = phonenumbers.PhoneNumberType
_KINDS = {
    _T.MOBILE: NumberKind.MOBILE,
    _T.FIXED_LINE: NumberKind.FIXED,
    _T.FIXED_LINE_OR_MOBILE: NumberKind.EITHER,
    _T.TOLL_FREE: NumberKind.FREE,
    _T.PREMIUM_RATE: NumberKind.PREMIUM,
    _T.SHARED_COST: NumberKind.SHARED,
    _T.VOIP: NumberKind.INTERNET,
    _T.UNKNOWN: NumberKind.UNKNOWN,
}
# Ranges kept for fiction count as what they stand beside; the library knows those of fixed lines.
_MOBILE_FICTION = ("+3363998", "+447700900")


@dataclass(frozen=True, kw_only=True)
class About:
    """country   ISO code of an E.164 number, "" for a short one and for one of no country (satellites, worldwide free)"""

    kind: NumberKind
    country: str = ""

    @property
    def country_name(self) -> str:
        """In the language in force."""
        language = translation.to_locale(translation.get_language() or "en")
        return str(Locale.parse(language).territories.get(self.country, self.country))


def about(number: str, region: str = "FR") -> About:
    """What an E.164 or a short number is to somebody in that country."""
    if is_emergency(number, region):
        return About(kind=NumberKind.EMERGENCY, country=region)
    if not number.startswith("+"):
        code = phonenumbers.country_code_for_region(region)
        parsed = phonenumbers.PhoneNumber(country_code=code, national_number=int(number))
        is_service = phonenumbers.is_valid_short_number_for_region(parsed, region)
        if is_service and not number.startswith("0"):
            return About(kind=NumberKind.SERVICE, country=region)
        return About(kind=NumberKind.SHORT)
    country = country_of(number)
    if number.startswith(_MOBILE_FICTION):
        return About(kind=NumberKind.MOBILE, country=country)
    kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    return About(kind=_KINDS.get(kind, NumberKind.OTHER), country="" if country == "001" else country)


@cache
def kind_of_prefix(prefix: str) -> NumberKind:
    """What numbers in E.164 are that begin so: as the first of them that a numbering plan has. UNKNOWN where none has."""
    code = calling_code(prefix)
    own = prefix.removeprefix(code)
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code or 0), ()):
        metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
        lengths = metadata.general_desc.possible_length if metadata and metadata.general_desc else ()
        for length, digit in product(lengths, FILLED_WITH):
            number = phonenumbers.parse(f"{code}{own:{digit}<{length}}", None)
            kind = phonenumbers.number_type(number)
            if kind != _T.UNKNOWN:
                return _KINDS.get(kind, NumberKind.OTHER)
    return NumberKind.UNKNOWN


def beginnings(groups: Mapping[Key, Collection[str]], least: Mapping[Key, int]) -> dict[Key, list[str]]:
    """How numbers of each group begin, and those of no other: as short as that, and of `least` characters. In order; none
    where some prefix of the group begins a number of another one.
    """
    owners: dict[str, set[Key]] = defaultdict(set)
    for key, prefixes in groups.items():
        for prefix in prefixes:
            for length in range(1, len(prefix) + 1):
                owners[prefix[:length]].add(key)
    found = {}
    for key, prefixes in groups.items():
        heads = {_own_head(prefix, least[key], owners) for prefix in prefixes}
        found[key] = [] if "" in heads else sorted(heads)
    return found


def _own_head(prefix: str, least: int, owners: Mapping[str, Collection[Any]]) -> str:
    """Its shortest beginning that one group has; "" where there is none."""
    heads = (prefix[:length] for length in range(min(least, len(prefix)), len(prefix) + 1))
    return next((head for head in heads if len(owners.get(head, ())) == 1), "")
