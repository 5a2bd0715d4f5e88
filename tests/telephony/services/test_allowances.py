"""Plans of lines: the most used up first; what the provider does not tell, or tells in nonsense, is not known."""

from __future__ import annotations

import pytest

from accounts.scoping import tenant_scope
from telephony.bench.world import END, LINES, make_connection
from telephony.models import Entity
from telephony.models.rollups import Part
from telephony.services.allowances import plans_of

DOCUMENTS = (
    {"unit": "minute", "total": 300, "remaining": 240, "end_ts": END.timestamp()},
    {"unit": "Mo", "total": "1000", "remaining": "10", "end_ts": 10**18},
    {"unit": "minute", "total": 0, "remaining": 0},
    {"unit": "minute", "total": 300, "remaining": "many"},
)


@pytest.mark.django_db
def test_plans_are_ordered_by_what_is_used_of_them() -> None:
    connection = make_connection("alice")
    with tenant_scope(connection.tenant_id):
        Entity.objects.bulk_create(
            Entity(
                connection=connection, kind="UsageStatistic", facet="other", parent_remote_id=line, remote_id="1",
                name=f"Plan {line}", document=document, checksum="", fetched_at=END,
            )
            for line, document in zip(LINES, DOCUMENTS, strict=False)
        )  # fmt: skip
        plans = plans_of([connection], Part())
        assert [plan.share_used for plan in plans] == [0.99, pytest.approx(0.2), None, None]
        assert [(plan.used, plan.cells, plan.until_at) for plan in plans[:2]] == [
            (990, 10, None),
            (60, 2, END),
        ]
        assert plans[0].line is not None and plans[0].line.remote_id == LINES[1]
        line = Entity.objects.get(remote_id=LINES[0])
        assert [plan.line for plan in plans_of([connection], Part(line=line.pk))] == [line]
        assert plans_of([connection], Part(connection=connection.pk, group="q1")) == []
