"""One alert at a time, each told once, whoever looks and whatever dies in between."""

from __future__ import annotations

import re
import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import connections

from accounts.models import Membership
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Alert, AlertRule, AlertWatch, Call, Credential, Entity, Job, SyncRun, SyncState
from telephony.services import alert_acts, alert_mails, alerting, ledger, reconnecting
from telephony.tasks import advance_job, look_for_alerts
from tests.people import person

from .conftest import NOW, OUTSIDE


def send_all(tenant: Any) -> list[Any]:
    """What the worker sends of the mails that are due."""
    before = len(mail.outbox)
    with tenant_scope(tenant):
        jobs = list(Job.objects.filter(kind="mail", due_at__isnull=False).order_by("pk"))
    for job in jobs:
        advance_job(tenant.pk, job.pk)
    return mail.outbox[before:]


def test_an_episode_begins_is_told_once_and_ends_by_itself(alder, carol, call, rule, look):
    low = rule(addresses=[OUTSIDE])
    call(NOW, 6)
    call(NOW, 6, outcome="missed")
    for minute in range(3):
        look(NOW + timedelta(minutes=1 + minute))
    with tenant_scope(alder):
        alert = Alert.objects.get()
        assert (alert.rule, alert.evidence["value"], alert.evidence["calls"]) == (low, 50.0, 12)
    inside, outside = sorted(send_all(alder), key=lambda sent: sent.to != [carol.email])
    assert "50.0 % answered" in inside.body.replace("\u00a0", " ") and "6 of 12 inbound calls" in inside.body
    assert f"/t/alder/alerts/{alert.pk}/" in inside.body
    assert outside.to == [OUTSIDE] and "http" not in outside.body and "/t/alder" not in outside.body
    assert send_all(alder) == []

    call(NOW, 13)  # 76 %: below the limit still; then 81 %: within the margin; then enough
    look(NOW + timedelta(minutes=5))
    call(NOW, 6)
    look(NOW + timedelta(minutes=6))
    with tenant_scope(alder):
        assert Alert.objects.get().closed_at is None
    call(NOW, 9)
    look(NOW + timedelta(minutes=7))
    with tenant_scope(alder):
        alert.refresh_from_db()
        assert (alert.end, alert.state) == ("gone", "closed") and alert.evidence["calls"] == 25
    assert send_all(alder) == []  # an end has no mail of its own

    call(NOW, 20, outcome="missed")
    look(NOW + timedelta(minutes=8))
    again = send_all(alder)
    with tenant_scope(alder):
        assert Alert.objects.count() == 2
    assert len(again) == 2 and all("Over since the last mail" in sent.body for sent in again)


def test_all_that_is_new_is_one_mail_in_the_language_of_each(alder, carol, call, rule, look):
    carol.language = "fr"
    carol.save()
    rule()
    rule(of="each_line", tells_managers=True)
    call(NOW, 20, outcome="missed")
    look(NOW)
    [sent] = send_all(alder)
    assert sent.to == [carol.email] and "2 nouvelles alertes" in sent.subject
    assert sent.body.count("/t/alder/alerts/") >= 3 and "Accueil" in sent.body


def test_two_who_look_at_once_make_one_alert_and_one_mail(alder, carol, call, rule, look, transactional_db):
    rule()
    call(NOW, 20, outcome="missed")
    alerting.open_due(NOW)
    with tenant_scope(alder):
        SyncState.objects.update(last_success_at=NOW)
        watch = AlertWatch.objects.get()
    start = Barrier(2)

    def work() -> None:
        start.wait()
        try:
            look_for_alerts(alder.pk, watch.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(work), pool.submit(work)]:
            future.result()
    with tenant_scope(alder):
        assert Alert.objects.count() == Job.objects.filter(kind="mail").count() == 1


