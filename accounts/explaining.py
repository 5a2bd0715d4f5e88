"""`/me/rights/`: every right of a person in each of their tenants, with the reason for yes or no.

Whether a provider offers a thing at all is telephony's to say: it hands in `capabilities_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Person, Tenant
from accounts.rights import RIGHT_LABELS, Right, Rights, least_role_with
from accounts.switching import tenants_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One right in one tenant. `is_held` by role, `is_offered` by some connection's provider (None: not asked)."""

    is_held: bool
    is_offered: bool | None
    why: str

    @property
    def is_usable(self) -> bool:
        return self.is_held and self.is_offered is not False


@dataclass(frozen=True, slots=True)
class Column:
    tenant: Tenant
    role: str


@dataclass(frozen=True, slots=True)
class Row:
    right: Right
    label: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: list[Column]
    rows: list[Row]


_capabilities_of: Callable[[Tenant], frozenset[str] | None] | None = None


def set_capabilities(function: Callable[[Tenant], frozenset[str] | None]) -> None:
    """Hand in what the connections of a tenant offer, noun.verb; None where it has no connection yet."""
    global _capabilities_of
    _capabilities_of = function


def matrix(person: Person) -> Matrix:
    tenants = tenants_of(person)
    offered = {
        tenant.pk: _capabilities_of(tenant) if _capabilities_of else None for tenant, _r, _n in tenants
    }
    return Matrix(
        columns=[Column(tenant, role) for tenant, _rights, role in tenants],
        rows=[
            Row(
                right,
                str(label),
                [_cell(person, right, rights, role, offered[tenant.pk]) for tenant, rights, role in tenants],
            )
            for right, label in RIGHT_LABELS.items()
        ],
    )


# Rights that are about the portal itself: no provider has a say in them.
OF_THE_PORTAL = frozenset(
    {
        Right.PEOPLE_MANAGE,
        Right.OWNERS_MANAGE,
        Right.TENANT_CLOSE,
        Right.CONNECTIONS_MANAGE,
        Right.OPERATIONS_USE,
        Right.CHARGES_ACCEPT,
        Right.REPORTS_SCHEDULE,
        Right.EXPORTS_MAKE,
        Right.AUDIT_READ,
        Right.SETTINGS_EDIT,
    }
)


def _cell(person: Person, right: Right, rights: Rights, role: str, offered: frozenset[str] | None) -> Cell:
    is_held = right in rights
    is_offered = None if offered is None or right in OF_THE_PORTAL else right.value in offered
    if not is_held:
        why = _("Takes the role %(role)s.") % {"role": least_role_with(right).label}
    elif is_offered is False:
        why = _("No connection of this tenant offers it.")
    elif person.is_staff:
        why = _("You are platform staff.")
    else:
        why = _("Your role %(role)s covers it.") % {"role": role}
    return Cell(is_held, is_offered, why)
