"""Numbers, the search for new ones, and port requests."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    Sentences,
    body,
    body_of,
    documents,
    listing,
    noted,
    path,
    query,
    read,
    removal,
    whole,
    write,
)
from telephony.providers.kazoo.schema.numbers import PHONE_NUMBERS, PORT_REQUESTS, PORT_STATES
from telephony.providers.operations import Operation, Param, Place, Text

_NUMBERS = f"{ACCOUNT}/phone_numbers"
_NUMBER = path("phoneNumber", "ref:phone_number", _("The number, international with the plus."))
_MANY = body("numbers", "number", _("The numbers, international with the plus."), many=True, required=True)
_ORDER = "numbers.order"


def _searched(name: str, help_text: Text, kind: str = "integer") -> Param:
    """A value that stands in the query of the path."""
    return Param(name=name, kind=kind, place=Place.PATH, required=True, help=help_text)


_PREFIX = _searched("pattern", _("First digits of the numbers wanted, such as +331."), "text")
_OFFSET = _searched("offset", _("How many results to leave out."))

NUMBER_OPERATIONS: tuple[Operation, ...] = (
    listing(
        "numbers.list",
        _NUMBERS,
        _("List the numbers of the account"),
        kind="phone_number",
        extra={"rows": "numbers"},
    ),
    read(
        "numbers.get",
        f"{_NUMBERS}/{{phoneNumber}}",
        _("Read one number"),
        _NUMBER,
        kind="phone_number",
        identity=(("phoneNumber", "id"),),
    ),
    write(
        "numbers.update",
        "POST",
        f"{_NUMBERS}/{{phoneNumber}}",
        _("Replace what is set for a number"),
        _NUMBER,
        *body_of(PHONE_NUMBERS, is_partial=True),
        kind="phone_number",
        capability=_ORDER,
        reads_back="numbers.get",
        replaces_object=True,
        undone_by="numbers.update",
        identity=(("phoneNumber", "id"),),
    ),
    write(
        "numbers.patch",
        "PATCH",
        f"{_NUMBERS}/{{phoneNumber}}",
        _("Change some fields of a number"),
        _NUMBER,
        *body_of(PHONE_NUMBERS, is_partial=True),
        kind="phone_number",
        capability=_ORDER,
        reads_back="numbers.get",
        undone_by="numbers.patch",
        identity=(("phoneNumber", "id"),),
        is_listed=False,
    ),
    write(
        "numbers.create",
        "PUT",
        f"{_NUMBERS}/{{phoneNumber}}",
        _("Add one number that the account brings along"),
        _NUMBER,
        *body_of(PHONE_NUMBERS),
        kind="phone_number",
        capability=_ORDER,
        reads_back="numbers.get",
        undone_by="numbers.deleteOne",
        is_listed=False,
    ),
    removal(
        "numbers.deleteOne",
        f"{_NUMBERS}/{{phoneNumber}}",
        _("Release one number"),
        _NUMBER,
        query("hard", "boolean", _("Delete it for good; for administrators of the system.")),
        kind="phone_number",
        capability=_ORDER,
        reads_back="numbers.list",
        is_listed=False,
    ),
    write(
        "numbers.activate",
        "PUT",
        f"{_NUMBERS}/collection/activate",
        _("Order numbers that a search found"),
        _MANY,
        kind="phone_number",
        capability=_ORDER,
        reads_back="numbers.list",
        undone_by="numbers.delete",
        note=_("Each number has its own result; a price may be asked first."),
    ),
    removal(
        "numbers.delete",
        f"{_NUMBERS}/collection",
        _("Release numbers"),
        _MANY,
        kind="phone_number",
        capability=_ORDER,
        reads_back="numbers.list",
    ),
    read(
        "numbers.identify",
        f"{_NUMBERS}/{{phoneNumber}}/identify",
        _("See which account a number belongs to"),
        _NUMBER,
    ),
    read(
        "numbers.listClassifiers",
        f"{_NUMBERS}/classifiers",
        _("List the classes of number"),
        collection=True,
        extra={"rows": "keys"},
    ),
    read(
        "numbers.search",
        f"{_NUMBERS}?prefix={{pattern}}&quantity={{limit}}&offset={{offset}}",
        _("Search for numbers to order"),
        _PREFIX,
        _searched("limit", _("How many numbers.")),
        _OFFSET,
        collection=True,
        capability=_ORDER,
    ),
    read(
        "numbers.searchBlocks",
        f"{_NUMBERS}?prefix={{pattern}}&quantity={{size}}&offset={{offset}}&blocks={{limit}}",
        _("Search for blocks of numbers to order"),
        _PREFIX,
        _searched("size", _("Numbers in a block.")),
        _OFFSET,
        _searched("limit", _("How many blocks.")),
        collection=True,
        capability=_ORDER,
    ),
    read(
        "numbers.searchCity",
        f"{_NUMBERS}/prefix?city={{city}}",
        _("Search for the prefixes of a town"),
        _searched("city", _("Name of the town."), "text"),
        collection=True,
        capability=_ORDER,
        extra={"rows": "keys"},
    ),
)

_PORTS = f"{ACCOUNT}/port_requests"
_PORT = path("portRequestId", "ref:port_request", _("Identifier of the port request."))
_ONE_PORT = f"{_PORTS}/{{portRequestId}}"
_FILE_NAME = path("documentName", "text", _("Name of the file."))
_ONE_FILE = f"{_ONE_PORT}/attachments/{{documentName}}"
_PDF = whole("file", _("The file, a PDF."), maximum=8_000_000, accepts=("application/pdf",))
_MANAGE = {"capability": "ports.manage"}
_STATE_BACK = {"reads_back": "port.get", **_MANAGE}

PORT_DOCUMENTS = noted(
    documents(
        "port",
        _PORTS,
        _PORT,
        PORT_REQUESTS,
        Sentences(
            list=_("List the port requests"),
            read=_("Read one port request"),
            add=_("Add a port request"),
            replace=_("Replace a port request"),
            patch=_("Change some fields of a port request"),
            remove=_("Remove a port request"),
        ),
        kind="port_request",
        capability="ports.manage",
        extra={"rows": "ports"},
    ),
    update=_("Only while it is unconfirmed or rejected."),
    patch=_("Only while it is unconfirmed or rejected."),
    delete=_("Only while it is unconfirmed or rejected."),
)

PORTS: tuple[Operation, ...] = (
    *PORT_DOCUMENTS,
    listing(
        "port.listDescendants",
        f"{_PORTS}/descendants",
        _("List the port requests of the accounts below"),
        note=_("Newer servers have another address for it, which is tried first."),
    ),
    write(
        "port.changeState",
        "PATCH",
        f"{_ONE_PORT}/{{state}}",
        _("Move a port request to another state"),
        _PORT,
        path("state", "text", _("The state it goes to."), choices=PORT_STATES[1:]),
        body("reason", "text", _("Why, in a few words.")),
        body(
            "schedule_on",
            "json",
            _('When it is scheduled: {"date_time": "2026-03-01 08:00", "timezone": "Europe/Paris"}.'),
        ),
        kind="port_request",
        identity=(("portRequestId", "id"),),
        **_STATE_BACK,
    ),
    read(
        "port.listAttachments",
        f"{_ONE_PORT}/attachments",
        _("List the files of a port request"),
        _PORT,
        collection=True,
        extra={"rows": "keys"},
    ),
    read(
        "port.getAttachment",
        _ONE_FILE,
        _("Download a file of a port request"),
        _PORT,
        _FILE_NAME,
        answers="file",
        extra={"accepts": "application/pdf"},
    ),
    write(
        "port.createAttachment",
        "PUT",
        f"{_ONE_PORT}/attachments?filename={{documentName}}",
        _("Add a file to a port request"),
        _PORT,
        _FILE_NAME,
        _PDF,
        reads_back="port.listAttachments",
        undone_by="port.deleteAttachment",
        extra={"sends": "application/pdf"},
        **_MANAGE,
    ),
    write(
        "port.updateAttachment",
        "POST",
        _ONE_FILE,
        _("Replace a file of a port request"),
        _PORT,
        _FILE_NAME,
        _PDF,
        reads_back="port.listAttachments",
        extra={"sends": "application/pdf"},
        **_MANAGE,
    ),
    removal(
        "port.deleteAttachment",
        _ONE_FILE,
        _("Remove a file of a port request"),
        _PORT,
        _FILE_NAME,
        reads_back="port.listAttachments",
        **_MANAGE,
    ),
    read(
        "port.getTimeline",
        f"{_ONE_PORT}/timeline",
        _("See what happened to a port request"),
        _PORT,
        collection=True,
        is_listed=False,
    ),
    read(
        "port.getLoa",
        f"{_ONE_PORT}/loa",
        _("Download the letter of authorisation to be signed"),
        _PORT,
        answers="file",
        is_listed=False,
        extra={"accepts": "application/pdf"},
    ),
    read(
        "port.listComments",
        f"{_ONE_PORT}/comments",
        _("List the comments on a port request"),
        _PORT,
        collection=True,
        is_listed=False,
        extra={"rows": "comments"},
    ),
    write(
        "port.addComments",
        "PUT",
        f"{_ONE_PORT}/comments",
        _("Comment on a port request"),
        _PORT,
        body("comments", "json", _("A list of comments, each with its “content”."), required=True),
        is_listed=False,
        reads_back="port.listComments",
        **_MANAGE,
    ),
)

NUMBERS_AND_PORTS = (*NUMBER_OPERATIONS, *PORTS)
