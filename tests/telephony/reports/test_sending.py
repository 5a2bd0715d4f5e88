"""Each period once, each mail at most once: two schedulers, missed runs, workers that die, servers that refuse."""

from __future__ import annotations

import smtplib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.utils import timezone, translation

from accounts.models import Membership, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Job, Report, ReportReceipt, ReportRun
from telephony.services import ledger, report_schedule, report_trouble
from telephony.tasks import advance_job, advance_report
from tests.people import person, signed_in, staff

from .conftest import MONDAY

DUE = MONDAY + timedelta(hours=5)
LATER = timedelta(hours=9)


def run_all(tenant: Any) -> list[ReportRun]:
    with tenant_scope(tenant):
        runs = list(ReportRun.objects.order_by("due_for_at", "pk"))
    for run in runs:
        advance_report(tenant.pk, run.pk)
    with tenant_scope(tenant):
        return list(ReportRun.objects.order_by("due_for_at", "pk"))


def test_a_period_is_due_once_however_often_somebody_looks(alder, weekly):
    opened = [report_schedule.open_due(DUE + timedelta(seconds=n)) for n in (-1, 0, 0, 30, 3600)]
    assert opened == [0, 1, 0, 0, 0]
    with tenant_scope(alder):
        run = ReportRun.objects.get()
        Report.objects.update(next_at=DUE)  # as if the commit of the next time had been lost
    assert report_schedule.open_due(DUE) == 0
    assert (run.first_day, run.last_day) == (date(2026, 11, 9), date(2026, 11, 15))
    with tenant_scope(alder):
        weekly.refresh_from_db()
    assert weekly.next_at == DUE + timedelta(days=7)


@pytest.mark.parametrize(
    ("opened_after", "made_after", "is_late"),
    [(timedelta(), timedelta(minutes=15), False), (timedelta(), LATER, True), (LATER, LATER, True)],
)
def test_a_run_is_late_that_is_made_late(
    alder, carol, weekly, monkeypatch, opened_after, made_after, is_late
):
    """Whether no scheduler looked or no worker lived. Its mail says so."""
    with tenant_scope(alder):
        Report.objects.update(addresses=[], formats=["body"], figures=["changes"])
    report_schedule.open_due(DUE + opened_after)
    monkeypatch.setattr(timezone, "now", lambda: DUE + made_after)
    with tenant_scope(alder):
        ReportRun.objects.update(due_at=DUE)
    [run] = run_all(alder)
    assert (run.state, run.is_late) == ("done", is_late)
    assert ("It was due on 16 November 2026 06:00 and was made late." in mail.outbox[0].body) == is_late


def test_missed_runs_are_made_oldest_first(alder, weekly):
    assert report_schedule.open_due(DUE + timedelta(days=15)) == 3
    with tenant_scope(alder):
        runs = list(ReportRun.objects.order_by("pk"))
    assert [run.first_day.day for run in runs] == [9, 16, 23]
    with ledger.leased(ReportRun, alder.pk, runs[0].pk) as held:  # one at a time, the oldest first
        assert ledger.first_beside(held) == runs[1]
        with pytest.raises(ledger.NotHeld), ledger.leased(ReportRun, alder.pk, runs[1].pk):
            pass


def test_days_that_were_sent_are_not_sent_again(alder, weekly):
    """A word that means the same days on two days of a week goes out on the first of them."""
    weekly.weekdays = [1, 4]
    with tenant_scope(alder):
        coming = report_schedule.next_runs(weekly, MONDAY)
        assert [at.date().day for at, _period in coming] == [16, 23, 30]
        assert report_schedule.next_runs(weekly, DUE)[0][0].day == 23
        weekly.period = "last_7_days"
        assert [at.day for at, _p in report_schedule.next_runs(weekly, MONDAY)] == [16, 19, 23]


def test_a_time_whose_days_went_out_is_no_next_run(alder, weekly):
    """Nor where they went out at another time, before somebody moved it; the list shows the same as the page."""
    with tenant_scope(alder):
        Report.objects.update(weekdays=[1, 4])
        report_schedule.open_due(DUE)
        weekly.refresh_from_db()
        assert weekly.next_at == report_schedule.next_runs(weekly, DUE)[0][0] == DUE + timedelta(days=7)
        weekly.at, now = time(20), DUE + timedelta(hours=1)
        report_schedule.keep(weekly, now)
        shown = report_schedule.next_runs(weekly, now)
    assert [at.day for at, _period in shown] == [23, 30, 7] and weekly.next_at == shown[0][0]
    assert report_schedule.open_due(shown[0][0]) == 1


