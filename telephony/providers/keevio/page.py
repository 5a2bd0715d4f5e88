"""The page of a company: its 27 settings as they stand, what each inherits as far as that is known."""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from telephony.providers.company_page import CompanyPage, CompanySetting, SettingGroup
from telephony.providers.edit_fields import Document, Login
from telephony.providers.fields import shown_of
from telephony.providers.keevio.catalog import SYSTEM_ADMIN
from telephony.providers.keevio.kinds import COMPANY, CONTAINER, members_in
from telephony.providers.keevio.setting_values import GROUPS, LETTERS, Group, Kind, Setting, in_order
from telephony.providers.keevio.settings import SETTINGS, bits_of, pin_weakness
from telephony.providers.keevio.signing_in import EVERY
from telephony.providers.operations import Text

DEFAULT = "default"  # the company whose settings the others seem to inherit: inferred, and said so
_LOOKS = {
    Kind.BITS: "number",
    Kind.PIN: "pin",
    Kind.ZONE: "zone",
    Kind.CHOICE: "choice",
    Kind.LEVEL: "choice",
    Kind.RANGE: "range",
    Kind.SWITCH: "switch",
    Kind.LETTERS: "letters",
}
_NOTES: dict[Group, Text] = {
    Group.PINS: _("Kept sealed and shown to nobody, not in differences, exports or searches."),
    Group.RECORDING: _("Bits that nobody explains are kept as they are."),
}
_LOCKED = _("Only a System-Admin can move these; this login is the administrator of a company.")
_NOT_TOLD = _("system default, not told by keevio")


def groups(document: Document, defaults: Document | None, login: Login) -> list[SettingGroup]:
    """Every setting of a company's document, in the order of their groups.

    defaults  the document of the company called “default”, where it is cached and another one
    """
    data, default_data = document.get("data") or {}, (defaults or {}).get("data") or {}
    default_name = str((defaults or {}).get("name") or "")
    is_locked = bool(login.scopes) and SYSTEM_ADMIN not in login.scopes
    made: dict[Group, list[CompanySetting]] = {group: [] for group in GROUPS}
    for one in SETTINGS:
        inherits = _inherits(one, default_data.get(one.name), default_name)
        locked = _LOCKED if is_locked and one.is_feature_switch else ""
        made[one.group].append(
            _setting(one, shown_of(data.get(one.name)), inherits, locked, login.given.get("version", ""))
        )
    return [
        SettingGroup(key=group, label=GROUPS[group], note=_NOTES.get(group, ""), settings=settings)
        for group, settings in made.items()
    ]


def _setting(setting: Setting, value: Any, inherits: Text, locked: Text, version: str) -> CompanySetting:
    unknown = _unknown(setting, value)
    return CompanySetting(
        name=setting.name,
        label=setting.label,
        look=_LOOKS.get(setting.kind, "text"),
        is_own=not setting.means_inherit(value),
        inherits=inherits,
        shown=_words(setting, value),
        unknown=unknown,
        locked=locked,
        newer="" if setting.is_known_to(version) else setting.since,
        deprecated=setting.deprecated,
        unit=setting.unit,
        minimum=setting.minimum,
        maximum=setting.maximum,
        choices=setting.choices,
        help=setting.help,
        note=_note(setting, value),
        doubt=setting.assumed or "",
    )


def _inherits(setting: Setting, default: Any, default_name: str) -> Text:
    """What the system decides: known of switches and letters, else inferred from the company “default”."""
    if setting.secret:
        return _("none here")
    if setting.kind in (Kind.SWITCH, Kind.LETTERS):
        return setting.inherited
    if not default_name or setting.means_inherit(default):
        return _NOT_TOLD
    return format_lazy(
        _("presumably {value}, as in {company}"), value=_words(setting, default), company=default_name
    )


def _words(setting: Setting, value: Any) -> Text:
    if setting.secret:
        return ""
    if setting.kind is Kind.SWITCH:
        return _("hidden") if value is True else _("shown")
    if setting.means_inherit(value):
        return _("inherit")
    if setting.kind is Kind.LETTERS:
        known = dict(setting.choices)
        return ", ".join(str(known.get(one, one)) for one in in_order(str(value)))
    words = dict(setting.choices).get(str(value), str(value))
    return format_lazy("{value} {unit}", value=words, unit=setting.unit) if setting.unit else words


def _unknown(setting: Setting, value: Any) -> str:
    """A value that is on none of our lists."""
    if setting.means_inherit(value):
        return ""
    if setting.kind is Kind.LETTERS:
        return "".join(one for one in in_order(str(value)) if one not in LETTERS)
    is_listed = setting.kind in (Kind.CHOICE, Kind.LEVEL)
    return str(value) if is_listed and str(value) not in setting.values else ""


def _note(setting: Setting, value: Any) -> Text:
    if setting.kind is not Kind.BITS or not isinstance(value, int) or isinstance(value, bool) or not value:
        return ""
    return format_lazy(_("bits {bits}"), bits=", ".join(map(str, bits_of(value))))


COMPANY_PAGE = CompanyPage(
    company_kind=COMPANY,
    container_kind=CONTAINER,
    whole_account=EVERY,
    default_company=DEFAULT,
    create="company.create",
    update="company.update",
    delete="company.delete",
    group="company.group",
    ungroup="company.ungroup",
    groups=groups,
    members=members_in,
    pin_weakness=pin_weakness,
)
