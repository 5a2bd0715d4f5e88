"""One object of every kind for the test of all addresses, and which of them an address's parameters mean.

A new page whose path has a parameter that is not known here fails that test, and says so. Then add to
MEANINGS: the beginning of the path as it stands in the URL configuration (the longest one counts), the name of
the parameter, and how to find its value in a `World`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from accounts.models import Invitation, Membership, Person, Tenant
from accounts.scoping import tenant_scope
from portal.lib.secrets import seal
from telephony.models import (
    Alert,
    AlertRule,
    Call,
    CallflowDraft,
    Change,
    Connection,
    Credential,
    Entity,
    HoursException,
    HoursPlacement,
    HoursRun,
    Job,
    OpeningHours,
    ProviderApplication,
    Report,
    ReportReceipt,
    ReportRun,
    SavedView,
    SharedRule,
    StaffExport,
    SyncRun,
)
from telephony.providers.registry import PROVIDERS
from telephony.services import callflow_drafts, report_files
from telephony.services.access import APPLICATION_FIELD
from telephony.services.opening_hours import OFFICE

T = "t/<slug:slug>/"
NUMBER = "+33199001001"
PROVIDER = "keyyo"


@dataclass
class Things:
    """What everybody of a tenant shares. `lender`: the tenant whose logins its connections stand on, its own if None."""

    tenant: Tenant
    lender: Tenant | None = None

    def credential(self, **fields: Any) -> Credential:
        with tenant_scope(self.lender or self.tenant, reason="a reseller's login serves its customers"):
            return Credential.objects.create(**fields)

    @cached_property
    def connection(self) -> Connection:
        application, _made = ProviderApplication.objects.get_or_create(
            provider=PROVIDER,
            name="Test",
            defaults={
                "client_id": "id",
                "client_secret_sealed": seal(None, APPLICATION_FIELD, "keyyo-demo-secret"),
                "manager_base": "https://provider.example/manager",
                "authorize_url": "https://provider.example/authorize",
                "token_url": "https://provider.example/token",
            },
        )
        credential = self.credential(provider=PROVIDER, application=application)
        return Connection.objects.create(
            credential=credential,
            provider=PROVIDER,
            slug=f"{self.tenant.slug}-{PROVIDER}",
            name=f"{self.tenant.name}, Keyyo",
            capabilities=sorted(PROVIDERS[PROVIDER].capabilities),
        )

    @cached_property
    def kazoo(self) -> Connection:
        """A connection of the provider that has numbers, recordings and port requests; nobody answers there."""
        credential = self.credential(provider="kazoo")
        return Connection.objects.create(
            credential=credential,
            provider="kazoo",
            slug=f"{self.tenant.slug}-kazoo",
            name=f"{self.tenant.name}, Kazoo",
            capabilities=sorted(PROVIDERS["kazoo"].capabilities),
        )

    @cached_property
    def recording(self) -> Entity:
        return self.entity("media", "other", connection=self.kazoo)

    @cached_property
    def whitelabel(self) -> Entity:
        return self.entity("whitelabel", "other", connection=self.kazoo)

    @cached_property
    def conference(self) -> Entity:
        return self.entity("conference", "other", connection=self.kazoo)

    @cached_property
    def owned_number(self) -> Entity:
        return self.entity("phone_number", "number", connection=self.kazoo)

    @cached_property
    def callflow(self) -> Entity:
        return self.entity("callflow", "callflow", connection=self.kazoo)

    @cached_property
    def port_request(self) -> Entity:
        return self.entity("port_request", "other", connection=self.kazoo, status="unconfirmed")

    def entity(self, kind: str, facet: str, **fields: Any) -> Entity:
        remote_id = fields.pop("remote_id", NUMBER.removeprefix("+"))
        return Entity.objects.create(
            connection=fields.pop("connection", None) or self.connection,
            kind=kind,
            facet=facet,
            remote_id=remote_id,
            name="Accueil Paris",
            number=NUMBER,
            checksum="0" * 32,
            fetched_at=timezone.now(),
            **fields,
        )

    @cached_property
    def line(self) -> Entity:
        return self.entity("UCaaSVoIPAccount", "line", is_line=True)

    @cached_property
    def call(self) -> Call:
        return Call.objects.create(
            connection=self.connection,
            fold_key="one",
            started_at=timezone.now(),
            direction="inbound",
            caller="+33261910002",
            caller_reversed="20001916233+",
            callee=NUMBER,
            line=self.line,
        )

    @cached_property
    def change(self) -> Change:
        return Change.objects.create(
            connection=self.connection,
            entity=self.line,
            line=self.line,
            operation="services.update",
            address={"csi": self.line.remote_id},
            object_label="Accueil Paris",
            summary="Name of the line",
            before={"name": "Accueil"},
            wanted={"name": "Accueil Paris"},
            person_label="Idris Vallorne",
            expires_at=timezone.now() + timedelta(minutes=30),
        )

    @cached_property
    def hours(self) -> OpeningHours:
        return OpeningHours.objects.create(tenant=self.tenant, name="Accueil", week=OFFICE, country="FR")

    @cached_property
    def hours_exception(self) -> HoursException:
        today = timezone.localdate()
        return HoursException.objects.create(hours=self.hours, name="Works", begins_on=today, ends_on=today)

    @cached_property
    def hours_placement(self) -> HoursPlacement:
        return HoursPlacement.objects.create(hours=self.hours, connection=self.kazoo, set_remote_id="set")

    @cached_property
    def hours_run(self) -> HoursRun:
        return HoursRun.objects.create(placement=self.hours_placement)

    @cached_property
    def alert_rule(self) -> AlertRule:
        return AlertRule.objects.create(
            kind="answer_rate", period="today", limit_percent=80, least_calls=10, owner=None
        )

    @cached_property
    def alert(self) -> Alert:
        today = timezone.localdate().isoformat()
        numbers = {"value": 50.0, "limit": 80, "calls": 20, "reached": 10, "first": today, "last": today}
        return Alert.objects.create(
            rule=self.alert_rule,
            opened_at=timezone.now(),
            last_seen_at=timezone.now(),
            evidence={**numbers, "name": "", "trail": [90.0, 50.0]},
        )

    @cached_property
    def report(self) -> Report:
        return Report.objects.create(
            name="Weekly", figures=["changes"], period="last_week", formats=["csv"], weekdays=[1]
        )

    @cached_property
    def report_run(self) -> ReportRun:
        """Made and sent: its file lies where the page finds it."""
        today = timezone.localdate()
        files = [{"name": "weekly.csv", "format": "csv", "bytes": 4}]
        days = {"first_day": today, "last_day": today, "due_for_at": timezone.now()}
        run = ReportRun.objects.create(report=self.report, state="done", files=files, **days)
        report_files.write(run, "weekly.csv", b"a;b\n")
        ReportReceipt.objects.create(run=run, address="one@elsewhere.example", message_id="<report-1@test>")
        return run

    @cached_property
    def run(self) -> SyncRun:
        return SyncRun.objects.create(connection=self.connection, what="calls")

    @cached_property
    def bulk_job(self) -> Job:
        return Job.objects.create(kind="bulk", state="draft", label="Edit of many", total_rows=0)

    @cached_property
    def invitation(self) -> Invitation:
        return Invitation.objects.create(
            email="guest@elsewhere.example",
            token_hash=f"hash of {self.tenant.slug}",
            expires_at=timezone.now() + timedelta(days=7),
        )

    @cached_property
    def membership(self) -> Membership | None:
        return self.tenant.memberships.order_by("pk").first()


@dataclass
class World:
    """A tenant's things, and those that belong to one person of it."""

    things: Things
    person: Person

    @cached_property
    def job(self) -> Job:
        return Job.objects.create(
            kind="export", label="Calls", person=self.person, parameters={"format": "csv"}
        )

    @cached_property
    def staff_export(self) -> StaffExport:
        return StaffExport.objects.create(label="Tenants", person=self.person, parameters={"format": "csv"})

    @cached_property
    def saved_view(self) -> SavedView:
        return SavedView.objects.create(
            person=self.person, page="calls", name="Missed", query="outcome=missed"
        )

    @cached_property
    def new_callflow(self) -> CallflowDraft:
        return callflow_drafts.begin_new(self.things.kazoo, self.person, {"name": "New"})

    @cached_property
    def asked(self) -> Change:
        """A call that the person was asked about."""
        return Change.objects.create(
            connection=self.things.connection,
            line=self.things.line,
            operation="cti.makecall",
            address={"ACCOUNT": self.things.line.remote_id, "CALLEE": "33639980001"},
            summary="Call a number",
            sent={
                "asked": {
                    "act": "call",
                    "source": f"line-{self.things.line.pk}",
                    "first": self.things.line.remote_id,
                    "number": "+33639980001",
                    "second": "",
                }
            },
            person=self.person,
            expires_at=timezone.now() + timedelta(minutes=30),
        )

    def make_all(self) -> None:
        """Make now what else is made when it is asked for."""
        with tenant_scope(self.things.tenant):
            for owner in (self.things, self):
                for name, part in vars(type(owner)).items():
                    if isinstance(part, cached_property):
                        getattr(owner, name)

    def value(self, route: str, name: str) -> Any:
        """The value of one parameter of a route, from this world. Raises LookupError with what to do."""
        fitting = [
            (prefix, find) for prefix, one, find in MEANINGS if one == name and route.startswith(prefix)
        ]
        if not fitting:
            raise LookupError(f"tests/url_world.py: add to MEANINGS what <{name}> means in {route!r}")
        find = max(fitting, key=lambda pair: len(pair[0]))[1]
        with tenant_scope(self.things.tenant):
            return find(self)


