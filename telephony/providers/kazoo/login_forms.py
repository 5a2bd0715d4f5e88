"""Trying whether Kazoo lets somebody in: by a user's login, by a PIN, by another cluster's token, in a user's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.act_forms import ActForm, Sent
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.kazoo.signing_in import credentials
from telephony.providers.operations import Text

_SAYS = lazy(
    "Kazoo says whether it lets this in. **The session that it opens is not used**: the portal goes on with its own."
)


_ACCOUNT_NAME = Field(
    name="account_name",
    label=lazy("Account name"),
    max_length=128,
    help=lazy("As the account is called at Kazoo."),
)


def _hashed(fields: Fields, around: Surroundings) -> Sent:
    login = credentials(fields["username"], fields["password"])
    return Sent(values={**_account(fields), "credentials": login})


def _with_account(name: str) -> Any:
    return lambda fields, around: Sent(values={**_account(fields), name: fields[name]})


def _account(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name.startswith("account_") and value}


def _against_account(fields: Fields) -> Mapping[str, str]:
    if fields.get("account_name") or fields.get("account_realm"):
        return {}
    return {"account_name": _("Say the account by its name or its SIP domain.")}


def _form(label: Text, *fields: Field, **more: Any) -> ActForm:
    return ActForm(
        label=label,
        title=label,
        verb=lazy("Try it now"),
        says=_SAYS,
        icon="key",
        fields=fields,
        first=_own_account if _ACCOUNT_NAME in fields else lambda around: {},
        **more,
    )


def _own_account(around: Surroundings) -> Fields:
    """Most people try a login of the account that they look at."""
    return {"account_name": around.login().given.get("account_name", "")}


def _secret(name: str, label: Text, help: Text = "") -> Field:
    return Field(name=name, label=label, kind="secret", secret=True, is_sparse=True, required=True, help=help)


LOGIN_FORMS: Mapping[str, ActForm] = {
    "auth.userAuth": _form(
        lazy("Try a user’s login"),
        Field(name="username", label=lazy("User name"), required=True, max_length=256),
        _secret("password", lazy("Password"), lazy("Only a hash of both is sent.")),
        _ACCOUNT_NAME,
        Field(
            name="account_realm",
            label=lazy("SIP domain of the account"),
            max_length=253,
            help=lazy("Where its name is not known."),
        ),
        more=(Field(name="credentials", label=lazy("User name and password"), kind="secret", secret=True),),
        made=_hashed,
        check=_against_account,
    ),
    "auth.sharedAuth": _form(
        lazy("Try a token of another cluster"),
        _secret(
            "shared_token", lazy("Token of the other cluster"), lazy("Servers of releases up to 4.3 take it.")
        ),
    ),
    "auth.pinAuth": _form(
        lazy("Try a PIN"),
        _secret("pin", lazy("PIN"), lazy("No open release of Kazoo takes it; a server with additions may.")),
        _ACCOUNT_NAME,
        made=_with_account("pin"),
    ),
    "auth.impersonate": _form(lazy("Try to sign in as this user")),
}
