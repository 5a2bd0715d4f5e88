"""What Kazoo's acts ask of a person: who is called, how much is paid in, which numbers a carrier gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.act_forms import ActForm, Sent
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.kazoo.kinds import DEVICE, USER

# ---- rooms ----

_ROOM_ACTS = (
    ("lock", lazy("Lock: nobody else comes in")),
    ("unlock", lazy("Unlock")),
    ("play", lazy("Play a recording")),
    ("record", lazy("Begin to record")),
    ("stop", lazy("Stop recording")),
    ("dial", lazy("Call people in")),
)
_PLAYING, _CALLING = lazy("Playing"), lazy("Calling people in")
_IF_PLAYED, _IF_CALLED = ("what", ("play",)), ("what", ("dial",))
_CALLED = (
    Field(
        name="caller_id_name",
        label=lazy("Name that they see"),
        max_length=35,
        group=_CALLING,
        shown_for=_IF_CALLED,
    ),
    Field(
        name="caller_id_number",
        label=lazy("Number that they see"),
        kind="number",
        group=_CALLING,
        shown_for=_IF_CALLED,
    ),
)


def _room_act(fields: Fields, around: Surroundings) -> Sent:
    """Recording is one action with a word of its own for its beginning and its end."""
    what = fields["what"]
    values: Fields = {"action": "record" if what == "stop" else what}
    if what in ("record", "stop"):
        values["recording"] = "stop" if what == "stop" else "start"
    elif what == "play":
        values["media_id"] = fields.get("media_id", "")
    elif what == "dial":
        values["endpoints"] = [*fields.get("who", ()), *fields.get("numbers", ())]
        values |= {one.name: fields[one.name] for one in _CALLED if fields.get(one.name)}
    return Sent(values=values)


def _against_room_act(fields: Fields) -> Mapping[str, str]:
    if fields.get("what") == "play" and not fields.get("media_id"):
        return {"media_id": _("Choose what is played.")}
    if fields.get("what") == "dial" and not (fields.get("who") or fields.get("numbers")):
        return {"who": _("Choose somebody, or type a number.")}
    return {}


_ROOM = ActForm(
    label=lazy("Do something in the room"),
    title=lazy("Do something in the room"),
    verb=lazy("Do it now"),
    fields=(
        Field(name="what", label=lazy("What"), kind="choice", choices=_ROOM_ACTS, required=True),
        Field(
            name="media_id",
            label=lazy("Recording"),
            kind="ref",
            refers_to="media",
            is_sparse=True,
            group=_PLAYING,
            shown_for=_IF_PLAYED,
            help=lazy("Everybody in the room hears it once."),
        ),
        Field(
            name="who",
            label=lazy("People and telephones"),
            kind="refs",
            refers_to=USER,
            also_to=(DEVICE,),
            is_sparse=True,
            group=_CALLING,
            shown_for=_IF_CALLED,
        ),
        Field(
            name="numbers",
            label=lazy("Numbers"),
            kind="texts",
            is_sparse=True,
            group=_CALLING,
            shown_for=_IF_CALLED,
            help=lazy("Numbers, extensions or SIP addresses, one a line."),
        ),
        *_CALLED,
    ),
    more=(
        Field(
            name="action",
            label=lazy("What"),
            choices=(*_ROOM_ACTS[:3], ("record", lazy("Record")), _ROOM_ACTS[5]),
        ),
        Field(
            name="recording",
            label=lazy("Recording"),
            choices=(("start", lazy("begins")), ("stop", lazy("ends"))),
        ),
        Field(name="endpoints", label=lazy("Who is called"), kind="refs", refers_to=USER, also_to=(DEVICE,)),
    ),
    made=_room_act,
    check=_against_room_act,
)
_CALL_IN = ActForm(
    label=lazy("Call somebody in"),
    title=lazy("Call somebody into the room"),
    verb=lazy("Call now"),
    says=lazy("It rings there at once; whoever answers is in the room."),
    icon="phone-outgoing",
    fields=(
        Field(name="number", label=lazy("Whom to call"), kind="number", required=True,
              help=lazy("A telephone number or an extension.")),
        Field(name="name", label=lazy("Name shown"), max_length=80,
              help=lazy("To whoever is called, or in the list of participants; that depends on the server’s release.")),
    ),
)  # fmt: skip
_SERVER = (
    Field(name="name", label=lazy("Name"), required=True, max_length=128),
    Field(name="host", label=lazy("Host"), required=True, max_length=253,
          help=lazy("Host name or address, such as conference1.example.com.")),
)  # fmt: skip

# ---- notices ----


def _notice(fields: Fields, around: Surroundings) -> Sent:
    return Sent(
        values={
            "notificationType": fields.get("notificationType", ""),
            "data": str(fields.get("text", "")).encode(),
        }
    )


def _notice_form(label: Any, title: Any) -> ActForm:
    return ActForm(
        label=label,
        title=title,
        fields=(
            Field(name="notificationType", label=lazy("Notice"), required=True, max_length=60, pattern="[a-z_]+",
                  help=lazy("Its name at Kazoo, such as “invite”.")),
            Field(name="text", label=lazy("Text, as HTML"), kind="exact", required=True,
                  help=lazy("What stands in double braces, such as {{conference.name}}, is filled in by Kazoo.")),
        ),
        more=(Field(name="data", label=lazy("Text, as HTML"), kind="value"),),
        made=_notice,
        check=lambda fields: {} if str(fields.get("text", "")).strip() else {"text": _("This is needed.")},
    )  # fmt: skip


# ---- calls from a telephone ----

_QUICKCALL = ActForm(
    label=lazy("Call a number from here"),
    title=lazy("Call a number from here"),
    what=lazy("Call"),
    verb=lazy("Call now"),
    says=lazy("The telephones here ring first; once one answers, the number is called."),
    icon="phone-outgoing",
    fields=(
        Field(name="number", label=lazy("Whom to call"), kind="number", required=True, is_usual=True),
        Field(name="auto_answer", label=lazy("The telephone answers by itself"), kind="boolean"),
        Field(name="timeout", label=lazy("Ring for (s)"), kind="integer", is_sparse=True,
              help=lazy("30 where nothing is said.")),
        Field(name="cid-name", label=lazy("Name that the telephone shows while it rings"), max_length=35),
        Field(name="cid-number", label=lazy("Number that it shows while it rings"), kind="number"),
    ),
    made=lambda fields, around: Sent(
        values={
            **{name: value for name, value in fields.items() if value not in ("", None)},
            "auto_answer": bool(fields.get("auto_answer")),
        }
    ),
)  # fmt: skip

# ---- carriers ----


def _import(fields: Fields, around: Surroundings) -> Sent:
    return Sent(values={name: value for name, value in fields.items() if value not in ("", None, [])})


def _import_form(kind: str) -> ActForm:
    return ActForm(
        label=lazy("Import numbers"),
        title=lazy("Import numbers to a carrier"),
        verb=lazy("Begin the import"),
        says=lazy("The import runs at Kazoo; how far it is stands in the list."),
        icon="upload",
        fields=(
            Field(name="resource_id", label=lazy("Carrier"), kind="ref", refers_to=kind, is_sparse=True, required=True),
            Field(name="numbers", label=lazy("Numbers"), kind="texts", is_sparse=True, required=True,
                  help=lazy("International with the plus, one a line.")),
            Field(name="name", label=lazy("Name of the import"), max_length=128,
                  help=lazy("To find it again in the list.")),
        ),
        made=_import,
    )  # fmt: skip


# ---- money ----

_CREDIT = ActForm(
    label=lazy("Pay credit in"),
    title=lazy("Pay credit in"),
    verb=lazy("Charge the card"),
    says=lazy("**The card on file is charged at once** with this amount; there is no way back from here."),
    icon="credit-card",
    fields=(
        Field(name="amount", label=lazy("Amount"), kind="decimal", required=True, is_sparse=True,
              help=lazy("In the currency of the account, such as 25.00.")),
    ),
    check=lambda fields: {} if (fields.get("amount") or 0) > 0 else {"amount": _("An amount above zero is needed.")},
)  # fmt: skip
_CARD = (
    Field(name="card_number", label=lazy("Number of the card"), max_length=23, pattern="[0-9 ]{12,23}",
          help=lazy("Where the server takes cards without a payment page.")),
    Field(name="card_expiration_month", label=lazy("Month of its end"), kind="integer", minimum=1, maximum=12),
    Field(name="card_expiration_year", label=lazy("Year of its end"), kind="integer", minimum=2000, maximum=2099),
    Field(name="card_cvv", label=lazy("Check digits"), max_length=4, pattern="[0-9]{3,4}"),
    Field(name="card_cardholder_name", label=lazy("Name on the card"), max_length=175),
)  # fmt: skip
_NEEDED = ("card_number", "card_expiration_month", "card_expiration_year")


def _payer(fields: Fields, around: Surroundings) -> Sent:
    """Data of a card travel as one object, by the names of the payment service."""
    card = {
        one.name.removeprefix("card_"): str(fields[one.name]).strip().zfill(2)
        for one in _CARD
        if fields.get(one.name) not in ("", None)
    }
    values = {name: value for name, value in fields.items() if not name.startswith("card_")}
    return Sent(values=values | ({"credit_card": card} if card else {}))


def _against_card(fields: Fields) -> Mapping[str, str]:
    """A card is named by its code, or whole by its data."""
    if all(fields.get(one.name) in ("", None) for one in _CARD):
        return {}
    return {name: _("This is needed.") for name in _NEEDED if fields.get(name) in ("", None)}


_PAYER = ActForm(
    label=lazy("Change who pays"),
    title=lazy("Change who pays"),
    begins=True,
    fields=(
        Field(name="first_name", label=lazy("First name"), max_length=255, is_usual=True),
        Field(name="last_name", label=lazy("Last name"), max_length=255, is_usual=True),
        Field(name="company", label=lazy("Company"), max_length=255, is_usual=True),
        Field(name="phone", label=lazy("Telephone number"), kind="number", is_usual=True),
        Field(name="payment_method_nonce", label=lazy("Code of a card"), kind="secret", secret=True, is_sparse=True,
              group=lazy("A new card"), help=lazy("As the payment page of the provider names it, once.")),
        *(replace(one, is_sparse=True, secret=True, group=lazy("A new card")) for one in _CARD),
    ),
    more=(Field(name="credit_card", label=lazy("Data of a card"), secret=True),),
    made=_payer,
    check=_against_card,
)  # fmt: skip

# ---- what is said, and switched on again ----


def _comment(fields: Fields, around: Surroundings) -> Sent:
    return Sent(values={"comments": [{"content": str(fields.get("content", "")).strip()}]})


_COMMENT = ActForm(
    label=lazy("Comment"),
    title=lazy("Comment on the port request"),
    verb=lazy("Send the comment"),
    says=lazy("Everybody who works on this port request reads it, the carriers’ desk too."),
    icon="message",
    fields=(Field(name="content", label=lazy("Comment"), kind="exact", required=True),),
    more=(
        Field(
            name="comments",
            label=lazy("Comment"),
            words=lambda value, around: " ".join(str(one.get("content", "")) for one in value or ()),
        ),
    ),
    made=_comment,
    check=lambda fields: {} if str(fields.get("content", "")).strip() else {"content": _("This is needed.")},
)
_REVIVE = ActForm(
    label=lazy("Switch on again"),
    title=lazy("Switch the webhook on again"),
    verb=lazy("Switch it on"),
    says=lazy("It was switched off because it failed too often; from now on it is told of events again."),
    icon="plug-connected",
    more=(Field(name="re-enable", label=lazy("Told of events"), kind="boolean"),),
    made=lambda fields, around: Sent(values={"re-enable": True}),
)

_SYNC = ActForm(
    label=lazy("Have it load its settings"),
    title=lazy("Have the telephone load its settings"),
    verb=lazy("Do it now"),
    says=lazy(
        "The telephone is told to load its settings again; many restart for that, and a call on it ends."
    ),
    icon="refresh",
)

ACT_FORMS: Mapping[str, ActForm] = {
    "conference.action": _ROOM,
    "conference.addParticipant": _CALL_IN,
    "conference.createServer": ActForm(
        label=lazy("Add a conference server"), title=lazy("Add a conference server"), fields=_SERVER
    ),
    "conference.updateServer": ActForm(
        label=lazy("Change"), title=lazy("Change a conference server"), fields=_SERVER, begins=True
    ),
    "conference.createNotification": _notice_form(
        lazy("Add a notice"), lazy("Add the text of a conference notice")
    ),
    "conference.updateNotification": _notice_form(
        lazy("Replace a notice"), lazy("Replace the text of a conference notice")
    ),
    "user.quickcall": _QUICKCALL,
    "device.quickcall": _QUICKCALL,
    "localResources.createJob": _import_form("resource"),
    "globalResources.createJob": _import_form("global_resource"),
    "balance.add": _CREDIT,
    "billing.update": _PAYER,
    "port.addComments": _COMMENT,
    "webhook.revive": _REVIVE,
    "device.sync": _SYNC,
}