def test_how_things_are_goes_out_at_each_of_its_times_once(alder, weekly):
    """Whatever its period says, which is of nothing in it."""
    with tenant_scope(alder):
        Report.objects.update(figures=["lines", "numbers"], period="last_month")
        weekly.refresh_from_db()
        assert [at.day for at, _period in report_schedule.next_runs(weekly, MONDAY)] == [16, 23, 30]
    later = DUE + timedelta(days=15)
    assert [report_schedule.open_due(at) for at in (DUE, later, later)] == [1, 2, 0]
    with tenant_scope(alder):
        Report.objects.update(next_at=DUE)  # as if the commit of the next time had been lost
        assert report_schedule.open_due(later) == 0 and ReportRun.objects.count() == 3


def test_everybody_gets_one_mail_and_outsiders_no_link(alder, calls, weekly):
    report_schedule.open_due(DUE)
    [run] = run_all(alder)
    assert run.state == "done" and not run.is_whole and len(mail.outbox) == 2
    advance_report(alder.pk, run.pk)  # doubled hint
    inside, outside = sorted(mail.outbox, key=lambda sent: sent.to != ["carol@alder.example"])
    assert outside.to == ["direction@elsewhere.example"] and len(mail.outbox) == 2
    assert "33.3" in inside.subject and inside.subject.endswith("(1 day of Keyyo missing)")
    with tenant_scope(alder):
        ids = set(run.receipts.values_list("message_id", flat=True))
        assert set(run.receipts.values_list("state", flat=True)) == {"sent"}
    assert {sent.extra_headers["Message-ID"] for sent in mail.outbox} == ids
    texts = [outside.body, outside.alternatives[0].content]
    assert f"/t/alder/reports/runs/{run.pk}/" in inside.body
    assert not any("http" in text or "/t/alder" in text for text in texts)
    assert all("Thursday 12 November" in text for text in texts)
    names = [one[0] for one in outside.attachments if isinstance(one, tuple)]
    assert [name.rpartition(".")[2] for name in names] == ["pdf", "xlsx", "csv"]


def test_a_worker_that_died_in_between_leaves_its_mail_unknown(alder, calls, weekly, monkeypatch):
    """Killed after "sending" was committed: nobody knows whether the first mail left; the other one goes out."""
    report_schedule.open_due(DUE)

    class Killed(BaseException):
        pass

    def die(self: Any, messages: Any) -> int:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(locmem.EmailBackend, "send_messages", die)
        run_all(alder)
    [run] = run_all(alder)
    with tenant_scope(alder):
        assert list(run.receipts.order_by("pk").values_list("state", flat=True)) == ["unknown", "sent"]
    assert run.state == "trouble" and len(mail.outbox) == 1
    assert [report_trouble.tell(timezone.now()) for _n in range(2)] == [1, 0]
    with tenant_scope(alder):
        job = Job.objects.get()
    advance_job(alder.pk, job.pk)
    assert "did not reach everybody" in mail.outbox[-1].subject and mail.outbox[-1].to == [
        "carol@alder.example"
    ]
    assert "carol@alder.example · Unknown" in mail.outbox[-1].body


@pytest.mark.parametrize(
    ("error", "state", "english", "french"),
    [
        (
            smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")}),
            *("failed", "The mail server refused it: 550 no such user"),
            "Le serveur de messagerie l’a refusé\u00a0: 550 no such user",
        ),
        (
            smtplib.SMTPDataError(554, b"refused:\nspam"),
            *("failed", "The mail server refused it: 554 refused: spam"),
            "Le serveur de messagerie l’a refusé\u00a0: 554 refused: spam",
        ),
        (
            smtplib.SMTPDataError(451, b"later"),
            *("waiting", "The mail server wants to be asked again: 451 later"),
            "Le serveur de messagerie demande de réessayer\u00a0: 451 later",
        ),
        (
            smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
            *("unknown", "The connection broke while it was sent: Connection unexpectedly closed"),
            "La connexion a été coupée pendant l’envoi\u00a0: Connection unexpectedly closed",
        ),
        (
            TimeoutError(),
            *("unknown", "The connection broke while it was sent: TimeoutError"),
            "La connexion a été coupée pendant l’envoi\u00a0: TimeoutError",
        ),
    ],
)
def test_what_a_mail_server_says_is_kept(alder, weekly, monkeypatch, error, state, english, french):
    """It is read in one's own language, whichever the report's is."""

    def refuse(self: Any, messages: Any) -> int:
        raise error

    with tenant_scope(alder):
        Report.objects.update(addresses=[], formats=["csv"], figures=["changes"], language="fr")
    report_schedule.open_due(DUE)
    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)
    [run] = run_all(alder)
    with tenant_scope(alder):
        receipt = run.receipts.get()
    assert (receipt.state, receipt.trouble) == (state, english)
    with translation.override("fr"):
        assert receipt.trouble == french
    assert run.state == ("sending" if state == "waiting" else "trouble")
    assert state != "waiting" or (run.due_at or run.created_at) > timezone.now()


