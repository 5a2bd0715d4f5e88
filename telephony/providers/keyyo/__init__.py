"""Keyyo: OAuth2, the Manager API and the CTI actions. Facts and quirks: README.md."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.declaration import ConnectField, Pacing, Provider
from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.keyyo.client import KeyyoClient
from telephony.providers.keyyo.cti import address_rule
from telephony.providers.keyyo.editors import EDITORS
from telephony.providers.keyyo.editors.directory import DIRECTORY_PAGE
from telephony.providers.keyyo.editors.protection import BLOCKING
from telephony.providers.keyyo.grants import SCOPE_BUNDLES
from telephony.providers.keyyo.kinds import KINDS
from telephony.providers.keyyo.line import BARS_ABROAD, LINE_PAGE
from telephony.providers.keyyo.messages import MAILBOX
from telephony.providers.keyyo.notifications import NOTIFICATIONS
from telephony.providers.keyyo.number_ways import NUMBER_WAYS
from telephony.providers.keyyo.oauth import KeyyoOAuth
from telephony.providers.keyyo.records import CALL_KINDS, STREAMS, probe_calls, read_calls
from telephony.providers.keyyo.sync import path_values, read_entities, read_entity
from telephony.providers.oauth import ScopeChoice

SCOPES = (
    ScopeChoice(
        name="full_access_read_only",
        label=_("Read everything"),
        allows=_("See lines, calls, profiles, directory and consumption; change nothing."),
        is_default=True,
    ),
    ScopeChoice(
        name="voip_profiles_admin",
        label=_("Forwarding profiles"),
        allows=_("See the lines; create, change and delete their forwarding profiles."),
    ),
    ScopeChoice(
        name="cti_admin",
        label=_("Call notifications and CTI"),
        allows=_("See the lines; switch CTI plugins, set their parameters, make browser tokens."),
    ),
    ScopeChoice(
        name="full_access",
        label=_("Read and change everything"),
        allows=_("Everything above, and names, blacklists, call barring, directory, offers and passwords."),
    ),
)

CONNECT_FIELDS = (
    ConnectField(
        name="manager_base",
        label=_("Manager API address"),
        kind="url",
        default="https://api.keyyo.com/manager/1.0",
        address="manager",
        is_application=True,
    ),
    ConnectField(
        name="authorize_url",
        label=_("Authorization address"),
        kind="url",
        default="https://ssl.keyyo.com/oauth2/authorize.php",
        address="authorize",
        is_application=True,
    ),
    ConnectField(
        name="token_url",
        label=_("Token address"),
        kind="url",
        default="https://api.keyyo.com/oauth2/token.php",
        address="token",
        is_application=True,
    ),
    ConnectField(
        name="cti_base",
        label=_("CTI address"),
        kind="url",
        default="https://ssl.keyyo.com",
        address="cti",
        is_application=True,
    ),
    ConnectField(
        name="client_id",
        label=_("Application identifier"),
        is_application=True,
        help=_("Given by Keyyo when the application is registered."),
    ),
    ConnectField(name="client_secret", label=_("Application secret"), kind="secret", is_application=True),
)

# No source names a limit, so this gives way to refusals; see "How often the Manager is asked" in the README.
PACING = Pacing(limit=150, window_s=1.0, floor=5)
AT_ONCE = 8

PROVIDER = Provider(
    id="keyyo",
    label="Keyyo",
    mark="Ky",
    catalog=CATALOG,
    kinds=KINDS,
    capabilities=frozenset(
        {
            "lines.read",
            "profiles.edit",
            "blacklist.edit",
            "barring.edit",
            "plugins.edit",
            "directory.edit",
            "calls.list",
            "calls.live",
            "calls.start",
            "sms.send",
            "voicemail.read",
        }
    ),
    ability_notes={
        "calls.live": _("of the lines that send their events here"),
        "lines.read": _("with their settings, terminals and consumption"),
        "calls.start": _("as far as the CTI authorization of a line allows"),
        "sms.send": _("as far as the CTI authorization of a line allows"),
        "voicemail.read": _("each person their own, signed in as a contact"),
    },
    connect_fields=CONNECT_FIELDS,
    make_client=KeyyoClient,
    read_entities=read_entities,
    read_entity=read_entity,
    read_calls=read_calls,
    probe_calls=probe_calls,
    path_values=path_values,
    streams=STREAMS,
    stream_labels={"incoming": _("incoming calls"), "outgoing": _("outgoing calls")},
    call_kinds=CALL_KINDS,
    oauth=KeyyoOAuth(),
    scopes=SCOPES,
    scope_bundles=SCOPE_BUNDLES,
    acts_as=("customer", "contact"),
    pacing=PACING,
    at_once=AT_ONCE,
    line_authorization=KeyyoClient.line_authorization,
    address_rule=address_rule,
    editors=EDITORS,
    line_page=LINE_PAGE,
    directory_page=DIRECTORY_PAGE,
    blocking=BLOCKING,
    bars_abroad=BARS_ABROAD,
    mailbox=MAILBOX,
    notifications=NOTIFICATIONS,
    number_ways=NUMBER_WAYS,
)
