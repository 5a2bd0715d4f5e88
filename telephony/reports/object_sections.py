"""Sections of what there is: changes made, lines and numbers, how connections are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.links import tenant_url
from portal.ui.looks import look_of
from telephony.figures.tables import Column
from telephony.models import Entity
from telephony.reports.asked import Asked
from telephony.reports.document import Section
from telephony.services import report_objects
from telephony.services.report_objects import ConnectionFigures
from telephony.tables.documents import page_of


def changes(asked: Asked) -> Section:
    found = report_objects.changes(*asked.span.instants(asked.zone), asked.scope)
    return Section(
        key="changes",
        title=_("Changes made"),
        columns=[
            Column(_("When"), "moment", "at"),
            Column(_("What"), "text", "change"),
            Column(_("Of"), "text", "object"),
            Column(_("By"), "text", "person"),
            Column(_("State"), "text", "state"),
        ],
        rows=[
            [
                one.written_at.isoformat(),
                one.summary,
                one.object_label,
                one.person_label,
                str(one.get_state_display()),
            ]
            for one in found
        ],
        urls=[
            ["", tenant_url(asked.report.tenant, "telephony:change_detail", pk=one.pk), "", "", ""]
            for one in found
        ],
        most=200,
        brief=[
            ngettext("%(count)s change", "%(count)s changes", len(found))
            % {"count": formats.count(len(found))}
            if found
            else _("no change")
        ],
        nothing=_("Nobody changed anything at a provider from here."),
    )


def lines(asked: Asked) -> Section:
    found = report_objects.lines(asked.scope)
    words = ngettext("%(count)s line", "%(count)s lines", len(found))
    return _objects(asked, "lines", _("Lines"), words, found)


def numbers(asked: Asked) -> Section:
    found = report_objects.numbers(asked.scope)
    words = ngettext("%(count)s number", "%(count)s numbers", len(found))
    section = _objects(asked, "numbers", _("Numbers"), words, found)
    rows = [_number_first(row) for row in section.rows]
    nothing = _("No number leads there but its own.") if asked.report.line else section.nothing
    return replace(section, columns=_number_first(section.columns), rows=rows, nothing=nothing)


def _number_first(row: Sequence[Any]) -> list[Any]:
    """Many a number has no name."""
    name, number, *others = row
    return [number, name, *others]


def _objects(asked: Asked, key: str, title: str, words: str, found: Sequence[Entity]) -> Section:
    return Section(
        key=key,
        title=title,
        measure=_("As last read."),
        columns=[
            Column(_("Name"), "text", "name"),
            Column(_("Number"), "number", "number"),
            Column(_("Extension"), "text", "extension"),
            Column(_("Connection"), "text", "connection"),
            Column(_("Read"), "moment", "read_at"),
        ],
        rows=[
            [one.name, one.number, one.extension, one.connection.name, one.fetched_at.isoformat()]
            for one in found
        ],
        urls=[[page_of(asked.report.tenant, one), "", "", "", ""] for one in found],
        most=0,
        on_paper=0,
        brief=[words % {"count": formats.count(len(found))}],
        nothing=_("There are none."),
    )


def connections(asked: Asked) -> Section:
    found = report_objects.connections(asked.period.first, asked.period.last, asked.zone, asked.scope)
    return Section(
        key="connections",
        title=_("Connections"),
        columns=[
            Column(_("Connection"), "text", "connection"),
            Column(_("Provider"), "text", "provider"),
            Column(_("State"), "text", "state"),
            Column(_("Calls read"), "moment", "read_at"),
            Column(_("Days not whole"), "count", "days_not_whole"),
        ],
        rows=[
            [
                one.connection.name,
                one.connection.declaration.label,
                str(look_of("connection_state", one.connection.condition).word),
                one.read_at.isoformat() if one.read_at else None,
                one.days_not_whole,
            ]
            for one in found
        ],
        urls=[
            [tenant_url(asked.report.tenant, "telephony:connection_detail", pk=one.connection.pk), *[""] * 4]
            for one in found
        ],
        brief=_health_words(found),
        nothing=_("There are none."),
    )


def _health_words(found: Sequence[ConnectionFigures]) -> list[str]:
    """Of how many connections days are missing, where any are."""
    count = len(found)
    words = [
        ngettext("%(count)s connection", "%(count)s connections", count) % {"count": formats.count(count)}
    ]
    lacking = sum(bool(one.days_not_whole) for one in found)
    if lacking:
        told = ngettext("%(count)s with days missing", "%(count)s with days missing", lacking)
        words.append(told % {"count": formats.count(lacking)})
    return words