def test_who_is_refused_for_now_is_asked_again_and_holds_up_nobody(alder, carol, weekly, monkeypatch):
    with tenant_scope(alder):
        Report.objects.update(formats=["csv"], figures=["changes"])
    report_schedule.open_due(DUE)
    send = locmem.EmailBackend.send_messages

    def greylist(self: Any, messages: Any) -> int:
        if messages[0].to == [carol.email]:
            raise smtplib.SMTPRecipientsRefused({carol.email: (450, b"not known yet: come again")})
        return send(self, messages)

    with monkeypatch.context() as patch:
        patch.setattr(locmem.EmailBackend, "send_messages", greylist)
        [run] = run_all(alder)
    with tenant_scope(alder):
        assert list(run.receipts.order_by("pk").values_list("state", flat=True)) == ["waiting", "sent"]
        assert (run.state, run.error) == ("sending", "450 not known yet: come again")
        assert run.due_at > timezone.now()
        ReportRun.objects.update(due_at=timezone.now())
    [run] = run_all(alder)
    assert run.state == "done" and [sent.to for sent in mail.outbox][1:] == [[carol.email]]


def test_no_mail_server_is_waited_for_and_given_up(alder, weekly, monkeypatch):
    def nobody(self: Any) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    with tenant_scope(alder):
        Report.objects.update(formats=["csv"], figures=["changes"])
    report_schedule.open_due(DUE)
    monkeypatch.setattr(locmem.EmailBackend, "open", nobody)
    [run] = run_all(alder)
    assert run.state == "sending" and run.error == "Connection refused"
    with tenant_scope(alder):
        ReportRun.objects.update(due_at=timezone.now(), made_at=timezone.now() - timedelta(days=3))
    [run] = run_all(alder)
    with tenant_scope(alder):
        assert run.state == "trouble" and set(run.receipts.values_list("state", flat=True)) == {"failed"}
        told = {one.trouble for one in run.receipts.all()}
    assert told == {"No mail server took it for two days: Connection refused"}


def test_who_may_not_see_it_any_more_pauses_it(alder, carol, weekly, monkeypatch):
    """The owner's rights are asked at run time; the tenant's owners hear of it where the owner has left."""
    monkeypatch.setattr(timezone, "now", lambda: DUE)
    Membership.objects.filter(person=carol).update(role=Role.VIEWER)
    report_schedule.open_due(DUE)
    [run] = run_all(alder)
    with tenant_scope(alder):
        weekly.refresh_from_db()
    assert (run.state, weekly.paused_why, weekly.next_at) == ("refused", "rights", None)
    assert mail.outbox == [] and report_trouble.tell(timezone.now()) == 1
    assert report_schedule.open_due(DUE + timedelta(days=30)) == 0


def test_a_member_who_has_left_gets_nothing(alder, carol, weekly):
    """But for one whose address stands among the others: it gets what anybody outside gets."""
    bob = person("bob@alder.example", "Bob", {alder: Role.VIEWER})
    dan = person("dan@alder.example", "Dan", {alder: Role.VIEWER})
    with tenant_scope(alder):
        members, addresses = [carol.pk, bob.pk, dan.pk], ["Dan@alder.example"]
        told = {"figures": ["changes"], "formats": ["body"], "language": "fr"}
        Report.objects.update(members=members, addresses=addresses, **told)
    Membership.objects.filter(person__in=[bob, dan]).delete()
    report_schedule.open_due(DUE)
    [run] = run_all(alder)
    with tenant_scope(alder):
        told = {address: rest for address, *rest in run.receipts.values_list("address", "state", "person")}
        left = run.receipts.get(person=bob)
    assert left.trouble == "Not a member any more"
    assert run.state == "done" and told == {
        "carol@alder.example": ["sent", carol.pk],
        "bob@alder.example": ["left_out", bob.pk],
        "Dan@alder.example": ["sent", None],
    }


