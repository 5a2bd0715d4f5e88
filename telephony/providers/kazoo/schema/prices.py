"""Prices of service plans: one object for each item that is counted, by category (facts: service_plan_item)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import (
    Below,
    Field,
    below,
    choice,
    decimal,
    family,
    flag,
    free,
    integer,
    many,
    text,
)
from telephony.providers.operations import Text

# What is counted; "_all" among the items holds what is usual in a category.
PRICED: Mapping[str, Text] = {
    "users": _("People"),
    "devices": _("Devices"),
    "phone_numbers": _("Numbers"),
    "number_services": _("Services of numbers"),
    "number_carriers": _("Carriers of numbers"),
    "limits": _("Trunks"),
    "ips": _("IP addresses"),
    "ledgers": _("Calls by the minute"),
    "ui_apps": _("Apps"),
    "account_apps": _("Apps of the account"),
    "voip_services": _("Services"),
    "dedicated": _("Dedicated servers"),
    "billing": _("Billing"),
}


def _amount(name: str, label: Text = "", **more: object) -> Field:
    """An amount in the currency of the account."""
    return decimal(name, label, kind="money", **more)


def _steps(name: str, label: Text, **more: object) -> Field:
    """Prices by the number of items that they hold up to."""
    return free(name, label, _amount(""), kind="money", keys="^[0-9]+$", **more)


def _discount(name: str, label: Text, *more: Field) -> Below:
    rates = free("rates", _("Taken off each, up to"), kind="money")
    return below(name, label, _amount("rate", _("Taken off each")), rates, *more)


PRICE: tuple[Field, ...] = family(
    "service_plan_item",
    text("name", _("Name")),
    _amount("rate", _("Price each"), default=0.0),
    _steps("rates", _("Price each, up to"), default={}),
    _amount("flat_rate", _("One price for all"), default=0.0),
    _steps("flat_rates", _("One price for all, up to"), default={}),
    _amount("activation_charge", _("Once, at the start"), default=0.0),
    integer("minimum", _("Billed at least"), default=0),
    integer("maximum", _("Billed at most")),
    integer("step", _("Billed in steps of"), default=1),
    text("as", _("Counted as"), kind="code"),
    flag("cascade", _("Accounts below are counted too"), default=False),
    choice("markup_type", _("The price is"), "fixed_price", "percentage", "rate"),
    below(
        "prorate",
        _("Part of a month"),
        flag("additions", _("When one is added"), default=True),
        flag("removals", _("When one is taken away"), default=False),
    ),
    below(
        "discounts",
        "",
        _discount(
            "single",
            _("Discount on the first"),
        ),
        _discount("cumulative", _("Discount on each"), integer("maximum", _("On at most"))),
    ),
    many(
        "taxes",
        _("Taxes"),
        (text("name", _("Name")), decimal("rate", _("Rate")), text("tax_id", _("Tax number"), kind="code")),
    ),
).fields
