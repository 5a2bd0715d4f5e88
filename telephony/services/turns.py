"""One write to one object at a time: what was read before another one's write is no ground to write on.

Providers that take whole documents have no "only if unchanged". Between our reading and our sending another person
may send, so the beginnings of writes to an object stand in a row (a lock for the moment of beginning, never during
a call to the provider), and each looks for those that came between.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection as database
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.canonical import canonical_json
from portal.lib.errors import Conflict
from telephony.models import Change
from telephony.services.door import Door

LOOKED_BACK = timedelta(days=7)  # previews do not live longer


class ReadTooEarly(Exception):
    """Another write to the object ended after it was read: it has to be read again."""


def take(change: Change, door: Door, read_at: datetime) -> None:
    """The turn of a change to begin, until the transaction around ends.

    Raises ReadTooEarly, and Conflict while another write to the object is on its way.
    """
    if door.editor.makes or door.editor.reading is None:
        return
    with database.cursor() as cursor:
        place = f"{door.connection.pk} {canonical_json(door.address)}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [place])
    since = timezone.now() - timedelta(seconds=settings.EDIT_DEADLINE_S)
    on_their_way = Q(state=Change.State.SENDING, sent_at__gte=since) & ~Q(answer__lost=True)
    later = Q(settled_at__gte=read_at) | Q(sent_at__gte=read_at)
    others = Change.objects.filter(
        on_their_way | later,
        connection=door.connection,
        address=door.address,
        created_at__gte=timezone.now() - LOOKED_BACK,
    ).exclude(pk=change.pk)
    states = set(others.values_list("state", flat=True))
    if Change.State.SENDING in states:
        raise Conflict(
            _("Somebody else is writing to this at this moment. Look at it again when that is done.")
        )
    if states:
        raise ReadTooEarly
