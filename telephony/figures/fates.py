"""What became of unanswered calls: those that were missed, and those that left a message."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.paper_figures import Part, whole
from telephony.figures.tables import Column, Table
from telephony.figures.told import Told
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


def fates_figure(found: Fates) -> Told:
    """One bar cut into the fates; its label is the title."""
    title = ngettext(
        "What became of the %(count)s unanswered call",
        "What became of the %(count)s unanswered calls",
        found.all,
    ) % {"count": formats.count(found.all)}
    parts = [Part(value=found.of(fate), words=words, css=css) for fate, words, css in fate_words()]
    columns = [Column(_("What became of it"), "text", "fate"), Column(_("Calls"), "count", "calls")]
    return Told(
        figure=whole(parts, label=title, head=(_("What became of it"), _("Calls"))),
        sentence="",
        measure=_("Missed, or left a message; those whose number is known, up to now."),
        table=Table(
            title=_("What became of unanswered calls"),
            columns=columns,
            rows=[[part.words, part.value] for part in parts],
        ),
        is_empty=not found.all,
    )
