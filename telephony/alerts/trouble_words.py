"""What is wrong with a connection, in words: what, why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui.formats import count as grouped
from telephony.services.troubles import Sort


@dataclass(frozen=True)
class TroubleWords:
    icon: str
    title: str
    text: str
    action: str


def words_of_trouble(sort: str, name: str, count: int, error: str) -> TroubleWords:
    """`count` of days or records, `error` as it was said."""
    match Sort(sort):
        case Sort.NEEDS_RECONNECT:
            return TroubleWords(
                "plug-connected-x",
                _("%(name)s needs to be reconnected") % {"name": name},
                _with_days(_("Calls since then will be fetched afterwards; none is lost."), count),
                _("Reconnect"),
            )
        case Sort.BEHIND:
            return TroubleWords(
                "cloud-off",
                _("No new calls come from %(name)s") % {"name": name},
                _with_days(
                    _("The provider does not answer, or the sync does not get its turn. It is tried again."),
                    count,
                ),
                _("Look at the connection"),
            )
        case Sort.PAUSED:
            return TroubleWords(
                "player-pause",
                _("%(name)s is paused") % {"name": name},
                _with_days(_("Nothing is fetched from it until somebody lets its schedule go on."), count),
                _("Look at the connection"),
            )
        case Sort.HELD_BACK:
            return TroubleWords(
                "alert-triangle",
                _("The lists of %(name)s suddenly lack much") % {"name": name},
                error,
                _("Look, and accept it or not"),
            )
        case Sort.GIVEN_UP:
            return TroubleWords(
                "alert-triangle",
                _("A sync of %(name)s was given up") % {"name": name},
                error,
                _("Look at the run"),
            )
        case Sort.MISSING_DAYS:
            title = ngettext("%(days)s day of %(name)s missing", "%(days)s days of %(name)s missing", count)
            return TroubleWords(
                "calendar-x",
                title % {"days": count, "name": name},
                _("Every figure that covers them says so."),
                _("Fetch them"),
            )
        case Sort.UNREADABLE:
            title = ngettext("%(rows)s record could not be read", "%(rows)s records could not be read", count)
            return TroubleWords(
                "file-alert",
                title % {"rows": grouped(count)},
                _("Set aside with the reason; the rest of %(name)s was stored.") % {"name": name},
                _("Look at the connection"),
            )


def _with_days(text: str, count: int) -> str:
    """The text, and how many days are missing by now."""
    if not count:
        return text
    days = ngettext("%(days)s day is missing so far.", "%(days)s days are missing so far.", count)
    return f"{text} {days % {'days': count}}"
