"""Exports are asked for here: of what a filter of calls, changes or objects leaves, or of what a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Person, Tenant
from telephony.models import AnyJob, Job, StaffExport
from telephony.models.call_search import CallSearch
from telephony.models.change_search import ChangeSearch
from telephony.models.entity_search import EntitySearch
from telephony.services import ledger, object_export

FORMATS = ("csv", "xlsx", "json")
PAGE = ("path", "query", "figure")  # which page, and what of it
REPEATED = ("what", "title", "search", *PAGE)


def request_export(
    tenant: Tenant,
    person: Person,
    search: CallSearch | ChangeSearch,
    file_format: str,
    request: HttpRequest | None = None,
) -> AnyJob:
    """Put an export of the whole filter into the ledger; the worker makes it.

    `request` is the one that asks, where it is one: its address, and whether platform staff ask, go into the audit.
    """
    is_of_changes = isinstance(search, ChangeSearch)
    words = _("Changes, as %(format)s") if is_of_changes else _("Calls, as %(format)s")
    label = words % {"format": file_format.upper()}
    parameters = {"what": "changes" if is_of_changes else "calls", "search": search.to_parameters()}
    return _request(tenant, person, label, file_format, parameters, request)


def request_objects(
    tenant: Tenant,
    person: Person,
    search: EntitySearch,
    title: str,
    file_format: str,
    request: HttpRequest | None = None,
) -> AnyJob:
    """The same of a list of objects, as a file that can be edited and brought back. `title` is the list's."""
    parameters = {
        "what": "objects",
        "search": search.to_parameters(),
        "title": title,
        "columns": object_export.heads(search),
    }
    return _request(tenant, person, _titled(title, file_format), file_format, parameters, request)


def request_page(
    tenant: Tenant | None,
    person: Person,
    title: str,
    file_format: str,
    page: Mapping[str, str],
    request: HttpRequest | None = None,
) -> AnyJob:
    """The same of what a page shows: a list, whole, or one of its figures. Without a tenant it is a page of platform staff.

    `page` has its `path` and `query`, and `figure` where it is one. The worker opens the page for this person once more
    (views/page_exports.py), so that rights are looked at again.
    """
    told = {"what": "figure" if page.get("figure") else "list", "title": title, **page}
    return _request(tenant, person, _titled(title, file_format), file_format, told, request)


def request_again(job: AnyJob, person: Person, request: HttpRequest | None = None) -> AnyJob:
    """The same export of what its filter leaves now, as a job of its own."""
    told = {name: job.parameters[name] for name in REPEATED if name in job.parameters}
    if told["what"] == "objects":
        told["columns"] = object_export.heads(EntitySearch.from_parameters(told["search"]))
    return _request(getattr(job, "tenant", None), person, job.label, job.parameters["format"], told, request)


def _titled(title: str, file_format: str) -> str:
    return _("%(list)s, as %(format)s") % {"list": title, "format": file_format.upper()}


def _request(
    tenant: Tenant | None,
    person: Person,
    label: str,
    file_format: str,
    parameters: Mapping[str, Any],
    request: HttpRequest | None,
) -> AnyJob:
    if file_format not in FORMATS:
        raise ValueError(f"no export as {file_format}")
    told = {
        **parameters,
        "format": file_format,
        "zone": person.time_zone,
        "language": person.language,
        "asked_at": timezone.now().isoformat(),
        "as_staff": bool(getattr(request, "is_entered_as_staff", False)),
    }
    values = {"label": label[:250], "parameters": told, "person": person, "due_at": timezone.now()}
    with transaction.atomic():
        job: AnyJob = (
            Job.objects.create(kind=Job.Kind.EXPORT, **values)
            if tenant
            else StaffExport.objects.create(**values)
        )
        ledger.hint(job)
    audit.record(
        AuditEvent.Verb.EXPORTED,
        tenant=tenant,
        person=person,
        object_label=label,
        detail={"filter": _filter_of(told), "job": job.pk},
        request=request,
    )
    return job


def _filter_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Which rows the export is of, as the audit keeps it."""
    if "search" in parameters:
        found: dict[str, Any] = parameters["search"]
        return found
    return {name: parameters[name] for name in PAGE if name in parameters}
