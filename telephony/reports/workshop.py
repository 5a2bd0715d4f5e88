"""Makes a run's report: reads its figures, words them, and writes its files, from which every mail of it is put together.

The engine that calls this (services/report_sending.py) stands below what draws; it gets it as `WORKSHOP`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.rights import Right
from portal.lib.periods import Period
from portal.lib.wording import one_line
from portal.ui import formats
from telephony.figures.missing import lacks_of, missing_words
from telephony.models import Coverage, Report, ReportLook, ReportRun
from telephony.reports import mail, paper, sheets
from telephony.reports.asked import Asked
from telephony.reports.document import Document, Stamp, with_findings, without_empty
from telephony.reports.figures import FIGURES, READY, rights_to
from telephony.reports.findings import worth_a_look
from telephony.reports.headline import headline_of, lead_of, subject_of
from telephony.reports.period_words import as_of_words, period_words
from telephony.services import report_files
from telephony.services.report_sending import Made, Workshop

DOCUMENT = "document.json"  # what is kept beside the files that go out
FEW_DAYS = 10  # whose states fit into a strip


def document_of(report: Report, period: Period, remakes: ReportRun | None = None) -> tuple[Document, Asked]:
    """The report of a period as it is now, in its own language and zone. In the tenant's scope.

    `remakes` is the run in whose place it comes.
    """
    figures = _figures(report)
    is_of_calls = any(FIGURES[key].right == Right.CALLS_LIST for key in figures)
    counts_calls = any(FIGURES[key].counts_calls for key in figures)
    asked = Asked(report, period, is_of_calls, report.is_of_now, counts_calls)
    with translation.override(report.language), timezone.override(report.zone):
        look = ReportLook.objects.first() or ReportLook()
        local = timezone.localtime()
        sections = [without_empty(FIGURES[key].make(asked)) for key in figures]
        findings = worth_a_look(asked)
        document = Document(
            title=report.title,
            subject=subject_of(asked, sections),
            headline=headline_of(asked, findings),
            lead=lead_of(asked),
            heading=look.heading or report.tenant.operator_name or "Switchboard",
            tenant=report.tenant.name,
            scope=_scope(report),
            period=capfirst(covered_words(report, period, local)),
            zone=report.time_zone,
            language=report.language,
            stamp=_in_place_of(remakes, _stamp(asked)),
            made=_("Made on %(day)s at %(time)s, %(zone)s.")
            % {
                "day": formats.date_words(local, "j F Y"),
                "time": f"{local:%H:%M}",
                "zone": report.time_zone,
            },
            foot=look.foot,
            colour=look.colour,
            sections=with_findings(sections, findings),
        )
    return document, asked


def covered_words(report: Report, period: Period, at: datetime) -> str:
    """What a run tells of that is made at an instant: its period, or as of when it says how things are."""
    if report.is_of_now:
        return as_of_words(at.astimezone(report.zone))
    return period_words(period, report.period)


def _figures(report: Report) -> list[str]:
    """Those that there are; of a ready-made report what it is called after first."""
    first = READY[Report.Ready(report.ready)].figures if report.ready else ()
    return sorted((key for key in report.figures if key in FIGURES), key=[*first, *report.figures].index)


def make(run: ReportRun) -> Made:
    """Write the document and the files of its formats."""
    report = run.report
    document, asked = document_of(report, run.period, _replaced(run))
    logo = _logo()
    with translation.override(report.language), timezone.override(report.zone):
        report_files.write(run, DOCUMENT, document.to_json().encode())
        day = timezone.localdate() if asked.is_of_now else run.first_day
        stem = slugify(f"{report.title} {day}") or f"report-{day}"
        files = []
        for kind in (Report.Format.PDF, Report.Format.XLSX, Report.Format.CSV):
            if kind in report.formats:
                content, told = _content(kind, document, logo)
                name = f"{stem}.{kind}"
                report_files.write(run, name, content)
                files.append({"name": name, "format": kind, "bytes": len(content), **told})
        return Made(subject=_subject(run, document), coverage=_coverage(asked), files=files)


def _logo() -> bytes | None:
    look = ReportLook.objects.first()
    return bytes(look.logo) if look and look.logo else None


def _content(kind: str, document: Document, logo: bytes | None) -> tuple[bytes, dict[str, Any]]:
    """A file, and what its run notes of it."""
    if kind == Report.Format.PDF:
        made = paper.paper_of(document, logo)
        return made.content, {"pages": made.pages, "places": dict(made.places)}
    rows = sheets.rows_of(document)
    if kind == Report.Format.XLSX:
        places = dict(sheets.sheets_of(document))
        return sheets.xlsx_of(document), {"sheets": len(places) + 1, "rows": rows, "places": places}
    return sheets.csv_of(document), {"rows": rows}


def _coverage(asked: Asked) -> dict[str, Any]:
    not_whole = () if asked.is_of_now else asked.not_whole
    return {
        "days": len(asked.period.days),
        "missing": [[one.connection.name, one.day.isoformat(), one.state] for one in not_whole],
        "kept_from": asked.lacks_calls_before.isoformat() if asked.lacks_calls_before else "",
    }


def _subject(run: ReportRun, document: Document) -> str:
    words = document.subject
    if run.sort == ReportRun.Sort.TEST:
        words = _("Test: %(subject)s") % {"subject": words}
    if _replaced(run):
        words = _("Made again: %(subject)s") % {"subject": words}
    return one_line(words)


def _scope(report: Report) -> str:
    place = report.line or report.connection
    return _("Only %(what)s") % {"what": place} if place else ""


def _stamp(asked: Asked) -> Stamp:
    """What of the period's calls is here; a report that tells of no calls says nothing about them."""
    whole = pgettext("report", "Complete")
    if not asked.is_of_calls:
        if asked.report.figures == ["changes"]:
            return Stamp(title=whole, text=_("Every change made from here is in it."))
        return Stamp(title=_("As last read"))
    days = asked.period.days
    strip = [[formats.date_words(day, "D")[:1].upper(), _state(asked, day)] for day in days]
    shown = strip if 1 < len(days) <= FEW_DAYS else []
    stars = _("Figures that contain it carry a star.")
    kept = _kept_words(asked)
    if kept and not asked.not_whole:
        stars = _("Such figures carry a star.")
        return Stamp(title=_("Not complete"), text=kept, stars=stars, is_whole=False, strip=shown)
    if not asked.not_whole:
        is_one = len(days) == 1
        text = _("The day was read whole.") if is_one else _("Every day of it was read whole.")
        return Stamp(title=whole, text=text, strip=shown)
    count = len(asked.days_not_whole)
    title = ngettext("Complete but for %(count)s day", "Complete but for %(count)s days", count)
    if asked.partly_lacking:
        title = _("Complete but for part of a day")
    if count == len(days):
        title = ngettext("The day is not complete", "None of the %(count)s days is complete", count)
    missing = missing_words(lacks_of(asked.not_whole))
    text = " ".join(filter(None, [missing, kept]))
    return Stamp(title=title % {"count": count}, text=text, stars=stars, is_whole=False, strip=shown)


