"""What only the server writes into documents: facts sections 5 and 7."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.fields import DocumentField as Field
from telephony.providers.kazoo.fields.words import NUMBER_STATES, PORT_STATES, USED_BY
from telephony.providers.operations import Text

AT_KAZOO = _("At Kazoo")
ID = Field(path="id", label=_("Identifier"), kind="code", group=AT_KAZOO)


def _since(path: str, label: Text) -> Field:
    return Field(path=path, label=label, kind="gregorian_s", group=AT_KAZOO)


_ACCOUNT = (
    Field(path="descendants_count", label=_("Accounts below it"), kind="integer", column=True),
    Field(path="is_reseller", label=_("Reseller"), kind="boolean", column=True),
    Field(path="reseller_id", label=_("Its reseller"), kind="ref", group=AT_KAZOO),
    Field(path="superduper_admin", label=_("May do everything"), kind="boolean", group=AT_KAZOO),
    Field(path="wnm_allow_additions", label=_("May add numbers"), kind="boolean", group=AT_KAZOO),
    Field(path="billing_mode", label=_("Billed by"), kind="code", group=AT_KAZOO),
    Field(path="notification_preference", label=_("Mail templates"), kind="code", group=AT_KAZOO),
    _since("created", _("Since")),
)
_NUMBER = (
    Field(path="state", label=_("State"), choices=NUMBER_STATES, column=True),
    Field(path="used_by", label=_("Used by"), choices=USED_BY, column=True, empty=_("nothing")),
    Field(path="features", label=_("Features")),
    Field(path="assigned_to", label=_("Account"), kind="ref", group=AT_KAZOO),
    Field(path="_read_only.carrier_module", label=_("Carrier module"), kind="code", group=AT_KAZOO),
    Field(path="_read_only.features_available", label=_("Features that it can have"), group=AT_KAZOO),
    Field(path="_read_only.features_allowed", label=_("Features that it may have"), group=AT_KAZOO),
    Field(path="_read_only.features_denied", label=_("Features that it may not have"), group=AT_KAZOO),
    _since("_read_only.created", _("Since")),
    _since("_read_only.modified", _("Changed")),
)
_PORT = (
    Field(path="port_state", label=_("State"), choices=PORT_STATES, column=True),
    _since("created", _("Since")),
    _since("updated", _("Changed")),
    Field(path="uploads", label=_("Files"), group=AT_KAZOO),
)
_WEBHOOK = (Field(path="disable_reason", label=_("Why it is off")),)
FACTS: dict[str, tuple[Field, ...]] = {
    "accounts": _ACCOUNT,
    "phone_numbers": _NUMBER,
    "port_requests": _PORT,
    "webhooks": _WEBHOOK,
}
