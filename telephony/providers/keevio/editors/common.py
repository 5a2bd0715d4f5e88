"""What the editors of keevio share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Document, Fields, Surroundings
from telephony.providers.editing import Editor, Live
from telephony.providers.keevio.kinds import COMPANY
from telephony.providers.phrases import said


class CompanyEditor(Editor):
    """What all of them share: a company is named in the scope, and read as one of the items."""

    kind = COMPANY
    id_field = "company"

    def live(
        self, document: Any, items: Sequence[Document], address: Mapping[str, Any], identifier: str
    ) -> Live:
        if self.reads_list:
            return super().live(document, items, address, identifier)
        if not items:
            return Live(fields=None)
        return Live(fields=self.read(items[0]), document=items[0])

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        company = str(address.get("company", ""))
        name = (before or {}).get("name") or around.named(COMPANY, [company]).get(company)
        return str(name or _("company %(company)s") % {"company": company})


def consequence(template: str, icon: str, **values: Any) -> Consequence:
    return Consequence(text=said(template, **values), icon=icon, tone="" if icon == "users-group" else "warn")
