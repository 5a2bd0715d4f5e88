"""The four CTI server actions: GET requests that place calls and send messages, hence never repeated."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.keyyo.catalog.common import CTI
from telephony.providers.operations import Effect, Operation, Param, Place, Text

_ACCOUNT = Param(
    name="ACCOUNT",
    kind="csi",
    place=Place.QUERY,
    required=True,
    max_length=64,
    help=_("Line that acts: its number, international, without the plus."),
)
_CALLEE_NAME = Param(
    name="CALLEE_NAME",
    place=Place.QUERY,
    max_length=64,
    help=_("Name shown on the phone for the called number."),
)
_RECORD = Param(
    name="RECORD",
    kind="boolean",
    place=Place.QUERY,
    help=_("Record the call and mail the audio to the mailbox address; no notifications are sent for it."),
)


def _callee(help_text: Text) -> Param:
    return Param(
        name="CALLEE", kind="number", place=Place.QUERY, required=True, max_length=64, help=help_text
    )


def _action(key: str, path: str, summary: Text, capability: str, **kwargs: Any) -> Operation:
    return Operation(
        key=key,
        method="GET",
        path=path,
        summary=summary,
        effect=Effect.NEVER_REPEAT,
        surface=CTI,
        capability=capability,
        answers="text",
        source="Keyyo CTI / API guide 1.5",
        **kwargs,
    )


ACTIONS: tuple[Operation, ...] = (
    _action(
        "cti.makecall",
        "/makecall.html",
        _("Call a number: the line rings first"),
        "calls.start",
        params=(_ACCOUNT, _callee(_("Number to call.")), _CALLEE_NAME, _RECORD),
    ),
    _action(
        "cti.connect",
        "/makecall.html",
        _("Connect two numbers with each other"),
        "calls.start",
        params=(
            _ACCOUNT,
            Param(
                name="CALLER",
                kind="number",
                place=Place.QUERY,
                required=True,
                max_length=64,
                help=_("First number to call; it is put through to the other one when it answers."),
            ),
            _callee(_("Second number to call.")),
            _CALLEE_NAME,
            _RECORD,
        ),
        note=_("The line is billed for two outgoing calls."),
    ),
    _action(
        "cti.sendsms",
        "/sendsms.html",
        _("Send a text message"),
        "sms.send",
        params=(
            _ACCOUNT,
            _callee(_("Number that gets the message.")),
            Param(
                name="MSG",
                place=Place.QUERY,
                required=True,
                max_length=160,
                help=_("Text. The vendor's table allows 64 characters; up to 160 are sent in practice."),
            ),
        ),
    ),
    _action(
        "cti.setprofil",
        "/setprofil.html",
        _("Force a profile by its name"),
        "profiles.edit",
        params=(
            _ACCOUNT,
            Param(
                name="PROFIL",
                place=Place.QUERY,
                required=True,
                max_length=64,
                help=_("Name of the profile, not its identifier."),
            ),
        ),
    ),
)
