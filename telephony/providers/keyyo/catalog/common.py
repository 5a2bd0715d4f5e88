"""Parameters and grants that several areas of the Keyyo catalog share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.operations import Effect, Operation, Param, Place

MANAGER = "manager"
CTI = "cti"

READ_ALL = ("full_access", "full_access_read_only")
WRITE_ALL = ("full_access",)
READ_PROFILES = (*READ_ALL, "voip_profiles_admin")
WRITE_PROFILES = ("full_access", "voip_profiles_admin")
READ_CTI = (*READ_ALL, "cti_admin")
WRITE_CTI = ("full_access", "cti_admin")
READ_SERVICES = (*READ_ALL, "voip_profiles_admin", "cti_admin")

SERVICE_TYPES = (
    "UCaaSVoIPAccount",
    "NumberTranslation",
    "EmailAccount",
    "DSLAccess",
    "FaxTransfer",
    "ACDService",
    "MobileAccount",
    "VirtualFaxAccount",
)

LOCALIZED_NUMBERS = Param(
    name="localized_numbers",
    kind="boolean",
    place=Place.QUERY,
    help=_("Write the formatted numbers of the answer in the local notation."),
)
FILTERS = Param(
    name="filters",
    kind="filters",
    place=Place.QUERY,
    help=_("Narrow the list by a property of its objects; unknown names are ignored by Keyyo."),
)
CSI = Param(
    name="csi",
    kind="csi",
    place=Place.PATH,
    required=True,
    max_length=128,
    help=_("Identifier of the service: for a line its number, international, without the plus."),
)


def path_param(name: str, kind: str, help_text: Any) -> Param:
    """A required name in the path."""
    return Param(name=name, kind=kind, place=Place.PATH, required=True, max_length=128, help=help_text)


def manager(key: str, method: str, path: str, summary: Any, effect: Effect, **kwargs: Any) -> Operation:
    """An operation of the Manager API: the line in the path and what every call accepts need not be repeated.

    `params` are the parameters of its own. Collections that are read accept `filters`.
    """
    params: tuple[Param, ...] = kwargs.pop("params", ())
    if "{csi}" in path:
        params = (CSI, *params)
    if kwargs.get("collection") and effect is Effect.READ:
        own = kwargs.pop("filter_names", ())
        params = (*params, replace(FILTERS, choices=own))
    kwargs.setdefault("source", "Keyyo Manager API 1.0")
    return Operation(
        key=key,
        method=method,
        path=path,
        summary=summary,
        effect=effect,
        surface=MANAGER,
        params=(*params, LOCALIZED_NUMBERS),
        **kwargs,
    )


def reading(key: str, path: str, summary: Any, **kwargs: Any) -> Operation:
    """A GET; what the full grants read unless `scopes` says more, under "lines.read" unless told otherwise."""
    kwargs.setdefault("scopes", READ_ALL)
    kwargs.setdefault("capability", "lines.read")
    return manager(key, "GET", path, summary, Effect.READ, **kwargs)


def listing(key: str, path: str, summary: Any, **kwargs: Any) -> Operation:
    """A GET of a collection."""
    return reading(key, path, summary, collection=True, **kwargs)
