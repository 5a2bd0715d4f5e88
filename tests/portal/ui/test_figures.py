from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ui import figures, grids, paper_figures
from portal.ui.figures import Gap, Mark, Share, Slot
from portal.ui.paper_figures import Part, whole

DAYS = [str(number) for number in range(1, 31)]
RATES = [91, 92, 90, 91, None, None, 90, 92, 93, 79, 77, 78, 76, 78, 88, *[90.5] * 14, 88.3]


def rate_figure():
    return figures.line(
        RATES,
        DAYS,
        label="Answer rate by day",
        low=60,
        high=100,
        unit="%",
        digits=1,
        usual=90.4,
        end_words="today",
        gaps=[Gap(first=4, last=5, words="Keyyo missing")],
        marks=[Mark(at=8.6, letter="A"), Mark(at=13.8, letter="B")],
    )


def one_of_each():
    week = dt.date(2026, 11, 16)
    return {
        "line": rate_figure(),
        "bars": figures.bars([3, None, 12, 0], ["a", "b", "c", "d"], label="Calls"),
        "sparkline": figures.sparkline([1, 2, None, 3], label="Trend"),
        "strip": figures.strip(
            [Slot(tone="ok"), Slot(tone="bad", title="refused"), Slot(tone="empty")],
            label="Health",
            first="yesterday",
            last="now",
            words="01:20 refused",
            at=1,
        ),
        "shares": figures.shares([Share(label="syncs", value=85, css="a")], label="Quota"),
        "heat": grids.heat([("Mon", [0, 12.2, None, 38])], ["7", "8", "9", "10"], label="When people call"),
        "calendar": grids.calendar(
            {
                week: grids.Day(state="complete", count=214),
                week + dt.timedelta(1): grids.Day(state="partial", count=3),
                week + dt.timedelta(2): grids.Day(state="missing"),
                week + dt.timedelta(3): grids.Day(state="fetching"),
            },
            week - dt.timedelta(400),
            week + dt.timedelta(3),
            label="Coverage",
        ),
    }


@pytest.mark.parametrize("name", one_of_each())
def test_each_figure_says_its_finding_and_is_well_formed(name):
    figure = one_of_each()[name]
    root = ElementTree.fromstring(figure.svg)

    assert root.get("role") == "img"
    assert root.get("aria-label") == figure.label
    assert "style=" not in figure.svg and "nan" not in figure.svg


@pytest.mark.parametrize("name", one_of_each())
def test_each_figure_is_the_same_every_time(name):
    assert one_of_each()[name].svg == one_of_each()[name].svg


def test_the_line_stops_at_a_gap_and_the_gap_is_named():
    svg = rate_figure().svg

    assert len(re.findall(r'class="line l1"', svg)) == 2
    assert "hatch-" in svg and ">missing</text>" in svg
    assert rate_figure().rows[4] == ("5", "–")


def test_the_last_value_is_written_at_the_end_of_the_line():
    assert ">88.3\u00a0% today</text>" in rate_figure().svg


def test_words_at_the_end_of_a_line_stand_below_it_where_they_have_no_room():
    figure = figures.line(
        [80, 87],
        ["1", "2"],
        label="r",
        unit="%",
        usual=86,
        usual_words="%(value)s before",
        end_words="en ce moment",
    )
    wide, narrow = (
        re.findall(r">([^<>]*(?:87\u00a0%|en ce moment|before))</text>", one)
        for one in (figure.svg, figure.narrow)
    )
    assert wide == ["87\u00a0% en ce moment", "86 before"]
    assert narrow == ["87\u00a0%", "en ce moment", "86 before"]


def test_the_last_words_below_a_whole_end_within_it():
    parts = [Part(value=1890, words="called again", css="f1"), Part(value=1078, words="never", css="")]
    drawn = whole(parts, label="fates").svg
    begins = {words: float(x) for x, words in re.findall(r'<text x="([\d.]+)"[^>]*>([^<]+)</text>', drawn)}
    assert begins["never"] - begins["1,078"] >= 4 * figures.LETTER
    assert begins["never"] + len("never") * figures.LETTER <= paper_figures.WIDE


def test_changes_stand_as_letters_under_the_axis():
    assert re.findall(r'class="s">([AB])<', rate_figure().svg) or ">A</text>" in rate_figure().svg


def test_bars_begin_at_zero_and_a_missing_one_has_no_bar():
    figure = one_of_each()["bars"]

    assert ">0</text>" in figure.svg
    assert figure.svg.count("<title>") == 3
    assert figure.rows[1] == ("b", "–")


def test_the_calendar_draws_each_state_differently():
    svg = one_of_each()["calendar"].svg

    for css in ("r5", "sb-cal-part", "sb-cal-miss", "sb-cal-busy", "sb-cal-none"):
        assert f'class="{css}"' in svg
    assert one_of_each()["calendar"].rows[0] == ("November 2026", 1, 1, 1, 1, 15)


def test_words_are_escaped():
    figure = figures.bars([1], ["<b>"], label='"><script>')

    assert "<script>" not in figure.svg and "<b>" not in figure.svg


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1e7, allow_nan=False)), max_size=40),
    st.one_of(st.none(), st.floats(0, 1e6, allow_nan=False)),
)
def test_any_values_are_drawn_inside_the_frame(values, usual):
    labels = [str(number) for number in range(len(values))]
    for figure in (
        figures.line(values, labels, label="x", usual=usual),
        figures.bars(values, labels, label="x"),
        figures.sparkline(values, label="x"),
    ):
        root = ElementTree.fromstring(figure.svg)
        _x, _y, _width, height = map(float, root.get("viewBox").split())
        for circle in root.iter("circle"):
            assert 0 <= float(circle.get("cy")) <= height


@given(st.floats(0, 1000), st.floats(0, 1e6))
def test_ticks_are_few_and_reach_the_top(low, span):
    levels = figures.ticks(low, low + span)

    assert levels[0] == low and levels[-1] >= low + span - 1e-3
    assert len(levels) <= 8


def test_a_scale_of_percentages_ends_at_one_hundred():
    assert figures.ticks(50, 100) == [50, 60, 70, 80, 90, 100]
    assert figures.ticks(60, 100) == [60, 70, 80, 90, 100]
    assert figures.ticks(0, 100) == [0, 20, 40, 60, 80, 100]


@pytest.mark.parametrize("at", [0, 50, 95])
def test_the_words_of_a_strip_stay_clear_of_those_at_its_ends(at):
    drawn = figures.strip(
        [Slot(tone="ok")] * 96,
        label="Health",
        first="27 nov. 11:40",
        last="maintenant",
        words="11:24 en échec",
        at=at,
    )
    places = {text: float(x) for x, text in re.findall(r'<text x="([\d.]+)"[^>]*>([^<]+)<', str(drawn.svg))}
    half = len("11:24 en échec") * figures.LETTER / 2

    assert places["27 nov. 11:40"] + len("27 nov. 11:40") * figures.LETTER <= places["11:24 en échec"] - half
    assert places["11:24 en échec"] + half <= places["maintenant"] - len("maintenant") * figures.LETTER
