"""The mail of a report: its text, its page with figures as pictures, and the files. Outsiders get no links.

Figures are pictures with their finding as words instead; where a reader shows none, the tables say the same. They are
drawn as for a telephone, so that a mail can be read on one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.rights import NO_RIGHTS, Right, rights_of
from portal.ui import formats
from telephony.models import Report, ReportReceipt, ReportRun
from telephony.reports import drawing
from telephony.reports.document import Document, Finding, Section, Shown
from telephony.reports.drawing import picture, size_of
from telephony.tables.report_words import cadence_words

MOST_ROWS = 12  # of a table in the mail; the files have all
MOST_BESIDE_NUMBERS, MOST_AT_FULL_SIZE = 2, 5  # columns of figures on a telephone
TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def message_of(
    run: ReportRun,
    receipt: ReportReceipt,
    document: Document,
    attached: Mapping[str, bytes],
    public_url: str,
    logo: bytes | None = None,
) -> EmailMultiAlternatives:
    """The mail of one receipt, ready to be sent, its Message-ID that of the receipt."""
    report = run.report
    shown = drawing.logo(logo) if logo else None
    has_body = Report.Format.BODY in report.formats
    rights = rights_of(receipt.person, report.tenant) if receipt.person else NO_RIGHTS
    sections = [one for one in document.sections if has_body or one.findings]
    drawn = [one for one in sections if one.svg]
    told: dict[str, Any] = {
        "document": document,
        "run": run,
        "report": report,
        "logo": shown and shown[1:],
        "is_test": run.sort == ReportRun.Sort.TEST,
        "is_outside": receipt.person is None,
        "url": public_url + _path(run) if Right.REPORTS_SCHEDULE in rights else "",
        "sections": [
            _Told(one, drawn.index(one) if one in drawn else None, has_files=bool(run.files))
            for one in sections
        ],
    }
    with translation.override(report.language), timezone.override(report.zone):
        ways = public_url if Right.CALLS_LIST in rights else None
        looks = [_Look.of(one, run.files, ways) for section in sections for one in section.findings]
        told |= {
            "headline": next((one for one in looks if one.say == document.headline), None),
            "looks": [one for one in looks if one.say != document.headline],
            "files": [(file["name"], file_words(file)) for file in run.files],
            "cadence": cadence_words(report) if run.sort == ReportRun.Sort.SCHEDULED else "",
        }
        message = EmailMultiAlternatives(
            run.subject,
            render_to_string("telephony/mail/report.txt", told),
            from_email=formataddr(
                (" ".join(document.heading.split()), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
            ),
            to=[receipt.address],
            reply_to=[report.owner.email] if report.owner else None,
            headers={"Message-ID": receipt.message_id, "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string("telephony/mail/report.html", told), "text/html")
    if shown:
        message.attach(_inside("logo", shown[0]))
    for place, one in enumerate(drawn):
        message.attach(_inside(f"figure-{place}", picture(one.narrow or one.svg, document.colour), one.key))
    for name, content in attached.items():
        message.attach(name, content, TYPES[name.rpartition(".")[2]])
    return message


def _inside(name: str, content: bytes, file: str = "") -> MIMEImage:
    """A PNG that the mail's page shows as `cid:name`."""
    image = MIMEImage(content, "png")
    image.add_header("Content-ID", f"<{name}>")
    image.add_header("Content-Disposition", "inline", filename=f"{file or name}.png")
    return image


def _path(run: ReportRun) -> str:
    return reverse("telephony:report_run", kwargs={"slug": run.report.tenant.slug, "pk": run.pk})


def file_words(file: Mapping[str, Any]) -> str:
    """ "3 pages, 90.5 KB": what a file of a run has, and its size."""
    told = []
    if pages := file.get("pages"):
        told.append(ngettext("%(count)s page", "%(count)s pages", pages) % {"count": formats.count(pages)})
    if sheets := file.get("sheets"):
        told.append(
            ngettext("%(count)s sheet", "%(count)s sheets", sheets) % {"count": formats.count(sheets)}
        )
    if rows := file.get("rows"):
        told.append(ngettext("%(count)s row", "%(count)s rows", rows) % {"count": formats.count(rows)})
    return ", ".join([*told, filesizeformat(file["bytes"])])


@dataclass(frozen=True)
class _Look:
    """A finding as the mail has it; `place` is where in the files there is more of it."""

    say: str
    evidence: str
    url: str
    place: str

    @classmethod
    def of(cls, finding: Finding, files: Sequence[Mapping[str, Any]], ways: str | None) -> _Look:
        """`ways` is what addresses begin with, None for who may not go there."""
        url = f"{ways}{finding.url}" if ways is not None and finding.url else ""
        return cls(finding.say, finding.evidence, url, _place_words(finding.about, files))


def _place_words(section: str, files: Sequence[Mapping[str, Any]]) -> str:
    """In the first of the files that has pages or sheets; "" where it has a single page."""
    file = next((one for one in files if section in one.get("places", {})), None)
    if file is None or file.get("pages") == 1:
        return ""
    words = _("page %(n)s") if "pages" in file else _("sheet %(n)s")
    return words % {"n": file["places"][section]}


class _Told:
    """A section as the mail has it."""

    def __init__(self, section: Section, picture: int | None, *, has_files: bool) -> None:
        self.section, self.picture, self.has_files = section, picture, has_files

    @property
    def width(self) -> int:
        drawn = self.section.narrow or self.section.svg
        return min(560, round(size_of(drawn)[0] * 1.4)) if drawn else 0

    @property
    def rows(self) -> list[list[Shown]]:
        return self.section.cells[: MOST_ROWS if self.has_files else None]

    @property
    def more(self) -> str:
        """That there are more rows, in the files where there are any."""
        hidden = len(self.section.rows) - MOST_ROWS
        if not self.has_files or hidden <= 0:
            return self.section.more
        words = ngettext("%(n)s more row in the files", "%(n)s more rows in the files", hidden)
        return words % {"n": formats.count(hidden)}

    @property
    def has_table(self) -> bool:
        section = self.section
        return bool(section.rows) and not (section.svg or section.tiles or section.findings)

    @property
    def spare(self) -> int:
        """Place of the column, from 1 on, that goes where there is no room: the number of what has a name. 0 of none."""
        kinds = [column.kind for column in self.section.columns]
        has_room = self._figures <= MOST_BESIDE_NUMBERS
        return 0 if has_room or "number" not in kinds[1:] else kinds.index("number") + 1

    @property
    def apart(self) -> int:
        """Place of the column, from 1 on, whose words stand right behind figures and need room before them. 0 of none."""
        sides = [column.is_right for column in self.section.columns]
        return next((at for at, (before, own) in enumerate(pairwise(sides), 2) if before and not own), 0)

    @property
    def is_wide(self) -> bool:
        """Whether a telephone has it in smaller letters."""
        return self._figures > MOST_AT_FULL_SIZE

    @property
    def _figures(self) -> int:
        return sum(column.is_right for column in self.section.columns)

    @property
    def plain_rows(self) -> Any:
        """For the text alone: figures too are told as their table. It is no HTML."""
        return mark_safe("\n".join("  " + " · ".join(cell.text for cell in row) for row in self.rows))
