"""Signing in, and the accounts themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    action,
    body,
    body_of,
    listing,
    noted,
    path,
    read,
    removal,
    write,
)
from telephony.providers.kazoo.schema.accounts import ACCOUNTS
from telephony.providers.kazoo.schema.logins import API_AUTH, PIN_AUTH, SHARED_AUTH, USER_AUTH
from telephony.providers.operations import Operation

_COMPANIES = "companies.edit"
_OLD_RELEASES = _("Of releases up to 4.3.")

SIGNING_IN: tuple[Operation, ...] = (
    action("auth.userAuth", "PUT", "/user_auth", _("Sign in as a user"), *body_of(USER_AUTH)),
    action(
        "auth.sharedAuth",
        "PUT",
        "/shared_auth",
        _("Sign in with the token of another cluster"),
        *body_of(SHARED_AUTH),
        note=_OLD_RELEASES,
    ),
    action(
        "auth.pinAuth",
        "PUT",
        "/pin_auth",
        _("Sign in with a PIN"),
        *body_of(PIN_AUTH),
        note=_("No open release has it."),
    ),
    action(
        "auth.apiAuth",
        "PUT",
        "/api_auth",
        _("Sign in with an API key"),
        *body_of(API_AUTH),
        is_listed=False,
    ),
    action(
        "auth.impersonate",
        "PUT",
        f"{ACCOUNT}/users/{{userId}}/user_auth",
        _("Sign in as another user"),
        path("userId", "ref:user", _("Identifier of the user.")),
        is_listed=False,
        note=_("For administrators of the whole system."),
        extra={"beside": {"action": "impersonate_user"}},
    ),
    action(
        "auth.recover",
        "PUT",
        "/user_auth/recovery",
        _("Have a link for a new password mailed"),
        body("username", "text", _("User name."), required=True),
        body("ui_url", "url", _("Where the link leads."), required=True),
        *body_of(USER_AUTH)[2:],
        is_listed=False,
    ),
    read("auth.check", "/token_auth", _("See whose the token is"), is_listed=False),
    removal("auth.signOut", "/token_auth", _("Give the token up"), is_listed=False),
)

_PARENT = _("The account in the path is the parent of the new one.")
ACCOUNT_DOCUMENTS: tuple[Operation, ...] = (
    *noted(
        (
            read(
                "account.get", ACCOUNT, _("Read an account"), kind="account", identity=(("accountId", "id"),)
            ),
            write(
                "account.create",
                "PUT",
                ACCOUNT,
                _("Add an account below another"),
                *body_of(ACCOUNTS),
                kind="account",
                capability=_COMPANIES,
                reads_back="account.listChildren",
                undone_by="account.delete",
            ),
            write(
                "account.update",
                "POST",
                ACCOUNT,
                _("Replace an account's settings"),
                *body_of(ACCOUNTS, is_partial=True),
                kind="account",
                capability=_COMPANIES,
                reads_back="account.get",
                replaces_object=True,
                undone_by="account.update",
                identity=(("accountId", "id"),),
            ),
            write(
                "account.patch",
                "PATCH",
                ACCOUNT,
                _("Change some settings of an account"),
                *body_of(ACCOUNTS, is_partial=True),
                kind="account",
                capability=_COMPANIES,
                reads_back="account.get",
                undone_by="account.patch",
                identity=(("accountId", "id"),),
                is_listed=False,
            ),
            removal(
                "account.delete",
                ACCOUNT,
                _("Remove an account"),
                kind="account",
                capability=_COMPANIES,
                reads_back="account.get",
            ),
        ),
        create=_PARENT,
        delete=_("Refused while there are accounts below it."),
    ),
    listing(
        "account.listDescendants",
        f"{ACCOUNT}/descendants",
        _("List all accounts below an account"),
        kind="account",
    ),
    listing(
        "account.listChildren",
        f"{ACCOUNT}/children",
        _("List the accounts directly below an account"),
        kind="account",
    ),
    listing(
        "account.listParents",
        f"{ACCOUNT}/parents",
        _("List the accounts above an account"),
        kind="account",
        is_listed=False,
    ),
    listing(
        "account.listSiblings",
        f"{ACCOUNT}/siblings",
        _("List the accounts beside an account"),
        kind="account",
        is_listed=False,
    ),
    listing(
        "account.listTree",
        f"{ACCOUNT}/tree",
        _("List the accounts from the top down to an account"),
        kind="account",
        is_listed=False,
    ),
    read(
        "account.getApiKey",
        f"{ACCOUNT}/api_key",
        _("Read the API key of an account"),
        is_listed=False,
        capability=_COMPANIES,
    ),
)

ACCOUNT_OPERATIONS = (*SIGNING_IN, *ACCOUNT_DOCUMENTS)
