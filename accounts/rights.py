"""Who may do what: one enum of rights, and the roles that carry them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import Person, Tenant


class Right(StrEnum):
    """noun.verb, the same words as the providers' capabilities, and what only people need."""

    LINES_READ = "lines.read"
    PROFILES_EDIT = "profiles.edit"
    BLACKLIST_EDIT = "blacklist.edit"
    BARRING_EDIT = "barring.edit"
    PLUGINS_EDIT = "plugins.edit"
    DOCUMENTS_EDIT = "documents.edit"
    CALLFLOWS_EDIT = "callflows.edit"
    SCHEDULES_EDIT = "schedules.edit"
    COMPANIES_EDIT = "companies.edit"
    DIRECTORY_EDIT = "directory.edit"
    CALLS_LIST = "calls.list"
    CALLS_LIVE = "calls.live"
    CALLS_START = "calls.start"
    CALLS_FOLLOW = "calls.follow"
    SMS_SEND = "sms.send"
    VOICEMAIL_READ = "voicemail.read"
    NUMBERS_ORDER = "numbers.order"
    PORTS_MANAGE = "ports.manage"
    PEOPLE_MANAGE = "people.manage"
    OWNERS_MANAGE = "owners.manage"
    TENANT_CLOSE = "tenant.close"
    CONNECTIONS_MANAGE = "connections.manage"
    OPERATIONS_USE = "operations.use"
    CHARGES_ACCEPT = "charges.accept"
    REPORTS_SCHEDULE = "reports.schedule"
    EXPORTS_MAKE = "exports.make"
    BULK_EDIT = "bulk.edit"
    AUDIT_READ = "audit.read"
    SETTINGS_EDIT = "settings.edit"


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    OPERATOR = "operator", _("Operator")
    ADMINISTRATOR = "administrator", _("Administrator")
    OWNER = "owner", _("Owner")


_VIEWER = frozenset({Right.LINES_READ, Right.CALLS_LIST, Right.CALLS_LIVE})
_OPERATOR = _VIEWER | {
    Right.PROFILES_EDIT,
    Right.BLACKLIST_EDIT,
    Right.BARRING_EDIT,
    Right.PLUGINS_EDIT,
    Right.DIRECTORY_EDIT,
    Right.SCHEDULES_EDIT,
    Right.CALLS_START,
    Right.CALLS_FOLLOW,
    Right.SMS_SEND,
    Right.VOICEMAIL_READ,
    Right.EXPORTS_MAKE,
}
_ADMINISTRATOR = _OPERATOR | {
    Right.CALLFLOWS_EDIT,
    Right.COMPANIES_EDIT,
    Right.DOCUMENTS_EDIT,
    Right.NUMBERS_ORDER,
    Right.PORTS_MANAGE,
    Right.BULK_EDIT,
    Right.REPORTS_SCHEDULE,
    Right.CONNECTIONS_MANAGE,
    Right.OPERATIONS_USE,
    Right.PEOPLE_MANAGE,
    Right.SETTINGS_EDIT,
    Right.AUDIT_READ,
}
_OWNER = _ADMINISTRATOR | {Right.CHARGES_ACCEPT, Right.OWNERS_MANAGE, Right.TENANT_CLOSE}

RIGHTS_OF: dict[str, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.OPERATOR: _OPERATOR,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
    Role.OWNER: _OWNER,
}
EVERY_RIGHT = frozenset(Right)


class Rights(frozenset[Right]):
    """What a person may do in a tenant. In templates: `{% if rights.profiles_edit %}`."""

    def __getattr__(self, name: str) -> bool:
        try:
            return Right(name.replace("_", ".", 1)) in self
        except ValueError:
            raise AttributeError(name) from None


NO_RIGHTS = Rights()


def rights_of_role(role: str | None) -> Rights:
    return Rights(RIGHTS_OF.get(role or "", frozenset()))


def rights_of(person: Person | Any, tenant: Tenant) -> Rights:
    """The rights of a person in a tenant: by membership, else every one for platform staff.

    Staff who are members may act as staff there as well (accounts.tenancy.use_staff_power); a request knows whether
    they do, this does not.
    """
    if not person.is_authenticated or not person.is_active:
        return NO_RIGHTS
    membership = person.memberships.filter(tenant=tenant, tenant__closed_at=None).first()
    if membership is None and person.is_staff:
        return Rights(EVERY_RIGHT)
    return rights_of_role(membership.role if membership else None)


RIGHT_LABELS = {
    Right.LINES_READ: _("See lines, numbers and their settings"),
    Right.PROFILES_EDIT: _("Change forwarding profiles"),
    Right.BLACKLIST_EDIT: _("Block and unblock callers"),
    Right.BARRING_EDIT: _("Change call barring"),
    Right.PLUGINS_EDIT: _("Switch options of a line on and off"),
    Right.DOCUMENTS_EDIT: _("Change a provider's documents field by field"),
    Right.CALLFLOWS_EDIT: _("Change callflows"),
    Right.SCHEDULES_EDIT: _("Change opening hours"),
    Right.COMPANIES_EDIT: _("Change companies"),
    Right.DIRECTORY_EDIT: _("Change the directory"),
    Right.CALLS_LIST: _("See the call history"),
    Right.CALLS_LIVE: _("See calls as they happen"),
    Right.CALLS_START: _("Start calls"),
    Right.CALLS_FOLLOW: _("Look after callers who were missed"),
    Right.SMS_SEND: _("Send SMS"),
    Right.VOICEMAIL_READ: _("Read voicemail"),
    Right.NUMBERS_ORDER: _("Order numbers"),
    Right.PORTS_MANAGE: _("Port numbers in and out"),
    Right.PEOPLE_MANAGE: _("Invite people and choose their roles"),
    Right.OWNERS_MANAGE: _("Make and remove owners"),
    Right.TENANT_CLOSE: _("Close the tenant"),
    Right.CONNECTIONS_MANAGE: _("Connect and disconnect provider accounts"),
    Right.OPERATIONS_USE: _("Use any operation of a provider by hand"),
    Right.CHARGES_ACCEPT: _("Accept charges of a provider"),
    Right.REPORTS_SCHEDULE: _("Schedule reports"),
    Right.EXPORTS_MAKE: _("Export"),
    Right.BULK_EDIT: _("Change many objects at once"),
    Right.AUDIT_READ: _("Read who did what"),
    Right.SETTINGS_EDIT: _("Change the tenant's settings"),
}


def least_role_with(right: Right) -> Role:
    """The smallest role that carries the right."""
    return next(Role(role) for role, rights in RIGHTS_OF.items() if right in rights)
