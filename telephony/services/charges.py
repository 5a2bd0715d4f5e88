"""A write that the provider does only for money: its quote is kept with the change, and somebody says yes or no.

Nothing was written until then. Who may say yes has the right `charges.accept`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from telephony.models import Change
from telephony.services import editing

MOST_LINES = 50


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One line of a quote: what, how many, what each costs a month and once, in millionths of the connection's currency.

    None where the provider does not say.
    """

    what: str
    quantity: int | None = None
    monthly_micros: int | None = None
    once_micros: int | None = None


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What the provider asks, as far as it can be read. The document itself is kept too."""

    charges: tuple[Charge, ...] = ()
    today_micros: int | None = None
    monthly_micros: int | None = None


def quote_of(change: Change) -> Quote:
    """The quote that stands with a change; empty where there is none."""
    document = (change.answer or {}).get("quote") or {}
    said = change.connection.declaration.said_item or (lambda category, item: "")
    charges = tuple(_charges(document, (), said))[:MOST_LINES]
    summary = document.get("summary")
    if isinstance(summary, Mapping):
        today, monthly = (_micros(summary.get(name)) for name in ("today", "recurring"))
        return Quote(charges=charges, today_micros=today, monthly_micros=monthly)
    monthly = sum((one.monthly_micros or 0) * (one.quantity or 0) for one in charges) if charges else None
    return Quote(
        charges=charges, today_micros=_micros(document.get("activation_charges")), monthly_micros=monthly
    )


def accept(change: Change, person: Person, request: HttpRequest | None = None) -> Change:
    """Send it once more, with the word that it may cost. Raises NotOpen, and what `editing.send` raises."""
    with transaction.atomic():
        held = _waiting(change)
        held.state = Change.State.DRAFT
        held.accepts_charges, held.error = True, ""
        held.expires_at = timezone.now() + timedelta(seconds=settings.PREVIEW_LIFETIME_S)
        held.save(update_fields=["state", "accepts_charges", "error", "expires_at"])
    return editing.send(held, person, request=request)


def refuse(change: Change, person: Person) -> Change:
    """Leave it at that; the change says who did not want to pay. Raises NotOpen."""
    with transaction.atomic():
        held = _waiting(change)
        held.state = Change.State.REFUSED
        held.error = _("%(person)s did not accept the charges; nothing was written.") % {"person": person}
        held.save(update_fields=["state", "error"])
    return held


def _waiting(change: Change) -> Change:
    held = Change.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if held.state != Change.State.CHARGES:
        raise editing.NotOpen(held.get_state_display())
    return held


def _charges(document: Any, path: tuple[str, ...], said: Callable[[str, str], str]) -> Iterator[Charge]:
    """Every object of the quote that has a quantity or a rate, wherever it stands."""
    if isinstance(document, list):
        for child in document:
            yield from _charges(child, path, said)
    if not isinstance(document, Mapping):
        return
    if "quantity" in document or "rate" in document:
        names = [str(document[name]) for name in ("category", "item", "name") if document.get(name)]
        words = said(str(document.get("category", "")), str(document.get("item", "")))
        yield Charge(
            what=words or " / ".join(dict.fromkeys(names) or path),
            quantity=_whole(document.get("quantity")),
            monthly_micros=_micros(document.get("rate")),
            once_micros=_micros(document.get("activation_charges")),
        )
        return
    for name, child in document.items():
        if name != "summary":
            yield from _charges(child, (*path, str(name)), said)


def _micros(value: Any) -> int | None:
    return round(value * 1_000_000) if _is_number(value) else None


def _whole(value: Any) -> int | None:
    return int(value) if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
