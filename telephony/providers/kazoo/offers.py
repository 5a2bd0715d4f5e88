"""Where a person finds each operation of Kazoo."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.kinds import ACCOUNT, DEVICE, LIMITS, NUMBER, USER, WHITELABEL
from telephony.providers.offers import Offer, Spot
from telephony.providers.operations import Text


def _at(
    spot: Spot, *operations: str, kind: str = "", group: Text = "", is_own: bool = False
) -> tuple[Offer, ...]:
    return tuple(Offer(operation=one, spot=spot, kind=kind, group=group, is_own=is_own) for one in operations)


def _documents(name: str, kind: str) -> tuple[Offer, ...]:
    """The usual five of a document: read, replace and remove one; list them, add one."""
    return (
        *_at(
            Spot.OBJECT,
            f"{name}.get",
            f"{name}.update",
            f"{name}.delete",
            kind=kind,
        ),
        *_at(Spot.LIST, f"{name}.list", f"{name}.create", kind=kind),
    )


_PEOPLE = (
    *_at(
        Spot.OBJECT,
        "account.get",
        "account.update",
        "account.create",
        "account.delete",
        "account.listDescendants",
        "account.listChildren",
        "account.listParents",
        "account.listSiblings",
        kind=ACCOUNT,
    ),
    *_documents("user", USER),
    *_at(Spot.OBJECT, "user.quickcall", "user.listDevices", "user.listCdrs", "auth.impersonate", kind=USER),
    *_documents("device", DEVICE),
    *_at(Spot.OBJECT, "device.quickcall", "device.sync", kind=DEVICE),
    *_at(
        Spot.CONNECTION,
        "device.getStatus",
        "registrations.list",
        "registrations.delete",
        is_own=True,
    ),
    *_documents("group", "group"),
    *_documents("directory", "directory"),
)

_ROUTING = (
    *_documents("callflow", "callflow"),
    *_documents("menu", "menu"),
    *_documents("media", "media"),
    *_at(Spot.OBJECT, "media.upload", "media.download", kind="media", is_own=True),
    *_at(Spot.LIST, "media.listPrompts", "media.listLanguages", kind="media"),
    *_documents("voicemail", "vmbox"),
    *_documents("temporalRule", "temporal_rule"),
    *_documents("temporalRuleSet", "temporal_rule_set"),
    *_documents("blacklist", "blacklist"),
    *_documents("queue", "queue"),
    *_at(Spot.OBJECT, "queue.listRoster", kind="queue"),
)

_ROOMS = (
    *_documents("conference", "conference"),
    *_at(
        Spot.OBJECT,
        "conference.view",
        "conference.action",
        "conference.addParticipant",
        "conference.muteParticipant",
        "conference.unmuteParticipant",
        "conference.deafParticipant",
        "conference.undeafParticipant",
        "conference.kickParticipant",
        kind="conference",
        is_own=True,
    ),
    *_at(Spot.LIST, "conference.getPins", kind="conference"),
    *_at(
        Spot.LIST,
        "conference.listServers",
        "conference.getServer",
        "conference.updateServer",
        "conference.deleteServer",
        kind="conference",
        is_own=True,
    ),
    *_at(Spot.LIST, "conference.createServer", kind="conference", is_own=True),
    *_at(
        Spot.LIST,
        "conference.getNotification",
        "conference.createNotification",
        "conference.updateNotification",
        kind="conference",
        group=_("Notices"),
    ),
)

_NUMBERS = (
    *_at(Spot.OBJECT, "numbers.get", "numbers.update", kind=NUMBER),
    *_at(Spot.OBJECT, "numbers.identify", "numbers.delete", kind=NUMBER, is_own=True),
    *_at(Spot.LIST, "numbers.list", "numbers.listClassifiers", kind=NUMBER),
    *_at(Spot.NUMBERS, "numbers.create", is_own=True),
    *_at(
        Spot.NUMBER_SEARCH,
        "numbers.search",
        "numbers.searchBlocks",
        "numbers.searchCity",
        "numbers.activate",
        is_own=True,
    ),
)

_PORTS = (
    *_at(Spot.OBJECT, "port.get", "port.update", "port.delete", kind="port_request"),
    *_at(
        Spot.OBJECT,
        "port.changeState",
        "port.listAttachments",
        "port.getAttachment",
        "port.createAttachment",
        "port.updateAttachment",
        "port.deleteAttachment",
        kind="port_request",
        is_own=True,
    ),
    *_at(Spot.OBJECT, "port.getLoa", "port.listComments", "port.addComments", kind="port_request"),
    *_at(Spot.PORTS, "port.list", "port.listDescendants", "port.create"),
)

_SUPPLY = (
    *(
        one
        for name, kind in (("localResources", "resource"), ("globalResources", "global_resource"))
        for one in (
            *_documents(name, kind),
            *_at(Spot.LIST, f"{name}.updateCollection", kind=kind),
            *_at(
                Spot.LIST,
                f"{name}.listJobs",
                f"{name}.getJob",
                f"{name}.createJob",
                kind=kind,
                is_own=True,
            ),
        )
    ),
    *_documents("resourceTemplates", "resource_template"),
    *_documents("connectivity", "connectivity"),
    *_documents("webhook", "webhook"),
    *_at(Spot.OBJECT, "webhook.revive", "webhook.listAttempts", kind="webhook"),
    *_at(Spot.LIST, "webhook.listKinds", kind="webhook"),
)

_LOOKS = (
    *(
        Offer(operation=one, spot=Spot.OBJECT, kind=WHITELABEL, document={"domain": "domain"})
        for one in (
            "whitelabel.get",
            "whitelabel.getLogo",
            "whitelabel.getIcon",
            "whitelabel.getDnsEntries",
            "whitelabel.checkDnsEntries",
        )
    ),
    *_at(
        Spot.OBJECT,
        "whitelabel.update",
        "whitelabel.uploadLogo",
        "whitelabel.uploadIcon",
        "whitelabel.delete",
        kind=WHITELABEL,
    ),
    *_at(Spot.LIST, "whitelabel.create", kind=WHITELABEL),
)

_MONEY = (
    *_at(
        Spot.ACCOUNT,
        "balance.get",
        "balance.listTransactions",
        "billing.get",
        "limits.get",
        "servicePlan.listCurrent",
        is_own=True,
    ),
    *_at(Spot.ACCOUNT, "servicePlan.add", "servicePlan.remove", is_own=True),
    *_at(Spot.LIST, "servicePlan.list", kind="service_plan"),
    *_at(
        Spot.ACCOUNT,
        "limits.update",
        "balance.add",
        "billing.update",
        "servicePlan.reconciliate",
        "servicePlan.synchronize",
        is_own=True,
    ),
    *_at(Spot.OBJECT, "limits.update", kind=LIMITS),
    *_at(Spot.OBJECT, "servicePlan.get", "servicePlan.add", "servicePlan.remove", kind="service_plan"),
)

_CALLS = (
    *_at(Spot.CONNECTION, "channel.list", is_own=True),
    *_at(Spot.CONNECTION, "cdrs.list", "cdrs.listInteractions", "cdrs.getSummary", group=_("Call records")),
    Offer(operation="cdrs.get", spot=Spot.CALL, document={"cdrId": "id"}, is_own=True),
    *_at(Spot.CONNECTION, "auth.userAuth", "auth.sharedAuth", "auth.pinAuth", group=_("Signing in")),
)

OFFERS: tuple[Offer, ...] = (
    *_PEOPLE,
    *_ROUTING,
    *_ROOMS,
    *_NUMBERS,
    *_PORTS,
    *_SUPPLY,
    *_LOOKS,
    *_MONEY,
    *_CALLS,
)
