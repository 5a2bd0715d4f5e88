"""keevio (IPCortex): the companies of a PBX with their settings, and the containers that hold them. README.md."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.declaration import ConnectField, Provider
from telephony.providers.keevio.catalog import CATALOG, COMPANY_ADMIN, SYSTEM_ADMIN
from telephony.providers.keevio.client import KeevioClient
from telephony.providers.keevio.editors import EDITORS
from telephony.providers.keevio.kinds import KINDS
from telephony.providers.keevio.page import COMPANY_PAGE
from telephony.providers.keevio.signing_in import sign_in
from telephony.providers.keevio.sync import (
    path_values,
    probe_calls,
    read_accounts,
    read_calls,
    read_entities,
    read_entity,
)
from telephony.providers.oauth import ScopeChoice

SCOPES = (
    ScopeChoice(
        name=COMPANY_ADMIN,
        label=_("Administrator of a company"),
        allows=_("Read and change the settings of one company, but not its feature switches."),
    ),
    ScopeChoice(
        name=SYSTEM_ADMIN,
        label=_("System-Admin"),
        allows=_("Everything: all companies, their feature switches, containers, creating and deleting."),
    ),
)

CONNECT_FIELDS = (
    ConnectField(
        name="base",
        label=_("Address of the PBX"),
        kind="url",
        address="base",
        help=_("As in the browser, such as https://pbx.example.org, without a path."),
    ),
    ConnectField(name="username", label=_("User name")),
    ConnectField(
        name="password",
        label=_("Password"),
        kind="secret",
        help=_(
            "Kept sealed: keevio gives a session of about half an hour, and it is opened again with this."
        ),
    ),
    ConnectField(
        name="company",
        label=_("Company"),
        required=False,
        help=_("Identifier of one company, to see no other. Left out, a System-Admin sees them all."),
    ),
    ConnectField(
        name="version",
        label=_("Version of the server"),
        required=False,
        help=_(
            "Such as 6.3.23. Left out, all settings are shown, newer ones with the version that has them."
        ),
    ),
)

PROVIDER = Provider(
    id="keevio",
    label="keevio",
    mark="kv",
    catalog=CATALOG,
    kinds=KINDS,
    capabilities=frozenset({"lines.read", "companies.edit"}),
    connect_fields=CONNECT_FIELDS,
    make_client=KeevioClient,
    read_entities=read_entities,
    read_entity=read_entity,
    read_calls=read_calls,
    probe_calls=probe_calls,
    path_values=path_values,
    streams=(),
    sign_in=sign_in,
    read_accounts=read_accounts,
    needs=(
        _(
            "The address of the PBX, which this portal must reach over HTTPS with a certificate that is in order."
        ),
        _("A user of keevio who is a System-Admin, or the administrator of one company."),
    ),
    scopes=SCOPES,
    editors=EDITORS,
    company_page=COMPANY_PAGE,
)
