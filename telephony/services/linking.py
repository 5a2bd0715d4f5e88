"""Linking an account with a login or a key: what was entered is tried at the provider, then kept (adopting.py).

Accounts with an authorization page: connecting.py. Several customers with one login: importing.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.lib.errors import GateRefused, InvalidInput, NeedsReconnect, Unavailable
from portal.lib.secrets import Secret
from telephony.models import Connection, Credential
from telephony.providers.declaration import Provider
from telephony.services import access, first_contact
from telephony.services.adopting import Round, adopt

Login = dict[str, str | Secret]


def split(
    declared: Provider, values: Mapping[str, str], kept: Mapping[str, str | Secret]
) -> tuple[str, Login]:
    """The base address, and what signs in, out of values by the names of `connect_fields`.

    kept   what the connection was linked with: a secret that is not entered again stays

    Raises InvalidInput with a reason for each field that is missing or none of its choices.
    """
    base_url, login, fields = "", Login(), {}
    for field in declared.connect_fields:
        value = (values.get(field.name) or "").strip() or field.default
        if not field.is_asked(values) or field.is_application:
            continue
        if not value and field.secret and field.name in kept:
            login[field.name] = kept[field.name]
        elif not value:
            if field.required:
                fields[field.name] = _("A value is needed.")
        elif field.choices and value not in dict(field.choices):
            fields[field.name] = _("This must be one of: %(choices)s.") % {
                "choices": ", ".join(name for name, _word in field.choices)
            }
        elif field.address:
            base_url = value.rstrip("/")
        else:
            login[field.name] = Secret(value) if field.secret else value
    if fields:
        raise InvalidInput(_("Something is missing."), fields=fields)
    return base_url, login


def kept_login(connection: Connection) -> tuple[str, Mapping[str, str | Secret]]:
    """The base address and the login of a connection, for connecting it again; empty where it does not open."""
    credential = Credential.objects.filter(pk=connection.credential_id).first()
    if credential is None:
        return "", {}
    try:
        return credential.base_url, access.login_of(credential)
    except NeedsReconnect:
        return credential.base_url, credential.parameters.get("login", {})


def link(asked: Round, request: HttpRequest | None = None) -> Connection:
    """Sign in with what was entered, look at the account, and keep both. Runs in the tenant's scope.

    Raises InvalidInput with the field that is wrong where one is; NeedsReconnect with the provider's reason where the
    login as a whole is refused; Refused for another account than the connection's; what may pass otherwise.
    """
    sign_in = asked.provider.sign_in
    if sign_in is None:
        raise InvalidInput(_("This provider has an authorization page of its own."))
    try:
        answer = sign_in(
            first_contact.first_transport(asked.provider.id, asked.key_hash), asked.addresses, asked.login
        )
    except GateRefused as error:
        raise InvalidInput(error.message, fields={_address_field(asked.provider): error.message}) from error
    except Unavailable as error:
        words = _("Nobody answers at this address: %(reason)s") % {"reason": error.message}
        raise InvalidInput(words, fields={_address_field(asked.provider): words}) from error
    return adopt(asked, answer, request)


def _address_field(declared: Provider) -> str:
    return next((field.name for field in declared.connect_fields if field.address), "")
