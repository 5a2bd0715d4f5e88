"""Exports of platform staff: rows of the ledger that belong to no tenant, watched and fetched by who asked for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person, Tenant
from accounts.rights import Role
from accounts.scoping import current_scope, unscoped
from telephony.models import StaffExport
from telephony.services import export_asking, export_files, ledger, tidying
from telephony.tasks import advance_staff_export
from tests.exported import asked, exported
from tests.people import person, signed_in, staff

pytestmark = pytest.mark.django_db
PAGE = "/staff/figures/?period=30d"
WISH = {"path": "/staff/figures/", "query": "period=30d", "figure": "tenants", "format": "csv"}


@pytest.fixture
def corvane(db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def tom(corvane: Tenant) -> Person:
    return staff("tom@telvane.example", "Tom Pelworth")


@pytest.fixture
def client(tom: Person) -> Client:
    return signed_in(tom)


def wished(client: Client) -> StaffExport:
    assert client.post("/staff/exports/page/", WISH).status_code == 302
    return StaffExport.objects.latest("pk")


def test_it_waits_is_made_by_the_ledger_and_fetched(client: Client) -> None:
    job = wished(client)
    page = client.get(f"/staff/exports/{job.pk}/").content.decode()
    assert "Waits for a worker" in page and f"/staff/exports/{job.pk}/act/stop/" in page
    assert client.get(f"/staff/exports/{job.pk}/file/").status_code == 404
    assert ledger.dispatch()["staffexport"] == 1
    job.refresh_from_db()
    assert job.lease_owner == ledger.DISPATCHER
    advance_staff_export(None, job.pk)
    assert current_scope() is None
    job.refresh_from_db()
    assert (job.state, job.due_at, job.lease_owner) == ("done", None, "")
    page = client.get(f"/staff/exports/{job.pk}/").content.decode()
    assert job.file_name in page and 'href="/staff/figures/?period=30d"' in page
    assert b"Corvane Habitat" in b"".join(client.get(f"/staff/exports/{job.pk}/file/").streaming_content)  # type: ignore[attr-defined]
    assert export_files.file_of(job).parent.name == "staff"
    listed = client.get("/staff/exports/").content.decode()
    assert f'href="/staff/exports/{job.pk}/"' in listed
    assert b"All tenants in figures" in exported(client, "/staff/exports/", "csv")


def test_it_is_given_up_after_tries_that_ended_without_an_answer(client: Client, settings: Any) -> None:
    job = wished(client)
    StaffExport.objects.filter(pk=job.pk).update(attempts=settings.WORK_TRIES)
    assert ledger.dispatch()["staffexport"] == 0
    page = client.get(f"/staff/exports/{job.pk}/").content.decode()
    assert "Given up after several tries" in page and "act/again/" in page


def test_it_is_stopped_and_asked_for_again(client: Client) -> None:
    job = wished(client)
    client.post(f"/staff/exports/{job.pk}/act/stop/")
    job.refresh_from_db()
    assert (job.state, job.due_at) == ("stopped", None)
    advance_staff_export(None, job.pk)  # a hint that comes late finds nothing to do
    job.refresh_from_db()
    assert job.state == "stopped"
    answer = client.post(f"/staff/exports/{job.pk}/act/stop/", follow=True)
    assert "This went on meanwhile" in answer.content.decode()
    client.post(f"/staff/exports/{job.pk}/act/again/")
    again = StaffExport.objects.latest("pk")
    assert (again.label, again.state) == (job.label, "waiting") and again.pk != job.pk
    assert client.post(f"/staff/exports/{again.pk}/act/again/").status_code == 404  # it is on its way
    assert client.post(f"/staff/exports/{again.pk}/act/dance/").status_code == 404


def test_a_file_expires_and_its_row_goes_later(client: Client) -> None:
    job = asked(client, PAGE, "csv", "tenants")
    path = export_files.file_of(job)
    assert path.exists()
    with unscoped("dispatch"):
        assert export_files.expire(timezone.now() + timedelta(days=6)) == 0
        assert export_files.expire(timezone.now() + timedelta(days=8)) == 1
    job.refresh_from_db()
    assert (job.state, path.exists()) == ("expired", False)
    assert client.get(f"/staff/exports/{job.pk}/file/").status_code == 404
    tidying.tidy(timezone.now() + timedelta(days=80))
    assert StaffExport.objects.filter(pk=job.pk).exists()
    tidying.tidy(timezone.now() + timedelta(days=91))
    assert not StaffExport.objects.exists()


def test_nobody_sees_the_exports_of_another(client: Client, corvane: Tenant) -> None:
    job = asked(client, PAGE, "csv", "tenants")
    other = signed_in(staff("ines@telvane.example", "Ines Calder"))
    owner = signed_in(person("maud@corvane.example", "Maud Terrasson", {corvane: Role.OWNER}))
    for somebody in (other, owner):
        assert somebody.get(f"/staff/exports/{job.pk}/").status_code == 404
        assert somebody.get(f"/staff/exports/{job.pk}/file/").status_code == 404
        assert somebody.post(f"/staff/exports/{job.pk}/act/again/").status_code == 404
    assert "No exports yet" in other.get("/staff/exports/").content.decode()
    assert owner.post("/staff/exports/page/", WISH).status_code == 404


def test_who_is_staff_no_more_gets_no_file(client: Client, tom: Person) -> None:
    job = wished(client)
    tom.is_staff = False
    tom.save()
    advance_staff_export(None, job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "You may not see this page any more.")
    assert not export_files.file_of(job).exists()


@pytest.mark.parametrize("path", ["/t/corvane/audit/", "/staff/outbox/", "/me/", "/nowhere"])
def test_only_lists_and_figures_of_staff_are_taken(client: Client, path: str) -> None:
    for figure in ("", "tenants"):
        answer = client.post("/staff/exports/page/", {**WISH, "path": path, "figure": figure})
        assert answer.status_code == 404
    assert not StaffExport.objects.exists()


def test_a_page_of_staff_is_no_export_of_a_tenant(corvane: Tenant, tom: Person, client: Client) -> None:
    """Also for staff inside a tenant: its exports are seen by all who may look at its jobs."""
    answer = client.post("/t/corvane/exports/page/", WISH)
    assert answer.status_code == 404


def test_times_are_in_the_zone_of_who_asks_and_words_in_their_language(client: Client, tom: Person) -> None:
    tom.language, tom.time_zone = "fr", "America/Montreal"
    tom.save()
    page = {"path": "/staff/exports/", "query": ""}
    job = export_asking.request_page(None, tom, "Exports", "csv", page)
    advance_staff_export(None, job.pk)
    text = export_files.file_of(job).read_text(encoding="utf-8-sig")
    assert "(America/Montreal)" in text.splitlines()[0] and "Taille" in text.splitlines()[0]
