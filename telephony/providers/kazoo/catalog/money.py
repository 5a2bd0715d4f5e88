"""Balance and billing, limits, service plans."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    action,
    body,
    body_of,
    listing,
    path,
    read,
    removal,
    write,
)
from telephony.providers.kazoo.schema.accounts import LIMITS
from telephony.providers.operations import Operation

_COMPANIES = "companies.edit"

MONEY: tuple[Operation, ...] = (
    read(
        "balance.get",
        f"{ACCOUNT}/transactions/current_balance",
        _("Read the balance"),
        note=_("From 4.3 on the ledgers say it, which are tried first."),
    ),
    action(
        "balance.add",
        "PUT",
        f"{ACCOUNT}/braintree/credits",
        _("Pay credit in"),
        body("amount", "json", _("How much, in units of the currency."), required=True),
        capability=_COMPANIES,
        note=_("Needs the Braintree application."),
    ),
    listing(
        "balance.listTransactions",
        f"{ACCOUNT}/transactions",
        _("List what was paid in and taken"),
        is_paged=False,
        is_listed=False,
    ),
    read(
        "billing.get",
        f"{ACCOUNT}/braintree/customer",
        _("Read who pays, and with which cards"),
        note=_("Needs the Braintree application."),
    ),
    write(
        "billing.update",
        "POST",
        f"{ACCOUNT}/braintree/customer",
        _("Change who pays"),
        body("first_name", "text", _("First name.")),
        body("last_name", "text", _("Last name.")),
        body("company", "text", _("Company.")),
        body("phone", "number", _("Telephone number.")),
        body("payment_method_nonce", "secret", _("A card, as the payment page names it once."), secret=True),
        body("credit_card", "json", _("A card with its data."), secret=True),
        capability=_COMPANIES,
        reads_back="billing.get",
        undone_by="billing.update",
        note=_("Needs the Braintree application."),
    ),
    read("ledgers.getTotal", f"{ACCOUNT}/ledgers/total", _("Read the sum of the ledgers"), is_listed=False),
    read("limits.get", f"{ACCOUNT}/limits", _("Read the limits of an account"), kind="limits"),
    write(
        "limits.update",
        "POST",
        f"{ACCOUNT}/limits",
        _("Change the limits of an account"),
        *body_of(LIMITS, is_partial=True),
        kind="limits",
        capability=_COMPANIES,
        reads_back="limits.get",
        replaces_object=True,
        undone_by="limits.update",
        note=_("Refused to end customers; more trunks may cost money."),
    ),
)

_PLAN = path("planId", "ref:service_plan", _("Identifier of the plan."))
_PLANS = f"{ACCOUNT}/service_plans"
_SERVICES = f"{ACCOUNT}/services"
_NEWER = _("From 4.3 on “services” take its place, which are tried first.")
PLANS: tuple[Operation, ...] = (
    listing("servicePlan.list", _PLANS, _("List the plans on offer"), kind="service_plan", note=_NEWER),
    read(
        "servicePlan.get",
        f"{_PLANS}/{{planId}}",
        _("Read one plan"),
        _PLAN,
        kind="service_plan",
        identity=(("planId", "id"),),
        note=_NEWER,
    ),
    read(
        "servicePlan.listCurrent",
        f"{_PLANS}/current",
        _("Read the plans in force and what they count"),
        note=_NEWER,
    ),
    write(
        "servicePlan.add",
        "POST",
        f"{_PLANS}/{{planId}}",
        _("Put a plan in force"),
        _PLAN,
        capability=_COMPANIES,
        reads_back="services.get",
        undone_by="servicePlan.remove",
        note=_NEWER,
    ),
    removal(
        "servicePlan.remove",
        f"{_PLANS}/{{planId}}",
        _("End a plan"),
        _PLAN,
        capability=_COMPANIES,
        reads_back="services.get",
        undone_by="servicePlan.add",
        note=_NEWER,
    ),
    write(
        "servicePlan.reconciliate",
        "POST",
        f"{_PLANS}/reconciliation",
        _("Count again what an account uses"),
        capability=_COMPANIES,
        reads_back="servicePlan.listCurrent",
        note=_NEWER,
    ),
    write(
        "servicePlan.synchronize",
        "POST",
        f"{_PLANS}/synchronization",
        _("Send to the accounting what an account uses"),
        capability=_COMPANIES,
        reads_back="servicePlan.listCurrent",
        note=_NEWER,
    ),
    listing(
        "services.listAvailable",
        f"{_PLANS}/available",
        _("List the plans that the reseller offers an account"),
        is_listed=False,
        note=_NEWER,
    ),
    read(
        "services.get",
        _SERVICES,
        _("Read the plans in force, by their identifiers"),
        is_listed=False,
    ),
    read(
        "services.getSummary",
        f"{_SERVICES}/summary",
        _("Read what the plans count (from 4.3 on)"),
        is_listed=False,
    ),
    write(
        "services.add",
        "POST",
        f"{_SERVICES}/{{planId}}",
        _("Put a plan in force (from 4.3 on)"),
        _PLAN,
        is_listed=False,
        capability=_COMPANIES,
        reads_back="services.get",
        undone_by="services.remove",
    ),
    removal(
        "services.remove",
        f"{_SERVICES}/{{planId}}",
        _("End a plan (from 4.3 on)"),
        _PLAN,
        is_listed=False,
        capability=_COMPANIES,
        reads_back="services.get",
        undone_by="services.add",
    ),
    write(
        "services.reconciliate",
        "POST",
        f"{_SERVICES}/reconciliation",
        _("Count again what an account uses (from 4.3 on)"),
        is_listed=False,
        capability=_COMPANIES,
        reads_back="services.getSummary",
    ),
    write(
        "services.synchronize",
        "POST",
        f"{_SERVICES}/synchronization",
        _("Send to the accounting what an account uses (from 4.3 on)"),
        is_listed=False,
        capability=_COMPANIES,
        reads_back="services.getSummary",
    ),
)