def test_who_died_before_the_commit_left_nothing_and_after_it_all(
    alder, carol, call, rule, look, monkeypatch, transactional_db
):
    rule()
    call(NOW, 20, outcome="missed")

    class Killed(BaseException):
        pass

    def die(*_given: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(alert_mails, "put_into_ledger", die)
        look(NOW)
    with tenant_scope(alder):
        assert not Alert.objects.exists() and not Job.objects.exists()
    look(NOW)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(locmem.EmailBackend, "send_messages", die)
        send_all(alder)
    with tenant_scope(alder):
        Job.objects.update(lease_until=None, lease_owner="")
    look(NOW + timedelta(minutes=5))
    [sent] = send_all(alder)
    assert sent.extra_headers["Message-ID"].startswith("<job-") and send_all(alder) == []


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPServerDisconnected(),
        smtplib.SMTPDataError(451, b"later"),
        smtplib.SMTPRecipientsRefused({"x": (450, b"not known yet: come again")}),
    ],
)
def test_a_server_that_does_not_take_it_is_asked_again(alder, carol, call, rule, look, monkeypatch, error):
    rule()
    call(NOW, 20, outcome="missed")
    look(NOW)

    def refuse(*_given: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(locmem.EmailBackend, "send_messages", refuse)
        assert send_all(alder) == []
    with tenant_scope(alder):
        job = Job.objects.get()
        assert job.state == "running" and job.due_at > NOW
        Job.objects.update(due_at=NOW)
    assert len(send_all(alder)) == 1


def test_a_server_that_takes_it_and_does_not_say_so_gets_few_copies(
    alder, carol, call, rule, look, monkeypatch, settings
):
    """Content filters may take longer than we wait; two days of that would be fifty copies."""
    rule()
    call(NOW, 20, outcome="missed")
    look(NOW)
    copies = []

    def keep_silent(_server: Any, messages: Any) -> None:
        copies.extend(sent.extra_headers["Message-ID"] for sent in messages)
        raise smtplib.SMTPServerDisconnected("timed out")

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", keep_silent)
    for _ in range(10):
        send_all(alder)
        with tenant_scope(alder):
            Job.objects.exclude(due_at=None).update(due_at=NOW)
    with tenant_scope(alder):
        job = Job.objects.get()
    assert copies == [f"<job-{job.pk}@localhost>"] * settings.WORK_TRIES
    assert (job.state, job.error) == ("failed", "SMTPServerDisconnected")


def test_who_may_not_see_calls_any_more_is_not_told(alder, carol, call, rule, look):
    rule(addresses=[OUTSIDE])
    call(NOW, 20, outcome="missed")
    look(NOW)
    with tenant_scope(alder):
        Membership.objects.all().delete()
        AlertRule.objects.update(addresses=[])
    assert send_all(alder) == []


def test_what_a_person_says_holds(alder, carol, call, rule, look, rf):
    """Acknowledged: no mail. Snoozed: told once more when it ends. Closed: nothing new before the limit was kept."""
    rule()
    call(NOW, 20, outcome="missed")
    look(NOW)
    send_all(alder)
    with tenant_scope(alder):
        alert = Alert.objects.get()
        assert alert_acts.act("snooze-hour", alert, carol, "on it", rf.post("/"))
        alert.refresh_from_db()
        assert (alert.state, alert.note) == ("snoozed", "on it")
    look(NOW + timedelta(minutes=50))
    assert send_all(alder) == []
    look(NOW + timedelta(minutes=61))
    assert len(send_all(alder)) == 1
    with tenant_scope(alder):
        assert alert_acts.act("close", alert, carol, "", rf.post("/"))
        assert not alert_acts.act("acknowledge", alert, carol, "", rf.post("/"))
    look(NOW + timedelta(minutes=70))
    with tenant_scope(alder):
        alert.refresh_from_db()
        assert (alert.end, alert.cleared_at) == ("person", None) and Alert.objects.count() == 1
    call(NOW, 400)
    look(NOW + timedelta(minutes=80))
    call(NOW, 400, outcome="missed")
    look(NOW + timedelta(minutes=90))
    with tenant_scope(alder):
        assert Alert.objects.count() == 2 and Alert.objects.filter(closed_at=None).count() == 1


def test_every_tenant_has_its_first_rules_once(alder, link, look):
    look(NOW)
    look(NOW + timedelta(minutes=5))
    with tenant_scope(alder):
        made = AlertRule.objects.order_by("made_as").values_list("made_as", "tells_managers", "is_on")
        assert list(made) == [("quiet", True, True), ("trouble", True, True)]
        AlertRule.objects.filter(made_as="quiet").update(is_on=False)
    look(NOW + timedelta(minutes=10))
    with tenant_scope(alder):
        assert not AlertRule.objects.get(made_as="quiet").is_on


def test_trouble_tells_managers_who_want_to_hear_of_it(alder, carol, link, look):
    dan = person("dan@alder.example", "Dan", {alder: Role.OWNER})
    carol.notify_connection_trouble = False
    carol.save()
    with tenant_scope(alder):
        SyncRun.objects.create(connection=link, what="entities", state="parked", error="Too much is gone.")
    look(NOW)
    [sent] = send_all(alder)
    assert sent.to == [dan.email] and "A sync of Keyyo was given up" in sent.body


def test_a_dead_grant_is_told_to_whoever_has_no_mail_of_it_yet(alder, carol, link, rule, look):
    """Carol may connect it again and has a mail of her own; the viewer and the address outside have the alert's."""
    vic = person("vic@alder.example", "Vic", {alder: Role.VIEWER})
    rule(kind="trouble", members=[carol.pk, vic.pk], addresses=[OUTSIDE])
    with tenant_scope(alder):
        Credential.objects.update(state="needs_reconnect", state_since=NOW - timedelta(minutes=1))
    reconnecting.tell_owners(link.credential_id)
    look(NOW)
    look(NOW + timedelta(minutes=5))
    told = {tuple(sent.to): sent.subject for sent in send_all(alder)}
    assert set(told) == {(carol.email,), (vic.email,), (OUTSIDE,)}
    assert told[(carol.email,)] == "Keyyo needs to be connected again" and "alert" not in told[(carol.email,)]
    assert send_all(alder) == []

    with tenant_scope(alder):
        Credential.objects.update(state="working", reconnect_mail_sent_at=None)
        SyncRun.objects.create(connection=link, what="entities", state="parked", error="Too much is gone.")
    look(NOW + timedelta(minutes=10))
    assert ends_told(alder) == {
        carol.email: ["15:10", "15:10"],  # two rules tell her
        vic.email: ["15:10"],
        OUTSIDE: ["15:10"],
    }


def test_a_dead_grant_of_which_no_mail_was_made_is_told_to_all(alder, carol, link, look):
    """Whoever marked it died before the mail was in the ledger."""
    with tenant_scope(alder):
        Credential.objects.update(state="needs_reconnect", state_since=NOW)
    look(NOW)
    assert send_all(alder) == []  # it may be there in a moment
    look(NOW + timedelta(minutes=5))
    [sent] = send_all(alder)
    assert sent.to == [carol.email] and "needs to be reconnected" in sent.body


def test_the_end_of_what_was_snoozed_is_told(alder, carol, call, rule, look, rf):
    rule(addresses=[OUTSIDE])
    call(NOW, 20, outcome="missed")
    look(NOW)
    send_all(alder)
    with tenant_scope(alder):
        assert alert_acts.act("snooze-hour", Alert.objects.get(), carol, "", rf.post("/"))
    call(NOW, 200)
    look(NOW + timedelta(minutes=5))
    call(NOW, 400, outcome="missed")
    look(NOW + timedelta(minutes=8))
    sent = send_all(alder)
    assert len(sent) == 2 and all("Over since the last mail" in one.body for one in sent)


@pytest.fixture
def trouble(alder, link, look):
    """trouble(*people): another sync was given up, which is for these to hear; for nobody, all is well."""
    made = [0]

    def turn(*people: Any) -> None:
        made[0] += 1
        with tenant_scope(alder):
            SyncRun.objects.all().delete()
            if people:
                AlertRule.objects.filter(kind="trouble").update(
                    members=[one.pk for one in people if one != OUTSIDE],
                    addresses=[one for one in people if one == OUTSIDE],
                    tells_managers=False,
                )
                what = ("calls", "entities", "backfill")[made[0] % 3]
                SyncRun.objects.create(connection=link, what=what, state="parked", error="Too much is gone.")
        look(NOW + timedelta(minutes=made[0]))

    look(NOW)  # makes the rule
    return turn


def ends_told(tenant: Any) -> dict[str, list[str]]:
    """The mails that go out now: when that ended of whose end each recipient is told."""
    ends = {sent.to[0]: sent.body.partition("Over since the last mail:")[2] for sent in send_all(tenant)}
    return {address: re.findall(r"\d\d:\d\d", told) for address, told in ends.items()}


def test_each_who_was_told_of_an_alert_is_told_once_of_its_end(alder, carol, trouble):
    """Whoever of them gets the next mail first. Who was never told that it began is not told that it is over."""
    vic = person("vic@alder.example", "Vic", {alder: Role.ADMINISTRATOR})
    dan = person("dan@alder.example", "Dan", {alder: Role.ADMINISTRATOR})
    for people, ends in (
        ((carol, vic, OUTSIDE), ("", "", "")),
        ((), ()),  # at 15:02
        ((carol, dan), ("15:02", "")),
        ((vic, carol), ("15:02", "15:04")),
        ((vic, carol, dan, OUTSIDE), ("15:05", "15:05", "15:04", "15:02")),
        ((vic, OUTSIDE), ("15:06", "15:06")),
    ):
        trouble(*people)
        addresses = [one if one == OUTSIDE else one.email for one in people]
        assert ends_told(alder) == dict(zip(addresses, map(str.split, ends), strict=True))


def test_an_end_that_reached_nobody_is_told_by_the_next_mail(alder, carol, trouble, monkeypatch):
    """The second alert was over before its mail was sent, and the mail of the third was refused."""
    trouble(carol)
    assert ends_told(alder) == {carol.email: []}
    trouble()  # at 15:02
    trouble(carol)
    trouble()
    assert ends_told(alder) == {}

    def refuse(*_given: Any) -> None:
        raise smtplib.SMTPRecipientsRefused({"x": (550, b"no such person")})

    trouble(carol)
    with monkeypatch.context() as patch:
        patch.setattr(locmem.EmailBackend, "send_messages", refuse)
        assert ends_told(alder) == {}
    trouble()
    trouble(carol)
    assert ends_told(alder) == {carol.email: ["15:02"]}, "she has heard of the first alone"


def test_calls_of_last_night_that_come_late_raise_it_once(alder, carol, call, look, rule, rf):
    """Closed for that night it stays closed, and after some days the night is left alone."""
    rule(kind="new_country", from_time=time(20), until_time=time(7), limit_calls=3, known_days=90)
    night, morning = NOW - timedelta(hours=16), NOW + timedelta(days=1, hours=-6)
    look(NOW)
    call(night, 5, direction="outbound", callee="+231770000001")
    look(morning)  # the next night has been meanwhile
    look(morning + timedelta(minutes=5))
    with tenant_scope(alder):
        alert = Alert.objects.get()
    assert (alert.evidence["first"], alert.evidence["value"]) == ("2026-11-18", 5)
    [sent] = send_all(alder)
    assert (
        "New country called at night: 18 November" in sent.body
        and "Not all of these calls were here in time." in sent.body
    )
    with tenant_scope(alder):
        alert_acts.act("close", alert, carol, "", rf.post("/"))
    for days in range(5):
        look(morning + timedelta(days=days, minutes=10))
    with tenant_scope(alder):
        assert Alert.objects.get().cleared_at == morning + timedelta(days=3, minutes=10)


@pytest.mark.parametrize("period", ["today", "month"])
def test_calls_of_a_day_or_month_that_is_over_raise_it_late(alder, call, clock, look, rule, period):
    end = datetime(2026, 10, 31, 23, tzinfo=UTC)  # of October in Paris
    clock(end - timedelta(days=1))
    rule(kind="cost", period=period, limit_micros=5_000_000, currency="EUR")
    look(end - timedelta(minutes=9))
    call(end - timedelta(hours=2), 3, direction="outbound", cost_micros=2_000_000)
    for minute in (9, 14):
        look(end + timedelta(minutes=minute))
    with tenant_scope(alder):
        assert [(one.evidence["last"], one.evidence["calls"]) for one in Alert.objects.all()] == [
            ("2026-10-31", 3)
        ]
        Call.objects.update(cost_micros=0)  # the provider corrects them
    look(end + timedelta(minutes=19))
    with tenant_scope(alder):
        assert Alert.objects.get().end == "gone"
        Call.objects.update(cost_micros=2_000_000)
    look(end + timedelta(minutes=24))
    with tenant_scope(alder):
        assert Alert.objects.count() == 1, "of a day once"


def test_what_was_raised_in_time_or_before_its_rule_is_not_raised_late(alder, carol, call, look, rule, rf):
    one = rule(kind="cost", period="today", limit_micros=5_000_000, currency="EUR")
    call(NOW - timedelta(days=1), 3, direction="outbound", cost_micros=2_000_000)
    look(NOW)
    with tenant_scope(alder):
        assert not Alert.objects.exists(), "the rule is of today"
    call(NOW, 3, direction="outbound", cost_micros=2_000_000)
    look(NOW)
    with tenant_scope(alder):
        alert_acts.act("close", Alert.objects.get(), carol, "", rf.post("/"))
    call(NOW, 3, direction="outbound", cost_micros=2_000_000)
    look(NOW + timedelta(days=1))
    look(NOW + timedelta(days=2))
    with tenant_scope(alder):
        assert Alert.objects.count() == 1
        AlertRule.objects.filter(pk=one.pk).update(limit_micros=1_000_000)
    call(NOW + timedelta(days=1), 1, direction="outbound", cost_micros=2_000_000)
    look(NOW + timedelta(days=2, minutes=5))
    with tenant_scope(alder):
        assert [one.evidence["last"] for one in Alert.objects.order_by("pk")] == ["2026-11-19", "2026-11-20"]


def test_a_name_of_two_lines_is_one_line_of_a_subject(alder, line, call, rule, look):
    with tenant_scope(alder):
        Entity.objects.filter(pk=line.pk).update(name="Accueil\r\nBcc: all@elsewhere.example")
    rule(of="each_line")
    call(NOW, 20, outcome="missed")
    look(NOW)
    [sent] = send_all(alder)
    assert "Accueil Bcc: all@" in sent.subject and sent.recipients() == sent.to


def test_a_rule_that_changed_meanwhile_opens_nothing(alder, carol, line, call, rule, look, monkeypatch):
    """Somebody saves another aim while a look goes on: what it found is not the rule's any more."""
    one = rule()
    call(NOW, 20, outcome="missed")
    write = ledger.write

    def edit_first(row: Any, **values: Any) -> None:
        AlertRule.objects.filter(pk=one.pk).update(of="place", place=line)
        write(row, **values)

    monkeypatch.setattr(ledger, "write", edit_first)
    look(NOW)
    with tenant_scope(alder):
        assert not Alert.objects.exists()


def test_a_rule_that_is_switched_off_ends_what_it_had_opened(alder, call, rule, look):
    one = rule()
    call(NOW, 20, outcome="missed")
    look(NOW)
    with tenant_scope(alder):
        AlertRule.objects.filter(pk=one.pk).update(is_on=False)
    look(NOW + timedelta(minutes=5))
    with tenant_scope(alder):
        assert Alert.objects.get().end == "rule"
