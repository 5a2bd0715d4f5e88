"""What the page of a number lists, as files: who forwards to it, and who refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.figures.tables import Column, Table
from telephony.models import Entity
from telephony.services.blocking import Listed
from telephony.services.number_story import Forward, NumberStory

FORWARDS, BLOCKED = "forwards", "blocked"
TITLES: Mapping[str, str | Promise] = {
    FORWARDS: gettext_lazy("Forwarded here"),
    BLOCKED: gettext_lazy("Lists of refused callers that have it"),
}


def _line(line: Entity | None) -> list[str]:
    return [str(line), line.number] if line else ["", ""]


def forwards(story: NumberStory, title: str) -> Table | None:
    """Those in force and those that are not; None where there are none."""
    columns = [
        Column(_("Line"), name="line"),
        Column(_("Its number"), "number", "line_number"),
        Column(_("Kind"), name="kind"),
        Column(_("Object"), name="object"),
        Column(_("Field"), name="field"),
        Column(_("In force"), "yes", "is_on"),
        Column(_("Connection"), name="connection"),
    ]
    rows = [_forward(one) for one in story.forwards]
    return Table(title=title, columns=columns, rows=rows) if rows else None


def _forward(one: Forward) -> list[Any]:
    words, at = str(one.field.label), one.entity.connection.name
    return [*_line(one.line), str(one.kind.label), str(one.entity), words, one.is_on, at]


def blocked(story: NumberStory, title: str) -> Table | None:
    columns = [
        Column(_("Line"), name="line"),
        Column(_("Its number"), "number", "line_number"),
        Column(_("List"), name="list"),
        Column(_("Until"), "moment", "until"),
        Column(_("Connection"), name="connection"),
    ]
    rows = [_listed(one) for one in story.listed]
    return Table(title=title, columns=columns, rows=rows) if rows else None


def _listed(one: Listed) -> list[Any]:
    until = one.end.ends_at.isoformat() if one.end else None
    return [*_line(one.line), str(one.entity), until, one.connection.name]


TABLES: Mapping[str, Callable[[NumberStory, str], Table | None]] = {FORWARDS: forwards, BLOCKED: blocked}
