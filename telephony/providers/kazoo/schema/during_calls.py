"""What keys do during a call: features by the digits that are pressed, each a module with data of its own.

Facts name `module`, `data` and `children`. What the data of each module are is read in the schemas `metaflows.*` of
Kazoo's public repository (2600hz/kazoo, applications/crossbar/priv/couchdb/schemas) and in the modules of its konami.
Of other modules, and of the steps below a feature, everything stays as it came.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import (
    Below,
    below,
    choice,
    flag,
    free,
    integer,
    number,
    ref,
    seconds,
    text,
)
from telephony.providers.operations import Text
from telephony.providers.schema import KEY, Field

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#")
_LEG = choice("data.leg", _("Leg that hears it"), "self", "peer", "both")
_FEATURES: Mapping[str, tuple[Field, ...]] = {
    "transfer": (
        number("data.target", _("Transferred to")),
        choice("data.transfer_type", _("How"), "attended", "blind"),
        text("data.takeback_dtmf", _("Keys that take the call back"), kind="code"),
        ref("data.moh", _("Music meanwhile"), "media"),
    ),
    "hold": (
        choice("data.unhold_key", _("Key that ends it"), *KEYS),
        ref("data.moh_aleg", _("Music for the own side"), "media"),
        ref("data.moh_bleg", _("Music for the far side"), "media"),
    ),
    "record_call": (
        choice("data.action", _("What it does"), "toggle", "start", "stop", "mask", "unmask"),
        choice("data.format", _("Format of the file"), "mp3", "wav"),
        seconds("data.time_limit", _("Longest recording")),
        text("data.url", _("Send the file to"), kind="url", format="uri"),
    ),
    "play": (ref("data.id", _("Recording"), "media"), _LEG),
    "tts": (text("data.text", _("Text")), text("data.language", _("Language")), _LEG),
    "move": (
        ref("data.device_id", _("To the telephone"), "device"),
        ref("data.owner_id", _("To the telephones of"), "user"),
        flag("data.auto_answer", _("It answers by itself")),
    ),
    "callflow": (ref("data.id", _("Callflow"), "callflow"),),
    "resume": (),
    "break": (),
    "hangup": (),
}
MODULES = tuple(_FEATURES)
_MODULE = Field(
    path="module", label=_("Feature"), kind="choice", usual=MODULES, length=(1, 64), required=True
)


def _features(name: str, label: Text, digits: Text, keys: str) -> Field:
    return free(
        name,
        label,
        told=(_MODULE,),
        member=("module", KEY),
        variants=_FEATURES,
        one_label=digits,
        keys=keys,
        is_closed=True,
    )


def features(name: str, label: Text) -> Below:
    """The features of whatever stands at this place."""
    return below(
        name,
        label,
        choice("binding_digit", _("Key that starts a feature"), *KEYS, length=(1, 1), default="*"),
        integer("digit_timeout", _("Wait for each key"), bounds=(0, None), unit=_("ms")),
        choice("listen_on", _("Leg that is listened to"), "both", "self", "peer"),
        _features("numbers", _("Features by number"), _("Digits"), "^[0-9]+$"),
        _features("patterns", _("Features by expression"), _("Expression"), ".+"),
    )
