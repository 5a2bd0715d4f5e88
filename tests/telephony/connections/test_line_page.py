"""The page of a line whose provider has not said what matters on one: its document field by field, and its devices."""

from __future__ import annotations

import pytest

from accounts.scoping import tenant_scope
from telephony.models import Entity, EntityReference
from telephony.services.runs import request_run
from tests.exported import rows_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_user_shows_its_fields_and_the_telephones_it_owns(reseller, alice, client_of_person, work):
    with tenant_scope(reseller.tenant_id):
        run = work(request_run(reseller, "entities", kinds=["user", "device"], is_hinted=False))
        assert run.state == "complete"
        owned = EntityReference.objects.filter(path="owner_id", target__kind="user")
        device = owned.select_related("source", "target").order_by("pk").first()
        assert device is not None and device.target is not None
        user: Entity = device.target

    answer = client_of_person(alice).get(f"/t/alder/lines/{user.pk}/")
    text = answer.content.decode()

    assert answer.status_code == 200
    assert user.document["first_name"] in text and user.document["username"] in text
    assert f"/t/alder/entities/{device.source_id}/" in text and device.source.name in text


def test_the_telephones_of_a_line_are_a_file(keyyo_line, alice, client_of_person):
    client, address = client_of_person(alice), f"/t/alder/lines/{keyyo_line.pk}/terminals/"
    rows = rows_of(client, address)
    found = client.get(address).context["terminals"].found

    assert found and [(row["telephone"], row["address"]) for row in rows] == list(found)
