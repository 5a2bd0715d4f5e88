"""Secrets at rest: rotated in batches, written by staff and never shown to them."""

from __future__ import annotations

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts.scoping import tenant_scope
from portal.lib.secrets import is_newest
from telephony.admin import ProviderApplicationForm
from telephony.models import Connection, Credential, ProviderApplication
from telephony.services import access


def rotate():
    out = io.StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def test_everything_goes_under_the_newest_key(connection, settings):
    old = list(settings.FIELD_KEYS)
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *old]
    with tenant_scope(connection.tenant_id):
        row = Credential.objects.get()
        secrets = access.read_secrets(row)
    assert not is_newest(row.secrets_sealed)

    said = rotate()
    assert "telephony.Credential.secrets_sealed: 1 sealed anew, 0 under the newest key" in said
    assert "telephony.ProviderApplication.client_secret_sealed: 1 sealed anew" in said
    assert "telephony.Credential.secrets_sealed: 0 sealed anew, 1 under" in rotate()

    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    with tenant_scope(connection.tenant_id):
        assert access.read_secrets(Credential.objects.get()) == secrets
    access.application_of(ProviderApplication.objects.get())


def test_what_no_key_opens_is_counted_and_kept(connection, settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with tenant_scope(connection.tenant_id):
        before = Credential.objects.get().secrets_sealed
    with pytest.raises(CommandError, match="no key"):
        rotate()

    with tenant_scope(connection.tenant_id):
        assert Credential.objects.get().secrets_sealed == before


def test_a_sealed_value_opens_for_its_own_tenant_only(connection, credential, dora):
    credential.tenant = dora.tenants.get()
    with pytest.raises(Exception, match="does not open"):
        access.read_secrets(credential)


def test_the_registry_shows_no_secret(application):
    form = ProviderApplicationForm(instance=application)

    assert "keyyo-demo-secret" not in form.as_p()
    assert application.client_secret_sealed not in form.as_p()
    assert form.fields["client_secret"].required is False
    assert ProviderApplicationForm().fields["client_secret"].required is True


def test_a_new_application_begins_with_the_providers_own_addresses(db):
    form = ProviderApplicationForm()
    assert form.fields["manager_base"].initial == "https://api.keyyo.com/manager/1.0"


def test_connections_capabilities_follow_the_grant(connection):
    with tenant_scope(connection.tenant_id):
        assert "barring.edit" in Connection.objects.get().capabilities
