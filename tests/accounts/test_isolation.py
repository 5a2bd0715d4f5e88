"""The check that no row points to another tenant's row finds one that does."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.isolation import leaks
from accounts.scoping import (
    ForeignTenant,
    NoScope,
    SharedForeignKey,
    owned_models,
    parent_fields,
    tenant_scope,
)
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
    assert (leak.count, leak.sample) == (1, (str(links[0].pk),))
    with pytest.raises(CommandError, match=r"Connection\.contact_credential: 1 rows"):
        call_command("check_isolation")


def test_a_shared_parent_is_no_leak(links):
    move("credential_id", links)

    assert leaks() == []


def test_a_shared_parent_is_read_with_its_row_and_in_no_other_way(links, corvane):
    mine, theirs = links
    move("credential_id", links)

    with tenant_scope(corvane):
        connection = Connection.objects.get(pk=mine.pk)
        assert connection.credential.pk == theirs.credential_id
        [listed] = Connection.objects.prefetch_related("credential")
        assert listed.credential.pk == theirs.credential_id
        assert not Credential.objects.filter(pk=theirs.credential_id).exists()
        with pytest.raises(ForeignTenant):
            connection.credential.save()
        another = Connection.objects.get(pk=mine.pk)
    with pytest.raises(NoScope):
        _ = another.credential


def test_every_key_between_owned_tables_is_checked_or_named_as_shared():
    shared = {
        str(field)
        for model in owned_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SharedForeignKey)
    }
    assert shared == {"telephony.Connection.credential"}
    assert sum(len(parent_fields(model)) for model in owned_models()) > 15
