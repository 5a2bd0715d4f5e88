"""The way from a figure to exactly the calls that it counts: an address of the history of calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from accounts.models import Tenant
from portal.ui.links import tenant_url
from telephony.forms.calls import IN_TIME, TOLD
from telephony.models.rollups import Part

# What is asked for beside the calls of a row where one of its other numbers is of some of them only.
NARROWER: Mapping[str, Mapping[str, str]] = {
    "inbound reached": {"direction": "inbound", "outcome": "reached"},
    "reached": {"outcome": "reached"},
    "unreached": {"outcome": "unreached"},
    "otherwise": {"outcome": "otherwise"},
    "given up": {"outcome": "given_up"},
    "timed out": {"outcome": "timed_out"},
    "in time": {"outcome": "reached", "waited": IN_TIME},
    "reached after": {"outcome": "reached", "waited": TOLD},
}
_QUERIES = {
    which: urlencode(fields) for which, fields in NARROWER.items()
}  # asked for each number of a table


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Calls of a tenant, or of a part of it.

    group   the row of the queue or group that `part` names
    zone    whose days are meant, where they are not the tenant's
    """

    tenant: Tenant
    part: Part
    group: int | None = None
    zone: str = ""

    def calls(self, first: date, last: date, **more: object) -> str:
        """Those of some days that `more` says of: fields of the history's filter; voice where it does not say otherwise."""
        period = {"period": "dates", "period_from": first.isoformat(), "period_to": last.isoformat()}
        return self._calls(**period, in_zone=self.zone, **more)

    def running(self, at: datetime) -> str:
        """Those that went on at an instant."""
        return self._calls(running=at.isoformat())

    def _calls(self, **more: object) -> str:
        values = {
            "medium": "voice",
            "connection": self.part.connection,
            "line": self.part.line,
            "group": self.group,
            **more,
        }
        set_ones = [_field(name, str(value)) for name, value in values.items() if value not in (None, "")]
        return f"{tenant_url(self.tenant, 'telephony:call_list')}?{'&'.join(set_ones)}"


@lru_cache(maxsize=4096)
def _field(name: str, value: str) -> str:
    """One field of an address: a page leads to hundreds, and most fields of them are the same."""
    return urlencode({name: value})


def narrower(url: str, which: str) -> str:
    """Of the calls at an address those that a name of NARROWER says of; "" of none."""
    return f"{url}&{_QUERIES[which]}" if url else ""
