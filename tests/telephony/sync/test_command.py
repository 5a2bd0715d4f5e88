"""`manage.py sync`: the same path as the worker, in this process."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from accounts.scoping import tenant_scope
from telephony.models import Call, Connection, Entity, SyncRun
from telephony.services import runs

pytestmark = pytest.mark.django_db(transaction=True)
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


def sync(*arguments: str) -> str:
    out = io.StringIO()
    call_command("sync", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_it_syncs_objects_and_calls(morvanne: Connection) -> None:
    text = sync("morvanne-keyyo")

    assert "entities: complete" in text
    assert "calls: complete" in text
    with tenant_scope(morvanne.tenant_id):
        assert Entity.objects.lines().exists()
        assert Call.objects.exists()


def test_it_syncs_one_kind(morvanne: Connection) -> None:
    sync("morvanne-keyyo", "--kind", "DirectoryContact")

    with tenant_scope(morvanne.tenant_id):
        assert set(Entity.objects.values_list("kind", flat=True)) == {"DirectoryContact"}


def test_it_believes_a_list_that_lost_much_when_told_so(morvanne: Connection) -> None:
    with tenant_scope(morvanne.tenant_id):
        Entity.objects.bulk_create(
            Entity(connection=morvanne, kind="DirectoryContact", remote_id=str(number), fetched_at=EARLIER)
            for number in range(100)
        )
    arguments = ("morvanne-keyyo", "--kind", "DirectoryContact")
    with pytest.raises(CommandError, match="suddenly lack much"):
        sync(*arguments)

    sync(*arguments, "--accept-removal")
    sync(*arguments, "--accept-removal")

    with tenant_scope(morvanne.tenant_id):
        assert not Entity.objects.filter(fetched_at=EARLIER).exists()


@pytest.mark.parametrize(
    "arguments",
    [("nobody-keyyo",), ("morvanne-keyyo", "--kind", "Teapot"), ("morvanne-keyyo", "--to", "2026-01-01")],
)
def test_a_mistake_is_said(morvanne: Connection, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        sync(*arguments)


def test_a_period_that_the_open_run_does_not_read_is_read_after_it(morvanne: Connection) -> None:
    with tenant_scope(morvanne.tenant_id):
        runs.request_run(morvanne, "entities")
        first = runs.request_run(
            morvanne,
            "calls",
            start_at=datetime(2026, 3, 2, tzinfo=UTC),
            end_at=datetime(2026, 3, 4, tzinfo=UTC),
        )
    out, errors = io.StringIO(), io.StringIO()
    sync("morvanne-keyyo", "--kind", "entities")
    call_command(
        "sync", "morvanne-keyyo", "--from", "2026-04-01", "--to", "2026-04-02", stdout=out, stderr=errors
    )

    assert "is queued" in errors.getvalue()
    with tenant_scope(morvanne.tenant_id):
        first.refresh_from_db()
        last = SyncRun.objects.filter(what="calls").latest("pk")
    assert (first.state, last.state) == ("complete", "complete")
    assert last.window_start_at == datetime(2026, 3, 31, 22, tzinfo=UTC)
