"""What the versions of a closed month tell otherwise than each other, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats


def versions_told(versions: Sequence[Mapping[str, Any]], now: Mapping[str, Any]) -> dict[str, Any]:
    """What the last version has otherwise than what is so now, and the one before it otherwise than that; the last first.
    Figures as rollup_closing.figures_of gives them.
    """
    if not versions:
        return {}
    last, *earlier = versions
    return {
        "has_changed_since": last != now,
        "told_otherwise": _told_otherwise(last, now),
        "told_before": _told_otherwise(earlier[0], last) if earlier else "",
    }


def _told_otherwise(said: Mapping[str, Any], later: Mapping[str, Any]) -> str:
    """Those figures of a version that another has otherwise: "1,747 missed, 904:45:10 talked"."""
    counts = {
        "calls": ngettext("%(count)s call", "%(count)s calls", said["calls"]),
        "inbound": _("%(count)s inbound"),
        "reached": _("%(count)s answered"),
        "missed": _("%(count)s missed"),
        "outbound": _("%(count)s outbound"),
    }
    words = [
        text % {"count": formats.count(said[name])}
        for name, text in counts.items()
        if said[name] != later[name]
    ]
    if said["talk_s"] != later["talk_s"]:
        words.append(_("%(time)s talked") % {"time": formats.duration(said["talk_s"])})
    currencies = sorted({*said["cost"], *later["cost"]})
    words += [
        str(formats.money(said["cost"].get(currency, 0), currency))
        for currency in currencies
        if said["cost"].get(currency) != later["cost"].get(currency)
    ]
    return ", ".join(words)
