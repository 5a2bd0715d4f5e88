"""Lists by name: accents and case do not count, numbers do, and equal names fall between pages without loss."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.ui.keyset import KeysetPage
from telephony.models import Connection, Credential, Entity
from telephony.views.entities import LineListView

from ..people import person, signed_in

NAMES = ["accueil", "Équipe", "Line 2", "Line 10", "zoé", "Zoé", "ZOE"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    tenant = Tenant.objects.create(slug="alder", name="Alder")
    with tenant_scope(tenant):
        key = Credential.objects.create(provider="keyyo")
        link = Connection.objects.create(
            credential=key, provider="keyyo", slug="alder-keyyo", name="Keyyo", capabilities=["lines.read"]
        )
        Entity.objects.bulk_create(
            Entity(
                connection=link,
                kind="UCaaSVoIPAccount",
                facet="line",
                is_line=True,
                remote_id=f"{number}",
                name=name,
                checksum="0" * 32,
                fetched_at=timezone.now(),
            )
            for number, name in enumerate([*reversed(NAMES[:4]), *NAMES[4:]])
        )
    return tenant


@pytest.fixture
def browser(tenant: Tenant) -> Client:
    return signed_in(person("alice@alder.example", "Alice", {tenant: Role.OWNER}))


def names_on(response) -> list[str]:
    return [row.name for row in response.context["table"].data]


def test_lines_stand_in_the_order_of_their_names(browser):
    response = browser.get("/t/alder/lines/")

    assert names_on(response) == NAMES
    assert 'aria-sort="ascending"' in response.content.decode()


def test_the_other_way_round(browser, tenant):
    response = browser.get("/t/alder/lines/?sort=-name")

    assert names_on(response) == [*reversed(NAMES)]
    assert 'aria-sort="descending"' in response.content.decode()


def test_equal_names_fall_between_pages_without_loss(tenant):
    met, cursor = [], ""
    with tenant_scope(tenant):
        while len(met) < len(NAMES):
            page = KeysetPage(Entity.objects.lines(), LineListView.order, cursor, size=2)
            met += [row.name for row in page.rows]
            cursor = page.next_cursor

    assert met == NAMES and not cursor
