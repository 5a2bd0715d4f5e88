"""Every operation of keevio, as data: seven commands on companies, login and logout.

Sources and marks of certainty: README.md.
"""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from telephony.providers.keevio.setting_values import MAX_TEXT, Kind, Setting
from telephony.providers.keevio.settings import PINS, SETTINGS
from telephony.providers.operations import Catalog, Effect, Operation, Param, Place, Text

OPS, AUTH = "ops", "auth"
SYSTEM_ADMIN, COMPANY_ADMIN = "system_admin", "company_admin"
COMPANY_ID = r"[A-Za-z0-9_]{1,32}"  # the vendor prints {1-32}, which is no quantifier
COMPANY_NAME = r"[A-Za-z0-9.,;\-_ ]{1,240}"
_API = "keevio API 6.5, company"

COMPANY = Param(
    name="company",
    kind="ref:company",
    place=Place.SCOPE,
    required=True,
    max_length=32,
    pattern=COMPANY_ID,
    help=_("Identifier of the company: 1 to 32 letters, digits or underscores; not its number."),
)
ANY_COMPANY = Param(
    name="company",
    kind="ref:company",
    place=Place.SCOPE,
    max_length=32,
    pattern=COMPANY_ID,
    help=_("Identifier of one company; left out, all companies are meant, which takes a System-Admin."),
)
CONTAINER = Param(
    name="container",
    kind="ref:container",
    place=Place.SCOPE,
    max_length=32,
    pattern=COMPANY_ID,
    help=_("Identifier of a container; with a company as well, both must belong together."),
)


def _name(required: bool) -> Param:
    return Param(
        name="name",
        required=required,
        max_length=MAX_TEXT,
        pattern=COMPANY_NAME,
        help=_("Letters without accents, digits, blanks, dots, commas, semicolons, hyphens, underscores."),
    )


DESCRIPTION = Param(
    name="description",
    max_length=MAX_TEXT,
    assumed=True,
    help=_("Free text that keevio takes and never shows."),
)


def _param(setting: Setting) -> Param:
    return Param(
        name=setting.name,
        kind=_kind(setting),
        choices=tuple(filter(None, setting.values))
        if setting.kind is Kind.CHOICE and _is_text(setting)
        else (),
        minimum=0 if setting.kind is Kind.BITS else -1 if not _is_text(setting) else setting.minimum,
        maximum=1 if setting.kind is Kind.CHOICE and not _is_text(setting) else setting.maximum,
        max_length=MAX_TEXT if _is_text(setting) else None,
        secret=setting.secret,
        help=_help(setting),
        assumed=setting.assumed is not None,
    )


def _is_text(setting: Setting) -> bool:
    return setting.json_type == "string"


def _kind(setting: Setting) -> str:
    if setting.secret:
        return "secret"
    return setting.json_type if not _is_text(setting) else "choice" if setting.kind is Kind.CHOICE else "text"


def _help(setting: Setting) -> Text:
    parts: list[Text] = [setting.help]
    if setting.since:
        parts.append(format_lazy(_("Since {version}."), version=setting.since))
    if setting.is_feature_switch:
        parts.append(_("Only a System-Admin can move it; for others it is ignored without a word."))
    return format_lazy(" ".join(["{}"] * len(parts)), *parts)


def _command(verb: str, summary: Text, effect: Effect, **kwargs: Any) -> Operation:
    kwargs.setdefault("scopes", (SYSTEM_ADMIN,))
    kwargs.setdefault("source", _API)
    return Operation(
        key=f"company.{verb}",
        method="POST",
        path=f"/rest/ops/{verb}/",
        summary=summary,
        effect=effect,
        surface=OPS,
        capability="lines.read" if effect is Effect.READ else "companies.edit",
        **kwargs,
    )


