"""What service plans count and quotes ask for, in words: facts, sections 4 and 9."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.kazoo.fields.words import DEVICE_TYPES, LEVELS
from telephony.providers.kazoo.schema import FAMILIES
from telephony.providers.operations import Text

CATEGORIES: tuple[tuple[str, Text], ...] = (
    ("users", lazy("Users")),
    ("devices", lazy("Devices")),
    ("phone_numbers", lazy("Numbers")),
    ("number_services", lazy("Services of numbers")),
    ("limits", lazy("Limits")),
)
_EACH: Mapping[str, Mapping[str, Text]] = {
    "users": dict(LEVELS),
    "devices": dict(DEVICE_TYPES),
    "phone_numbers": {
        "tollfree_us": lazy("Toll-free number"),
        "international": lazy("Number of another country"),
    },
    "number_services": {
        "port": lazy("Porting of a number"),
        "cnam": lazy("Name shown to called parties"),
        "e911": lazy("Emergency address"),
    },
    "limits": {one.path: one.label for one in FAMILIES["limits"].fields},
}
ALL = "_all"  # what holds for every item of a category that has no price of its own
_COUNTRY = "did_"  # as the classifiers of numbers begin


def said_item(category: str, item: str) -> str:
    """What one thing that is priced is called, "" where the facts do not say."""
    if item == ALL:
        return _("All others")
    if known := _EACH.get(category, {}).get(item):
        return str(known)
    if category == "phone_numbers" and item.startswith(_COUNTRY):
        return _("Number (%(country)s)") % {"country": item.removeprefix(_COUNTRY).upper()}
    return ""


def item_words(category: str, item: str) -> str:
    """The same, and where the facts do not say: the provider's word as people write it."""
    return said_item(category, item) or item.strip("_").replace("_", " ").capitalize()
