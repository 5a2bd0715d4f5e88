"""A country that was called for the first time in half a year, as far as calls are known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from telephony.alerts.words import country_words
from telephony.reports.asked import Asked
from telephony.reports.document import Finding
from telephony.reports.place_sections import OUTBOUND
from telephony.services.report_history import countries

LOOKED_BACK, LEAST_KNOWN = 180, 60  # days before the period, and how many of them must be whole
LEAST_CALLS = 3


def find(asked: Asked) -> Iterator[Finding]:
    first, last = asked.span.first - timedelta(days=LOOKED_BACK), asked.span.first - timedelta(days=1)
    lacking = {one.day for one in asked.lacking(first, last)}
    known = 0 if asked.is_counted_anew and asked.kept_since(first) else LOOKED_BACK - len(lacking)
    home = f"+{phonenumbers.country_code_for_region(asked.report.tenant.region)}"
    now = countries(asked.span.first, asked.span.last, asked.zone, asked.scope, asked.currencies)
    abroad = [(code, one) for code, one in now.items() if one.calls >= LEAST_CALLS and code != home]
    if known < LEAST_KNOWN or not abroad:
        return
    before = countries(first, last, asked.zone, asked.scope, asked.currencies)
    new = [(code, one) for code, one in abroad if code not in before]
    if not new:
        return
    new.sort(key=lambda item: (-item[1].calls, item[0]))
    (country, calls), others = new[0], new[1:]
    told = ngettext("%(count)s call", "%(count)s calls", calls.calls) % {"count": formats.count(calls.calls)}
    costs = [str(formats.money(micros, currency)) for currency, micros in sorted(calls.cost.items())]
    evidence = [
        ", ".join([told + asked.star, formats.span(calls.talk_s), *costs]) + ".",
        ngettext(
            "None on %(count)s day before.", "None on %(count)s days before.", known
        ) % {"count": known},
    ]  # fmt: skip
    if others:
        names = ", ".join(country_words(code) for code, _calls in others)
        evidence.append(_("Also new: %(countries)s.") % {"countries": names})
    yield Finding(
        say=_("A country called for the first time: %(country)s") % {"country": country_words(country)},
        evidence=" ".join(evidence),
        of="countries",
        url=asked.calls(**OUTBOUND, country=country),
    )
