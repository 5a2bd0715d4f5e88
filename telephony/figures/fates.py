"""What became of unanswered calls: those that were missed, and those that left a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.paper_figures import Part, whole
from telephony.figures.tables import Column, Table
from telephony.figures.told import Told
from telephony.models.spoken import Fate
from telephony.services.fates import Fates


def fate_words() -> list[tuple[Fate, str, str]]:
    """Fate, its words in a figure of them all, and its fill; "" for the hatched exception."""
    return [
        (Fate.WITHIN_HOUR, _("called back within the hour"), "f1"),
        (Fate.SAME_DAY, _("the same day"), "f4"),
        (Fate.LATER, _("later"), "f3"),
        (Fate.CALLED_AGAIN, _("called again and answered"), "fq"),
        (Fate.NEVER, _("never"), ""),
    ]


def fates_figure(found: Fates, url_of: Callable[[Fate], str] | None = None) -> Told:
    """One bar cut into the fates; its label is the title. In its table each leads to its calls by `url_of`."""
    title = ngettext(
        "What became of the %(count)s unanswered call",
        "What became of the %(count)s unanswered calls",
        found.all,
    ) % {"count": formats.count(found.all)}
    parts = [Part(value=found.of(fate), words=words, css=css) for fate, words, css in fate_words()]
    columns = [Column(_("What became of it"), "text", "fate"), Column(_("Calls"), "count", "calls")]
    figure = whole(parts, label=title, head=(_("What became of it"), _("Calls")))
    if url_of:
        rows = [(words, _linked(found.of(fate), url_of(fate))) for fate, words, _css in fate_words()]
        figure = replace(figure, rows=rows, css="paper")
    return Told(
        figure=figure,
        sentence="",
        measure=_("Missed, or left a message; those whose number is known, up to now."),
        table=Table(
            title=_("What became of unanswered calls"),
            columns=columns,
            rows=[[part.words, part.value] for part in parts],
        ),
        is_empty=not found.all,
    )


def _linked(count: int, url: str) -> str:
    return format_html('<a href="{}">{}</a>', url, formats.count(count)) if count else formats.count(count)
