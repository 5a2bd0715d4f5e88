"""An export as its person has it: asked for at a page, made by the worker, fetched."""

from __future__ import annotations

from django.test import Client

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from telephony.models import Job
from telephony.tasks import advance_job


def asked(client: Client, address: str, file_format: str = "json", figure: str = "") -> Job:
    """The job of what stands at an address of a tenant, made."""
    path, _mark, query = address.partition("?")
    slug = path.split("/")[2]
    told = {"path": path, "query": query, "figure": figure, "format": file_format}
    answer = client.post(f"/t/{slug}/exports/page/", told)
    assert answer.status_code == 302, (address, answer.status_code)
    pk = int(answer["Location"].rstrip("/").rpartition("/")[2])
    tenant = Tenant.objects.get(slug=slug)
    advance_job(tenant.pk, pk)
    with tenant_scope(tenant):
        return Job.objects.get(pk=pk)


def exported(client: Client, address: str, file_format: str = "json", figure: str = "") -> bytes:
    """Its file."""
    job = asked(client, address, file_format, figure)
    assert job.state == Job.State.DONE, (address, job.error)
    path = address.partition("?")[0]
    answer = client.get(f"/t/{path.split('/')[2]}/exports/{job.pk}/file/")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]
