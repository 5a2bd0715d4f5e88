"""Run in a process of its own, against the cluster that the kill tests made: a connection, and its runs requested.

prepare.py SANDBOX_URL NAME START END   prints {"connection": id, "run": id}
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta
from urllib.request import Request, urlopen

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def main(sandbox: str, name: str, start: str, end: str) -> None:
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import Tenant
    from accounts.scoping import tenant_scope
    from portal.lib.secrets import Secret
    from telephony.models import Connection, Credential, ProviderApplication, SyncRun
    from telephony.services import access, runs

    call_command("migrate", verbosity=0)
    base = f"{sandbox}/keyyo"
    application = ProviderApplication(
        provider="keyyo",
        name=name,
        client_id="5f1c0a7be2d94",
        manager_base=f"{base}/manager/1.0",
        authorize_url=f"{base}/oauth2/authorize.php",
        token_url=f"{base}/oauth2/token.php",
        cti_base=base,
    )
    access.keep_application_secret(application, Secret("keyyo-demo-secret"))
    application.save()
    body = json.dumps({"provider": "keyyo", "login": "corvane", "scopes": ["full_access"]}).encode()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{sandbox}/_control/grant", body, headers)) as answer:
        tokens = json.load(answer)
    tenant = Tenant.objects.create(slug=name, name=name)
    with tenant_scope(tenant):
        credential = Credential(provider="keyyo", tenant=tenant, application=application)
        credential.expires_at = timezone.now() + timedelta(hours=1)
        access.keep_secrets(
            credential, {key: Secret(tokens[key]) for key in ("access_token", "refresh_token")}
        )
        credential.save()
        connection = Connection.objects.create(
            credential=credential,
            provider="keyyo",
            slug=f"{name}-keyyo",
            name=name,
            capabilities=["lines.read", "calls.list"],
            backfill_months=0,
        )
        runs.request_run(connection, SyncRun.What.ENTITIES, kinds=connection.declaration.call_kinds)
        run = runs.request_run(
            connection,
            SyncRun.What.CALLS,
            start_at=datetime.fromisoformat(start),
            end_at=datetime.fromisoformat(end),
        )
    print(json.dumps({"connection": connection.pk, "run": run.pk}))


if __name__ == "__main__":
    main(*sys.argv[1:])
