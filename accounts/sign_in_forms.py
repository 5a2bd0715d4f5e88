"""allauth's forms in the words of the house: its labels are in another style, and repeated inside of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_EMAIL, _PASSWORD = _("E-mail address"), _("Password")
_NEW = {"password1": _("New password"), "password2": _("New password, once more")}


class Worded:
    """A form whose fields have our labels and no placeholder."""

    labels: ClassVar[Mapping[str, str | Promise]] = {}
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Worded, account.LoginForm):
    labels = {"login": _EMAIL, "password": _PASSWORD, "remember": _("Stay signed in")}


class AddEmailForm(Worded, account.AddEmailForm):
    labels = {"email": _EMAIL}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    labels = {"oldpassword": _("Present password"), **_NEW}


class SetPasswordForm(Worded, account.SetPasswordForm):
    labels = _NEW


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    labels = {"email": _EMAIL}


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    labels = _NEW


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    labels = {"password": _PASSWORD}


class AuthenticateForm(Worded, mfa.AuthenticateForm):
    labels = {"code": _("Code")}


class ReauthenticateByCodeForm(Worded, mfa.ReauthenticateForm):
    labels = {"code": _("Code")}


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    labels = {"code": _("Code of the app")}


class AddWebAuthnForm(Worded, webauthn.AddWebAuthnForm):
    labels = {"name": _("Name"), "passwordless": _("Signs in without a password")}


class EditWebAuthnForm(Worded, webauthn.EditWebAuthnForm):
    labels = {"name": _("Name")}
