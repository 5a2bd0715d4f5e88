"""Days and moments at the ends of the calendar are told at their field, on every page that takes a period."""

from __future__ import annotations

import pytest

from accounts.models import Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from tests.people import person, signed_in, staff
from tests.url_world import Things

PAGES = ("", "calls/", "calls/missed/", "changes/", "audit/", "figures/lines/")
STAFF = ("figures/", "figures/lines/", "calls/")
TOLD = "Choose a day from 1970 to 2199."
PERIODS = (
    "period=dates&period_from=9999-12-31&period_to=9999-12-31",
    "period=dates&period_from=0001-01-01&period_to=0001-01-02",
    "period=dates&period_to=1969-12-31",
)


@pytest.mark.django_db
def test_what_has_no_midnight_is_told_where_it_was_given() -> None:
    things = Things(Tenant.objects.create(slug="corvane", name="Corvane Habitat"))
    with tenant_scope(things.tenant):
        assert things.line
    maud = signed_in(person("maud@corvane.example", "Maud Terrasson", {things.tenant: Role.OWNER}))
    tom = signed_in(staff("tom@telvane.example", "Tom Pelworth"))
    for client, home, pages in ((maud, "/t/corvane/", PAGES), (tom, "/staff/", STAFF)):
        for page in pages:
            for period in PERIODS:
                answer = client.get(f"{home}{page}?{period}")
                assert answer.status_code == 200, (page, period)
                if not page.startswith("figures/l"):  # a part of a page, without the form
                    assert TOLD in answer.content.decode(), (page, period)
    for at in ("9999-12-31T23:59", "0001-01-01T00:00"):
        assert TOLD in maud.get(f"/t/corvane/calls/?running={at}").content.decode()
