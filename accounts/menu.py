"""Our entries in the menus, and what the frame of every page asks about tenants."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.outbox import has_outbox
from accounts.rights import Right
from accounts.switching import choices
from portal.ui.context import configure
from portal.ui.navigation import Entry, add


def register() -> None:
    configure(tenants=choices)
    add(
        "tenant",
        Entry(label=_("People"), url_name="accounts:people", icon="users", order=110),
        Entry(
            label=_("Audit"), url_name="accounts:audit", icon="list-search", order=112, right=Right.AUDIT_READ
        ),
        Entry(
            label=_("Settings"),
            url_name="accounts:settings",
            icon="settings",
            order=114,
            right=Right.SETTINGS_EDIT,
        ),
    )
    add(
        "staff",
        Entry(
            label=_("Tenants"),
            url_name="accounts:staff",
            icon="building",
            order=10,
            is_exact=True,
            shown=is_staff,
        ),
        Entry(
            label=_("Mails of the demo"), url_name="accounts:outbox", icon="mail", order=40, shown=_has_outbox
        ),
        Entry(label=_("Registry"), url_name="admin:index", icon="database", order=50, shown=is_staff),
    )
    add(
        "person",
        Entry(label=_("Profile"), url_name="accounts:me", icon="user", order=10, is_exact=True),
        Entry(label=_("My rights"), url_name="accounts:my_rights", icon="key", order=20),
        Entry(label=_("Password"), url_name="account_change_password", icon="lock", order=30),
        Entry(label=_("Second factor"), url_name="mfa_index", icon="shield-lock", order=40),
        Entry(label=_("Sessions"), url_name="usersessions_list", icon="devices", order=50),
    )


def is_staff(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_staff


def _has_outbox(request: HttpRequest) -> bool:
    return is_staff(request) and has_outbox()
