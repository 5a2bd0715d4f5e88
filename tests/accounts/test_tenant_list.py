"""All tenants beside each other, for platform staff."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from accounts import facts
from accounts.models import Tenant

from ..exported import exported

MANY = 70


@pytest.fixture
def customers(db, monkeypatch) -> None:
    """Open ones in no order, and three that are closed; a fact of each that is known by its number."""
    now = timezone.now()
    Tenant.objects.bulk_create(
        Tenant(slug=f"c{number}", name=f"Client {number}", operator_name="Telvane")
        for number in reversed(range(MANY))
    )
    Tenant.objects.bulk_create(
        Tenant(slug=f"gone-{number}", name=f"Ancien client {number}", closed_at=now) for number in range(3)
    )

    def tell(tenants):
        return {
            one.pk: facts.Fact(one.slug[1:], "warn", int(one.slug[1:]))
            for one in tenants
            if one.slug[0] == "c"
        }

    monkeypatch.setattr(facts, "_columns", {})
    facts.register()
    facts.add_column(facts.Column("alerts", "Open alerts", tell))
    facts.add_column(facts.Column("words", "In words", tell, is_count=False))


def slugs_on(page) -> list[str]:
    return [tenant.slug for tenant in page.context["page"].rows]


def test_tenants_come_by_name_over_pages_and_closed_ones_by_filter(client_of, tom, customers):
    client = client_of(tom)
    first = client.get("/staff/")
    second = client.get("/staff/", {"cursor": first.context["page"].next_cursor})

    assert slugs_on(first) + slugs_on(second) == [f"c{number}" for number in range(MANY)]
    assert first.context["count"].value == MANY
    assert [pill.text for pill in first.context["filter_form"].pills] == ["open"]
    assert slugs_on(client.get("/staff/", {"state": "closed"})) == ["gone-0", "gone-1", "gone-2"]
    everything = client.get("/staff/", {"state": "all"})
    assert slugs_on(everything)[:4] == ["gone-0", "gone-1", "gone-2", "c0"]
    assert everything.context["count"].value == MANY + 3


def test_a_tenant_is_found_by_name_or_slug_and_entered(client_of, tom, customers):
    client = client_of(tom)
    page = client.get("/staff/", {"q": "CLIENT 42"})

    assert slugs_on(page) == ["c42"] == slugs_on(client.get("/staff/", {"q": "c42"}))
    assert 'href="/t/c42/"' in page.content.decode()
    assert slugs_on(client.get("/staff/", {"q": "gone", "state": "closed"})) == ["gone-0", "gone-1", "gone-2"]
    assert "Nothing matches" in client.get("/staff/", {"q": "gone"}).content.decode()


def test_columns_of_facts_are_chosen_as_all_others(client_of, tom, customers):
    client = client_of(tom)
    assert "In words" in head_of(client.get("/staff/"))
    client.post(
        "/ui/columns/", {"table": "accounts.TenantTable", "column": ["alerts", "slug"], "next": "/staff/"}
    )

    head = head_of(client.get("/staff/"))
    assert "Open alerts" in head and "Short name" in head
    assert "In words" not in head and "Run by" not in head


def head_of(page) -> str:
    return page.content.decode().partition("<thead")[2].partition("</thead>")[0]


def test_tenants_are_exported_whole_with_numbers_as_numbers(client_of, tom, customers, settings):
    settings.EXPORT_BATCH = 30
    rows = json.loads(exported(client_of(tom), "/staff/?state=all"))

    assert [row["slug"] for row in rows[3:]] == [f"c{number}" for number in range(MANY)]
    assert rows[10] == {
        "name": "Client 7",
        "slug": "c7",
        "operator_name": "Telvane",
        "people": 0,
        "alerts": 7,
        "words": "7",
        "closed_at": None,
    }
    gone = rows[0]
    assert gone["name"] == "Ancien client 0" and gone["closed_at"] and gone["alerts"] is None
