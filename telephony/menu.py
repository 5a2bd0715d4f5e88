"""Telephony's entries in the menu, each shown only where a right and some connection's capability allow it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.menu import is_staff
from accounts.rights import Right
from portal.ui import navigation
from portal.ui.links import tenant_url
from portal.ui.navigation import Badge, Entry
from telephony.models import Alert, Connection, Credential
from telephony.providers.calling import Act
from telephony.services.calling import acts_of
from telephony.tables.number_acts import OFFERED, NumberActs

SHOWN = (
    "name",
    "provider",
    "currency",
    "capabilities",
    "is_paused",
    "unlinked_at",
    "credential__state",
)


def register() -> None:
    navigation.add(
        "tenant",
        Entry(
            label=_("Overview"),
            url_name="telephony:overview",
            icon="layout-dashboard",
            order=10,
            is_exact=True,
        ),
        Entry(
            label=_("Calls"),
            url_name="telephony:call_list",
            icon="phone",
            order=20,
            right=Right.CALLS_LIST,
            shown=_if_can("calls.list"),
        ),
        Entry(
            label=_("Calls now"),
            url_name="telephony:call_live",
            icon="broadcast",
            order=21,
            is_sub=True,
            right=Right.CALLS_LIVE,
            shown=_tells_of_calls,
        ),
        Entry(
            label=pgettext_lazy("menu", "Missed"),
            url_name="telephony:missed",
            icon="phone-incoming",
            order=22,
            is_sub=True,
            right=Right.CALLS_LIST,
            shown=_if_can("calls.list"),
        ),
        Entry(
            label=_("Alerts"),
            url_name="telephony:alert_list",
            icon="bell",
            order=25,
            right=Right.CALLS_LIST,
            shown=_if_can("calls.list"),
            badge=_open_alerts,
        ),
        Entry(
            label=_("Lines"),
            url_name="telephony:line_list",
            icon="plug-connected",
            order=30,
            right=Right.LINES_READ,
            shown=_if_can("lines.read"),
        ),
        Entry(
            label=_("Numbers"),
            url_name="telephony:number_list",
            icon="hash",
            order=40,
            right=Right.LINES_READ,
            shown=_if_can("lines.read"),
        ),
        Entry(
            label=_("Callflows"),
            url_name="telephony:callflow_list",
            icon="route",
            order=50,
            right=Right.LINES_READ,
            shown=_if_can("callflows.edit"),
        ),
        Entry(
            label=_("Opening hours"),
            url_name="telephony:hours",
            icon="clock",
            order=55,
            right=Right.LINES_READ,
            shown=_if_can("schedules.edit"),
        ),
        Entry(
            label=_("Companies"),
            url_name="telephony:company_list",
            icon="building",
            order=60,
            right=Right.LINES_READ,
            shown=_has_companies,
        ),
        Entry(
            label=pgettext_lazy("menu", "Port requests"),
            url_name="telephony:port_board",
            icon="transfer-in",
            order=41,
            is_sub=True,
            right=Right.LINES_READ,
            shown=_if_can("ports.manage"),
        ),
        Entry(
            label=_("Directory"),
            url_name="telephony:directory",
            icon="address-book",
            order=70,
            right=Right.LINES_READ,
            shown=_if_can("directory.edit", "lines.read"),
        ),
        Entry(
            label=_("Changes"),
            url_name="telephony:change_list",
            icon="history",
            order=71,
            has_gap=True,
            right=Right.LINES_READ,
            shown=lambda request: bool(_connections(request)),
        ),
        Entry(
            label=_("Reports"),
            url_name="telephony:report_list",
            icon="report-analytics",
            order=72,
            right=Right.REPORTS_SCHEDULE,
            shown=lambda request: bool(_connections(request)),
        ),
        Entry(
            label=_("Jobs"),
            url_name="telephony:job_list",
            icon="list-check",
            order=73,
            right=Right.EXPORTS_MAKE,
            shown=lambda request: bool(_connections(request)),
        ),
        Entry(
            label=_("Exports"),
            url_name="telephony:export_list",
            icon="download",
            order=74,
            is_sub=True,
            right=Right.EXPORTS_MAKE,
            shown=lambda request: bool(_connections(request)),
        ),
        Entry(
            label=_("Connections"),
            url_name="telephony:connection_list",
            icon="topology-star-3",
            order=75,
            right=Right.LINES_READ,
            badge=_trouble,
        ),
    )
    navigation.add(
        "staff",
        Entry(
            label=_("Figures"), url_name="telephony:staff_figures", icon="chart-bar", order=15, shown=is_staff
        ),
        Entry(label=_("Calls"), url_name="telephony:staff_calls", icon="phone", order=17, shown=is_staff),
        Entry(label=_("Alerts"), url_name="telephony:staff_alerts", icon="bell", order=20, shown=is_staff),
        Entry(
            label=_("Exports"),
            url_name="telephony:staff_export_list",
            icon="download",
            order=25,
            shown=is_staff,
        ),
    )
    navigation.add(
        "acts",
        *(
            Entry(
                label=one.heading,
                url_name=one.url_name,
                icon=one.icon,
                order=10 * place,
                shown=_may(one.act),
            )
            for place, one in enumerate(OFFERED)
        ),
        Entry(
            label=_("Switch the profile of a line"),
            url_name="telephony:profile_switch",
            icon="switch-horizontal",
            order=80,
            right=Right.PROFILES_EDIT,
            shown=_if_can("profiles.edit"),
        ),
        Entry(
            label=_("The line I call from"),
            url_name="telephony:my_line",
            icon="device-landline-phone",
            order=90,
            right=Right.CALLS_START,
            shown=_may(Act.CALL),
        ),
    )


def connections_of(request: HttpRequest) -> list[Connection]:
    """All connections of the tenant by name, the unlinked ones too, with what menus and lists show of them.

    Read once a request; what is sealed stays where it is.
    """
    known = getattr(request, "connections", None)
    if known is None:
        known = list(Connection.objects.select_related("credential").only(*SHOWN).order_by("name_key", "id"))
        request.connections = known  # type: ignore[attr-defined]
    return known


RIGHT_TO = {Act.CALL: Right.CALLS_START, Act.JOIN: Right.CALLS_START, Act.TEXT: Right.SMS_SEND}


def may_do(request: HttpRequest) -> frozenset[Act]:
    """What the person may do with a telephone number, and some connection of the tenant can."""
    rights = request.rights  # type: ignore[attr-defined]
    if not any(right in rights for right in RIGHT_TO.values()):
        return frozenset()
    return frozenset(act for act in acts_of(connections_of(request)) if RIGHT_TO[act] in rights)


def _may(act: Act) -> Callable[[HttpRequest], bool]:
    """The condition that the person may do an act here, and some connection can."""
    return lambda request: act in may_do(request)


def number_acts_of(request: HttpRequest) -> NumberActs:
    """The menu of what the person may do with any number; worked out once a request."""
    known = getattr(request, "number_acts", None)
    if known is None:
        able, tenant = may_do(request), request.tenant  # type: ignore[attr-defined]
        known = NumberActs((one, tenant_url(tenant, one.url_name)) for one in OFFERED if one.act in able)
        request.number_acts = known  # type: ignore[attr-defined]
    return known


def may_block(request: HttpRequest) -> bool:
    """Whether the person may block callers and some connection of the tenant can."""
    return Right.BLACKLIST_EDIT in request.rights and any(  # type: ignore[attr-defined]
        one.declaration.blocking is not None and one.can("blacklist.edit") for one in _connections(request)
    )


def why_not_block_short(request: HttpRequest) -> str:
    """Why no list of the tenant takes an internal number, "" where one does; for who `may_block`."""
    able = [one.declaration.blocking for one in _connections(request) if one.can("blacklist.edit")]
    reasons = [str(one.why_not_short) for one in able if one is not None]
    return "" if "" in reasons else " ".join(dict.fromkeys(reasons))


def _connections(request: HttpRequest) -> list[Connection]:
    return [connection for connection in connections_of(request) if connection.unlinked_at is None]


def _if_can(*capabilities: str) -> Callable[[HttpRequest], bool]:
    """The condition that some connection can do one of these."""
    return lambda request: any(
        connection.can(capability) for connection in _connections(request) for capability in capabilities
    )


def _tells_of_calls(request: HttpRequest) -> bool:
    return any(connection.declaration.tells_live for connection in _connections(request))


def _has_companies(request: HttpRequest) -> bool:
    return any(connection.declaration.company_page is not None for connection in _connections(request))


def _open_alerts(request: HttpRequest) -> Badge | None:
    """How many wait for somebody: neither acknowledged, nor snoozed."""
    count = Alert.objects.waiting(timezone.now()).count()
    if not count:
        return None
    words = ngettext("%(count)s alert waits for somebody", "%(count)s alerts wait for somebody", count)
    return Badge(str(count), "warn", words % {"count": count})


def _trouble(request: HttpRequest) -> Badge | None:
    broken = sum(
        connection.credential.state == Credential.State.NEEDS_RECONNECT
        for connection in _connections(request)
    )
    if not broken:
        return None
    words = ngettext("%(count)s needs to be reconnected", "%(count)s need to be reconnected", broken)
    return Badge(str(broken), "warn", words % {"count": broken})
