"""What VoIPcloud has: users, queues and ring groups. No operation lists them; they are learned from the rows of calls."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.fields import DocumentField
from telephony.providers.kinds import EntityKind, Facet, Kinds
from telephony.providers.voipcloud.catalog import QUEUE_CALLS, RING_GROUP_CALLS, USER_CALLS

USER, QUEUE, RING_GROUP = "user", "queue", "ring_group"
_FIELDS = (
    DocumentField(path="name", label=_("Name")),
    DocumentField(
        path="learned_from", label=_("Learned from"), choices=(("calls", _("its calls")),), column=True
    ),
    DocumentField(
        path="first_seen_on", label=_("First call seen on"), brief=_("First call"), kind="date", column=True
    ),
    DocumentField(
        path="last_seen_on", label=_("Last call seen on"), brief=_("Last call"), kind="date", column=True
    ),
)

KINDS = Kinds(
    (
        EntityKind(
            kind=USER,
            label=_("User"),
            plural=_("Users"),
            facet=Facet.LINE,
            list_operation=USER_CALLS,
            is_line=True,
            fields=_FIELDS,
        ),
        EntityKind(
            kind=QUEUE,
            label=_("Queue"),
            plural=_("Queues"),
            facet=Facet.QUEUE,
            list_operation=QUEUE_CALLS,
            fields=_FIELDS,
        ),
        EntityKind(
            kind=RING_GROUP,
            label=_("Ring group"),
            plural=_("Ring groups"),
            facet=Facet.GROUP,
            list_operation=RING_GROUP_CALLS,
            fields=_FIELDS,
        ),
    )
)
NAME_FILTERS = {USER: "users_names", QUEUE: "queues_names", RING_GROUP: "ringgroups_names"}
