"""Calls and texts from a line, by the CTI actions: one of them a second from each line, and no queue at Keyyo."""

from __future__ import annotations

from telephony.providers.calling import Act, Way, Wish
from telephony.providers.keyyo.cti import LINE_PACE_S
from telephony.providers.keyyo.kinds import MOBILE, SIP_LINE

LONGEST_TEXT = 160  # as much as is sent in practice; the vendor's table says 64 (README.md)


def _bare(number: str) -> str:
    return number.removeprefix("+")


def _call(wish: Wish) -> dict[str, str]:
    return {"ACCOUNT": wish.first, "CALLEE": _bare(wish.number)}


def _join(wish: Wish) -> dict[str, str]:
    return {"ACCOUNT": wish.first, "CALLER": _bare(wish.number), "CALLEE": _bare(wish.second)}


def _text(wish: Wish) -> dict[str, str]:
    return {"ACCOUNT": wish.first, "CALLEE": _bare(wish.number), "MSG": wish.text}


NUMBER_WAYS = (
    Way(act=Act.CALL, kind=SIP_LINE, operation="cti.makecall", values=_call, rests_s=LINE_PACE_S),
    Way(act=Act.JOIN, kind=SIP_LINE, operation="cti.connect", values=_join, rests_s=LINE_PACE_S),
    *(
        Way(
            act=Act.TEXT,
            kind=kind,
            operation="cti.sendsms",
            values=_text,
            longest=LONGEST_TEXT,
            rests_s=LINE_PACE_S,
        )
        for kind in (SIP_LINE, MOBILE)
    ),
)
