"""A run of a report: its files, made again once more is here, and asked for twice."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

from django.core import mail
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.scoping import tenant_scope
from telephony.models import (
    Coverage,
    Report,
    ReportRun,
)
from telephony.reports import workshop
from telephony.tasks import advance_report

from .conftest import PAGES


def test_files_hold_every_row_as_numbers_and_texts(alder, calls, weekly, client):
    """No formula is evaluated, numbers stay numbers, the zone is named, what is missing is said in each."""
    client.post(f"{PAGES}{weekly.pk}/do/run/")
    with tenant_scope(alder):
        ReportRun.objects.update(first_day="2026-11-09", last_day="2026-11-15")
        run = ReportRun.objects.get()
    advance_report(alder.pk, run.pk)
    with tenant_scope(alder):
        run.refresh_from_db()
        document = workshop.kept(run)
    files = {
        one["format"]: client.get(f"{PAGES}runs/{run.pk}/files/{one['name']}").content for one in run.files
    }
    assert files["pdf"].startswith(b"%PDF")
    text = files["csv"].decode()
    assert "'=Accueil,'+33 1 99 00 10 01" not in text and "'=Accueil,'+33199001001,21" in text
    assert "Complete but for 1 day" in text and "2026-11-09 10:00:00" in text and "(Europe/Paris)" in text
    book = zipfile.ZipFile(io.BytesIO(files["xlsx"]))
    sheets = "".join(
        book.read(name).decode() for name in book.namelist() if "sheet" in name or "shared" in name
    )
    assert "<f>" not in sheets and "=Accueil" in sheets and "Complete but for 1 day" in sheets
    fates = next(one for one in document.sections if one.key == "missed_fates")
    assert [row[1] for row in fates.rows] == [7, 0, 0, 0, 7]
    assert client.get(f"{PAGES}runs/{run.pk}/files/document.json").status_code == 404


def test_a_report_is_made_again_once_its_missing_days_are_here(alder, carol, calls, weekly, client):
    """To everybody, for the same days; each of its mails and files says in whose place it comes."""
    client.post(f"{PAGES}{weekly.pk}/do/run/")
    with tenant_scope(alder):
        ReportRun.objects.update(first_day="2026-11-09", last_day="2026-11-15")
        first = ReportRun.objects.get()
    page = f"{PAGES}runs/{first.pk}/"
    assert client.post(f"{page}again/").status_code == 404  # it is being made
    advance_report(alder.pk, first.pk)
    assert "is here by now" not in client.get(page).content.decode()
    sent = len(mail.outbox)
    with tenant_scope(alder):
        Coverage.objects.update(state=Coverage.State.COMPLETE)
    assert "1 day of a connection that was missing" in client.get(page).content.decode()
    to = client.post(f"{page}again/")["Location"]
    assert client.post(f"{page}again/")["Location"] == to  # pressed twice it is one
    with tenant_scope(alder):
        again = ReportRun.objects.get(remakes=first)
    advance_report(alder.pk, again.pk)
    with tenant_scope(alder):
        again.refresh_from_db()
        document = workshop.kept(again)
    assert document is not None and document.stamp.is_whole
    assert "It takes the place of the one made on" in document.stamp.replaces
    assert again.period == first.period and again.subject.startswith("Made again: ")
    assert [one.to for one in mail.outbox[sent:]] == [one.to for one in mail.outbox[:sent]]
    assert all("takes the place" in str(one.body) for one in mail.outbox[sent:])
    assert f'href="{to}"' in client.get(page).content.decode()
    said = [one.detail["summary"] for one in AuditEvent.objects.filter(tenant=alder).order_by("pk")]
    assert said[-1] == "report made and sent again"
    with tenant_scope(alder):
        ReportRun.objects.update(sort=ReportRun.Sort.TEST)
    assert client.post(f"{page}again/").status_code == 404


def test_a_button_that_is_pressed_twice_sends_once(alder, carol, weekly, client):
    """To everybody as to oneself; once it was sent, or still waits after a while, another one is made."""
    with tenant_scope(alder):
        Report.objects.update(formats=["csv"], figures=["changes"], addresses=[])
    for act in ("run", "test"):
        page = f"{PAGES}{weekly.pk}/do/{act}/"
        assert client.post(page)["Location"] == client.post(page)["Location"]
    with tenant_scope(alder):
        waiting = list(ReportRun.objects.order_by("pk"))
        ReportRun.objects.update(due_for_at=timezone.now() - timedelta(minutes=11))
    assert [run.sort for run in waiting] == ["by_hand", "test"]
    advance_report(alder.pk, waiting[0].pk)
    assert [one.to for one in mail.outbox] == [[carol.email]]
    for act in ("run", "test"):
        client.post(f"{PAGES}{weekly.pk}/do/{act}/")
    with tenant_scope(alder):
        assert ReportRun.objects.count() == 4
