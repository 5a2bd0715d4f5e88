"""Kazoo: the Crossbar REST API, 146 operations of its SDK and those of real servers beside. Facts and quirks: README.md."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.act_forms import asking_editors
from telephony.providers.calling import Act, Way
from telephony.providers.declaration import ConnectField, Pacing, Provider
from telephony.providers.editing import editors as made_of
from telephony.providers.hours_keeping import HoursKeeping
from telephony.providers.kazoo import temporal
from telephony.providers.kazoo.accounts import read_account, read_accounts
from telephony.providers.kazoo.act_forms import ACT_FORMS
from telephony.providers.kazoo.acts import ACTS
from telephony.providers.kazoo.barring import BARS_ABROAD
from telephony.providers.kazoo.blocking import BLOCKING
from telephony.providers.kazoo.callflows import CALLFLOWS
from telephony.providers.kazoo.carriers import carriers_editors
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.catalog.common import BASE
from telephony.providers.kazoo.client import KazooClient
from telephony.providers.kazoo.editors import EDITORS
from telephony.providers.kazoo.hours_route import ROUTE
from telephony.providers.kazoo.kinds import CALL_KINDS, KINDS
from telephony.providers.kazoo.kinds import DEVICE as DEVICE_KIND
from telephony.providers.kazoo.kinds import USER as USER_KIND
from telephony.providers.kazoo.live import LIVE
from telephony.providers.kazoo.login_forms import LOGIN_FORMS
from telephony.providers.kazoo.offers import OFFERS
from telephony.providers.kazoo.ordering import HOLDING, ORDERING
from telephony.providers.kazoo.pictures import PICTURES
from telephony.providers.kazoo.plans import PLAN_FORMS, plan_editors
from telephony.providers.kazoo.porting import PORTING
from telephony.providers.kazoo.pricing import said_item
from telephony.providers.kazoo.records import STREAMS, probe_calls, read_calls
from telephony.providers.kazoo.running import RUNNING
from telephony.providers.kazoo.signing_in import KEY, PIN, SHARED, TOKEN_WAY, USER, sign_in
from telephony.providers.kazoo.sounds import SOUNDS
from telephony.providers.kazoo.sync import path_values, read_entities, read_entity
from telephony.providers.kazoo.uploads import UPLOADS


def _only_for(way: str) -> tuple[str, tuple[str, ...]]:
    """Asked for with this way in, and where no way is named: then what is given says which it is."""
    return "way", (way, "")


CONNECT_FIELDS = (
    ConnectField(
        name="api_root",
        label=_("Address of the API"),
        kind="url",
        address=BASE,
        help=_("Such as https://kazoo.example.com:8443/v2/."),
    ),
    ConnectField(
        name="way",
        label=_("Sign in with"),
        kind="choice",
        required=False,
        choices=(
            (USER, _("a user and password")),
            (KEY, _("the API key of an account")),
            (SHARED, _("the token of another cluster")),
            (PIN, _("a PIN")),
            (TOKEN_WAY, _("a token that is there already")),
        ),
    ),
    ConnectField(
        name="account_name",
        label=_("Account"),
        required=False,
        only_for=("way", (USER, PIN, "")),
        help=_("Its name, its SIP domain, or one of its numbers."),
    ),
    ConnectField(name="username", label=_("User name"), required=False, only_for=_only_for(USER)),
    ConnectField(
        name="password", label=_("Password"), kind="secret", required=False, only_for=_only_for(USER)
    ),
    ConnectField(
        name="hash",
        label=_("Hash of the password"),
        kind="choice",
        required=False,
        default="md5",
        choices=(("md5", "MD5"), ("sha", "SHA-1")),
        only_for=_only_for(USER),
        help=_("MD5, unless the server was told otherwise."),
    ),
    ConnectField(
        name="api_key",
        label=_("API key"),
        kind="secret",
        required=False,
        only_for=_only_for(KEY),
        help=_("64 characters; an administrator of the account finds it in the provider's own portal."),
    ),
    ConnectField(
        name="shared_token",
        label=_("Token of the other cluster"),
        kind="secret",
        required=False,
        only_for=_only_for(SHARED),
    ),
    ConnectField(name="pin", label=_("PIN"), kind="secret", required=False, only_for=_only_for(PIN)),
    ConnectField(
        name="token",
        label=_("Token"),
        kind="secret",
        required=False,
        only_for=_only_for(TOKEN_WAY),
        help=_("It ends after about an hour, and nothing can renew it."),
    ),
)

HOURS = HoursKeeping(
    rule="temporalRule",
    rule_set="temporalRuleSet",
    rule_kind="temporal_rule",
    set_kind="temporal_rule_set",
    rule_id="ruleId",
    set_id="ruleSetId",
    rules_field="temporal_rules",
    flags=(temporal.FLAG,),
    compiled=temporal.compiled,
    read_back=temporal.read_back,
    why_unfit=temporal.why_unfit,
    words_of=temporal.words_of,
    route=ROUTE,
)

PROVIDER = Provider(
    id="kazoo",
    label="Kazoo",
    mark="Kz",
    catalog=CATALOG,
    kinds=KINDS,
    capabilities=frozenset(
        {
            "lines.read",
            "documents.edit",
            "callflows.edit",
            "schedules.edit",
            "companies.edit",
            "directory.edit",
            "blacklist.edit",
            "calls.list",
            "calls.live",
            "calls.start",
            "voicemail.read",
            "numbers.order",
            "ports.manage",
        }
    ),
    connect_fields=CONNECT_FIELDS,
    make_client=KazooClient,
    read_entities=read_entities,
    read_entity=read_entity,
    read_calls=read_calls,
    probe_calls=probe_calls,
    path_values=path_values,
    streams=STREAMS,
    stream_labels={"cdrs": _("calls")},
    call_kinds=CALL_KINDS,
    sign_in=sign_in,
    read_accounts=read_accounts,
    read_account=read_account,
    needs=(
        _("The address of the server's API; it ends with “/v2/”, as a rule."),
        _("The API key of the account, or a user of it with administrator rights, without a second factor."),
        _(
            "With the account of a reseller, the accounts below it can be connected as customers with the same login."
        ),
    ),
    live=LIVE,
    running=RUNNING,
    number_ways=(
        Way(
            act=Act.CALL,
            kind=USER_KIND,
            operation="user.quickcall",
            values=lambda wish: {"userId": wish.first, "number": wish.number},
        ),
        Way(
            act=Act.CALL,
            kind=DEVICE_KIND,
            operation="device.quickcall",
            values=lambda wish: {"deviceId": wish.first, "number": wish.number},
        ),
    ),
    hours=HOURS,
    callflows=CALLFLOWS,
    offers=OFFERS,
    porting=PORTING,
    sounds=SOUNDS,
    pictures=PICTURES,
    ordering=ORDERING,
    said_item=said_item,
    blocking=BLOCKING,
    bars_abroad=BARS_ABROAD,
    editors={
        **EDITORS,
        **made_of(CATALOG, {**ACTS, **HOLDING}),
        **asking_editors(CATALOG, {**ACT_FORMS, **UPLOADS, **LOGIN_FORMS, **PLAN_FORMS}),
        **plan_editors(CATALOG),
        **carriers_editors(CATALOG),
    },
    # A bucket of a hundred that fills by ten a second.
    pacing=Pacing(limit=100, window_s=10.0, kept=10, refills=True),
)