COMPANIES = (
    _command(
        "create",
        _("Create a company with its container and administrative community"),
        Effect.WRITE,
        kind="company",
        reads_back="company.read",
        undone_by="company.delete",
        params=(
            Param(
                name="company",
                required=True,
                max_length=32,
                pattern=COMPANY_ID,
                help=_(
                    "Identifier of the new company: 1 to 32 letters, digits or underscores. It cannot be changed later."
                ),
            ),
            _name(required=True),
            DESCRIPTION,
        ),
        note=_("That a company which exists already is refused is inferred."),
    ),
    _command(
        "read",
        _("Read one company, or all of them, with their settings"),
        Effect.READ,
        kind="company",
        collection=True,
        scopes=(SYSTEM_ADMIN, COMPANY_ADMIN),
        params=(ANY_COMPANY,),
        note=_(
            "A setting that the answer lacks is inherited. More companies than the one asked for may come back."
        ),
    ),
    _command(
        "update",
        _("Change name, description and settings of a company"),
        Effect.WRITE,
        kind="company",
        reads_back="company.read",
        undone_by="company.update",
        scopes=(SYSTEM_ADMIN, COMPANY_ADMIN),
        params=(COMPANY, _name(required=False), DESCRIPTION, *(_param(one) for one in SETTINGS)),
        note=_(
            "Feature switches are ignored without a word for who is no System-Admin; the company is read again afterwards."
        ),
        extra={"secret_answer": PINS},
    ),
    _command(
        "delete",
        _("Delete a company (undocumented)"),
        Effect.DESTROY,
        kind="company",
        reads_back="company.read",
        params=(COMPANY,),
        note=_(
            "The vendor names this command and does not describe it: its request and its refusals are inferred."
        ),
        source="keevio API 6.5, company: named in the note on permissions only",
        extra={"assumed": True},
    ),
    _command(
        "readContainer",
        _("Read a container and the companies in it"),
        Effect.READ,
        kind="container",
        collection=True,
        params=(ANY_COMPANY, CONTAINER),
        note=_("A company, a container or both must be named."),
    ),
    _command(
        "group",
        _("Move a company into the container of another"),
        Effect.WRITE,
        kind="company",
        reads_back="company.readContainer",
        undone_by="company.ungroup",
        params=(
            COMPANY,
            Param(
                name="target",
                kind="ref:company",
                required=True,
                max_length=32,
                pattern=COMPANY_ID,
                help=_("Company whose container it joins; travels as “company”."),
            ),
        ),
        note=_("Other companies may move along; their number in the answer is to be ignored."),
        extra={"wire_names": {"target": "company"}},
    ),
    _command(
        "ungroup",
        _("Give a company a container of its own again"),
        Effect.WRITE,
        kind="company",
        reads_back="company.readContainer",
        undone_by="company.group",
        params=(COMPANY,),
        note=_("Other companies may move along; their number in the answer is to be ignored."),
    ),
)

SESSIONS = (
    Operation(
        key="auth.login",
        method="POST",
        path="/rest/auth/",
        summary=_("Open a session, or change the one named by the cookie"),
        effect=Effect.READ,
        surface=AUTH,
        capability="connections.manage",
        params=(
            Param(name="username", max_length=MAX_TEXT, help=_("User; left out, the connection’s own.")),
            Param(
                name="password",
                kind="secret",
                secret=True,
                max_length=MAX_TEXT,
                help=_("Password; left out, the connection’s own."),
            ),
        ),
        note=_("Nothing is changed at the provider. The session of the connection stays as it is."),
        source="keevio API 6.5, REST authentication",
    ),
    Operation(
        key="auth.logout",
        method="POST",
        path="/rest/auth/logout",
        summary=_("Close the session of the connection"),
        effect=Effect.WRITE,
        surface=AUTH,
        capability="connections.manage",
        note=_("The next call opens another one."),
        source="keevio API 6.5, REST authentication; the form of the answer is inferred",
    ),
)

CATALOG = Catalog((*COMPANIES, *SESSIONS))
