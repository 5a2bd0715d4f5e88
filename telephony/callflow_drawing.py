"""A callflow as a drawing: a tree top-down, made here and not in the browser, for page, paper and file alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui.svg import short
from telephony.services.callflow_scene import ROOT, Scene, Step, count_words

WIDE, HIGH = 172, 46  # of a step
COLUMN, ROW = 188, 104  # from one step to the next
MARGIN = 24
_VALUE, _USED = re.compile(r"(--sb-[\w-]+):\s*([^;]+);"), re.compile(r"var\((--sb-[\w-]+)\)")
LONGEST_NAME, LONGEST_WORD, LONGEST_BRANCH = 19, 22, 22  # characters that have room


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where the parts of a drawing lead; without them it is a picture.

    step, fold, open   address for the id of a step: choose it, fold or unfold it, open the callflow that it leads into
    """

    step: Callable[[str], str]
    fold: Callable[[str], str]
    open: Callable[[str], str]


def drawing_of(
    scene: Scene, *, links: Links | None = None, chosen: str = "", is_file: bool = False
) -> SafeString:
    """The drawing as SVG. `is_file`: with its own colours, to stand alone."""
    layout = scene.layout
    width = layout.columns * COLUMN + 2 * MARGIN
    height = layout.rows * ROW - (ROW - HIGH) + 2 * MARGIN + 12
    way = scene.way_to(chosen) | ({ROOT} if chosen else set())
    places = {
        name: (MARGIN + column * COLUMN + (COLUMN - WIDE) / 2, MARGIN + row * ROW)
        for name, (column, row) in layout.places.items()
    }
    cords, jacks, boxes = [], [], [_head(scene, places[ROOT], links, is_file)]
    for step in scene.steps.values():
        cords.append(_cord(step, places[step.above], places[step.id], way))
        jacks.append(_jacks(step, places[step.above], places[step.id], way))
        boxes.append(_box(step, places[step.id], links, step.id == chosen, is_file))
    label = _("Drawing of the callflow %(name)s: %(steps)s") % {
        "name": scene.title,
        "steps": count_words(scene),
    }
    size = f'width="{short(width)}" height="{short(height)}" viewBox="0 0 {short(width)} {short(height)}"'
    inside = "".join([*cords, *boxes, *jacks])
    if is_file:
        style = f"<style>{_style()}</style>"
        ground = '<rect width="100%" height="100%" class="ground"/>'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} class="sb-flow">'
        return mark_safe(f"{head}<title>{escape(label)}</title>{style}{ground}{inside}</svg>")
    return mark_safe(f'<svg class="sb-flow" {size} aria-hidden="true" focusable="false">{inside}</svg>')


@cache
def _style() -> str:
    """The drawing's own style sheet with the values of the light theme in it: programs that show files know no variables."""
    sheets = {
        name: Path(finders.find(f"css/{name}.css") or "").read_text("utf-8")
        for name in ("tokens", "callflow_drawing")
    }
    values: dict[str, str] = {}
    for name, value in _VALUE.findall(sheets["tokens"]):
        values.setdefault(name, value)
    return _USED.sub(lambda found: values[found[1]], sheets["callflow_drawing"])


def _cord(step: Step, above: tuple[float, float], here: tuple[float, float], way: set[str]) -> str:
    x1, y1 = above[0] + WIDE / 2, above[1] + HIGH
    x2, y2 = here[0] + WIDE / 2, here[1]
    bend = (y2 - y1) * 0.62
    d = f"M{short(x1)} {short(y1)}C{short(x1)} {short(y1 + bend)} {short(x2)} {short(y2 - bend)} {short(x2)} {short(y2)}"
    return f'<path class="{_cord_css(step, way)}" d="{d}"/>'


def _cord_css(step: Step, way: set[str]) -> str:
    tone = "bad" if step.tone == "bad" else "new" if step.mark == "new" else ""
    return " ".join(filter(None, ["cord", "way" if step.id in way else "", tone]))


def _jacks(step: Step, above: tuple[float, float], here: tuple[float, float], way: set[str]) -> str:
    """Both ends of a cord, and the label of its branch."""
    x1, y1 = above[0] + WIDE / 2, above[1] + HIGH
    x2, y2 = here[0] + WIDE / 2, here[1]
    return (
        f'<circle class="plug" cx="{short(x1)}" cy="{short(y1)}" r="3"/>'
        f'<circle class="{_cord_css(step, way)} jack" cx="{short(x2)}" cy="{short(y2)}" r="4.5"/>'
        f"{_branch(step, x2, y2 - 25, way)}"
    )


def _branch(step: Step, x: float, y: float, way: set[str]) -> str:
    if not step.branch:
        return ""
    words = _cut(step.branch, LONGEST_BRANCH)
    width = 14 + 6.1 * len(words)
    css = "branch" + (" way" if step.id in way else "") + (" bad" if step.tone == "bad" else "")
    return (
        f'<g class="{css}"><title>{escape(step.branch)}</title><rect x="{short(x - width / 2)}" y="{short(y - 9)}" '
        f'width="{short(width)}" height="17" rx="8.5"/>'
        f'<text x="{short(x)}" y="{short(y + 4)}" text-anchor="middle">{escape(words)}</text></g>'
    )


