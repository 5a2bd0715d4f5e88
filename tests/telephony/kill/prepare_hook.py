"""Run in a process of its own, against the cluster of the intake's test: a tenant, and a line with an address.

prepare_hook.py LINE   prints {"path": "/hooks/keyyo/.../"}
"""

from __future__ import annotations

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def main(remote_id: str) -> None:
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import Tenant
    from accounts.scoping import tenant_scope
    from telephony.models import Connection, Credential, Entity
    from telephony.services import hook_secrets

    call_command("migrate", verbosity=0)
    with tenant_scope(Tenant.objects.create(slug="alder", name="Alder & Ash")):
        connection = Connection.objects.create(
            credential=Credential.objects.create(provider="keyyo"),
            provider="keyyo",
            slug="alder-keyyo",
            name="Keyyo",
        )
        line = Entity.objects.create(
            connection=connection,
            kind="UCaaSVoIPAccount",
            facet="line",
            is_line=True,
            remote_id=remote_id,
            checksum="",
            fetched_at=timezone.now(),
        )
        hook = hook_secrets.make(connection, line)
        hook_secrets.publish()
        print(json.dumps({"path": f"/hooks/keyyo/{hook_secrets.secret_of(hook).reveal()}/"}))


if __name__ == "__main__":
    main(*sys.argv[1:])
