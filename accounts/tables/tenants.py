"""Tenants beside each other, with what the apps tell about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.facts import Column as FactOf
from accounts.facts import Fact
from accounts.models import Tenant
from accounts.switching import home_of
from portal.lib.wording import labelled
from portal.ui import parts
from portal.ui.tables import ActsColumn, BaseTable, Column, LocalTimeColumn


class FactColumn(Column):
    """What one column of facts tells of a tenant, whose `facts` are there by key."""

    align = "r"

    def __init__(self, told: FactOf) -> None:
        is_count = told.is_count
        super().__init__(
            verbose_name=told.label,
            accessor=f"facts__{told.key}",
            kind="count" if is_count else "text",
            width="fact" if is_count else "fact-words",
        )
        self.is_count = is_count

    def render(self, value: Fact) -> SafeString | str:
        return parts.pill(value.text, tone=value.tone) if value.tone else value.text

    def in_file(self, record: Tenant) -> int | str | None:
        fact = self.accessor.resolve(record, quiet=True)
        return None if fact is None else fact.number if self.is_count else fact.text


class TenantTable(BaseTable):
    """The columns that all know; see `tenant_table`."""

    caption = _("All tenants")
    told: Sequence[FactOf] = ()

    name = Column(
        verbose_name=_("Tenant"),
        order_by=("name_key",),
        orderable=True,
        fixed=True,
        card="title",
        css="wrap",
    )
    slug = Column(verbose_name=_("Short name"), hidden=True)
    operator_name = Column(verbose_name=_("Run by"), card="sub", css="wrap")
    closed_at = LocalTimeColumn(verbose_name=_("Closed"), hidden=True)
    acts = ActsColumn(width="age", card="end")

    class Meta(BaseTable.Meta):
        sequence = ("name", "slug", "operator_name", "...", "closed_at", "acts")

    def render_name(self, record: Tenant) -> SafeString:
        closed = parts.pill(gettext("closed"), tone="warn") if record.closed_at else ""
        words = '<b>{}</b> <span class="sb-quiet">{}</span> {} {}'
        return format_html(words, record.name, record.slug, closed, self._pressing(record))

    def _pressing(self, record: Tenant) -> SafeString:
        """Facts that want somebody: on a telephone their columns are not there."""
        facts: Mapping[str, Fact] = record.facts  # type: ignore[attr-defined]
        found = [(one.label, facts[one.key]) for one in self.told if one.key in facts]
        return format_html_join(
            " ",
            '<span class="sb-only-phone">{}</span>',
            ((parts.pill(labelled(label, fact.text), tone=fact.tone),) for label, fact in found if fact.tone),
        )

    def value_name(self, record: Tenant) -> str:
        return record.name

    def render_acts(self, record: Tenant) -> SafeString:
        sign = parts.icon("login-2")
        return format_html(
            '<a class="btn btn-xs" href="{}">{}{}</a>', home_of(record), sign, gettext("Enter")
        )


def tenant_table(told: Iterable[FactOf]) -> type[TenantTable]:
    """The table with a column of each kind of fact."""
    known = list(told)
    columns = {one.key: FactColumn(one) for one in known}
    return type(
        "TenantTable",
        (TenantTable,),
        {**columns, "told": known, "Meta": TenantTable.Meta, "__module__": __name__},
    )
