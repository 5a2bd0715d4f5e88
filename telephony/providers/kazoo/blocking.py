"""Kazoo's blacklists: lists of the whole account, whose entries are the names of an object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.numbers import display, is_emergency
from telephony.providers.blocking import Blocking
from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Fields, Surroundings
from telephony.providers.phrases import said
from telephony.providers.schema_checks import against_dialling

BLOCKING = Blocking(
    kind="blacklist",
    operation="blacklist.update",
    field="numbers",
    is_of_line=False,
    note=lazy("It holds for every line of the account, as far as the account has this list in use."),
    # Looked up where a carrier brings a call in, and nowhere else: stepswitch_inbound.erl of Kazoo 4.
    why_not_short=lazy("Kazoo holds its lists against callers from outside alone; colleagues get through."),
)


def effects(after: Fields, wanted: Fields, around: Surroundings) -> Iterator[Consequence]:
    """What a change of a list means. `after`: every field as it will stand."""
    if wanted.get("numbers"):
        words = _("Callers on the list are refused **on every line of the account** that uses it.")
        yield Consequence(icon="ban", text=said(words))
    if wanted.get("should_block_anonymous"):
        words = _("**Everybody who hides the number** is refused: hospitals and doctors often do.")
        yield Consequence(icon="user-question", tone="warn", text=said(words))


def against(wanted: Fields, around: Surroundings) -> Mapping[str, str]:
    """Emergency services ring back, and must get through. The server takes any text for a number."""
    for number in wanted.get("numbers") or ():
        if not number or against_dialling(number):
            return {"numbers": _("“%(text)s” is not a telephone number.") % {"text": number}}
        if is_emergency(number, around.region):
            words = _("%(number)s is an emergency number: it always gets through.")
            return {"numbers": words % {"number": display(number)}}
    return {}
