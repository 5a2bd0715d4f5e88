"""Carriers of the account and of the whole system, their templates and jobs, and PBX servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.catalog.common import (
    ACCOUNT,
    Sentences,
    body_of,
    documents,
    listing,
    path,
    read,
    whole,
    write,
)
from telephony.providers.kazoo.schema.carriers import CONNECTIVITY, RESOURCE_JOBS, RESOURCES
from telephony.providers.operations import Operation, Text

_RESOURCE = path("resourceId", "ref:resource", _("Identifier of the carrier."))
_JOB = path("jobId", "text", _("Identifier of the job: year, month, “-” and digits."))
_MASTER_ONLY = _("Only for the top account of the system.")


def _carriers(name: str, where: str, kind: str, sentences: Sentences, note: Text) -> tuple[Operation, ...]:
    common: dict[str, Any] = {"kind": kind, "note": note}
    return (
        *documents(name, where, _RESOURCE, RESOURCES, sentences, **common),
        write(
            f"{name}.updateCollection",
            "POST",
            f"{where}/collection",
            _("Replace several carriers at once"),
            whole("json", _("The carriers as a list of documents, each with its “id”.")),
            reads_back=f"{name}.list",
            undone_by=f"{name}.updateCollection",
            **common,
        ),
        listing(
            f"{name}.listJobs",
            f"{where}/jobs",
            _("List the imports of numbers to carriers"),
            note=note,
        ),
        read(
            f"{name}.getJob",
            f"{where}/jobs/{{jobId}}",
            _("Read how an import of numbers went"),
            _JOB,
            identity=(("jobId", "id"),),
            note=note,
        ),
        write(
            f"{name}.createJob",
            "PUT",
            f"{where}/jobs",
            _("Import numbers to a carrier"),
            *body_of(RESOURCE_JOBS),
            reads_back=f"{name}.listJobs",
            note=note,
        ),
    )


LOCAL = _carriers(
    "localResources",
    f"{ACCOUNT}/resources",
    "resource",
    Sentences(
        list=_("List the carriers of the account"),
        read=_("Read one carrier of the account"),
        add=_("Add a carrier to the account"),
        replace=_("Replace a carrier of the account"),
        patch=_("Change some fields of a carrier of the account"),
        remove=_("Remove a carrier of the account"),
    ),
    "",
)
GLOBAL = _carriers(
    "globalResources",
    "/resources",
    "global_resource",
    Sentences(
        list=_("List the carriers of the system"),
        read=_("Read one carrier of the system"),
        add=_("Add a carrier to the system"),
        replace=_("Replace a carrier of the system"),
        patch=_("Change some fields of a carrier of the system"),
        remove=_("Remove a carrier of the system"),
    ),
    _MASTER_ONLY,
)

# The SDK's own slip of the pen: servers have "/resources/{resourceId}", which is tried first (ways.py).
GLOBAL = tuple(
    replace(one, path="/globalResources/{resourceId}")
    if one.key == "globalResources.delete"
    else replace(one, is_for_few=one.is_read)
    for one in GLOBAL
)

TEMPLATES = documents(
    "resourceTemplates",
    f"{ACCOUNT}/resource_templates",
    path("resourceId", "ref:resource_template", _("Identifier of the template.")),
    RESOURCES,
    Sentences(
        list=_("List the templates of carriers"),
        read=_("Read one template of a carrier"),
        add=_("Add a template of a carrier"),
        replace=_("Replace a template of a carrier"),
        patch=_("Change some fields of a template of a carrier"),
        remove=_("Remove a template of a carrier"),
    ),
    kind="resource_template",
)

CONNECTIVITY_OPERATIONS = documents(
    "connectivity",
    f"{ACCOUNT}/connectivity",
    path("connectivityId", "ref:connectivity", _("Identifier of the trunk document.")),
    CONNECTIVITY,
    Sentences(
        list=_("List the trunk documents of PBX servers"),
        read=_("Read the trunks and PBX servers"),
        add=_("Add a trunk document"),
        replace=_("Replace the trunks and PBX servers"),
        patch=_("Change some fields of the trunks and PBX servers"),
        remove=_("Remove a trunk document"),
    ),
    kind="connectivity",
    unlisted=("patch", "delete"),
    extra={"rows": "ids"},
)

CARRIERS = (*GLOBAL, *LOCAL, *TEMPLATES, *CONNECTIVITY_OPERATIONS)
