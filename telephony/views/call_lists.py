"""The lists on the page of one call as tables for files: the provider's records of it, and its legs as they were seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal.ui.looks import look_of
from telephony.figures.tables import Cell, Column, Table, amount
from telephony.models import CallRecord
from telephony.services.call_story import Story
from telephony.services.live_history import SeenLeg

RECORDS, LEGS = "records", "legs"
TITLES: Mapping[str, str | Promise] = {
    RECORDS: gettext_lazy("Provider's records"),
    LEGS: gettext_lazy("As it was seen"),
}


def records_table(title: str, story: Story) -> Table:
    caller, called = _("From"), _("To")
    columns = [
        Column(_("Started"), "moment", "started_at"),
        Column(_("Stream"), name="stream"),
        Column(caller, "number", "caller"),
        Column(_("%(column)s, name") % {"column": caller}, name="caller_name"),
        Column(called, "number", "callee"),
        Column(_("%(column)s, name") % {"column": called}, name="callee_name"),
        Column(_("Outcome"), name="outcome"),
        Column(_("State"), name="state"),
        Column(_("Talk"), "talk", "talk_s"),
        Column(_("Cost"), "money", "cost"),
    ]
    currency = story.call.connection.currency
    rows = [_record_row(record, story.names, currency) for record in story.records]
    return Table(title=title, columns=columns, rows=rows)


def _record_row(record: CallRecord, names: Mapping[str, str], currency: str) -> list[Cell]:
    return [
        record.started_at.isoformat(),
        record.stream,
        record.caller,
        names.get(record.caller, ""),
        record.callee,
        names.get(record.callee, ""),
        str(look_of("outcome", record.outcome).word),
        str(look_of("record_standing", record.standing).word) if record.standing else "",
        record.duration_s,
        amount(record.cost_micros, currency) if record.cost_micros is not None else None,
    ]


def legs_table(title: str, legs: Sequence[SeenLeg]) -> Table:
    columns = [
        Column(_("Line"), name="line"),
        Column(_("How it came"), name="how"),
        Column(pgettext("a line", "Rang"), "moment", "rang_at"),
        Column(pgettext("a line", "Answered"), "moment", "answered_at"),
        Column(_("Ended"), "moment", "ended_at"),
    ]
    rows = [
        [leg.line, leg.words, _instant(leg.began_at), _instant(leg.answered_at), _instant(leg.ended_at)]
        for leg in legs
    ]
    return Table(title=title, columns=columns, rows=rows)


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
