"""The page of a login: its week over all the connections that it serves, and what others may not see."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Connection, Credential, QuotaUse, RequestLog
from telephony.services.connection_health import health_of
from telephony.services.login_health import health_of_login
from tests.exported import exported

pytestmark = pytest.mark.django_db(transaction=True)


def asked(connection: Connection, count: int, *, failed: int = 0, people: int = 0, days_ago: int = 1) -> None:
    """Lines of the request log of a connection."""
    with tenant_scope(connection.tenant_id):
        rows = RequestLog.objects.bulk_create(
            RequestLog(
                tenant_id=connection.tenant_id,
                connection=connection,
                operation="company.read",
                method="POST",
                status=500 if n < failed else 200,
                elapsed_ms=40,
                is_person=n < people,
            )
            for n in range(count)
        )
        at = timezone.now() - timedelta(days=days_ago)
        RequestLog.objects.filter(pk__in=[row.pk for row in rows]).update(at=at)


@pytest.fixture
def login(tenant) -> Credential:
    with tenant_scope(tenant):
        return Credential.objects.create(provider="voipcloud", key_hash="k" * 64, scopes=[])


def connect(credential: Credential, tenant: Tenant, slug: str) -> Connection:
    with tenant_scope(tenant):
        return Connection.objects.create(
            credential=credential, provider=credential.provider, slug=slug, name=slug
        )


@pytest.fixture
def shared(login, tenant) -> tuple[Connection, Connection]:
    """A connection of Alder's, and one of another customer with the same login."""
    other = Tenant.objects.create(slug="birch", name="Birch")
    return connect(login, tenant, "alder-pbx"), connect(login, other, "birch-pbx")


def test_the_connections_of_a_login_are_counted_together(login, shared, tenant, alice):
    own, other = shared
    asked(own, 30, failed=3, people=5)
    asked(other, 10, failed=2, days_ago=3)
    asked(own, 99, days_ago=9)
    with tenant_scope(tenant):
        found = health_of_login(login, alice)

    assert (found.requests, found.health.failed, found.by_people) == (40, 5, 5)
    assert [(use.connection, use.requests, use.share) for use in found.uses] == [
        (own, 30, 75),
        (None, 10, 25),
    ]
    assert sum(slot.requests > 0 for slot in found.health.slots) == 2
    assert found.health.last_failure.connection_id == own.pk


def test_what_is_for_few_logins_alone_is_refused_without_a_failure(tenant, alice):
    with tenant_scope(tenant):
        login = Credential.objects.create(provider="kazoo", key_hash="z" * 64)
        own = connect(login, tenant, "alder-kazoo")
        for operation in ("globalResources.list", "user.list"):
            RequestLog.objects.create(
                connection=own, operation=operation, method="GET", status=403, elapsed_ms=5
            )

        by_day, by_week = health_of(own), health_of_login(login, alice).health

    assert [(one.requests, one.failed) for one in (by_day, by_week)] == [(2, 1), (2, 1)]
    assert by_day.last_failure.operation == by_week.last_failure.operation == "user.list"


def test_another_customer_has_a_name_only_for_who_knows_it(login, shared, tenant, alice, client_of_person):
    asked(shared[1], 4, failed=1)
    page = client_of_person(alice)
    url = f"/t/alder/connections/logins/{login.pk}/"

    text = page.get(url).content.decode()
    assert "1 of somebody else" in text and "birch" not in text.lower()
    Membership.objects.create(tenant=shared[1].tenant, person=alice, role=Role.VIEWER)
    assert "birch-pbx" in page.get(url).content.decode()


def test_what_is_left_of_its_quota_stands_there(login, shared, alice, client_of_person):
    now = timezone.now()
    QuotaUse.objects.bulk_create(
        QuotaUse(key=login.key_hash, at=now - timedelta(seconds=n)) for n in range(7)
    )

    text = client_of_person(alice).get(f"/t/alder/connections/logins/{login.pk}/").content.decode()
    assert re.search(r"7 of \d+ requests used", text), text


def test_the_connection_leads_to_its_login_and_others_find_none(login, shared, alice, client_of_person):
    page = client_of_person(alice)
    own = page.get(f"/t/alder/connections/{shared[0].pk}/").content.decode()
    assert f"/t/alder/connections/logins/{login.pk}/" in own

    Membership.objects.create(tenant=shared[1].tenant, person=alice, role=Role.OWNER)
    assert f"logins/{login.pk}" not in page.get(f"/t/birch/connections/{shared[1].pk}/").content.decode()
    assert page.get(f"/t/birch/connections/logins/{login.pk}/").status_code == 404


def test_a_contacts_own_login_is_nobodys_page(login, alice, tenant, client_of_person):
    with tenant_scope(tenant):
        login.acts_as = Credential.ActsAs.CONTACT
        login.save()
    assert client_of_person(alice).get(f"/t/alder/connections/logins/{login.pk}/").status_code == 404


def test_its_week_and_its_connections_are_files_that_name_whom_the_page_names(
    login, shared, alice, client_of_person
):
    asked(shared[0], 30, failed=3, people=5)
    asked(shared[1], 10, failed=2)
    browser, page = client_of_person(alice), f"/t/alder/connections/logins/{login.pk}/"

    def rows(figure):
        assert f'name="figure" value="{figure}"' in browser.get(page).content.decode()
        return json.loads(exported(browser, page, figure=figure))["rows"]

    week = rows("health")
    assert len(week) == 84
    assert [(row["requests"], row["failed"], row["state"]) for row in week if row["requests"]] == [
        (40, 5, "Some failed")
    ]
    assert rows("uses") == [
        {
            "connection": "alder-pbx",
            "customer": "Alder & Ash",
            "requests": 30,
            "share": 0.75,
            "by_people": 5,
            "failed": 3,
        },
        {
            "connection": "1 of somebody else",
            "customer": "",
            "requests": 10,
            "share": 0.25,
            "by_people": 0,
            "failed": 2,
        },
    ]
    other = Membership.objects.create(tenant=shared[1].tenant, person=alice, role=Role.OWNER)
    assert rows("uses")[1]["connection"] == "birch-pbx"

    told = {"path": f"/t/birch/connections/logins/{login.pk}/", "query": "", "figure": "uses"}
    assert browser.post("/t/birch/exports/page/", {**told, "format": "csv"}).status_code == 404
    other.delete()
    assert rows("uses")[1]["customer"] == ""
