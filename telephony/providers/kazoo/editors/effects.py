"""What a change of a Kazoo document means to the people who call and are called, for the plain cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _

from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Fields, Surroundings
from telephony.providers.phrases import Number, Strong, said

FORWARD = "call_forward."


def effects(after: Fields, wanted: Fields, around: Surroundings) -> Iterator[Consequence]:
    """Sentences about what is wanted. `after`: every field as it will stand."""
    for about in _ABOUT:
        yield from about(after, wanted, around)


def _caller_id(after: Fields, wanted: Fields, around: Surroundings) -> Iterator[Consequence]:
    number = "caller_id.external.number"
    if number in wanted and wanted[number]:
        words = _("People called from here see {number} and **call that back**.")
        yield Consequence(icon="user-question", text=said(words, number=Number(str(wanted[number]))))
    elif number in wanted:
        words = _("People called from here see the number that the level above has.")
        yield Consequence(icon="user-question", text=said(words))
    name = "caller_id.internal.name"
    if wanted.get(name):
        words = _("Colleagues who are called see “{name}”.")
        yield Consequence(icon="user-question", text=said(words, name=Strong(str(wanted[name]))))
    emergency = "caller_id.emergency.number"
    if emergency in wanted:
        words = _("**Emergency services** look up the address by this number; it has to be right.")
        yield Consequence(icon="alert-triangle", tone="warn", text=said(words))


def _forwarding(after: Fields, wanted: Fields, around: Surroundings) -> Iterator[Consequence]:
    if not any(name.startswith(FORWARD) for name in wanted):
        return
    number = after.get(f"{FORWARD}number")
    if not after.get(f"{FORWARD}enabled"):
        if wanted.get(f"{FORWARD}enabled") is False:
            words = _("Calls are **not forwarded** any more: they ring here.")
            yield Consequence(icon="arrow-forward-up", text=said(words))
        return
    if not number:
        words = _("Forwarding is on **without a number**: calls ring nowhere.")
        yield Consequence(icon="alert-triangle", tone="warn", text=said(words))
        return
    is_failover = after.get(f"{FORWARD}failover")
    words = (
        _("Calls go to {number} **while no phone is registered**.")
        if is_failover
        else _("Calls go to {number} at once.")
    )
    yield Consequence(icon="arrow-forward-up", text=said(words, number=Number(str(number))))
    if after.get(f"{FORWARD}require_keypress") is not False:
        words = _("Whoever answers there has to press **1** before the call is put through.")
        yield Consequence(icon="info-circle", text=said(words))


def _disturbing(after: Fields, wanted: Fields, around: Surroundings) -> Iterator[Consequence]:
    if "do_not_disturb.enabled" not in wanted:
        return
    words = (
        _("**Nothing rings**: callers are refused, or go where the callflow leads them next.")
        if wanted["do_not_disturb.enabled"]
        else _("Calls ring again.")
    )
    yield Consequence(icon="ban", text=said(words))


def _secrets(after: Fields, wanted: Fields, around: Surroundings) -> Iterator[Consequence]:
    if wanted.get("pin") or wanted.get("hotdesk.pin"):
        yield Consequence(icon="key", text=said(_("The old PIN does not open it any more.")))
    if "sip.password" in wanted or "sip.username" in wanted:
        words = _("The phone **drops out** until it signs in with the new data.")
        yield Consequence(icon="alert-triangle", tone="warn", text=said(words))
    if wanted.get("password"):
        yield Consequence(icon="key", text=said(_("The old password does not work any more.")))


def _standing(after: Fields, wanted: Fields, around: Surroundings) -> Iterator[Consequence]:
    if "enabled" not in wanted:
        return
    words = _("It works again.") if wanted["enabled"] is not False else _("It is out of service, and kept.")
    yield Consequence(icon="power", text=said(words))


def _owner(after: Fields, wanted: Fields, around: Surroundings) -> Iterator[Consequence]:
    owner = wanted.get("owner_id")
    if owner:
        name = around.named("user", [owner]).get(owner, owner)
        yield Consequence(icon="user", text=said(_("It belongs to {name} from now on."), name=Strong(name)))
    elif "owner_id" in wanted:
        yield Consequence(icon="user", text=said(_("It belongs to nobody any more.")))


_ABOUT: tuple[Callable[[Fields, Fields, Surroundings], Iterable[Consequence]], ...] = (
    _caller_id,
    _forwarding,
    _disturbing,
    _secrets,
    _standing,
    _owner,
)
