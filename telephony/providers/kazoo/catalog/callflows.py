"""Callflows, menus, recordings, opening hours."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    Sentences,
    documents,
    listing,
    path,
    read,
    whole,
    write,
)
from telephony.providers.kazoo.schema.callflows import (
    CALLFLOWS,
    MEDIA,
    MENUS,
    TEMPORAL_RULES,
    TEMPORAL_RULES_SETS,
)
from telephony.providers.operations import Operation

LARGEST_FILE = 8_000_000  # bytes that a server takes unless it is told otherwise

_MEDIA = path("mediaId", "ref:media", _("Identifier of the recording."))

CALLFLOW_OPERATIONS = documents(
    "callflow",
    f"{ACCOUNT}/callflows",
    path("callflowId", "ref:callflow", _("Identifier of the callflow.")),
    CALLFLOWS,
    Sentences(
        list=_("List the callflows"),
        read=_("Read one callflow"),
        add=_("Add a callflow"),
        replace=_("Replace a callflow"),
        patch=_("Change some fields of a callflow"),
        remove=_("Remove a callflow"),
    ),
    kind="callflow",
    capability="callflows.edit",
)

MENU_OPERATIONS = documents(
    "menu",
    f"{ACCOUNT}/menus",
    path("menuId", "ref:menu", _("Identifier of the menu.")),
    MENUS,
    Sentences(
        list=_("List the menus"),
        read=_("Read one menu"),
        add=_("Add a menu"),
        replace=_("Replace a menu"),
        patch=_("Change some fields of a menu"),
        remove=_("Remove a menu"),
    ),
    kind="menu",
    capability="callflows.edit",
)

_MEDIA_DOCUMENTS = documents(
    "media",
    f"{ACCOUNT}/medias",
    _MEDIA,
    MEDIA,
    Sentences(
        list=_("List the recordings"),
        read=_("Read one recording"),
        add=_("Add a recording"),
        replace=_("Replace a recording"),
        remove=_("Remove a recording"),
    ),
    kind="media",
    capability="callflows.edit",
)

MEDIA_OPERATIONS: tuple[Operation, ...] = (
    *(
        replace(one, note=_("Real servers call the path “media”; it is tried first."))
        for one in _MEDIA_DOCUMENTS
    ),
    write(
        "media.upload",
        "POST",
        f"{ACCOUNT}/media/{{mediaId}}/raw",
        _("Upload the sound of a recording"),
        _MEDIA,
        whole(
            "file",
            _("The sound: mp3, wav or ogg."),
            maximum=LARGEST_FILE,
            accepts=("audio/mp3", "audio/wav", "audio/ogg"),
        ),
        kind="media",
        capability="callflows.edit",
        reads_back="media.get",
        extra={"sends": "application/x-base64"},
    ),
    read(
        "media.download",
        f"{ACCOUNT}/media/{{mediaId}}/raw",
        _("Download the sound of a recording"),
        _MEDIA,
        answers="file",
        is_listed=False,
        extra={"accepts": "audio/mpeg, audio/wav, audio/ogg, */*;q=0.5"},
    ),
    listing(
        "media.listPrompts",
        f"{ACCOUNT}/media/prompts",
        _("List the system prompts that have a recording"),
        is_listed=False,
        extra={"rows": "keys"},
    ),
    listing(
        "media.listLanguages",
        f"{ACCOUNT}/media/languages",
        _("List the languages of the recordings"),
        is_listed=False,
        extra={"rows": "keys"},
    ),
)

SCHEDULES: tuple[Operation, ...] = (
    *documents(
        "temporalRule",
        f"{ACCOUNT}/temporal_rules",
        path("ruleId", "ref:temporal_rule", _("Identifier of the rule.")),
        TEMPORAL_RULES,
        Sentences(
            list=_("List the rules of time"),
            read=_("Read one rule of time"),
            add=_("Add a rule of time"),
            replace=_("Replace a rule of time"),
            patch=_("Change some fields of a rule of time"),
            remove=_("Remove a rule of time"),
        ),
        kind="temporal_rule",
        capability="schedules.edit",
    ),
    *documents(
        "temporalRuleSet",
        f"{ACCOUNT}/temporal_rules_sets",
        path("ruleSetId", "ref:temporal_rule_set", _("Identifier of the set of rules.")),
        TEMPORAL_RULES_SETS,
        Sentences(
            list=_("List the sets of rules"),
            read=_("Read one set of rules"),
            add=_("Add a set of rules"),
            replace=_("Replace a set of rules"),
            patch=_("Change some fields of a set of rules"),
            remove=_("Remove a set of rules"),
        ),
        kind="temporal_rule_set",
        unlisted=("list", "get", "create", "update", "patch", "delete"),
        capability="schedules.edit",
    ),
)

CALLFLOWS_AND_MORE = (*CALLFLOW_OPERATIONS, *MENU_OPERATIONS, *MEDIA_OPERATIONS, *SCHEDULES)