def _kept_words(asked: Asked) -> str:
    if asked.lacks_calls_before is None:
        return ""
    words = _("Calls from before %(day)s are no longer kept: what is counted call by call lacks them.")
    return words % {"day": formats.date_words(asked.lacks_calls_before, "j F Y")}


def _replaced(run: ReportRun) -> ReportRun | None:
    """The run in whose place this one comes; none where that was never made."""
    return run.remakes if run.remakes is not None and run.remakes.made_at else None


def _in_place_of(run: ReportRun | None, stamp: Stamp) -> Stamp:
    """The stamp, which every page, mail and file of it has, with the one that it takes the place of."""
    if run is None:
        return stamp
    at = timezone.localtime(run.made_at)
    told = {"day": formats.date_words(at, "j F Y"), "time": f"{at:%H:%M}"}
    words = _("It takes the place of the one made on %(day)s at %(time)s.") % told
    return replace(stamp, replaces=words)


def arrived_since(run: ReportRun) -> int:
    """How many days of connections that were missing when it was made are whole by now."""
    now = {(one.connection.name, one.day.isoformat()) for one in Asked(run.report, run.period).not_whole}
    then = {(name, day) for name, day, _state_then in run.coverage.get("missing", ())}
    return len(then - now)


def _state(asked: Asked, day: date) -> str:
    return Coverage.State.MISSING.value if day in asked.days_not_whole else ""


def kept(run: ReportRun) -> Document | None:
    """The document of a run as it was sent; None where it was not made, its files are gone, or another release made them."""
    content = report_files.read(run, DOCUMENT)
    return Document.from_json(content.decode()) if content else None


def _message(run: ReportRun, receipt: Any) -> Any:
    document = kept(run)
    if document is None:
        raise FileNotFoundError(f"the files of run {run.pk} are gone")
    attached = {one["name"]: report_files.read(run, one["name"]) or b"" for one in run.files}
    return mail.message_of(run, receipt, document, attached, settings.PUBLIC_URL, _logo())


WORKSHOP = Workshop(make=make, message=_message, rights=rights_to)
