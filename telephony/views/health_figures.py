"""How a provider answered: a connection's day by quarter of an hour, a login's week by two hours; and either as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal.ui import figures, formats
from portal.ui.svg import Figure
from telephony.figures.tables import Column, Table
from telephony.models import Connection
from telephony.services import connection_health
from telephony.services.connection_health import Health
from telephony.services.login_health import LoginHealth

TONES: Mapping[str, Any] = {
    "empty": gettext_lazy("No request"),
    "ok": gettext_lazy("Nothing failed"),
    "some": gettext_lazy("Some failed"),
    "bad": gettext_lazy("A third or more failed"),
}


def day_figure(health: Health, connection: Connection) -> Figure:
    """96 quarters of an hour; the last failure is named under its place."""
    at, words = None, ""
    if health.last_failure:
        at = int((health.last_failure.at - health.slots[0].start_at) / connection_health.SLOT)
        at = min(at, len(health.slots) - 1)
        words = _("%(time)s failed") % {"time": formats.clock(health.last_failure.at)}
    label = _(
        "Answers of %(connection)s in the last 24 hours, by quarter of an hour: %(failed)d of %(all)d failed"
    ) % {
        "connection": connection.name,
        "failed": health.failed,
        "all": health.requests,
    }
    first = formats.moment(health.slots[0].start_at)
    return figures.strip(_cells(health), label=label, first=first, last=_("now"), words=words, at=at)


def week_figure(login: LoginHealth) -> Figure:
    """A week in stretches of two hours."""
    label = _("Answers to this login in seven days, by two hours: %(failed)d of %(all)d failed") % {
        "failed": login.health.failed,
        "all": login.health.requests,
    }
    first = formats.moment(login.health.slots[0].start_at)
    return figures.strip(_cells(login.health), label=label, first=first, last=_("now"))


def _cells(health: Health) -> list[figures.Slot]:
    return [
        figures.Slot(
            tone=slot.tone,
            title=_("%(time)s: %(requests)d requests, %(failed)d failed")
            % {
                "time": formats.moment(slot.start_at),
                "requests": slot.requests,
                "failed": slot.failed,
            },
        )
        for slot in health.slots
    ]


def health_table(title: str, health: Health) -> Table | None:
    """A row a stretch of time; None where nothing was asked in any of them."""
    if not health.requests:
        return None
    columns = [
        Column(pgettext("a stretch of time", "Start"), "moment", "start_at"),
        Column(_("Requests"), "count", "requests"),
        Column(_("Failed"), "count", "failed"),
        Column(_("State"), name="state"),
    ]
    rows = [
        [slot.start_at.isoformat(), slot.requests, slot.failed, str(TONES[slot.tone])]
        for slot in health.slots
    ]
    return Table(title=title, columns=columns, rows=rows)
