"""Edits of many objects in a real browser: a file that goes out, is edited and comes back; a worker killed half-way."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.embedded.processes import kill_session
from portal.lib.secrets import Secret
from telephony.models import Change, Connection, Credential, Entity, Job, ProviderApplication
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, entities, ledger, request_log

from .conftest import eventually

UPDATE = "services.profiles.update"
KIND = "VoIPAccountProfile"
LINES = 3  # whose profiles are cached


@pytest.fixture
def linked(keyyo: SandboxServer, vellard: Tenant, maud: Person) -> Connection:
    """Vellard's connection to Keyyo's stand-in, its profiles cached."""
    grant = keyyo.provider("keyyo").grant({"login": "vellard", "scopes": ["full_access"]})
    with tenant_scope(vellard):
        credential = Credential(
            provider="keyyo",
            application=ProviderApplication.objects.get(),
            tenant=vellard,
            scopes=["full_access"],
            expires_at=timezone.now() + timedelta(hours=1),
        )
        access.keep_secrets(credential, {"access_token": Secret(grant["access_token"])})
        credential.save()
        made = Connection(credential=credential, provider="keyyo", slug="vellard-keyyo", name="Keyyo")
        made.capabilities = sorted(made.declaration.capabilities_of(["full_access"]))
        made.save()
        client = access.client_of(made)
        for page in made.declaration.read_entities(client, kinds=["UCaaSVoIPAccount", KIND]):
            entities.store(made, page, timezone.now())
        lines = Entity.objects.filter(kind=KIND).order_by("parent_remote_id").values("parent_remote_id")
        few = [one["parent_remote_id"] for one in lines.distinct()[:LINES]]
        Entity.objects.filter(kind=KIND).exclude(parent_remote_id__in=few).delete()
        request_log.flush()
    return made


def count(connection: Connection) -> int:
    with tenant_scope(connection.tenant_id):
        return Entity.objects.filter(kind=KIND).count()


def delays(keyyo: SandboxServer, connection: Connection) -> list[int]:
    """What Keyyo has for each of the profiles, in the order of the cache."""
    with tenant_scope(connection.tenant_id):
        client = access.client_of(connection)
        return [
            int(
                client.call(
                    "services.profiles.read",
                    {"csi": one.parent_remote_id, "profile_identifier": one.remote_id},
                ).document["forward_delay"]
            )
            for one in Entity.objects.filter(kind=KIND).order_by("pk")
        ]


@pytest.mark.browser
def test_a_list_goes_out_is_edited_and_its_difference_is_written(
    visitor: Any, worker: Any, keyyo: SandboxServer, linked: Connection, maud: Person, tmp_path: Path
) -> None:
    edited, expected = tmp_path / "edited.csv", count(linked)

    def fetch(page: Page) -> None:
        page.goto(f"/t/vellard/entities/{linked.slug}/{KIND}/")
        page.locator(".sb-head").get_by_label("Export, or bring in a file").click()
        page.get_by_role("button", name="Export all as CSV").click()
        link = page.get_by_role("link", name="Fetch")
        expect(link).to_be_visible(timeout=60_000)
        with page.expect_download() as waiting:
            link.click()
        text = waiting.value.path().read_text(encoding="utf-8-sig")
        heads, *rows = csv.reader(io.StringIO(text, newline=""))
        assert len(rows) == expected
        delay = heads.index("forward_delay")
        for row in rows[:2]:
            row[delay] = "37"
        rows[2][delay] = "soon"
        with edited.open("w", newline="", encoding="cp1252") as file:
            csv.writer(file, delimiter=";").writerows([heads, *rows])

    def bring_back(page: Page) -> None:
        page.goto(f"/t/vellard/entities/{linked.slug}/{KIND}/")
        page.locator(".sb-head").get_by_label("Export, or bring in a file").click()
        page.get_by_role("link", name="Bring in an edited file").click()
        page.get_by_label("Edited file").set_input_files(edited)
        page.get_by_role("button", name="Review the file").click()
        expect(
            page.get_by_role("cell", name="Line 4, forward_delay: A whole number is needed.")
        ).to_be_visible()
        expect(page.locator(".sb-bulk-diff ins")).to_have_text(["37 s", "37 s"])
        page.get_by_label("Write the 2 good rows although others are not possible").check()
        page.get_by_role("button", name="Write 2 objects").click()
        expect(page.get_by_role("button", name="Take all of it back")).to_be_visible(timeout=60_000)

    visitor.sign_in(maud)
    visitor(fetch)
    visitor(bring_back)

    assert sorted(delays(keyyo, linked)).count(37) == 2


@pytest.mark.browser
def test_an_edit_whose_worker_is_killed_is_taken_up_and_writes_no_row_twice(
    visitor: Any,
    worker: Any,
    start_worker: Callable[[], Any],
    keyyo: SandboxServer,
    linked: Connection,
    maud: Person,
) -> None:
    rows = count(linked)

    def start(page: Page) -> None:
        page.goto(f"/t/vellard/entities/{linked.slug}/{KIND}/")
        page.get_by_role("button", name=f"Edit all {rows}").click()
        page.get_by_label("Change: After ringing for").check()
        page.get_by_label("After ringing for", exact=True).fill("38")
        page.get_by_role("button", name="Review each object").click()
        expect(page.locator(".sb-bulk-diff ins").first).to_have_text("38 s")
        page.get_by_role("button", name="Write").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible()

    def see_the_end(page: Page) -> None:
        expect(page.get_by_role("button", name="Take all of it back")).to_be_visible(timeout=60_000)
        expect(page.locator(".sb-run-foot").first).to_contain_text(f"{rows} Applied")

    keyyo.faults.add("keyyo", match=UPDATE, delay_s=1.5, times=rows)
    keyyo.requests.clear()
    visitor.sign_in(maud)
    visitor(start)
    eventually(lambda: len(writes(keyyo)) >= 1, "a row is on its way")
    kill_session(worker)
    eventually(lambda: delays(keyyo, linked).count(38) == len(writes(keyyo)), "what was sent is done")
    with tenant_scope(linked.tenant_id):
        job = Job.objects.get()
        past = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(pk=job.pk).update(lease_until=past, due_at=past)  # as when its lease has ended
        long_ago = timezone.now() - timedelta(minutes=2)  # when it is known what was sent and what was not
        Change.objects.filter(state=Change.State.SENDING).update(due_at=past, sent_at=long_ago)
    keyyo.faults.clear()
    start_worker()
    with tenant_scope(linked.tenant_id):
        for lost in Change.objects.filter(state=Change.State.SENDING):
            ledger.hint(lost)
        ledger.hint(job)

    visitor(see_the_end)

    assert set(delays(keyyo, linked)) == {38}
    paths = [request.path for request in writes(keyyo)]
    assert len(paths) == len(set(paths)) == rows


def writes(keyyo: SandboxServer) -> list[Any]:
    return [request for request in keyyo.requests if request.method in ("POST", "PUT")]
