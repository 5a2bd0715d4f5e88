"""Connections and their runs."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.ui import formats, parts
from portal.ui.links import tenant_url
from portal.ui.tables import AgeColumn, BaseTable, Column, CountColumn, LocalTimeColumn, MenuItem, PillColumn
from telephony.models import Connection, SyncRun
from telephony.tables.run_words import took_s, what_of

STALE_S, LOST_S = 3600, 86_400


class ConnectionTable(BaseTable):
    caption = _("Connections")
    name = Column(verbose_name=_("Name"), card="title", orderable=True, order_by="name_key", fixed=True)
    provider = Column(verbose_name=_("Provider"), card="sub")
    slug = Column(verbose_name=_("Short name"))
    state = PillColumn(
        look="connection_state",
        verbose_name=_("State"),
        card="end2",
        width="",  # "Needs to be reconnected" is longer than a pill column
        empty_values=(),
        accessor="pk",
    )
    calls_until = AgeColumn(stale=STALE_S, lost=LOST_S, verbose_name=_("Calls as of"))
    last_answer_at = AgeColumn(
        accessor="credential__last_answer_at",
        stale=STALE_S,
        lost=LOST_S,
        verbose_name=pgettext_lazy("of a provider", "Answered"),
        card="end",
    )
    created_at = LocalTimeColumn(verbose_name=_("Added"), hidden=True)

    class Meta(BaseTable.Meta):
        model = Connection
        fields = ("name", "provider", "slug", "state", "calls_until", "last_answer_at", "created_at")

    def render_name(self, record: Connection) -> SafeString:
        url = tenant_url(self.request.tenant, "telephony:connection_detail", pk=record.pk)
        return format_html('<a href="{}">{}</a>', url, record.name)

    def render_provider(self, record: Connection) -> SafeString:
        return parts.provider(record.declaration.mark, record.declaration.label)

    def render_slug(self, value: str) -> SafeString:
        return format_html("<code>{}</code>", value)

    def render_state(self, record: Connection) -> SafeString:
        return parts.look_pill("connection_state", record.condition)


class TookColumn(Column):
    """How long a run took, or has taken so far."""

    kind = "talk"
    align, width = "r", "short"

    def in_file(self, record: SyncRun) -> float | None:
        return took_s(record)

    def render(self, record: SyncRun) -> SafeString | str:
        seconds = took_s(record)
        return formats.DASH if seconds is None else formats.span(seconds)


UNDONE = (SyncRun.State.QUEUED, SyncRun.State.WAITING, SyncRun.State.RUNNING)


class RunTable(BaseTable):
    caption = _("Runs")
    created_at = LocalTimeColumn(verbose_name=_("Began"), card="sub", width="age")
    what = Column(verbose_name=_("What"), card="title", fixed=True, css="wrap")
    rows_read = CountColumn(verbose_name=_("Read"))
    rows_new = CountColumn(verbose_name=_("New"))
    rows_changed = CountColumn(verbose_name=_("Changed"))
    rows_unreadable = CountColumn(verbose_name=_("Unreadable"), hidden=True)
    requests = CountColumn(verbose_name=_("Queries"), width="short")
    took = TookColumn(verbose_name=_("Took"), empty_values=(), accessor="pk")
    state = PillColumn(look="run_state", verbose_name=_("Result"), card="end2")
    error = Column(verbose_name=_("Reason"), default="")

    class Meta(BaseTable.Meta):
        model = SyncRun
        fields = (
            "created_at",
            "what",
            "rows_read",
            "rows_new",
            "rows_changed",
            "rows_unreadable",
            "requests",
            "took",
            "state",
            "error",
        )

    may_manage = False

    @property
    def has_menu(self) -> bool:
        return self.may_manage

    def row_menu(self, record: SyncRun) -> list[MenuItem]:
        """A back-fill is long: it can be stopped, and asked for again where it did not come to its end."""
        if not self.may_manage or record.what != SyncRun.What.BACKFILL or record.connection.unlinked_at:
            return []
        if record.state in UNDONE:
            return [
                MenuItem(label=_("Stop"), url=self._act(record, "stop"), icon="player-stop", is_post=True)
            ]
        if record.state != SyncRun.State.COMPLETE:
            return [
                MenuItem(
                    label=_("Fetch it again"), url=self._act(record, "again"), icon="refresh", is_post=True
                )
            ]
        return []

    def _act(self, record: SyncRun, act: str) -> str:
        tenant = self.request.tenant
        return tenant_url(tenant, "telephony:run_act", pk=record.connection_id, run=record.pk, act=act)

    def render_what(self, record: SyncRun) -> str:
        return what_of(record)
