"""The programmable keys of a telephone that the server configures, by their number.

What an entry says is the schema `devices.combo_key` of Kazoo's public repository (2600hz/kazoo,
applications/crossbar/priv/couchdb/schemas): a type, and a value that may stand alone or beside a label. People are
named by their identifier, as the vendor's portal does.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.providers.kazoo.schema.form import choice, free, integer, number, ref, text
from telephony.providers.operations import Text
from telephony.providers.schema import KEY, Field

VALUE_AT = ("value", "value")  # a value with a label beside it is an object
_LABEL = text("value.label", _("Label"))
_PERSON = ref("value.value", _("Person"), "user")
_SPOT = integer("value.value", _("Parking spot"), bounds=(1, 10), type=("integer", "string"))
_KINDS: Mapping[str, tuple[Field, ...]] = {
    "line": (),
    "presence": (_PERSON, _LABEL),
    "speed_dial": (number("value.value", _("Number")), _LABEL),
    "parking": (_SPOT, _LABEL),
    "personal_parking": (_PERSON, _LABEL),
}
_ENTRY = Field(path="", type=("object", "null"), kind="json")


def phone_keys(name: str, label: Text, *, without: str = "") -> Field:
    kinds = {one: fields for one, fields in _KINDS.items() if one != without}
    return free(
        name,
        label,
        _ENTRY,
        told=(choice("type", _("What it is"), *kinds),),
        member=("type", KEY),
        variants=kinds,
        wrapped=VALUE_AT,
        one_label=pgettext_lazy("telephone", "Key"),
        keys="^[0-9]+$",
    )
