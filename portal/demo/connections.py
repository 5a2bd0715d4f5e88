"""The demo's Keyyo application and its two connections, made as a person makes them: over the authorization page."""

from __future__ import annotations

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.demo import KEYYO_CLIENT_ID, KEYYO_CLIENT_SECRET, KEYYO_PASSWORD
from portal.demo.processes import Processes
from portal.demo.window import allow_at_keyyo, control
from portal.lib.secrets import Secret
from telephony.models import Connection, ProviderApplication, SyncRun
from telephony.providers.registry import PROVIDERS
from telephony.services import access, connecting
from telephony.services.adopting import Round

# Connection slug to tenant slug; the tenant's owner makes it, with the sandbox login named like the tenant.
CONNECTIONS = {"corvane-keyyo": "corvane", "morvanne-keyyo": "morvanne"}
OWNERS = {"corvane": "maud@corvane.example", "morvanne": "bess@morvanne.example"}
SCOPES = ("full_access", "voip_profiles_admin", "cti_admin")
SESSION = "demo set-up"


def addresses(processes: Processes) -> dict[str, str]:
    root = f"{processes.sandbox_url}/keyyo"
    return {
        "manager_base": f"{root}/manager/1.0",
        "authorize_url": f"{root}/oauth2/authorize.php",
        "token_url": f"{root}/oauth2/token.php",
        "cti_base": root,
    }


def application(processes: Processes) -> ProviderApplication:
    """The portal as Keyyo's sandbox knows it; its addresses follow SANDBOX_PORT."""
    row = ProviderApplication.objects.filter(client_id=KEYYO_CLIENT_ID).first()
    row = row or ProviderApplication(
        provider="keyyo", client_id=KEYYO_CLIENT_ID, name="Switchboard", is_default=True
    )
    for name, address in addresses(processes).items():
        setattr(row, name, address)
    access.keep_application_secret(row, Secret(KEYYO_CLIENT_SECRET))
    row.save()
    return row


def settle(slug: str, processes: Processes) -> None:
    """Connect one account, and fetch its objects and the calls of this month; the worker fetches the older ones."""
    tenant = Tenant.objects.get(slug=CONNECTIONS[slug])
    person = Person.objects.get(email=OWNERS[tenant.slug])
    with tenant_scope(tenant):
        asked = Round(
            tenant=tenant,
            person=person,
            provider=PROVIDERS["keyyo"],
            application=application(processes),
            scopes=SCOPES,
        )
        address = connecting.begin(asked, SESSION)
    back = allow_at_keyyo(address, tenant.slug, KEYYO_PASSWORD)
    answer = connecting.Callback(provider_id="keyyo", state=back["state"], code=Secret(back["code"]))
    connection = connecting.finish(answer, person, SESSION)
    advance(connection, SyncRun.What.ENTITIES)
    advance(connection, SyncRun.What.CALLS)


def advance(connection: Connection, what: str) -> None:
    """Work on the newest run of this kind here and now, until it ends or waits for something."""
    from telephony import tasks

    waiting = (SyncRun.State.WAITING, SyncRun.State.RUNNING)
    with tenant_scope(connection.tenant_id):
        runs = SyncRun.objects.filter(connection=connection, what=what, state__in=waiting)
        ids = list(runs.values_list("pk", flat=True))
    for pk in ids:
        tasks.advance_run(connection.tenant_id, pk)


# ---- what scripts want to know (demo.json) ----
def tokens(processes: Processes) -> dict[str, str]:
    """A grant of its own for scripts, so that none of theirs uses up the portal's."""
    wish = {"provider": "keyyo", "login": "corvane", "scopes": list(SCOPES), "client_id": KEYYO_CLIENT_ID}
    answer = control(processes.sandbox_url, "grant", wish)
    return {name: answer[name] for name in ("access_token", "refresh_token")}


def sip_line(processes: Processes) -> dict[str, str]:
    """One line and its SIP password, which is what its CTI actions sign with."""
    state = control(processes.sandbox_url, "state/keyyo")
    services = state["accounts"]["corvane"]["services"]
    csi = next(csi for csi, service in sorted(services.items()) if service["type"] == "UCaaSVoIPAccount")
    return {"csi": csi, "sip_password": services[csi]["password"]}
