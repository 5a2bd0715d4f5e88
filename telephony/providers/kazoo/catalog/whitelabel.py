"""How the portal of a domain looks, and the DNS entries that it needs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    ACCOUNT_ID,
    body_of,
    path,
    query,
    read,
    removal,
    whole,
    write,
)
from telephony.providers.kazoo.schema.appearance import WHITELABELS
from telephony.providers.operations import Operation

_COMPANIES = "companies.edit"

_DOMAIN = path("domain", "text", _("Domain of the whitelabel, such as portal.example.com."))
_WANTED = query("domain", "text", _("The domain to look at."))
_IMAGE = whole(
    "file",
    _("The picture: PNG, JPEG, GIF or SVG."),
    maximum=8_000_000,
    accepts=("image/png", "image/jpeg", "image/gif", "image/svg+xml", "image/x-icon"),
)
_OWN = f"{ACCOUNT}/whitelabel"
_OWN_EDIT = {"is_listed": False, "capability": _COMPANIES}
WHITELABEL: tuple[Operation, ...] = (
    read(
        "whitelabel.get",
        "/whitelabel/{domain}",
        _("Read the whitelabel of a domain"),
        _DOMAIN,
        kind="whitelabel",
    ),
    read(
        "whitelabel.getLogo",
        "/whitelabel/{domain}/logo",
        _("Download the logo of a domain"),
        _DOMAIN,
        answers="file",
    ),
    read(
        "whitelabel.getDnsEntries",
        "/whitelabel/domains",
        _("Read the DNS entries that a whitelabel needs"),
        ACCOUNT_ID,
        _WANTED,
        note=_("Real servers want the account in the path, which is tried first."),
    ),
    read(
        "whitelabel.checkDnsEntries",
        "/whitelabel/domains?domain={domain}",
        _("Check the DNS entries of a domain"),
        ACCOUNT_ID,
        _DOMAIN,
        method="POST",
        note=_("Real servers want the account in the path, which is tried first."),
    ),
    read(
        "whitelabel.getIcon",
        "/whitelabel/{domain}/icon",
        _("Download the icon of a domain"),
        _DOMAIN,
        answers="file",
        is_listed=False,
    ),
    read(
        "whitelabel.getWelcome",
        "/whitelabel/{domain}/welcome",
        _("Read the welcome page of a domain"),
        _DOMAIN,
        answers="text",
        is_listed=False,
    ),
    read("whitelabel.getOwn", _OWN, _("Read the account's whitelabel"), kind="whitelabel", is_listed=False),
    write(
        "whitelabel.create",
        "PUT",
        _OWN,
        _("Add a whitelabel to the account"),
        *body_of(WHITELABELS),
        kind="whitelabel",
        reads_back="whitelabel.getOwn",
        undone_by="whitelabel.delete",
        **_OWN_EDIT,
    ),
    write(
        "whitelabel.update",
        "POST",
        _OWN,
        _("Replace the account's whitelabel"),
        *body_of(WHITELABELS, is_partial=True),
        kind="whitelabel",
        reads_back="whitelabel.getOwn",
        replaces_object=True,
        undone_by="whitelabel.update",
        **_OWN_EDIT,
    ),
    removal(
        "whitelabel.delete",
        _OWN,
        _("Remove the account's whitelabel"),
        kind="whitelabel",
        reads_back="whitelabel.getOwn",
        undone_by="whitelabel.create",
        **_OWN_EDIT,
    ),
    read(
        "whitelabel.listOwnDomains",
        f"{_OWN}/domains",
        _("Read the DNS entries that the account's whitelabel needs"),
        _WANTED,
        is_listed=False,
    ),
    read(
        "whitelabel.checkOwnDomains",
        f"{_OWN}/domains",
        _("Check the DNS entries of the account's whitelabel"),
        _WANTED,
        method="POST",
        is_listed=False,
    ),
    read(
        "whitelabel.getOwnLogo",
        f"{_OWN}/logo",
        _("Download the account's logo"),
        answers="file",
        is_listed=False,
    ),
    write(
        "whitelabel.uploadLogo",
        "POST",
        f"{_OWN}/logo",
        _("Replace the account's logo"),
        _IMAGE,
        reads_back="whitelabel.getOwn",
        extra={"sends": "image"},
        **_OWN_EDIT,
    ),
    read(
        "whitelabel.getOwnIcon",
        f"{_OWN}/icon",
        _("Download the account's icon"),
        answers="file",
        is_listed=False,
    ),
    write(
        "whitelabel.uploadIcon",
        "POST",
        f"{_OWN}/icon",
        _("Replace the account's icon"),
        _IMAGE,
        reads_back="whitelabel.getOwn",
        extra={"sends": "image"},
        **_OWN_EDIT,
    ),
    read(
        "whitelabel.getOwnWelcome",
        f"{_OWN}/welcome",
        _("Read the account's welcome page"),
        answers="text",
        is_listed=False,
    ),
)
