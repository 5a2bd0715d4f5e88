"""Keyyo's call notifications: the twelve keywords, and what an event says of a line's call (facts, section 7).

Roles are told from the line's side: whoever picks a call up by supervision is named as its caller, which folding puts
right (`services/live_folding.py`), since it takes the event of another line to see it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from telephony.providers.drafts import CallEventDraft
from telephony.providers.editing import Place
from telephony.providers.keyyo.client import KeyyoClient
from telephony.providers.keyyo.documents import flag
from telephony.providers.keyyo.kinds import SIP_LINE
from telephony.providers.notifications import Keyword, Notifications, Setting, Unacceptable

PLUGIN, PARAMETER = "custom", "url"
_KINDS = {"SETUP": "setup", "CONNECT": "connect", "RELEASE": "release"}
_LONGEST_E164 = 15  # a mailbox answers under 22 digits
_E164 = re.compile(r"[1-9][0-9]{6,14}")
_MILLISECONDS = re.compile(r"[0-9]{13}")
_WITHHELD = frozenset({"anonymous", "private", "unknown", "unavailable", "restricted"})

KEYWORDS = (
    Keyword(word="_ACCOUNT_", name="account", most=64, meaning=_("The line that is told about.")),
    Keyword(
        word="_CALLER_",
        name="caller",
        most=64,
        also=("from",),
        meaning=_("Who calls. The line itself: the call goes out."),
    ),
    Keyword(
        word="_CALLEE_",
        name="callee",
        most=64,
        also=("called", "to"),
        meaning=_("Who is called. The line itself: the call comes in."),
    ),
    Keyword(word="_CALLREF_", name="callref", most=64, meaning=_("Identifies the call.")),
    Keyword(
        word="_N_TYPE_",
        name="type",
        most=16,
        also=("ntype", "event", "notificationtype"),
        meaning=_("SETUP: it begins. CONNECT: somebody answers. RELEASE: it ends."),
    ),
    Keyword(
        word="_N_VERSION_",
        name="version",
        most=8,
        also=("nversion", "notificationversion"),
        meaning=_("Version of the notifications, 1 today."),
    ),
    Keyword(
        word="_DREF_",
        name="dref",
        most=32,
        meaning=_("Identifies the line’s side of the call; the same in its three events."),
    ),
    Keyword(
        word="_DREF_REPLACE_",
        name="drefreplace",
        most=32,
        also=("drefreplaced",),
        meaning=_("The side whose place this one takes: a call picked up, or handed over after asking."),
    ),
    Keyword(
        word="_SESSION_ID_",
        name="session",
        most=40,
        also=("sessionid",),
        meaning=_("Common to all that one call to a welcome number sets ringing."),
    ),
    Keyword(
        word="_IS_ACD_",
        name="acd",
        most=8,
        also=("isacd",),
        meaning=_("1 where the call comes over a welcome number."),
    ),
    Keyword(
        word="_REDIRECTING_NUMBER_",
        name="redirecting",
        most=64,
        also=("redirectingnumber",),
        meaning=_("The line that sent the call on."),
    ),
    Keyword(
        word="_TSMS_",
        name="tsms",
        most=16,
        also=("ts", "timestamp"),
        meaning=_("When it happened, in milliseconds."),
    ),
)


def read(values: Mapping[str, str]) -> CallEventDraft:
    """The draft of one event. Raises Unacceptable without a line, a known type, or anything that identifies it."""
    kind = _KINDS.get(values.get("type", "").upper())
    line = values.get("account", "").removeprefix("+")
    call_ref = values.get("callref", "")
    dialogue = values.get("dref", "") or call_ref
    if kind is None or not line or not dialogue:
        raise Unacceptable("an event has a line, a type and an identifier")
    caller, callee = (values.get(name, "").removeprefix("+") for name in ("caller", "callee"))
    is_mailbox = callee.isdecimal() and len(callee) > _LONGEST_E164
    is_outbound = caller == line and callee != line
    return CallEventDraft(
        line_remote_id=line,
        kind=kind,
        direction="outbound" if is_outbound else "inbound",
        other=_number("" if is_outbound and is_mailbox else callee if is_outbound else caller),
        dialogue=dialogue,
        replaces=values.get("drefreplace", ""),
        call_ref=call_ref,
        session=values.get("session", ""),
        redirecting=values.get("redirecting", "").removeprefix("+"),
        is_group=values.get("acd", "").lower() in ("1", "true"),
        is_mailbox=is_mailbox,
        happened_at=_instant(values.get("tsms", "")),
    )


def _number(text: str) -> str:
    """E.164 where it is one, "" where it is withheld, else the text: short numbers, names."""
    if text.lower() in _WITHHELD:
        return ""
    return f"+{text}" if _E164.fullmatch(text) else text


def _instant(milliseconds: str) -> datetime | None:
    if not _MILLISECONDS.fullmatch(milliseconds):
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _settings(csi: str, url: str) -> Sequence[Setting]:
    plugin = {"csi": csi, "plugin_name": PLUGIN}
    return (
        Setting(
            operation="services.cti_plugins.parameters.update",
            address={**plugin, "parameter_name": PARAMETER},
            wanted={"value": url},
        ),
        Setting(operation="services.cti_plugins.update", address=plugin, wanted={"enabled": True}),
    )


NOTIFICATIONS = Notifications(
    keywords=KEYWORDS,
    kinds=(SIP_LINE,),
    read=read,
    address_at=lambda csi: Place(
        kind="CTIPluginParameter", parent_remote_id=f"{csi}/{PLUGIN}", remote_id=PARAMETER
    ),
    address_field="value",
    switch_at=lambda csi: Place(kind="CTIPlugin", parent_remote_id=csi, remote_id=PLUGIN),
    is_on=lambda document: flag(document, "enabled"),
    settings=_settings,
    send_test=KeyyoClient.play_missed_call,
    by_hand=_("line, configure, advanced settings, CTI, API server"),
)
