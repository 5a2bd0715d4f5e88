"""Colours of a tenant: whatever is readable on white stays readable where reports use it."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from portal.lib.colours import READABLE, WHITE, contrast, dark_ramp_of, ramp_of, readable_on

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
INK, SURFACE, DARK_INK = "#0f2120", "#111b1b", "#e7f0ef"


def test_contrast_is_that_of_the_web() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
    assert round(contrast("#767676", WHITE), 2) == 4.54


@given(COLOURS)
def test_a_colour_that_reads_on_white_reads_everywhere(colour: str) -> None:
    assume(contrast(colour, WHITE) >= READABLE)
    assert all(contrast(shade, WHITE) >= READABLE for shade in ramp_of(colour)[3:])
    assert all(contrast(shade, INK) >= READABLE for shade in ramp_of(colour)[:3])
    dark = readable_on(SURFACE, colour)
    assert contrast(dark, SURFACE) >= READABLE
    assert all(contrast(shade, DARK_INK) >= 3 for shade in dark_ramp_of(dark, SURFACE)[:2])
