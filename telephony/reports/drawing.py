"""A figure outside the portal: with its own colours, and as a picture for mails, whose readers show no SVG."""

from __future__ import annotations

import json
import re
import struct
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

from portal.lib.colours import ramp_of
from portal.ui import typeset
from portal.ui.typeset import FONT

SHEETS = ("css/tokens.css", "css/components.css", "css/lists.css")
LOGO = (240, 44)  # the most that it takes at the head of a mail, in pixels of CSS
PER_INCH = 192  # two pixels to one of the drawing's
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VALUE, _USED = re.compile(r"(--sb-[\w-]+):\s*([^;]+);"), re.compile(r"var\((--sb-[\w-]+)\)")
_LINK = re.compile(r"<a [^>]*>|</a>")
_BOX = re.compile(r'<svg viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


def alone(svg: str, colour: str) -> str:
    """The drawing with the colours of a light page, the subject in the tenant's own."""
    svg = without_links(svg)
    wide, high = size_of(svg)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    )
    start = svg.index(">") + 1
    return f"{head}><style>{_style(colour)}</style>{svg[start:]}"


def without_links(svg: str) -> str:
    """The drawing alone, for where its addresses lead nowhere."""
    return _LINK.sub("", svg).replace('role="group"', 'role="img"', 1)


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


def logo(content: bytes) -> tuple[bytes, int, int]:
    """A logo as PNG for a mail, with the width and height that it is shown in: readers of mails know no others."""
    source = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
        f'#let logo = image.with(bytes(json("logo.json")), format: "{kind_of(content)}")\n'
        f"#context {{ let one = logo(height: {LOGO[1] * 0.75}pt)\n"
        f"  if measure(one).width > {LOGO[0] * 0.75}pt {{ logo(width: {LOGO[0] * 0.75}pt) }} else {{ one }} }}"
    )
    made = typeset.png({"main": source.encode(), "logo.json": numbers_of(content)}, PER_INCH)
    wide, high = struct.unpack(">II", made[16:24])  # of the head that every PNG begins with
    return made, wide * 96 // PER_INCH, high * 96 // PER_INCH


def kind_of(picture: bytes) -> str:
    """Its format as media types and typst name it: png or jpeg."""
    return "png" if picture.startswith(b"\x89PNG") else "jpeg"


def numbers_of(content: bytes) -> bytes:
    """Files that typst is given are text: a picture comes as a list of its bytes."""
    return json.dumps(list(content)).encode()


@cache
def _style(colour: str) -> str:
    """The rules of figures, as our style sheets have them, without custom properties: few programs know those."""
    texts = [_sheet(name) for name in SHEETS]
    values = dict(reversed(_VALUE.findall(texts[0])))  # the first, which is the light one, is written last
    shades = {f"--sb-ramp-{at}": shade for at, shade in enumerate(ramp_of(colour), start=1)}
    values |= {"--sb-fig-1": colour, "--sb-font": f"'{FONT}'", **shades}
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
    of_pages = ("svg", ">", ":")  # the drawing as a whole, and what is aimed at
    return selector.startswith((".sb-fig ", ".hatch-")) and not any(one in selector for one in of_pages)


@cache
def _sheet(name: str) -> str:
    found = finders.find(name)
    assert isinstance(found, str)
    return Path(found).read_text(encoding="utf-8")