def _head(scene: Scene, place: tuple[float, float], links: Links | None, is_file: bool) -> str:
    """The numbers on top, in front of everything."""
    x, y = place
    numbers = [*scene.numbers, *scene.patterns]
    first = numbers[0] if numbers else _("no number")
    more = len(numbers) - 1
    under = scene.title if more < 1 else ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
    if more == 1:
        under = _("and %(number)s") % {"number": numbers[1]}
    icon = "" if is_file else _icon("hash", x + 9, y + 15)
    drawn = (
        f"<title>{escape(', '.join(numbers) or first)}</title>{_rect(x, y)}{icon}"
        f'<text class="name" x="{short(x + 42)}" y="{short(y + 20)}">{escape(_cut(first, LONGEST_NAME))}</text>'
        f'<text class="word" x="{short(x + 42)}" y="{short(y + 36)}">{escape(_cut(under, LONGEST_WORD))}</text>'
    )
    if links is not None:
        drawn = f'<a href="{escape(links.step(ROOT))}" tabindex="-1">{drawn}</a>'
    return f'<g class="step root" data-step="{ROOT}">{drawn}</g>'


def _box(step: Step, place: tuple[float, float], links: Links | None, is_chosen: bool, is_file: bool) -> str:
    x, y = place
    css = ["step", f"c-{step.category.id}" if step.category else "", step.tone, step.mark]
    css += ["sel" if is_chosen else "", "inside" if step.is_inside else ""]
    tip = " · ".join(filter(None, [str(step.category.label) if step.category else "", step.word, step.name]))
    icon = "" if is_file else _icon(step.icon, x + 9, y + 15)
    if step.name:
        text = (
            f'<text class="word" x="{short(x + 42)}" y="{short(y + 19)}">{escape(_cut(step.word, LONGEST_WORD))}</text>'
            f'<text class="name" x="{short(x + 42)}" y="{short(y + 35)}">{escape(_cut(step.name, LONGEST_NAME))}</text>'
        )
    else:
        text = f'<text class="name" x="{short(x + 42)}" y="{short(y + 28)}">{escape(_cut(step.word, LONGEST_NAME))}</text>'
    stripe = f'<path class="part" d="M{short(x + 34)} {short(y)}V{short(y + HIGH)}"/>'
    edge = f'<path class="kind" d="M{short(x + 1.5)} {short(y + 7)}V{short(y + HIGH - 7)}"/>'
    ring = f'<rect class="ring" x="{short(x - 4)}" y="{short(y - 4)}" width="{WIDE + 8}" height="{HIGH + 8}" rx="11"/>'
    drawn = f"<title>{escape(tip)}</title>{ring}{_rect(x, y)}{edge}{stripe}{icon}{text}{_flag(step, x, y)}"
    group = f'<g class="{" ".join(filter(None, css))}" data-step="{step.id}">'
    if links is None:
        return f"{group}{drawn}</g>"
    buttons = _buttons(step, x, y, links)
    if step.is_inside:
        return f"{group}{drawn}</g>{buttons}"
    return f'{group}<a href="{escape(links.step(step.id))}" tabindex="-1">{drawn}</a>{buttons}</g>'


def _flag(step: Step, x: float, y: float) -> str:
    """How it differs, or that it is not all right, in a word at the corner."""
    words = step.mark_word
    if not words and any(one.is_off or one.is_missing for one in step.targets):
        words = _("missing") if any(one.is_missing for one in step.targets) else _("switched off")
    if not words:
        return ""
    width = 12 + 5.9 * len(words)
    left = x + WIDE - width + 1
    return (
        f'<g class="flag"><rect x="{short(left)}" y="{short(y - 9)}" width="{short(width)}" height="16" rx="8"/>'
        f'<text x="{short(left + width / 2)}" y="{short(y + 3)}" text-anchor="middle">{escape(words)}</text></g>'
    )


def _buttons(step: Step, x: float, y: float, links: Links) -> str:
    """Below it: fold or unfold; and open the callflow that it leads into."""
    drawn = ""
    if step.has_below and not step.is_inside:
        sign = f"+{step.folded}" if step.folded else "–"
        tip = _("Show what is below") if step.folded else _("Fold what is below")
        drawn += _button(links.fold(step.id), x + WIDE / 2, y + HIGH + 1, sign, tip, is_quiet=not step.folded)
    if step.link is not None and step.link.pk and not step.is_inside:
        drawn += _button(links.open(step.id), x + WIDE - 16, y + HIGH + 1, "↓", _("Open the callflow here"))
    return drawn


def _button(href: str, x: float, y: float, sign: str, tip: str, *, is_quiet: bool = False) -> str:
    width = 20 if len(sign) < 3 else 12 + 7 * len(sign)
    return (
        f'<a class="fold{" quiet" if is_quiet else ""}" href="{escape(href)}" tabindex="-1"><title>{escape(tip)}</title>'
        f'<rect x="{short(x - width / 2)}" y="{short(y - 8)}" width="{short(width)}" height="16" rx="8"/>'
        f'<text x="{short(x)}" y="{short(y + 4)}" text-anchor="middle">{sign}</text></a>'
    )


def _rect(x: float, y: float) -> str:
    return f'<rect class="box" x="{short(x)}" y="{short(y)}" width="{WIDE}" height="{HIGH}" rx="8"/>'


def _icon(name: str, x: float, y: float) -> str:
    return (
        f'<use class="icon" href="{_sprite()}#{name}" x="{short(x)}" y="{short(y)}" width="16" height="16"/>'
    )


def _sprite() -> str:
    return static("sprite.svg")


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
