"""The check that no row points to another tenant's row finds one that does."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.isolation import leaks
from accounts.scoping import owned_models, parent_fields, tenant_scope
from telephony.models import Connection, Credential


@pytest.fixture
def links(corvane, morvanne):
    found = []
    for tenant in (corvane, morvanne):
        with tenant_scope(tenant):
            key = Credential.objects.create(provider="keyyo")
            found.append(
                Connection.objects.create(
                    credential=key, contact_credential=key, provider="keyyo", slug=tenant.slug, name="x"
                )
            )
    return found


def move(column: str, links) -> None:
    """What no code of ours can do: SQL that points the first connection to the second's credential."""
    mine, theirs = links
    with connection.cursor() as cursor:
        sql = f"UPDATE telephony_connection SET {column} = %s WHERE id = %s"
        cursor.execute(sql, [theirs.credential_id, mine.pk])


def test_a_clean_database_has_no_leak(links, capsys):
    assert leaks() == []
    call_command("check_isolation")
    assert "every row stays with its tenant" in capsys.readouterr().out


def test_a_row_that_points_to_another_tenants_is_found(links):
    move("contact_credential_id", links)

    [leak] = leaks()
    assert leak.field == "telephony.Connection.contact_credential"
    assert (leak.count, leak.sample) == (1, (links[0].pk,))
    with pytest.raises(CommandError, match=r"Connection\.contact_credential: 1 rows"):
        call_command("check_isolation")


def test_a_shared_parent_is_no_leak(links):
    move("credential_id", links)

    assert leaks() == []


def test_every_key_between_owned_tables_is_checked_or_named_as_shared():
    shared = {
        f"{model._meta.label}.{name}"
        for model in owned_models()
        for name in getattr(model, "SHARED_PARENTS", ())
    }
    assert shared == {"telephony.Connection.credential"}
    assert sum(len(parent_fields(model)) for model in owned_models()) > 15
