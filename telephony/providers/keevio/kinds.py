"""What keevio has: companies with their settings, and the containers that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from telephony.providers.fields import DocumentField
from telephony.providers.keevio.setting_values import GROUPS, Kind, Setting
from telephony.providers.keevio.settings import SETTINGS
from telephony.providers.kinds import EntityKind, Facet, Kinds
from telephony.providers.operations import Text

COMPANY, CONTAINER = "company", "container"
_DOCUMENT_KINDS = {Kind.URL: "url", Kind.CALLER: "code", Kind.ZONE: "code", Kind.LETTERS: "code"}


def label_of(setting: Setting) -> Text:
    """The label, with the release that brought the setting and whether it is to go."""
    label = setting.label
    if setting.since:
        label = format_lazy(_("{label} (since {version})"), label=label, version=setting.since)
    if setting.deprecated:
        label = format_lazy(_("{label} (deprecated)"), label=label)
    return label


def members_in(container: Mapping[str, Any]) -> dict[str, str]:
    """Who sits in a container as it is cached: name by identifier."""
    return {
        str(one["company"]): str(one.get("name") or one["company"]) for one in container.get("members", ())
    }


def _field(setting: Setting) -> DocumentField:
    return DocumentField(
        path=f"data.{setting.name}",
        label=label_of(setting),
        brief=setting.label,
        kind=setting.json_type
        if setting.json_type != "string"
        else _DOCUMENT_KINDS.get(setting.kind, "text"),
        group=GROUPS[setting.group],
        unit=setting.unit,
        choices=() if setting.kind is Kind.LETTERS else setting.choices,
        empty=setting.inherited,
    )


_OWN = (
    DocumentField(path="company", label=_("Identifier"), kind="code", column=True),
    DocumentField(path="name", label=_("Name")),
    DocumentField(path="id", label=_("Number"), kind="code"),
)
_MEMBER = (
    DocumentField(path="company", label=_("Company"), kind="ref"),
    DocumentField(path="name", label=_("Name")),
    DocumentField(path="id", label=_("Number"), kind="code"),
)

KINDS = Kinds(
    (
        EntityKind(
            kind=COMPANY,
            label=_("Company"),
            plural=_("Companies"),
            facet=Facet.COMPANY,
            list_operation="company.read",
            read_operation="company.read",
            fields=(*_OWN, *(_field(one) for one in SETTINGS)),
        ),
        EntityKind(
            kind=CONTAINER,
            label=_("Container"),
            plural=_("Containers"),
            list_operation="company.readContainer",
            read_operation="company.readContainer",
            fields=(
                DocumentField(path="container", label=_("Identifier"), kind="code", column=True),
                DocumentField(path="name", label=_("Name")),
                DocumentField(path="id", label=_("Number"), kind="code"),
                DocumentField(path="members", label=_("Companies"), items=_MEMBER),
            ),
        ),
    )
)
