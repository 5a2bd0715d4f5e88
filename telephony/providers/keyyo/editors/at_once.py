"""What Keyyo does at once and never takes back: a new password, another offer, a token for a browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Editor, Place
from telephony.providers.phrases import Strong, said

OFFER, TARGET, MASKS = "Offer", "target_offer_id", "domain_masks"
_MASK = re.compile(r"(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class _AtOnce(Editor):
    """On a line; no read shows its result, so that nothing is compared and nothing can be taken back."""

    @property
    def makes(self) -> bool:
        return False

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind=around.line_kind, remote_id=str(address.get("csi", "")))

    def address_of(self, place: Place) -> dict[str, str]:
        return {"csi": place.remote_id}

    def read(self, document: Mapping[str, Any]) -> Fields:
        return {}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return str(self.title)


def _warning(template: str, icon: str = "alert-triangle", **values: Any) -> Consequence:
    return Consequence(text=said(template, **values), icon=icon, tone="warn")


class PasswordReset(_AtOnce):
    title = lazy("Replace the SIP password")
    verb = lazy("Replace the password at Keyyo")

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        return (
            _warning(
                _(
                    "**Its telephones are signed out** as soon as they register anew, and the line no longer rings "
                    "until each of them has the new password."
                ),
                "plug",
            ),
            _warning(
                _("Keyyo **does not tell the new password** here: it stands in Keyyo’s own portal."), "key"
            ),
            Consequence(
                text=said(_("A password of this line that is kept here for starting calls no longer works.")),
                icon="phone-outgoing",
            ),
        )


class OfferUpgrade(_AtOnce):
    title = lazy("Order another offer")
    verb = lazy("Order it at Keyyo")
    reads = (OFFER,)

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        offers = _offers(around)
        return (
            Field(
                name=TARGET,
                label=lazy("Offer"),
                kind="choice" if offers else "text",
                choices=tuple(offers.items()),
                words=lambda value, _around: offers.get(str(value), str(value)),
                required=True,
                help=lazy("The offers that Keyyo lets this line move to."),
            ),
        )

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Order the offer %(offer)s") % {"offer": _name(wanted, around)}

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        return (
            _warning(
                _(
                    "**A change of contract:** Keyyo bills this line by {offer} from then on. The price is Keyyo’s, and not "
                    "told here."
                ),
                "receipt-2",
                offer=Strong(_name(wanted, around)),
            ),
            _warning(
                _(
                    "**No way back from here:** the old offer is had again only if Keyyo lets the line move to it."
                ),
            ),
            Consequence(
                text=said(_("Keyyo carries it out some minutes later; it stands among the line’s tasks.")),
                icon="clock",
            ),
        )


class BrowserToken(_AtOnce):
    title = lazy("Make a token for a browser")
    verb = lazy("Make the token")

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (
            Field(
                name=MASKS,
                label=lazy("Web sites that may use it"),
                required=True,
                words=lambda value, _around: ", ".join(value) if isinstance(value, list) else str(value),
                help=lazy("Such as crm.example.com or *.example.com; several with a comma between them."),
            ),
        )

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        if MASKS not in wanted:
            return {}
        masks = wanted[MASKS]
        return {MASKS: masks if isinstance(masks, list) else re.split(r"[\s,;]+", str(masks).strip(" ,;"))}

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        if MASKS not in wanted:  # by hand: a token without a mask, which Keyyo judges
            return {}
        masks = [one for one in wanted[MASKS] if one]
        if not masks:
            return {MASKS: _("This is needed.")}
        bad = [one for one in masks if not _MASK.fullmatch(str(one)) or len(str(one)) > 255]
        return {MASKS: _("“%(value)s” is no web site.") % {"value": bad[0]}} if bad else {}

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        return (
            _warning(_("Whoever has the token **acts for this line** in a browser, for one hour."), "key"),
            Consequence(
                text=said(_("It is shown **once**, right after it was made, and kept nowhere.")), icon="eye"
            ),
        )


def _offers(around: Surroundings) -> dict[str, str]:
    rows = around.around.get(OFFER, ())
    return {
        str(one.get("id")): str(one.get("name") or one.get("id")) for one in rows if one.get("id") is not None
    }


def _name(wanted: Fields, around: Surroundings) -> str:
    offer = str(wanted.get(TARGET, ""))
    return _offers(around).get(offer, offer)
