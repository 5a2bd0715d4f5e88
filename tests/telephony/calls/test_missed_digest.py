"""The daily mail of missed callers: due once a day in the tenant's zone, put into the ledger once, of what is so then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Call, Connection, Credential, Job, MissedDigest, NumberName, OpeningHours
from telephony.services import missed_calls, missed_digest, missed_figures
from telephony.tasks import advance_job

PAGE = "/t/alder/calls/missed/by-mail/"


@pytest.fixture
def alder(db: None) -> Tenant:
    return Tenant.objects.create(slug="alder", name="Alder & Ash", time_zone="Europe/Paris")


@pytest.fixture
def carol(alder: Tenant) -> Person:
    person = Person.objects.create_user("carol@alder.example", "a-long-password", name="Carol")
    Membership.objects.create(tenant=alder, person=person, role=Role.VIEWER)
    return person


@pytest.fixture
def missed(alder: Tenant) -> Call:
    with tenant_scope(alder):
        connection = Connection.objects.create(
            credential=Credential.objects.create(provider="keyyo"), provider="keyyo", slug="alder-keyyo"
        )
        NumberName.objects.create(number="+33639980001", name="Halden & Pryce", source="contact")
        return Call.objects.create(
            connection=connection,
            fold_key="c1",
            started_at=timezone.now() - timedelta(hours=2),
            direction="inbound",
            outcome="missed",
            caller="+33639980001",
            caller_reversed="+33639980001"[::-1],
        )


def test_a_days_mail_is_put_into_the_ledger_once_at_its_hour(alder, carol):
    """In winter Paris is an hour ahead; who asks after the hour begins tomorrow."""
    day = datetime(2026, 11, 19, tzinfo=UTC)
    with tenant_scope(alder):
        missed_digest.wish(alder, carol, 8, day + timedelta(hours=8))
    due = {
        hours: missed_digest.open_due(day + timedelta(hours=hours)) for hours in (9, 29, 30.9, 31, 31.1, 47)
    }
    assert due == {9: 0, 29: 0, 30.9: 0, 31: 1, 31.1: 0, 47: 0}
    with tenant_scope(alder):
        MissedDigest.objects.update(sent_on="2026-11-01")  # nobody looked for days: one mail, of today
    assert missed_digest.open_due(day + timedelta(hours=60)) == 1
    assert missed_digest.open_due(day + timedelta(hours=61)) == 0
    with tenant_scope(alder):
        assert Job.objects.filter(parameters__mail=missed_digest.MAIL, person=carol).count() == 2


def test_the_mail_tells_who_waits_and_nothing_when_nobody_does(alder, carol, missed):
    client = Client()
    client.force_login(carol)
    assert (
        client.post(PAGE, {"hour": "7"}).status_code == 302
        and "By mail" in client.get("/t/alder/calls/missed/").content.decode()
    )
    with tenant_scope(alder):
        MissedDigest.objects.update(sent_on="2026-01-01", hour=0)
        missed_digest.open_due(timezone.now())
        job = Job.objects.get()
    advance_job(alder.pk, job.pk)
    [sent] = mail.outbox
    assert sent.to == [carol.email] and "1 number missed" in sent.subject
    assert "Halden & Pryce, +33 6 39 98 00 01" in sent.body.replace("\N{NO-BREAK SPACE}", " ")
    assert "1 call" in sent.body and PAGE in sent.body and sent.extra_headers["Message-ID"]

    with tenant_scope(alder):
        OpeningHours.objects.create(name="Closed", week=[[]] * 7)
        closed = missed_digest.compose(job)
        assert closed and "closed since" in closed.body and "waits" not in closed.body
        Call.objects.update(outcome="answered")
        assert missed_digest.compose(job) is None
    assert client.post(PAGE, {"hour": ""}).status_code == 302
    with tenant_scope(alder):
        Call.objects.update(outcome="missed")
        assert missed_digest.compose(job) is None and not MissedDigest.objects.exists()


def test_figures_tell_days_and_people(alder, carol, missed):
    """One caller waits; another was called back since, and Carol said that a number is done."""
    with tenant_scope(alder):
        shared = {"connection_id": missed.connection_id, "caller": "+33639980002"}
        for name, hours, fields in (
            ("c2", 3, {"direction": "inbound", "outcome": "missed", "caller_reversed": "20008993633+"}),
            (
                "c3",
                1,
                {
                    "direction": "outbound",
                    "outcome": "answered",
                    "duration_s": 9,
                    "callee_reversed": "20008993633+",
                },
            ),
        ):
            at = timezone.now() - timedelta(hours=hours)
            Call.objects.create(fold_key=name, started_at=at, **shared, **fields)
        missed_calls.close("+33639980003", carol)
        missed_calls.take("+33639980004", carol)
        found = missed_figures.figures_of(ZoneInfo(alder.time_zone), timezone.now())
    assert (found.total, found.spoken_to, len(found.days)) == (2, 1, 30)
    assert [(one.person, one.done, one.owns) for one in found.people] == [(carol, 1, 1)]
    client = Client()
    client.force_login(carol)
    page = client.get("/t/alder/calls/missed/figures/").content.decode()
    assert "2 calls of the last 30 days were not answered" in page and "As a table" in page and "<svg" in page
