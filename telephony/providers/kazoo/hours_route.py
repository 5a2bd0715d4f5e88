"""The step of a callflow that asks opening hours: facts, callflow actions, `temporal_route`.

Its branch "rule_set" is taken while a rule of the set matches, which is while one is closed; "_" at all other times.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.callflows.actions import DEFAULT
from telephony.providers.hours_keeping import Document, HoursRoute


def _step(module: str, **data: str) -> Document:
    return {"module": module, "data": data, "children": {}}


ROUTE = HoursRoute(
    module="temporal_route",
    closed_key="rule_set",
    open_key=DEFAULT,
    asks=lambda data: not data.get("action"),
    asking=lambda set_id, zone: {"rule_set": set_id, "timezone": zone},
    replaced=("rules",),
    targets={
        "vmbox": (_("Mailbox"), lambda remote_id: _step("voicemail", id=remote_id, action="compose")),
        "media": (_("Recording"), lambda remote_id: _step("play", id=remote_id)),
        "menu": (_("Menu"), lambda remote_id: _step("menu", id=remote_id)),
        "callflow": (_("Callflow"), lambda remote_id: _step("callflow", id=remote_id)),
    },
)
