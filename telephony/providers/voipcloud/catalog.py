"""Every operation of VoIPcloud's integration API v1, as data: three call lists, one action, one status.

Sources and marks of certainty: README.md beside this module.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.operations import Catalog, Effect, Operation, Paging, Param, Place, Text

BASE = "base"
ROOT = "/api/integration/v1"
MOST_ROWS = 10_000  # of one answer
USER_CALLS, QUEUE_CALLS, RING_GROUP_CALLS = "get-user-calls", "get-queue-calls", "get-ringgroup-calls"
CALL_TO_NUMBER, SYSTEM_STATUS = "call-to-number", "get-system-status"
_SOURCE = "VoIPcloud PBX integration API v1"
_DAY = r"\d{4}-\d{2}-\d{2}"
_PERIOD = (
    Param(
        name="from_date",
        kind="date",
        place=Place.QUERY,
        pattern=_DAY,
        help=_("First day, YYYY-MM-DD, in the time zone of the PBX. Left out: any time."),
    ),
    Param(
        name="to_date",
        kind="date",
        place=Place.QUERY,
        pattern=_DAY,
        assumed=True,
        help=_("Last day, YYYY-MM-DD. That it belongs to the period itself is assumed."),
    ),
    Param(
        name="limit",
        kind="integer",
        place=Place.QUERY,
        minimum=1,
        maximum=MOST_ROWS,
        help=_("Rows in one answer, newest first; 100 unless said."),
    ),
    Param(
        name="offset",
        kind="integer",
        place=Place.QUERY,
        minimum=0,
        help=_("Rows to leave out first. A new call moves all rows down by one."),
    ),
)


def _calls(key: str, summary: Text, names: str, names_help: Text, kind: str) -> Operation:
    narrowing = Param(name=names, kind="text", place=Place.QUERY, max_length=2000, help=names_help)
    return Operation(
        key=key,
        method="GET",
        path=f"{ROOT}/{key}",
        summary=summary,
        effect=Effect.READ,
        surface=BASE,
        params=(*_PERIOD, narrowing),
        paging=Paging.OFFSET,
        kind=kind,
        collection=True,
        capability="calls.list",
        note=_(
            "Costs one of the 100 queries that VoIPcloud allows in 15 minutes, however many rows it brings."
        ),
        source=f"{_SOURCE}, call lists",
    )


CATALOG = Catalog(
    (
        _calls(
            USER_CALLS,
            _("List the calls of users"),
            "users_names",
            _(
                "Names of users, parted by commas; all of them unless said. A name with a comma cannot be asked for."
            ),
            "user",
        ),
        _calls(
            QUEUE_CALLS,
            _("List the calls offered to queues"),
            "queues_names",
            _(
                "Names of queues, parted by commas; all of them unless said. A name with a comma cannot be asked for."
            ),
            "queue",
        ),
        _calls(
            RING_GROUP_CALLS,
            _("List the calls offered to ring groups"),
            "ringgroups_names",
            _(
                "Names of ring groups, parted by commas; all of them unless said. A name with a comma cannot be "
                "asked for."
            ),
            "ring_group",
        ),
        Operation(
            key=CALL_TO_NUMBER,
            method="POST",
            path=f"{ROOT}/{CALL_TO_NUMBER}",
            summary=_("Ring a user, then connect the user to a number"),
            effect=Effect.NEVER_REPEAT,
            surface=BASE,
            params=(
                Param(
                    name="user_number",
                    kind="number",
                    required=True,
                    max_length=64,
                    help=_("Number of the user, whose telephone rings first."),
                ),
                Param(
                    name="number_to_call",
                    kind="number",
                    required=True,
                    max_length=64,
                    help=_("Number that is dialled once the user has answered."),
                ),
            ),
            capability="calls.start",
            note=_("How the body is to be written is not documented: it is sent as a form."),
            source=f"{_SOURCE}, call-to-number",
        ),
        Operation(
            key=SYSTEM_STATUS,
            method="GET",
            path=f"{ROOT}/{SYSTEM_STATUS}",
            summary=_("Read the state of the platform as its operators publish it"),
            effect=Effect.READ,
            surface=BASE,
            capability="lines.read",
            note=_(
                "What the answer holds is not documented; it is shown as it comes. It costs one query too."
            ),
            source=f"{_SOURCE}, get-system-status",
        ),
    )
)
