"""A tenant, its connection and lines, and plausible drafts of call records, in the scratch database."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Connection, Credential, Entity
from telephony.providers.drafts import CallRecordDraft

LINES = [f"3319900{number:04d}" for number in range(1000, 1060)]
END = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 365


def make_connection(slug: str, lines: Sequence[str] = LINES) -> Connection:
    """A tenant of that slug with an owner, a connection and lines, by default sixty."""
    tenant = Tenant.objects.create(slug=slug, name=slug.title())
    person = Person.objects.create_user(f"owner@{slug}.example", "unused-but-long-enough", name="Bench Owner")
    Membership.objects.create(tenant=tenant, person=person, role=Role.OWNER)
    with tenant_scope(tenant):
        credential = Credential.objects.create(
            provider="keyyo", expires_at=timezone.now() + timedelta(days=1)
        )
        connection = Connection.objects.create(
            credential=credential,
            provider="keyyo",
            slug=f"{slug}-keyyo",
            name=f"{slug.title()} at Keyyo",
            capabilities=["lines.read", "calls.list"],
        )
        Entity.objects.bulk_create(
            Entity(
                connection=connection,
                kind="UCaaSVoIPAccount",
                facet="line",
                is_line=True,
                remote_id=line,
                name=f"Line {line[-4:]}",
                number=f"+{line}",
                checksum="",
                fetched_at=END,
            )
            for line in lines
        )
    return connection


def drafts(count: int, seed: int = 1) -> list[CallRecordDraft]:
    """Records over a year, as Keyyo's reader makes them; a tenth are the second side of an internal call."""
    chance = random.Random(seed)
    made: list[CallRecordDraft] = []
    while len(made) < count:
        made.append(_draft(chance, f"{seed:x}{len(made):014x}"))
        if chance.random() < 0.1:
            made[-1].direction = "internal"
            made.append(_other_side(made[-1], chance.choice(LINES)))
    return made[:count]


def _draft(chance: random.Random, call_id: str) -> CallRecordDraft:
    line = chance.choice(LINES)
    is_placed = chance.random() < 0.4
    other = f"+33{chance.choice(('26191', '35301', '63998'))}{chance.randrange(10_000):04d}"
    talk_s = 0 if chance.random() < 0.2 else int(chance.expovariate(1 / 180)) + 1
    started_at = END - timedelta(seconds=chance.randrange(DAYS * 86_400))
    caller, callee = (f"+{line}", other) if is_placed else (other, f"+{line}")
    stream = "outgoing" if is_placed else "incoming"
    return CallRecordDraft(
        stream=stream,
        remote_key=f"{stream}:{line}:{call_id}",
        fold_key=call_id,
        started_at=started_at,
        direction="outbound" if is_placed else "inbound",
        medium="voice",
        outcome="answered" if talk_s else ("failed" if is_placed else "missed"),
        caller=caller,
        callee=callee,
        presented=caller,
        line_remote_id=line,
        duration_s=talk_s,
        quantity=talk_s,
        unit="second",
        cost_micros=talk_s * 300 if is_placed else None,
        destination="France fixe" if is_placed else "",
        raw=_raw(call_id, line, started_at, caller, callee, talk_s, is_placed),
    )


def _other_side(placed: CallRecordDraft, line: str) -> CallRecordDraft:
    return CallRecordDraft(
        stream="incoming" if placed.stream == "outgoing" else "outgoing",
        remote_key=f"other:{line}:{placed.fold_key}",
        fold_key=placed.fold_key,
        started_at=placed.started_at,
        direction="internal",
        medium="voice",
        outcome=placed.outcome,
        caller=placed.caller,
        callee=placed.callee,
        presented=placed.presented,
        line_remote_id=line,
        duration_s=placed.duration_s,
        quantity=placed.quantity,
        unit="second",
        raw=placed.raw,
    )


def _raw(
    call_id: str, line: str, started_at: datetime, caller: str, callee: str, talk_s: int, is_placed: bool
) -> dict[str, Any]:
    return {
        "_resource_type": "CallDetailRecord",
        "call_id": call_id,
        "csi": line,
        "start_time": str(int(started_at.timestamp())),
        "caller": caller,
        "caller_raw": caller[1:],
        "caller_presentation": caller,
        "caller_presentation_raw": caller[1:],
        "callee": callee,
        "callee_raw": callee[1:],
        "quantity": str(talk_s),
        "quantity_billed": str(talk_s),
        "unit": "second",
        "destination_name": "France fixe" if is_placed else None,
        "cost": f"{talk_s * 0.0003:.4f}" if is_placed else "0.0000",
        "repayment": "0.0000",
        "roaming": 0,
        "translation_number": None,
        "translation_number_raw": None,
    }
