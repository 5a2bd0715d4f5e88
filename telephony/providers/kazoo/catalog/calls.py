"""Call records, running calls, conferences, queues and agents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    Sentences,
    action,
    body,
    body_of,
    documents,
    listing,
    path,
    query,
    read,
    write,
)
from telephony.providers.kazoo.catalog.people import USER
from telephony.providers.kazoo.schema.queues import AGENT_STATUS, QUEUE_UPDATE, QUEUES
from telephony.providers.operations import Operation, Param

LONGEST_SPAN_S = 2_682_000  # 31 days and one hour

CDR = path("cdrId", "text", _("Identifier of the record: year, month, “-” and 32 digits."))
CREATED: tuple[Param, ...] = (
    query(
        "created_from",
        "integer",
        _(
            "Records made at or after this moment, in Gregorian seconds; at most 31 days and an hour before the end."
        ),
        minimum=0,
    ),
    query(
        "created_to", "integer", _("Records made at or before this moment, in Gregorian seconds."), minimum=0
    ),
)
_OFFSET = query("utc_offset", "integer", _("Seconds by which the column “datetime” is moved."))
_ASCENDING = query("ascending", "boolean", _("Oldest first."))
_ROWS: tuple[Param, ...] = (*CREATED, _OFFSET, _ASCENDING)

CALL_RECORDS: tuple[Operation, ...] = (
    listing(
        "cdrs.list",
        f"{ACCOUNT}/cdrs",
        _("List the call records, one for each leg"),
        *_ROWS,
        capability="calls.list",
        note=_("The span is judged by when a record was made, which is when the leg ended."),
    ),
    read(
        "cdrs.get",
        f"{ACCOUNT}/cdrs/{{cdrId}}",
        _("Read one call record in full"),
        CDR,
        capability="calls.list",
        identity=(("cdrId", "id"),),
    ),
    listing(
        "cdrs.listInteractions",
        f"{ACCOUNT}/cdrs/interaction",
        _("List the calls, one record for each"),
        *_ROWS,
        is_listed=False,
        capability="calls.list",
    ),
    listing(
        "cdrs.listLegs",
        f"{ACCOUNT}/cdrs/legs/{{interactionId}}",
        _("Read all legs of a call in full"),
        path("interactionId", "text", _("Interaction of the call, or identifier of one of its records.")),
        is_paged=False,
        is_listed=False,
        capability="calls.list",
    ),
    read(
        "cdrs.getSummary",
        f"{ACCOUNT}/cdrs/summary",
        _("Count the call records by class of number"),
        *CREATED,
        is_listed=False,
        capability="calls.list",
    ),
    listing(
        "user.listCdrs",
        f"{ACCOUNT}/users/{{userId}}/cdrs",
        _("List the call records of a user"),
        USER,
        *_ROWS,
        is_listed=False,
        capability="calls.list",
    ),
    listing(
        "user.listInteractions",
        f"{ACCOUNT}/users/{{userId}}/cdrs/interaction",
        _("List the calls of a user"),
        USER,
        *_ROWS,
        is_listed=False,
        capability="calls.list",
    ),
)

_CHANNEL = path("uuid", "text", _("Identifier of the running leg."))
CHANNELS: tuple[Operation, ...] = (
    listing(
        "channel.list",
        f"{ACCOUNT}/channels",
        _("List the running calls, one row for each leg"),
        is_paged=False,
        capability="calls.live",
    ),
    read(
        "channel.get",
        f"{ACCOUNT}/channels/{{uuid}}",
        _("Read one running leg"),
        _CHANNEL,
        is_listed=False,
        capability="calls.live",
    ),
    action(
        "channel.action",
        "POST",
        f"{ACCOUNT}/channels/{{uuid}}",
        _("Transfer, end or redirect a running leg"),
        _CHANNEL,
        body(
            "action",
            "text",
            _("What to do."),
            required=True,
            choices=("transfer", "hangup", "break", "callflow", "intercept"),
        ),
        is_listed=False,
        capability="calls.start",
        note=_("Needs an application that not every server has."),
    ),
)

_QUEUE = path("queueId", "ref:queue", _("Identifier of the queue."))
_NEEDS_ACDC = _("Needs the call-centre application (ACDC).")
QUEUE_OPERATIONS: tuple[Operation, ...] = (
    *documents(
        "queue",
        f"{ACCOUNT}/queues",
        _QUEUE,
        QUEUES,
        Sentences(
            list=_("List the queues"),
            read=_("Read one queue"),
            add=_("Add a queue"),
            replace=_("Replace a queue"),
            patch=_("Change some fields of a queue"),
            remove=_("Remove a queue"),
        ),
        kind="queue",
        unlisted=("list", "get", "create", "update", "patch", "delete"),
        note=_NEEDS_ACDC,
    ),
    listing(
        "queue.listRoster",
        f"{ACCOUNT}/queues/{{queueId}}/roster",
        _("List the people who work for a queue"),
        _QUEUE,
        is_paged=False,
        is_listed=False,
        note=_NEEDS_ACDC,
        extra={"rows": "ids"},
    ),
    listing(
        "agent.list",
        f"{ACCOUNT}/agents",
        _("List the agents"),
        is_listed=False,
        note=_NEEDS_ACDC,
    ),
    read(
        "agent.listStatus",
        f"{ACCOUNT}/agents/status",
        _("Read the states of all agents"),
        is_listed=False,
        capability="calls.live",
        note=_NEEDS_ACDC,
    ),
    read(
        "agent.getStatus",
        f"{ACCOUNT}/agents/{{userId}}/status",
        _("Read the state of an agent"),
        USER,
        is_listed=False,
        capability="calls.live",
        note=_NEEDS_ACDC,
    ),
    write(
        "agent.setStatus",
        "POST",
        f"{ACCOUNT}/agents/{{userId}}/status",
        _("Log an agent in or out, or let one pause"),
        USER,
        *body_of(AGENT_STATUS),
        is_listed=False,
        reads_back="agent.getStatus",
        note=_NEEDS_ACDC,
    ),
    write(
        "agent.setQueueStatus",
        "POST",
        f"{ACCOUNT}/agents/{{userId}}/queue_status",
        _("Log an agent in to or out of one queue"),
        USER,
        *body_of(QUEUE_UPDATE),
        is_listed=False,
        reads_back="agent.getStatus",
        note=_NEEDS_ACDC,
    ),
)

CALLS = (*CALL_RECORDS, *CHANNELS, *QUEUE_OPERATIONS)