@pytest.mark.parametrize("is_there", [False, True])
def test_a_run_that_nobody_got_was_not_sent(alder, carol, weekly, is_there):
    """Whether those it goes to have left, or are not there any more. Its owner hears of it once, and why."""
    dora = person("dora@alder.example", "Dora", {})
    gone = dora.pk if is_there else dora.pk + 1
    with tenant_scope(alder):
        Report.objects.update(
            members=[gone], addresses=[], figures=["changes"], formats=["csv"], language="fr"
        )
    report_schedule.open_due(DUE)
    [run] = run_all(alder)
    assert run.state == "failed" and run.error.startswith("Nobody got it") and mail.outbox == []
    assert [report_trouble.tell(timezone.now()) for _n in range(2)] == [1, 0]
    with tenant_scope(alder):
        job = Job.objects.get()
    advance_job(alder.pk, job.pk)
    [told] = mail.outbox
    assert told.to == [carol.email] and "was not sent" in told.subject and run.error in told.body


@pytest.mark.parametrize(
    ("owner", "roles", "told"),
    [
        ("staff", {"olga": Role.OWNER}, ["tom"]),
        ("left", {"olga": Role.OWNER, "rene": Role.ADMINISTRATOR}, ["olga"]),
        ("demoted", {"olga": Role.OWNER, "rene": Role.ADMINISTRATOR}, ["olga"]),
        ("demoted", {"rene": Role.ADMINISTRATOR, "vera": Role.VIEWER}, ["rene"]),
    ],
)
def test_who_can_do_something_about_it_is_told(alder, carol, weekly, owner, roles, told):
    """By a link that opens for them. An owner of another tenant is none of this one."""
    people = {name: person(f"{name}@alder.example", name, {alder: role}) for name, role in roles.items()}
    people["tom"] = staff("tom@telvane.example", "Tom")
    other = Tenant.objects.create(slug="birch", name="Birch")
    for one in people.values():
        if not one.is_staff:
            Membership.objects.get_or_create(tenant=other, person=one, role=Role.OWNER)
    if owner == "staff":
        with tenant_scope(alder):
            Report.objects.update(owner=people["tom"])
    elif owner == "left":
        Membership.objects.filter(person=carol).delete()
    else:
        Membership.objects.filter(person=carol).update(role=Role.VIEWER)
    report_schedule.open_due(DUE)
    with tenant_scope(alder):
        run = ReportRun.objects.get()
        ReportRun.objects.update(state=ReportRun.State.FAILED, due_at=None)
    report_trouble.tell(timezone.now())
    with tenant_scope(alder):
        jobs = list(Job.objects.select_related("person").order_by("pk"))
    assert [job.person for job in jobs] == [people[name] for name in told]
    for job in jobs:
        assert signed_in(job.person).get(f"/t/alder/reports/runs/{run.pk}/").status_code == 200


def test_a_report_that_cannot_be_made_is_given_up_and_told(alder, weekly, settings):
    report_schedule.open_due(DUE)
    with tenant_scope(alder):
        ReportRun.objects.update(attempts=settings.WORK_TRIES)
    ledger.dispatch()
    with tenant_scope(alder):
        assert ReportRun.objects.get().state == ReportRun.State.FAILED
    assert report_trouble.tell(timezone.now()) == 1


def test_each_night_of_the_clocks_is_sent_once(alder, weekly):
    """02:30 in Paris, daily: the night that leaves it out, and the one that has it twice."""
    with tenant_scope(alder):
        start = datetime(2026, 3, 28, 12, tzinfo=UTC)
        Report.objects.update(period="yesterday", weekdays=[1, 2, 3, 4, 5, 6, 7], at="02:30", next_at=start)
    for now in (datetime(2026, 3, 31, 12, tzinfo=UTC), datetime(2026, 10, 27, 12, tzinfo=UTC)):
        while report_schedule.open_due(now):
            pass
    with tenant_scope(alder):
        days = list(ReportRun.objects.order_by("pk").values_list("first_day", flat=True))
        assert not ReportReceipt.objects.exists()
    assert len(days) == len(set(days)) and days == sorted(days)
    assert (days[-1] - days[0]).days + 1 == len(days)
