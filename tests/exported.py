"""An export as its person has it: asked for at a page, made by the worker, fetched."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

from django.test import Client

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from telephony.models import AnyJob, Job, StaffExport
from telephony.tasks import advance_job, advance_staff_export
from tests.reading import text_of


def asked(client: Client, address: str, file_format: str = "json", figure: str = "") -> AnyJob:
    """The job of what stands at an address of a tenant or of platform staff, made."""
    path, _mark, query = address.partition("?")
    told = {"path": path, "query": query, "figure": figure, "format": file_format}
    answer = client.post(f"{exports_of(path)}page/", told)
    assert answer.status_code == 302, (address, answer.status_code)
    pk = int(answer["Location"].rstrip("/").rpartition("/")[2])
    if path.startswith("/staff/"):
        advance_staff_export(None, pk)
        return StaffExport.objects.get(pk=pk)
    tenant = Tenant.objects.get(slug=path.split("/")[2])
    advance_job(tenant.pk, pk)
    with tenant_scope(tenant):
        return Job.objects.get(pk=pk)


def exported(client: Client, address: str, file_format: str = "json", figure: str = "") -> bytes:
    """Its file."""
    job = asked(client, address, file_format, figure)
    assert job.state == Job.State.DONE, (address, job.error)
    answer = client.get(f"{exports_of(address.partition('?')[0])}{job.pk}/file/")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def exports_of(path: str) -> str:
    """Where the exports of pages like this one stand."""
    return "/staff/exports/" if path.startswith("/staff/") else f"/t/{path.split('/')[2]}/exports/"


def rows_of(client: Client, address: str, figure: str = "list") -> list[dict[str, Any]]:
    """The rows of the file, whose words and numbers stand on the page as well."""
    rows: list[dict[str, Any]] = json.loads(exported(client, address, figure=figure))["rows"]
    page = client.get(address)
    assert f'name="figure" value="{figure}"' in page.content.decode()
    shown = unspaced(text_of(page))
    for name, value in rows[0].items():
        if isinstance(value, str) and not name.endswith("_at"):
            assert unspaced(value.partition(", ")[0]) in shown, name
    return rows


def unspaced(words: str) -> str:
    return "".join(unescape(words).split())
