"""Users, devices, groups, directories, registrations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    Sentences,
    action,
    documents,
    listing,
    noted,
    path,
    query,
    read,
    removal,
)
from telephony.providers.kazoo.schema.people import DEVICES, DIRECTORIES, GROUPS, USERS
from telephony.providers.operations import Operation, Param, Text

USER = path("userId", "ref:user", _("Identifier of the user."))
DEVICE = path("deviceId", "ref:device", _("Identifier of the device."))
_GROUP = path("groupId", "ref:group", _("Identifier of the group."))
_DIRECTORY = path("directoryId", "ref:directory", _("Identifier of the directory."))
_SIP_USER = path("username", "text", _("SIP user name of the registered phone."))

_WHOLE = _("The whole document is replaced: fields that are left out are lost.")

_QUICKCALL: tuple[Param, ...] = (
    path("number", "number", _("Number to call.")),
    query("auto_answer", "boolean", _("The phone answers by itself; usual.")),
    query("cid-name", "text", _("Name that the phone shows while it rings.")),
    query("cid-number", "number", _("Number that the phone shows while it rings.")),
    query("timeout", "duration_s", _("Ring for so long; 30 where nothing is said."), minimum=3),
    query("ignore-early-media", "boolean", _("Own ringing tone instead of the far side's.")),
    query("media", "text", _("Whether the voice passes through the switch."), choices=("bypass", "process")),
    query("number_filter", "text", _("“true” takes punctuation out, “false” keeps it; or an expression.")),
    query("target_call_id", "text", _("SIP call that the new one joins.")),
)
_AT_ONCE = _("Kazoo answers at once; whether the call came about cannot be seen from the answer.")


def _quickcall(name: str, own: Param, summary: Text) -> Operation:
    return action(
        f"{name}.quickcall",
        "GET",
        f"{ACCOUNT}/{name}s/{{{own.name}}}/quickcall/{{number}}",
        summary,
        own,
        *_QUICKCALL,
        capability="calls.start",
        note=_AT_ONCE,
    )


USER_OPERATIONS: tuple[Operation, ...] = (
    *noted(
        documents(
            "user",
            f"{ACCOUNT}/users",
            USER,
            USERS,
            Sentences(
                list=_("List the users"),
                read=_("Read one user"),
                add=_("Add a user"),
                replace=_("Replace a user"),
                patch=_("Change some fields of a user"),
                remove=_("Remove a user"),
            ),
            kind="user",
        ),
        update=_WHOLE,
    ),
    _quickcall("user", USER, _("Call a number from all phones of a user")),
    listing(
        "user.listDevices",
        f"{ACCOUNT}/users/{{userId}}/devices",
        _("List the devices of a user"),
        USER,
        kind="device",
        is_listed=False,
    ),
    listing(
        "user.listChannels",
        f"{ACCOUNT}/users/{{userId}}/channels",
        _("List the calls that a user is in"),
        USER,
        is_paged=False,
        is_listed=False,
        capability="calls.live",
    ),
)

DEVICE_OPERATIONS: tuple[Operation, ...] = (
    *noted(
        documents(
            "device",
            f"{ACCOUNT}/devices",
            DEVICE,
            DEVICES,
            Sentences(
                list=_("List the devices"),
                read=_("Read one device"),
                add=_("Add a device"),
                replace=_("Replace a device"),
                patch=_("Change some fields of a device"),
                remove=_("Remove a device"),
            ),
            kind="device",
        ),
        update=_WHOLE,
    ),
    listing(
        "device.getStatus",
        f"{ACCOUNT}/devices/status",
        _("List the devices that are registered"),
        is_paged=False,
        capability="calls.live",
        note=_("Devices that are not registered are left out."),
    ),
    _quickcall("device", DEVICE, _("Call a number from a device")),
    action(
        "device.sync",
        "POST",
        f"{ACCOUNT}/devices/{{deviceId}}/sync",
        _("Make a phone load its configuration again"),
        DEVICE,
        is_listed=False,
    ),
    listing(
        "device.listChannels",
        f"{ACCOUNT}/devices/{{deviceId}}/channels",
        _("List the calls that a device is in"),
        DEVICE,
        is_paged=False,
        is_listed=False,
        capability="calls.live",
    ),
)

REGISTRATIONS: tuple[Operation, ...] = (
    listing(
        "registrations.list",
        f"{ACCOUNT}/registrations",
        _("List the registered phones"),
        is_paged=False,
        is_listed=False,
        capability="calls.live",
    ),
    read(
        "registrations.count",
        f"{ACCOUNT}/registrations/count",
        _("Count the registered phones"),
        is_listed=False,
        capability="calls.live",
    ),
    removal(
        "registrations.delete",
        f"{ACCOUNT}/registrations/{{username}}",
        _("Sign a phone out until it registers again"),
        _SIP_USER,
        is_listed=False,
        reads_back="registrations.list",
    ),
)

GROUP_OPERATIONS = documents(
    "group",
    f"{ACCOUNT}/groups",
    _GROUP,
    GROUPS,
    Sentences(
        list=_("List the groups"),
        read=_("Read one group"),
        add=_("Add a group"),
        replace=_("Replace a group"),
        patch=_("Change some fields of a group"),
        remove=_("Remove a group"),
    ),
    kind="group",
)

DIRECTORY_OPERATIONS = noted(
    documents(
        "directory",
        f"{ACCOUNT}/directories",
        _DIRECTORY,
        DIRECTORIES,
        Sentences(
            list=_("List the directories"),
            read=_("Read one directory"),
            add=_("Add a directory"),
            replace=_("Replace a directory"),
            patch=_("Change some fields of a directory"),
            remove=_("Remove a directory"),
        ),
        kind="directory",
        unlisted=("get", "update", "patch", "delete"),
        capability="directory.edit",
    ),
    get=_("A user joins a directory through the field “directories” of the user."),
)

PEOPLE = (
    *USER_OPERATIONS,
    *DEVICE_OPERATIONS,
    *REGISTRATIONS,
    *GROUP_OPERATIONS,
    *DIRECTORY_OPERATIONS,
)
