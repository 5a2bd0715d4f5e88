"""What is sent to sign in: facts section 2."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.schema.form import choice, family, number, secret, text

USER_AUTH = family(
    "user_auth",
    secret(
        "credentials",
        _("Credentials"),
        length=(1, 64),
        required=True,
        help=_("Hash of “user name:password”, the user name in lower case, as hexadecimal digits."),
    ),
    choice("method", _("Hash"), "md5", "sha", default="md5"),
    text("account_name", _("Account name"), length=(1, 128)),
    text("account_realm", _("SIP domain of the account"), length=(4, 253), pattern=r"^[.\w_-]+$"),
    number("phone_number", _("A number of the account"), length=(1, 64)),
)

API_AUTH = family("api_auth", secret("api_key", _("API key"), length=(64, 64), required=True))

SHARED_AUTH = family("shared_auth", secret("shared_token", _("Token of the other cluster"), required=True))

PIN_AUTH = family(
    "pin_auth",
    secret("pin", _("PIN"), required=True),
    text("account_name", _("Account name")),
    text("account_id", _("Account"), kind="code"),
)
