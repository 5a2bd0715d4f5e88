"""What was done in a tenant, as a table."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEvent
from accounts.rights import RIGHT_LABELS, Right, Role
from portal.ui.tables import BaseTable, Column, LocalTimeColumn

# Words for what `AuditEvent.detail` says; a key that is not here is not shown.
WHAT = {
    "sign_in": gettext_lazy("sign-in"),
    "second_factor": gettext_lazy("second factor"),
    "password": gettext_lazy("password"),
    "totp": gettext_lazy("authenticator app"),
    "webauthn": gettext_lazy("passkey"),
    "recovery_codes": gettext_lazy("recovery codes"),
    "invitation": gettext_lazy("invitation withdrawn"),
    "closed": gettext_lazy("tenant closed"),
}


class AuditTable(BaseTable):
    caption = gettext_lazy("What was done, newest first")

    at = LocalTimeColumn(verbose_name=gettext_lazy("When"), seconds=True, card="end")
    person_label = Column(verbose_name=gettext_lazy("Who"), card="title")
    verb = Column(verbose_name=gettext_lazy("Did what"), card="sub")
    object_label = Column(verbose_name=gettext_lazy("To what"), css="wrap")
    detail = Column(verbose_name=gettext_lazy("More"), css="wrap")
    address = Column(verbose_name=gettext_lazy("From"), hidden=True)

    class Meta(BaseTable.Meta):
        model = AuditEvent
        fields = ("at", "person_label", "verb", "object_label", "detail", "address")

    def render_person_label(self, value: str, record: AuditEvent) -> SafeString | str:
        if record.is_staff_act:
            return format_html('{} <span class="sb-quiet">{}</span>', value, _("platform staff"))
        return value

    def render_verb(self, record: AuditEvent) -> str:
        return record.get_verb_display()

    def render_detail(self, value: dict[str, object]) -> str:
        return words_of(value)


def words_of(detail: dict[str, object]) -> str:
    """The detail of an event as a short sentence; keys that nobody gave words are left out."""
    parts = []
    if "what" in detail:
        parts.append(str(WHAT.get(str(detail["what"]), detail["what"])))
    if detail.get("right") in set(Right):
        parts.append(_("needs: %(right)s") % {"right": RIGHT_LABELS[Right(str(detail["right"]))]})
    if "before" in detail and "after" in detail:
        parts.append(f"{_role(detail['before'])} → {_role(detail['after'])}")
    if "role" in detail:
        parts.append(_role(detail["role"]))
    if isinstance(fields := detail.get("fields"), list):
        parts.append(", ".join(str(field).replace("_", " ") for field in fields))
    for key in ("operation", "summary", "rows", "reason"):
        if key in detail:
            parts.append(str(detail[key]))
    return " · ".join(parts)


def _role(value: object) -> str:
    return str(Role(value).label) if value in Role.values else str(value)
