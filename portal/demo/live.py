"""Lines of the demo that send their calls as they happen and start calls, and the calls that are made over them."""

from __future__ import annotations

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.demo.connections import CONNECTIONS, OWNERS
from portal.demo.processes import Processes
from portal.demo.window import control
from portal.lib.secrets import Secret
from telephony.models import Connection, Job
from telephony.services import access, bulk, bulk_sending, enrolling, ledger, live_calls

SLUG = "corvane-keyyo"
LINES = 16  # as many as a wall shows at a glance
MINUTES, CALLS = 15, 45


def settle() -> None:
    """Enrol the first lines of one account, as its owner does on the connection's page."""
    tenant = Tenant.objects.get(slug=CONNECTIONS[SLUG])
    person = Person.objects.get(email=OWNERS[tenant.slug])
    with tenant_scope(tenant):
        connection = Connection.objects.get(slug=SLUG)
        lines = list(enrolling.lines_of(connection)[:LINES])
        job = enrolling.enrol(connection, lines, person)
        bulk.start(job, person, allows_bad=True, stops_at_first=False, why="", ticket="")
        while job.state in bulk.RUNNING:
            with ledger.leased(Job, tenant.pk, job.pk) as held:
                bulk_sending.advance(held)
            job.refresh_from_db()


def telephone(processes: Processes) -> None:
    """Let the sandbox make calls over them from now on, and tell of those that it computes."""
    with tenant_scope(Tenant.objects.get(slug=CONNECTIONS[SLUG])):
        connection = Connection.objects.filter(slug=SLUG).first()
        lines = connection.hooks.values_list("line__remote_id", flat=True) if connection else ()
        if connection is None or len(lines) < 2:
            return
        _trust(processes, connection)
        live_calls.close_all(connection)  # the sandbox begins anew, and ends none of an earlier demo
        wish = {
            "provider": "keyyo",
            "scenario": "rush",
            "lines": list(lines),
            "minutes": MINUTES,
            "calls": CALLS,
        }
    for order in ({**wish, "again": True}, {"provider": "keyyo", "scenario": "book"}):
        control(processes.sandbox_url, "play", order)


def _trust(processes: Processes, connection: Connection) -> None:
    """Keep the SIP passwords of the lines, as their manager does, so that calls can be started from them."""
    if access.lines_with_secret(connection.credential_id):
        return
    services = control(processes.sandbox_url, "state/keyyo")["accounts"]["corvane"]["services"]
    for line, service in services.items():
        if password := service.get("password"):
            access.keep_line_secret(connection.credential_id, line, Secret(password))
