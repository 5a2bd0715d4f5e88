"""What is past its time goes, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.scoping import tenant_scope
from telephony.models import Alert, AlertRule, Change, Job, QuotaUse, RequestLog
from telephony.services.alert_told import END_TOLD_WITHIN, MAIL
from telephony.services.tidying import tidy


def test_old_lines_go_and_new_ones_stay(connection):
    now = timezone.now()
    with tenant_scope(connection.tenant_id):
        RequestLog.objects.all().delete()
        for days in (1, 9):
            row = RequestLog.objects.create(
                connection=connection, operation="services.list", method="GET", status=200, elapsed_ms=1
            )
            RequestLog.objects.filter(pk=row.pk).update(at=now - timedelta(days=days))
    for days in (0, 2):
        QuotaUse.objects.create(key="k", at=now - timedelta(days=days))

    assert tidy(now) == 1
    with tenant_scope(connection.tenant_id):
        assert RequestLog.objects.count() == 1
    assert QuotaUse.objects.count() == 1


def test_previews_that_nobody_sent_go_a_day_after_their_end(connection):
    now = timezone.now()

    def change(state, ended, sent_at=None):
        return Change.objects.create(
            connection=connection,
            operation="services.update",
            object_label="Reception",
            summary="Name",
            state=state,
            expires_at=now - ended,
            sent_at=sent_at,
        ).pk

    day = timedelta(days=1)
    with tenant_scope(connection.tenant_id):
        gone = {change("draft", 2 * day), change("conflict", 2 * day)}
        kept = {change("draft", day / 2), change("applied", 9 * day, now), change("unknown", 9 * day, now)}
    tidy(now)
    with tenant_scope(connection.tenant_id):
        assert set(Change.objects.values_list("pk", flat=True)) == kept
    assert gone.isdisjoint(kept)


def test_mails_that_went_out_are_forgotten_and_exports_are_not(connection):
    now = timezone.now()
    with tenant_scope(connection.tenant_id):
        for kind in (Job.Kind.MAIL, Job.Kind.EXPORT):
            for days in (1, 31):
                Job.objects.create(kind=kind, label=kind, finished_at=now - timedelta(days=days))
    tidy(now)
    with tenant_scope(connection.tenant_id):
        assert sorted(Job.objects.values_list("kind", flat=True)) == ["export", "export", "mail"]


def test_mails_of_an_alert_that_lasts_say_who_was_told_of_it(connection):
    """And as long as somebody may still hear that it is over."""
    now = timezone.now()
    with tenant_scope(connection.tenant_id):
        rule = AlertRule.objects.create(kind=AlertRule.Kind.TROUBLE)
        for days in (90, 60):
            told = {"mail": MAIL, "alerts": [], "ended": []}
            job = Job.objects.create(
                kind=Job.Kind.MAIL, parameters=told, finished_at=now - timedelta(days=31)
            )
            Job.objects.filter(pk=job.pk).update(created_at=now - timedelta(days=days))
        alert = Alert.objects.create(rule=rule, opened_at=now - timedelta(days=70), last_seen_at=now)
        tidy(now)
        assert Job.objects.get().pk == job.pk
        Alert.objects.filter(pk=alert.pk).update(closed_at=now)
        tidy(now + END_TOLD_WITHIN)
        assert Job.objects.exists()
        tidy(now + timedelta(days=31))
        assert not Job.objects.exists()
