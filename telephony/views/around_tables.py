"""What stands around an object, as files: what uses it, and what hangs below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.figures.tables import Column, Table
from telephony.models import Entity
from telephony.services.entity_page import Surroundings, Use
from telephony.tables.documents import object_name

USED_BY, BELOW = "used_by", "below"
TITLES: Mapping[str, str | Promise] = {USED_BY: gettext_lazy("Used by"), BELOW: gettext_lazy("Below it")}


def title_of(name: str, subject: str) -> str:
    """What an export is called; "" where it is none of these."""
    return _("%(title)s: %(subject)s") % {"title": TITLES[name], "subject": subject} if name in TITLES else ""


def table_of(name: str, title: str, around: Surroundings, entity: Entity) -> Table | None:
    return uses_table(title, around.used_by) if name == USED_BY else below_table(title, around, entity)


def uses_table(title: str, uses: Sequence[Use]) -> Table | None:
    """None where there are none."""
    columns = [
        Column(_("Kind"), name="kind"),
        Column(_("Object"), name="object"),
        Column(_("Of"), name="of"),
        Column(_("Field"), name="field"),
        Column(_("Connection"), name="connection"),
    ]
    rows = [_use(one) for one in uses]
    return Table(title=title, columns=columns, rows=rows) if rows else None


def _use(one: Use) -> list[Any]:
    name = object_name(one.source, one.kind, one.parent)
    above = str(one.parent) if one.parent else ""
    return [one.source.kind_words, name, above, str(one.label), one.source.connection.name]


def below_table(title: str, around: Surroundings, entity: Entity) -> Table | None:
    """None where there is nothing."""
    columns = [
        Column(_("Kind"), name="kind"),
        Column(_("Object"), name="object"),
        Column(_("Read"), "moment", "read_at"),
    ]
    rows = [
        [
            str(kind.label) if kind else child.kind,
            object_name(child, kind, entity),
            child.fetched_at.isoformat(),
        ]
        for kind, children in around.below
        for child in children
    ]
    return Table(title=title, columns=columns, rows=rows) if rows else None
