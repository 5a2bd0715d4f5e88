"""What became of missed calls, drawn once for reports and pages."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.paper_figures import Part, whole
from portal.ui.svg import Figure
from telephony.models.spoken import Fate
from telephony.services.report_facts import Fates


def fate_words() -> list[tuple[Fate, str, str]]:
    """Fate, its words in a figure of them all, and its fill; "" for the hatched exception."""
    return [
        (Fate.WITHIN_HOUR, _("called back within the hour"), "f1"),
        (Fate.SAME_DAY, _("the same day"), "f4"),
        (Fate.LATER, _("later"), "f3"),
        (Fate.CALLED_AGAIN, _("called again and answered"), "fq"),
        (Fate.NEVER, _("never"), ""),
    ]


def fates_figure(found: Fates) -> Figure:
    """One bar cut into the fates; its label is the title."""
    title = ngettext(
        "What became of the %(count)s missed call", "What became of the %(count)s missed calls", found.all
    ) % {"count": formats.count(found.all)}
    parts = [Part(value=found.of(fate), words=words, css=css) for fate, words, css in fate_words()]
    return whole(parts, label=title, head=(_("What became of it"), _("Calls")))
