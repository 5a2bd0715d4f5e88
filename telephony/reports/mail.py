"""The mail of a report: its text, its page with figures as pictures, and the files. Outsiders get no links.

Figures are pictures with their finding as words instead; where a reader shows none, the tables say the same. They are
drawn as for a telephone, so that a mail can be read on one.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.mime.image import MIMEImage
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from telephony.models import Report, ReportReceipt, ReportRun
from telephony.reports import drawing
from telephony.reports.document import Document, Section, Shown
from telephony.reports.drawing import picture, size_of

MOST_ROWS = 12  # of a table in the mail; the files have all
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
    told: dict[str, Any] = {
        "document": document,
        "run": run,
        "report": report,
        "has_body": Report.Format.BODY in report.formats,
        "logo": shown and shown[1:],
        "is_test": run.sort == ReportRun.Sort.TEST,
        "files": run.files,
        "url": public_url + _path(run) if receipt.person_id else "",
    }
    drawn = [one for one in document.sections if one.svg] if told["has_body"] else []
    told["sections"] = [_Told(one, drawn.index(one) if one in drawn else None) for one in document.sections]
    with translation.override(report.language), timezone.override(report.zone):
        message = EmailMultiAlternatives(
            run.subject,
            render_to_string("telephony/mail/report.txt", told),
            to=[receipt.address],
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


class _Told:
    """A section as the mail has it."""

    def __init__(self, section: Section, picture: int | None) -> None:
        self.section, self.picture = section, picture

    @property
    def width(self) -> int:
        drawn = self.section.narrow or self.section.svg
        return min(560, round(size_of(drawn)[0] * 1.4)) if drawn else 0

    @property
    def rows(self) -> list[list[Shown]]:
        return self.section.cells[:MOST_ROWS]

    @property
    def hidden_rows(self) -> int:
        """Those that only the files have."""
        return max(0, len(self.section.rows) - MOST_ROWS)

    @property
    def has_table(self) -> bool:
        return bool(self.section.rows) and not self.section.svg and not self.section.tiles

    @property
    def plain_rows(self) -> Any:
        """For the text alone: figures too are told as their table. It is no HTML."""
        return mark_safe("\n".join("  " + " · ".join(cell.text for cell in row) for row in self.rows))
