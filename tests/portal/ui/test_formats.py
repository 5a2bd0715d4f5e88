from __future__ import annotations

import datetime as dt
import re

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation

from portal.lib.dates import day_number
from portal.ui import formats
from portal.ui.looks import look_of

NOW = dt.datetime(2026, 11, 19, 14, 42, tzinfo=dt.UTC)


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("seconds", "talk", "wait"),
    [
        (144, "2:24", "2:24"),
        (753, "12:33", "12:33"),
        (3764, "1:02:44", "1:02:44"),
        (38, "0:38", "38 s"),
        (108, "1:48", "1:48"),
    ],
)
def test_talk_and_wait_are_written_differently(seconds, talk, wait):
    assert plain(formats.duration(seconds)) == talk
    assert plain(formats.duration(seconds, wait=True)) == wait


def test_no_duration_is_a_dash_and_never_zero():
    assert "–" in formats.duration(None)
    assert "–" in formats.duration(0)
    assert plain(formats.duration(0, wait=True)) == "0 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(4, "4 s"), (180, "3 min"), (7200, "2 h"), (7500, "2 h 05 min"), (24 * 86400, "24 d")],
)
def test_spans_take_their_largest_units(seconds, words):
    assert plain(formats.span(seconds)) == words


def test_an_age_knows_fresh_stale_and_lost():
    at = NOW - dt.timedelta(minutes=3)

    assert plain(formats.age(at, prefix="read", now=NOW).text) == "read 3 min ago"
    assert formats.age(at, stale_s=600, lost_s=3600, now=NOW).state == ""
    assert formats.age(at, stale_s=60, lost_s=3600, now=NOW).state == "stale"
    assert formats.age(at, stale_s=60, lost_s=120, now=NOW).state == "lost"
    assert formats.age(None, lost_s=60).state == "lost"
    assert plain(formats.age(NOW + dt.timedelta(minutes=5), now=NOW).text) == "in 5 min"


def test_moments_and_the_exact_instant_follow_the_readers_zone():
    with timezone.override("Asia/Kathmandu"):
        assert plain(formats.moment(NOW, now=NOW)) == "20:27"
        assert formats.exact(NOW) == "19 November 2026 20:27:00 Asia/Kathmandu"
    with timezone.override("Europe/Paris"):
        assert plain(formats.moment(NOW - dt.timedelta(days=2), now=NOW)) == "17 Nov 15:42"
        assert plain(formats.moment(NOW - dt.timedelta(days=400), now=NOW)) == "15 Oct 2025 16:42"


def test_days_are_named():
    today = dt.date(2026, 11, 19)

    assert formats.day(today, today=today) == "<b>Today</b>, Thursday 19 November"
    assert formats.day(dt.date(2026, 11, 18), today=today) == "<b>Yesterday</b>, Wednesday 18 November"
    assert formats.day(dt.date(2025, 11, 18), today=today) == "<b>Tuesday 18 November 2025</b>"


def test_money_has_its_currency_and_shows_parts_of_a_cent():
    assert plain(formats.money(12_840_000, "EUR")) == "12.84 €"
    assert plain(formats.money(3_400, "EUR")) == "0.0034 €"
    assert plain(formats.money(0, "EUR")) == "0.00 €"
    with translation.override("fr"):
        assert plain(formats.money(12_840_000, "EUR")) == "12,84 €"


def test_a_number_is_grouped_in_the_notation_asked_for():
    assert plain(formats.number("+33199001001")) == (
        '<span class="sb-num"><span class="cc">+33</span> 1 99 00 10 01</span>'
    )
    assert "01 99 00 10 01" in plain(formats.number("+33199001001", notation="national"))
    assert "+44" in formats.number("+442079460018", notation="national")
    assert "ext. 204" in plain(formats.number("204"))
    assert "withheld" in formats.number("anonymous")


def test_the_name_comes_first_and_an_unnamed_number_takes_its_place():
    assert formats.who("+33199001001", "Accueil").index("Accueil") < formats.who(
        "+33199001001", "Accueil"
    ).index("+33")
    assert "<b><span" in formats.who("+33199001001")
    assert "&lt;i&gt;" in formats.who("+33199001001", "<i>")


def test_a_state_that_nobody_registered_is_shown_as_it_is():
    assert look_of("outcome", "new_word").word == "new word"


def test_templates_never_group_the_digits_of_an_id() -> None:
    """`?line={{ line.pk }}` is `?line=1,067` from a thousand rows on: an id is written with `|unlocalize`."""
    grouped = re.compile(r"\{\{ (?!attrs\.)[\w.]+\.(pk|id|(?!auto_|target_remote_)\w+_id) \}\}")
    templates = (settings.BASE_DIR / "templates").rglob("*.html")

    assert [
        f"{path.name}: {found[0]}" for path in templates for found in grouped.finditer(path.read_text())
    ] == []


def test_the_first_day_of_a_month_is_an_ordinal_where_the_language_wants_it():
    first, last = dt.date(2026, 11, 1), dt.date(2026, 11, 21)
    assert formats.date_words(first, "l j F Y") == "Sunday 1 November 2026"
    assert (day_number(1), day_number(21)) == ("1", "21")
    with translation.override("fr"):
        assert formats.date_words(first, "l j F Y") == "dimanche 1er novembre 2026"
        assert formats.date_words(last, "j F") == "21 novembre"
        assert formats.date_words(first, formats.SHORT_DATE) == "1er nov. 2026"
        assert (day_number(1), day_number(21)) == ("1er", "21")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "1 December, 00:30; 1 December"), ("fr", "1er décembre, 00:30; 1er décembre")],
)
def test_a_template_writes_the_first_of_a_month_as_the_reader_has_it(language, words):
    """In their zone, with the time that the pattern asks for."""
    at = dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC)
    template = Template(
        '{{ at|date_words:"j F, H:i" }}; {{ at|date_words:"j F" }}{{ none|date_words:"j F" }}'
    )
    with translation.override(language), timezone.override("Europe/Paris"):
        assert template.render(Context({"at": at, "none": None})) == words


def test_no_date_before_the_name_of_its_month_is_written_another_way() -> None:
    """Django's own writes "1 décembre"."""
    other = re.compile(r"""(\|date:_?\(?|\bdate_format\([^"'\n]*)["'][^"']*\bj\b""")
    found = [
        f"{path.name}: {one[0]}"
        for top in ("templates", "portal", "accounts", "telephony")
        for path in (settings.BASE_DIR / top).rglob("*.*")
        if path.suffix in (".html", ".txt", ".py")
        for one in other.finditer(path.read_text())
    ]
    assert found == []
