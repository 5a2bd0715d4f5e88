"""Contacts as a table."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.numbers import to_e164
from portal.ui import formats
from portal.ui.links import tenant_url
from portal.ui.tables import AgeColumn, BaseTable, Column, MenuItem
from telephony.models import Entity
from telephony.providers.directory_page import DirectoryPage
from telephony.tables.number_acts import NO_ACTS

CALLABLE = ("work_number", "mobile_number", "home_number")
FRESH_S, LOST_S = 2 * 3600, 24 * 3600


class NameColumn(Column):
    """The contact and its company."""

    def render(self, value: Any, record: Entity, table: ContactTable) -> SafeString:
        url = tenant_url(table.request.tenant, "telephony:entity_detail", pk=record.pk)
        company = record.document.get("company") or ""
        return format_html(
            '<span class="sb-who"><a href="{}"><b>{}</b></a><span class="sb-2nd">{}</span></span>',
            url,
            str(record),
            company if company != str(record) else "",
        )


class NumberInDocument(Column):
    """A number of the document, in the person's notation."""

    kind = "number"

    def __init__(self, path: str, **kwargs: Any) -> None:
        super().__init__(accessor="document", empty_values=(), **kwargs)
        self.path = path

    def in_file(self, record: Entity) -> str:
        raw = str(record.document.get(self.path) or "")
        return _e164(raw) if raw else ""

    def render(self, value: Any, table: ContactTable) -> SafeString | str:
        raw = str(value.get(self.path) or "")
        if not raw:
            return formats.DASH
        return formats.number(_e164(raw), **table.notation)


def _e164(raw: str) -> str:
    """A number as the directory has it, which often leaves the plus out."""
    return to_e164(raw if raw.startswith(("+", "0")) else f"+{raw}") or raw


class ContactTable(BaseTable):
    row_height = "42"

    name = NameColumn(verbose_name=_("Name"), orderable=True, order_by="name_key", fixed=True, card="title")
    work = NumberInDocument("work_number", verbose_name=_("Work"), card="sub")
    mobile = NumberInDocument("mobile_number", verbose_name=_("Mobile"), card="end")
    home = NumberInDocument(
        "home_number", verbose_name=pgettext_lazy("telephone number", "Home"), hidden=True
    )
    job = Column(verbose_name=_("Job"), accessor="document__job")
    email = Column(verbose_name=_("E-mail address"), accessor="document__email", hidden=True)
    city = Column(verbose_name=_("Town"), accessor="document__city")
    fetched_at = AgeColumn(verbose_name=_("Read"), stale=FRESH_S, lost=LOST_S)

    caption = _("Contacts")

    class Meta(BaseTable.Meta):
        fields = ("name", "work", "mobile", "home", "job", "email", "city", "fetched_at")

    writes: dict[int, DirectoryPage] = {}

    number_acts = NO_ACTS

    def _acts(self, record: Entity) -> list[MenuItem]:
        """What can be done with each of the contact's numbers."""
        numbers = filter(None, (str(record.document.get(name) or "") for name in CALLABLE))
        return self.number_acts.items(map(_e164, numbers))

    def row_menu(self, record: Entity) -> list[MenuItem]:
        """Open; and where the person may and the provider can: change, remove."""
        tenant = self.request.tenant
        items = [
            MenuItem(
                label=_("Open"), url=tenant_url(tenant, "telephony:entity_detail", pk=record.pk), icon="eye"
            )
        ]
        items += self._acts(record)
        page = self.writes.get(record.connection_id)
        if page and page.contact_update:
            url = tenant_url(tenant, "telephony:edit", pk=record.pk, operation=page.contact_update)
            items.append(MenuItem(label=_("Change"), url=url, icon="pencil"))
        if page and page.contact_delete:
            url = tenant_url(tenant, "telephony:act", pk=record.pk, operation=page.contact_delete)
            items.append(MenuItem(label=_("Remove"), url=url, icon="trash", is_post=True, is_bad=True))
        return items