Find = Callable[[World], Any]
MEANINGS: list[tuple[str, str, Find]] = [
    ("", "slug", lambda world: world.things.tenant.slug),
    ("", "provider", lambda world: PROVIDER),
    ("", "token", lambda world: "no-such-token"),
    (f"{T}people/", "pk", lambda world: world.things.membership.pk),
    (f"{T}people/invitations/", "pk", lambda world: world.things.invitation.pk),
    (f"{T}calls/", "pk", lambda world: world.things.call.pk),
    (f"{T}calls/acts/", "pk", lambda world: world.asked.pk),
    (f"{T}calls/missed/", "number", lambda world: world.things.call.caller),
    (f"{T}calls/missed/", "act", lambda world: "done"),
    (f"{T}calls/views/", "pk", lambda world: world.saved_view.pk),
    (f"{T}entities/", "pk", lambda world: world.things.line.pk),
    (f"{T}entities/", "connection", lambda world: world.things.line.connection.slug),
    (f"{T}entities/", "kind", lambda world: world.things.line.kind),
    (T, "folder", lambda world: "unread"),
    (T, "message", lambda world: "no-such-message"),
    (T, "panel", lambda world: "registrations"),
    (f"{T}entities/", "operation", lambda world: "services.update"),
    (f"{T}entities/<int:pk>/operations/", "pk", lambda world: world.things.recording.pk),
    (f"{T}entities/<int:pk>/operations/", "key", lambda world: "media.upload"),
    (f"{T}entities/<int:pk>/do/", "pk", lambda world: world.things.conference.pk),
    (f"{T}entities/<int:pk>/do/", "key", lambda world: "conference.addParticipant"),
    (f"{T}entities/<int:pk>/sound/", "pk", lambda world: world.things.recording.pk),
    (f"{T}entities/<int:pk>/picture/", "pk", lambda world: world.things.whitelabel.pk),
    (f"{T}entities/<int:pk>/picture/", "picture", lambda world: "logo"),
    (f"{T}entities/<int:pk>/speak/", "pk", lambda world: world.things.recording.pk),
    (f"{T}numbers/<int:pk>/release/", "pk", lambda world: world.things.owned_number.pk),
    (f"{T}callflows/", "pk", lambda world: world.things.callflow.pk),
    (f"{T}callflows/", "connection", lambda world: world.things.kazoo.slug),
    (f"{T}callflows/", "start", lambda world: "group"),
    (f"{T}callflows/drafts/", "pk", lambda world: world.new_callflow.pk),
    (f"{T}ports/", "pk", lambda world: world.things.port_request.pk),
    (f"{T}ports/", "state", lambda world: "submitted"),
    (f"{T}connections/<int:pk>/account/", "pk", lambda world: world.things.kazoo.pk),
    (f"{T}connections/<int:pk>/account/", "key", lambda world: "user.create"),
    (f"{T}connections/<int:pk>/account/do/", "key", lambda world: "balance.add"),
    (f"{T}lines/", "pk", lambda world: world.things.line.pk),
    (f"{T}numbers/", "number", lambda world: world.things.line.number),
    (f"{T}numbers/", "e164", lambda world: world.things.line.number),
    (f"{T}companies/", "pk", lambda world: world.things.line.pk),
    (f"{T}connections/logins/", "pk", lambda world: world.things.connection.credential_id),
    (f"{T}connections/", "pk", lambda world: world.things.connection.pk),
    (f"{T}connections/", "line", lambda world: world.things.line.pk),
    (f"{T}connections/", "run", lambda world: world.things.run.pk),
    (f"{T}connections/", "act", lambda world: "stop"),
    (f"{T}connections/", "run_pk", lambda world: world.things.run.pk),
    (f"{T}connections/", "key", lambda world: "services.list"),
    (f"{T}opening-hours/", "pk", lambda world: world.things.hours.pk),
    (f"{T}opening-hours/", "exception", lambda world: world.things.hours_exception.pk),
    (f"{T}directory/", "connection", lambda world: world.things.connection.slug),
    (f"{T}directory/", "format", lambda world: "csv"),
    (f"{T}opening-hours/", "connection", lambda world: world.things.kazoo.slug),
    (
        f"{T}opening-hours/<int:pk>/callflow/",
        "connection",
        lambda world: world.things.hours_placement.connection.slug,
    ),
    (f"{T}opening-hours/runs/", "pk", lambda world: world.things.hours_run.pk),
    ("staff/alerts/rules/new/", "kind", lambda world: "cost"),
    ("staff/alerts/rules/", "pk", lambda world: SharedRule.objects.get_or_create(kind="cost")[0].pk),
    ("staff/exports/", "pk", lambda world: world.staff_export.pk),
    (f"{T}alerts/", "pk", lambda world: world.things.alert.pk),
    (f"{T}alerts/", "act", lambda world: "acknowledge"),
    (f"{T}alerts/rules/", "pk", lambda world: world.things.alert_rule.pk),
    (f"{T}alerts/rules/", "kind", lambda world: "answer_rate"),
    (f"{T}alerts/rules/", "act", lambda world: "off"),
    (f"{T}reports/", "pk", lambda world: world.things.report.pk),
    (f"{T}reports/", "act", lambda world: "pause"),
    (f"{T}reports/runs/", "pk", lambda world: world.things.report_run.pk),
    (f"{T}reports/runs/", "file", lambda world: "weekly.csv"),
    (f"{T}reports/look/", "colour", lambda world: "7a1f5c"),
    (f"{T}reports/outbox/", "key", lambda world: "20261121-214500-1-0"),
    (f"{T}reports/outbox/", "file", lambda world: "weekly.pdf"),
    (f"{T}changes/", "pk", lambda world: world.things.change.pk),
    (f"{T}exports/", "pk", lambda world: world.job.pk),
    (f"{T}jobs/", "pk", lambda world: world.things.bulk_job.pk),
    (f"{T}jobs/", "act", lambda world: "discard"),
    (f"{T}jobs/<int:pk>/act/", "pk", lambda world: world.job.pk),
    (f"{T}jobs/<int:pk>/act/", "act", lambda world: "stop"),
]

# Parameters that name no object of a tenant: a foreign one cannot be tried.
NOT_OBJECTS = {
    "slug",
    "provider",
    "key",
    "panel",
    "picture",
    "folder",
    "message",
    "act",
    "colour",
    "token",
    "kind",
    "number",
    "e164",
    "operation",
    "state",
    "start",
    "day",
    "month",
    "format",
    "file",
}
