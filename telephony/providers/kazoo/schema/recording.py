"""What is recorded by itself: settings by the way of a call and by where its other end is.

`call_recording` holds, for each way (any, inbound, outbound), settings for each far side (any, onnet, offnet). Our facts
name the places only; what stands in each is the schema `call_recording.parameters` of Kazoo's public repository
(2600hz/kazoo, applications/crossbar/priv/couchdb/schemas), which takes no other keys.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import below, choice, flag, free, integer, seconds, text
from telephony.providers.operations import Text
from telephony.providers.schema import KEY, Field

SOURCES = ("any", "inbound", "outbound")
_PARAMETERS = (
    flag("enabled", _("Record these calls")),
    choice("format", _("Format of the file"), "mp3", "wav"),
    seconds("time_limit", _("Longest recording"), bounds=(5, 10800)),
    seconds("record_min_sec", _("Delete recordings shorter than")),
    flag("record_on_answer", _("Begin when the call is answered")),
    flag("record_on_bridge", _("Begin when both ends are connected")),
    integer("record_sample_rate", _("Sample rate"), unit=_("Hz")),
    text("url", _("Send the file to"), kind="url", format="uri"),
)


def recording_sources() -> tuple[Field, ...]:
    """Settings by way, each an object whose keys say which far side they are for."""

    def source(name: str, label: Text) -> Field:
        return free(name, label, _PARAMETERS, member=(KEY, ""), keys="^(any|onnet|offnet)$")

    return (
        source("inbound", _("Incoming calls")),
        source("outbound", _("Outgoing calls")),
        source("any", _("Calls of both directions")),
    )


CALL_RECORDING = below("call_recording", _("Call recording"), *recording_sources(), is_closed=True)
