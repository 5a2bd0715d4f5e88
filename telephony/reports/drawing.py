"""A figure outside the portal: with its own colours, and as a picture for mails, whose readers show no SVG."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

from telephony.reports import typeset

FONT = "Libertinus Serif"  # the one that typst carries and that has all our letters
SHEETS = ("css/tokens.css", "css/components.css", "css/lists.css")
PER_INCH = 192  # two pixels to one of the drawing's
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VALUE, _USED = re.compile(r"(--sb-[\w-]+):\s*([^;]+);"), re.compile(r"var\((--sb-[\w-]+)\)")
_BOX = re.compile(r'<svg viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


def alone(svg: str, colour: str) -> str:
    """The drawing with the colours of a light page, the subject in the tenant's own."""
    wide, high = size_of(svg)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    )
    start = svg.index(">") + 1
    return f"{head}><style>{_style(colour)}</style>{svg[start:]}"


def size_of(svg: str) -> tuple[float, float]:
    found = _BOX.match(svg)
    if found is None:
        raise ValueError("no drawing of ours")
    return float(found[1]), float(found[2])


def picture(svg: str, colour: str) -> bytes:
    """The same as PNG, on white."""
    wide, high = size_of(svg)
    source = (
        f"#set page(width: {wide * 0.75}pt, height: {high * 0.75}pt, margin: 0pt, fill: white)\n"
        '#image("drawing", format: "svg", width: 100%)'
    )
    files = {"main": source.encode(), "drawing": alone(svg, colour).encode()}
    return typeset.png(files, PER_INCH)


@cache
def _style(colour: str) -> str:
    """The rules of figures, as our style sheets have them, without custom properties: few programs know those."""
    texts = [_sheet(name) for name in SHEETS]
    values = dict(reversed(_VALUE.findall(texts[0])))  # the first, which is the light one, is written last
    values |= {"--sb-fig-1": colour, "--sb-font": f"'{FONT}'"}
    rules = []
    for text in texts[1:]:
        for selectors, body in _RULE.findall(text):
            wanted = [
                one.strip().removeprefix(".sb-fig ") for one in selectors.split(",") if _is_of_figures(one)
            ]
            if wanted:
                rules.append(f"{', '.join(wanted)}{{{_USED.sub(lambda found: values[found[1]], body)}}}")
    return "".join(rules)


def _is_of_figures(selector: str) -> bool:
    selector = selector.strip()
    return selector.startswith((".sb-fig ", ".hatch-")) and "svg" not in selector and ">" not in selector


@cache
def _sheet(name: str) -> str:
    found = finders.find(name)
    assert isinstance(found, str)
    return Path(found).read_text(encoding="utf-8")
