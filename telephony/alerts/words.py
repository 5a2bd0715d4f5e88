"""An alert in words, from the numbers that were kept of it: in the language, notation and zone of whoever reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import phonenumbers
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.lib.number_kinds import About, NumberKind
from portal.ui import formats
from portal.ui.figures import plain
from telephony.alerts.trouble_words import words_of_trouble
from telephony.models import Alert, AlertRule
from telephony.models.alerts import AnyRule
from telephony.models.rollups import DESTINATION_LENGTH

Numbers = Mapping[str, Any]
Kind = AlertRule.Kind


@dataclass(frozen=True)
class Words:
    """value     what was found, against `limit`: "62.5 % answered", "at least 80 %"; both may be empty
    sentence  the same in full, with the calls that it was found in
    """

    title: str
    value: str
    limit: str
    sentence: str


def words_of(alert: Alert) -> Words:
    words = _WORDS[alert.rule.kind](alert.evidence)
    return replace(words, sentence=" ".join([words.sentence, *_besides(alert.evidence)]))


def _besides(numbers: Numbers) -> Iterator[str]:
    if "is_late" in numbers:
        yield _("Not all of these calls were here in time.")
    if names := numbers.get("left_out"):
        words = ngettext(
            "%(names)s is paused: its calls since then are not counted.",
            "%(names)s are paused: their calls since then are not counted.",
            len(names),
        )
        yield words % {"names": ", ".join(names)}


def subject_of(alert: Alert) -> str:
    """The line, queue, group or connection; empty where it is about all calls of the tenant, or its title says it. Of what
    was over when its calls came, the day or month as well."""
    if alert.rule.kind == Kind.TROUBLE:
        return ""
    name = str(alert.evidence.get("name", ""))
    if "is_late" not in alert.evidence:
        return name
    shape = "F Y" if alert.rule.period == AlertRule.Period.MONTH else "j F"
    day = formats.date_words(date.fromisoformat(alert.evidence["first"]), shape)
    return " · ".join(filter(None, [name, day]))


def heading_of(alert: Alert) -> str:
    """Title and subject: "Answer rate too low: Accueil"."""
    title, subject = words_of(alert).title, subject_of(alert)
    return _("%(title)s: %(subject)s") % {"title": title, "subject": subject} if subject else title


def days_words(numbers: Numbers) -> str:
    """ "on 19 November", or "from 21 October to 19 November"; of a day that went on as well until when, by its clocks."""
    first, last = date.fromisoformat(numbers["first"]), date.fromisoformat(numbers["last"])
    told = {"first": formats.date_words(first, "j F"), "last": formats.date_words(last, "j F")}
    told["day"] = told["last"]
    if "end_at" in numbers:
        told["time"] = f"{datetime.fromisoformat(numbers['end_at']):%H:%M}"
        one, several = _("on %(day)s until %(time)s"), _("from %(first)s to %(last)s at %(time)s")
    else:
        one, several = _("on %(day)s"), _("from %(first)s to %(last)s")
    return (one if first == last else several) % told


def _answer_rate(numbers: Numbers) -> Words:
    sentence = ngettext(
        "%(reached)s of %(count)s inbound call %(when)s was answered.",
        "%(reached)s of %(count)s inbound calls %(when)s were answered.",
        numbers["calls"],
    )
    return Words(
        str(Kind.ANSWER_RATE.label),
        _("%(rate)s answered") % {"rate": plain(numbers["value"], "%", 1)},
        _("at least %(limit)s") % {"limit": plain(numbers["limit"], "%")},
        sentence
        % {
            "reached": formats.count(numbers["reached"]),
            "count": formats.count(numbers["calls"]),
            "when": days_words(numbers),
        },
    )


def _waiting(numbers: Numbers) -> Words:
    within = formats.seconds_words(numbers["limit_s"])
    sentence = ngettext(
        "Of %(count)s inbound call %(when)s that tells how long it waited, %(in_time)s was answered within %(within)s.",
        "Of %(count)s inbound calls %(when)s that tell how long they waited, %(in_time)s were answered within %(within)s.",
        numbers["calls"],
    )
    return Words(
        str(Kind.WAITING.label),
        _("%(rate)s within %(within)s") % {"rate": plain(numbers["value"], "%", 1), "within": within},
        _("at least %(limit)s") % {"limit": plain(numbers["limit"], "%")},
        sentence
        % {
            "in_time": formats.count(numbers["in_time"]),
            "count": formats.count(numbers["calls"]),
            "when": days_words(numbers),
            "within": within,
        },
    )


def _cost(numbers: Numbers) -> Words:
    value = str(formats.money(numbers["value"], numbers["currency"]))
    sentence = ngettext(
        "%(count)s call %(when)s cost %(value)s.",
        "%(count)s calls %(when)s cost %(value)s.",
        numbers["calls"],
    )
    return Words(
        str(Kind.COST.label),
        value,
        pgettext("a limit", "at most %(limit)s")
        % {"limit": formats.money(numbers["limit"], numbers["currency"])},
        sentence % {"count": formats.count(numbers["calls"]), "when": days_words(numbers), "value": value},
    )


def _quiet(numbers: Numbers) -> Words:
    last, until = (
        timezone.localtime(datetime.fromisoformat(numbers[name])) for name in ("last_call", "until")
    )
    words = {"last": formats.moment(last), "until": formats.moment(until), "usual": plain(numbers["usual"])}
    return Words(
        str(Kind.QUIET.label),
        _("%(span)s without a call") % {"span": formats.span(numbers["value"])},
        pgettext("a limit", "at most %(limit)s") % {"limit": formats.span(numbers["limit"])},
        _(
            "The last call was at %(last)s; calls are here until %(until)s. In the same hours of the weeks before there "
            "were %(usual)s on average."
        )
        % words,
    )


def _new_country(numbers: Numbers) -> Words:
    sentence = ngettext(
        "%(count)s call to %(country)s in the night from %(first)s, where nobody had called for %(days)s days.",
        "%(count)s calls to %(country)s in the night from %(first)s, where nobody had called for %(days)s days.",
        numbers["value"],
    ) % {
        "count": formats.count(numbers["value"]),
        "country": country_words(numbers["country"]),
        "first": formats.date_words(date.fromisoformat(numbers["first"]), "l j F"),
        "days": numbers["known_days"],
    }
    if numbers["cost"]:
        cost = ", ".join(str(formats.money(*pair[::-1])) for pair in numbers["cost"].items())
        sentence += " " + _("They cost %(cost)s so far.") % {"cost": cost}
    value = ngettext("%(count)s call to %(country)s", "%(count)s calls to %(country)s", numbers["value"])
    return Words(
        str(Kind.NEW_COUNTRY.label),
        value % {"count": formats.count(numbers["value"]), "country": country_words(numbers["country"])},
        pgettext("a limit", "at most %(limit)s") % {"limit": formats.count(numbers["limit"])},
        sentence,
    )


def country_words(code: str) -> str:
    """The country of a calling code, the main one of several; of an area of +1 its own."""
    region = phonenumbers.region_code_for_country_code(int(code)) if len(code) < DESTINATION_LENGTH else ""
    if not region or region == "ZZ":
        sample = phonenumbers.PhoneNumber(country_code=1, national_number=int(f"{code[2:]}5550100"))
        region = phonenumbers.region_code_for_number(sample) or ""
    name = About(kind=NumberKind.OTHER, country=region).country_name if region != "001" else ""
    return f"{name} ({code})" if name else code


def _trouble(numbers: Numbers) -> Words:
    words = words_of_trouble(numbers["sort"], numbers["name"], numbers["count"], numbers["error"])
    return Words(words.title, "", "", words.text)


_WORDS: Mapping[str, Callable[[Numbers], Words]] = {
    Kind.TROUBLE: _trouble,
    Kind.QUIET: _quiet,
    Kind.NEW_COUNTRY: _new_country,
    Kind.ANSWER_RATE: _answer_rate,
    Kind.WAITING: _waiting,
    Kind.COST: _cost,
}


# ---- rules ----
def rule_words(rule: AnyRule) -> str:
    """What the rule holds, as a sentence without its end: "less than 80 % answered today, from 20 calls on"."""
    return _RULES[rule.kind](rule)


def of_words(rule: AlertRule) -> str:
    """What it is of."""
    if rule.place is not None:
        return str(rule.place)
    if rule.connection is not None:
        return rule.connection.name
    left = len(rule.left_out)
    of = str(rule.get_of_display())
    if not left:
        return of
    return ngettext("%(of)s, %(count)s left out", "%(of)s, %(count)s left out", left) % {
        "of": of,
        "count": left,
    }


def _least(rule: AnyRule, words: str) -> str:
    if not rule.least_calls or rule.least_calls < 2:
        return words
    told = {"words": words, "count": formats.count(rule.least_calls)}
    return _("%(words)s, from %(count)s calls on") % told


def _rate_rule(rule: AnyRule) -> str:
    told = {"limit": plain(rule.limit_percent or 0, "%"), "period": rule.get_period_display()}
    return _least(rule, _("less than %(limit)s answered %(period)s") % told)


def _waiting_rule(rule: AnyRule) -> str:
    told = {
        "limit": plain(rule.limit_percent or 0, "%"),
        "within": formats.seconds_words(rule.limit_s or 0),
        "period": rule.get_period_display(),
    }
    return _least(rule, _("less than %(limit)s answered within %(within)s %(period)s") % told)


def _cost_rule(rule: AnyRule) -> str:
    told = {"limit": formats.money(rule.limit_micros, rule.currency), "period": rule.get_period_display()}
    return _("more than %(limit)s %(period)s") % told


def _trouble_rule(_rule: AnyRule) -> str:
    return _("to be connected again, given up, behind, or days missing")


def _quiet_rule(rule: AnyRule) -> str:
    told = {"span": formats.span(rule.limit_s or 0), "count": formats.count(rule.least_calls or 0)}
    return _("%(span)s of opening hours without a call, where there are usually %(count)s or more") % told


def _new_country_rule(rule: AnyRule) -> str:
    told = {
        "count": formats.count(rule.limit_calls or 0),
        "from": f"{rule.from_time:%H:%M}",
        "until": f"{rule.until_time:%H:%M}",
        "days": rule.known_days,
    }
    return (
        _(
            "more than %(count)s calls from %(from)s to %(until)s to a country that was not called for %(days)s days"
        )
        % told
    )


_RULES: Mapping[str, Callable[[AnyRule], str]] = {
    Kind.TROUBLE: _trouble_rule,
    Kind.QUIET: _quiet_rule,
    Kind.NEW_COUNTRY: _new_country_rule,
    Kind.ANSWER_RATE: _rate_rule,
    Kind.WAITING: _waiting_rule,
    Kind.COST: _cost_rule,
}
