"""In a real browser: a Monday report with two charts for somebody outside, in French; a test of it, read in the outbox,
and from a chart to exactly its calls."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from telephony.models import Connection, Report, ReportRun
from telephony.tasks import advance_report

OUTSIDE = "direction@elsewhere.example"
CHARTS = ("calls_by_day", "missed_fates")


def make(page: Page) -> None:
    page.goto("/t/alder/reports/new/?ready=weekly-calls")
    page.get_by_label("Name (required)").fill("Les appels de la semaine")
    for box in page.locator("input[name=figures]").all():
        box.set_checked(box.get_attribute("value") in CHARTS)
    page.locator("input[name=members]").uncheck()
    page.get_by_label("To other addresses").fill(OUTSIDE)
    page.get_by_label("Language (required)").select_option("fr")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Appels par jour")).to_be_visible()


def keep(page: Page) -> None:
    page.get_by_role("button", name="Keep this report").click()
    expect(page.get_by_text("Monday at 06:00, Europe/Paris")).to_be_visible()
    page.get_by_role("button", name="Send a test to me").click()
    expect(page.get_by_text("It is being made.")).to_be_visible()


def read(page: Page) -> None:
    page.goto("/t/alder/reports/outbox/")
    page.get_by_role("link", name=re.compile("Les appels de la semaine")).click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="Appels par jour")).to_be_visible()
    expect(mail.get_by_role("img", name=re.compile("dont 14"))).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name=re.compile(r"\.pdf$")).click()
    assert fetched.value.path().read_bytes().startswith(b"%PDF-")


def to_the_calls(page: Page) -> None:
    """By the chart's own link, and by one of its bars."""
    chart = page.locator(".sb-report-part", has=page.get_by_role("heading", name="Appels par jour"))
    chart.get_by_role("link", name="These calls").click()
    expect(page.locator(".sb-head p b").first).to_have_text("21")
    page.go_back()
    chart.locator("svg a").first.click()
    expect(page.locator(".sb-head p b").first).to_have_text("3")
    expect(page.locator("tr[data-row]")).to_have_count(3)


def narrow(page: Page) -> None:
    """What stands over the list is about what it is narrowed to by then, and so is what is exported."""
    page.wait_for_load_state()
    page.locator("[data-find]").fill("nobody")
    expect(page.locator(".sb-head p b").first).to_have_text("0")
    expect(page.locator(".sb-head input[name=query]").last).to_have_value(re.compile("q=nobody"))
    expect(page.locator("[data-find]")).to_be_focused()


@pytest.mark.browser
def test_a_monday_report_goes_out_in_french_and_leads_to_its_calls(
    visitor: Any, alder: Tenant, carol: Person, calls: Connection, settings: Any, tmp_path: Path
) -> None:
    settings.PORTAL_ENV, settings.EMAIL_URL, settings.MAIL_DIR = "demo", "", tmp_path / "mail"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    seen: list[str] = []
    visitor.sign_in(carol)
    for step in (make, keep):
        visitor(step)
        seen.extend(visitor.serious())
    with tenant_scope(alder):
        report, run = Report.objects.get(), ReportRun.objects.get()
        assert (report.addresses, report.members, report.language) == ([OUTSIDE], [], "fr")
        assert sorted(report.figures) == sorted(CHARTS)
        ReportRun.objects.update(first_day="2026-11-09", last_day="2026-11-15")
    advance_report(alder.pk, run.pk)
    visitor(read)
    seen.extend(visitor.serious())
    visitor.open(f"/t/alder/reports/runs/{run.pk}/")
    visitor(lambda page: expect(page.locator(".sb-report")).to_be_visible())
    seen.extend(visitor.serious())
    visitor(to_the_calls)
    visitor(narrow)
    seen.extend(visitor.serious())
    assert seen == []
