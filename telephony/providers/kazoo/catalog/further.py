"""Blacklists, webhooks, notices: what real servers have beside the SDK's list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    Sentences,
    body,
    documents,
    listing,
    path,
    read,
    write,
)
from telephony.providers.kazoo.schema.accounts import BLACKLISTS
from telephony.providers.kazoo.schema.appearance import WEBHOOKS
from telephony.providers.operations import Operation

_ALL = ("list", "get", "create", "update", "patch", "delete")
_WEBHOOK = path("webhookId", "ref:webhook", _("Identifier of the webhook."))
_NOTICE = path("notificationId", "text", _("Name of the notice, such as “voicemail_to_email”."))

BLACKLIST_OPERATIONS = documents(
    "blacklist",
    f"{ACCOUNT}/blacklists",
    path("blacklistId", "ref:blacklist", _("Identifier of the blacklist.")),
    BLACKLISTS,
    Sentences(
        list=_("List the blacklists"),
        read=_("Read one blacklist"),
        add=_("Add a blacklist"),
        replace=_("Replace a blacklist"),
        patch=_("Change some fields of a blacklist"),
        remove=_("Remove a blacklist"),
    ),
    kind="blacklist",
    unlisted=_ALL,
    capability="blacklist.edit",
)

WEBHOOK_OPERATIONS: tuple[Operation, ...] = (
    *documents(
        "webhook",
        f"{ACCOUNT}/webhooks",
        _WEBHOOK,
        WEBHOOKS,
        Sentences(
            list=_("List the webhooks"),
            read=_("Read one webhook"),
            add=_("Add a webhook"),
            replace=_("Replace a webhook"),
            remove=_("Remove a webhook"),
        ),
        kind="webhook",
        unlisted=_ALL,
    ),
    write(
        "webhook.revive",
        "PATCH",
        f"{ACCOUNT}/webhooks/{{webhookId}}",
        _("Switch on a webhook that failed too often"),
        _WEBHOOK,
        body("re-enable", "boolean", _("Yes: it is told of events again."), required=True),
        kind="webhook",
        reads_back="webhook.get",
        identity=(("webhookId", "id"),),
        is_listed=False,
    ),
    listing(
        "webhook.listKinds", "/webhooks", _("List the events that webhooks can be told of"), is_listed=False
    ),
    listing(
        "webhook.listAttempts",
        f"{ACCOUNT}/webhooks/{{webhookId}}/attempts",
        _("List what was sent to a webhook"),
        _WEBHOOK,
        is_listed=False,
    ),
)

NOTICES: tuple[Operation, ...] = (
    listing("notification.list", f"{ACCOUNT}/notifications", _("List the notices by mail"), is_listed=False),
    read(
        "notification.get",
        f"{ACCOUNT}/notifications/{{notificationId}}",
        _("Read the settings of a notice"),
        _NOTICE,
        is_listed=False,
        identity=(("notificationId", "id"),),
    ),
)

FURTHER = (*BLACKLIST_OPERATIONS, *WEBHOOK_OPERATIONS, *NOTICES)
