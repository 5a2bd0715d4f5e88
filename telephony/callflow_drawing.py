"""A callflow as a drawing: a tree top-down, made here and not in the browser, for page, paper and file alike.

Each step is drawn around a place of its own, the middle of its upper edge, so that an edit elsewhere moves it and
leaves the rest of it as it is (callflow_board.py). It holds the cords to the steps below it: it comes before them, so
that they lie below the words of branches. A callflow of hundreds of steps is laid out by a browser at each edit: every
element of a step counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from math import ceil
from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui.outlines import outline
from portal.ui.parts import escaped
from portal.ui.svg import short
from telephony.services.callflow_scene import ROOT, Scene, Step, count_words

WIDE, HIGH = 172, 46  # of a step
COLUMN, ROW = 188, 104  # from one step to the next
MARGIN = 24
LARGE, SPARE = 100, (8, 4)  # steps; columns and rows by which a large drawing grows
LEFT, GAP = (
    -WIDE // 2,
    ROW - HIGH,
)  # the left edge of a step, from its middle; how far it stands from the one above
TEXT = LEFT + 42  # where its words begin
ROOM, SPARE_ROOM = 122, 106  # for the words of a step; in whatever font there is, where ours may not be
NAME, WORD, MODULE = (
    13,
    11,
    12.5,
)  # how large they are; the last of a module that nobody knows, in letters of one width
KEPT = 4096  # parts that are drawn alike in many steps, and at each act again
LONGEST_BRANCH = 22  # characters that have room
_THIN, _BROAD = frozenset("iIjlftr.,:;'’!|()-1 "), frozenset("mwMWGOQ@%&")
_VALUE, _USED = re.compile(r"(--sb-[\w-]+):\s*([^;]+);"), re.compile(r"var\((--sb-[\w-]+)\)")
_BOX = f'<rect class="box" x="{LEFT}" width="{WIDE}" height="{HIGH}" rx="8"/>'
_EDGES = f'<path class="kind" d="M{LEFT + 1.5} 7V{HIGH - 7}"/><path class="part" d="M{LEFT + 34} 0V{HIGH}"/>'
_PAPER = (  # a sheet with two lines on it, at the corner
    f'<path class="paper" d="M{LEFT - 5} -7h18v10l-6 6h-12z"/><path class="ink" d="M{LEFT - 1} -2h10M{LEFT - 1} 2h6"/>'
)
_PLUG, _JACK = f'<circle class="plug" cy="{HIGH}" r="3"/>', '<circle class="jack" r="4.5"/>'
_RING = f'<rect class="ring" x="{LEFT - 4}" y="-4" width="{WIDE + 8}" height="{HIGH + 8}" rx="11"/>'
_FOLD = f'<path d="M-2 {HIGH - 7}h4a8 8 0 0 1 0 16h-4a8 8 0 0 1 0-16zM-3 {HIGH + 1}h6"/>'  # a dash in a pill


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where the parts of a drawing lead; without them it is a picture.

    step, fold, open   address for the id of a step: choose it, fold or unfold it, open the callflow that it leads into
    """

    step: Callable[[str], str]
    fold: Callable[[str], str]
    open: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """One step as it is drawn around its place, whether it is chosen or not.

    css      its classes
    cords    that lead from it: the step below, the class of the cord, how far it stands to the right and below
    inside   everything else of the step
    """

    css: str
    cords: Sequence[tuple[str, str, str, int]]
    inside: str

    def group(self, step: str, place: str, css: Mapping[str, str], ring: str = "") -> str:
        """At its place; `css` are more classes of the steps that lead to the chosen one."""
        return (
            f'<g class="{self.css}{css.get(step, "")}" data-step="{step}" transform="translate({place})">'
            f"{self.lines(css)}{ring}{self.inside}</g>"
        )

    def lines(self, css: Mapping[str, str]) -> str:
        return "".join(
            [
                f'<path class="cord{tone}{" way" if below in css else ""}" data-step="{below}" '
                f'd="M0 {HIGH}C0 {ROW - 22} {away} {ROW - 36} {away} {ROW}{f"V{down}" if down > ROW else ""}"/>'
                for below, tone, away, down in self.cords
            ]
        )


class Drawing:
    """The drawing of a scene. `is_file`: with its own colours, to stand alone. `room`: pixels for the words of a step."""

    def __init__(
        self, scene: Scene, links: Links | None = None, *, is_file: bool = False, room: float = ROOM
    ) -> None:
        self.scene, self.links, self.is_file, self.room = scene, links, is_file, room
        self._fold_tip, self._unfold_tip = _("Fold what is below"), _("Show what is below")
        self._open_tip, self._close_tip = _("Open the callflow here"), _("Close the callflow here")
        self._missing, self._off = (
            _("missing"),
            _("switched off"),
        )

    @cached_property
    def _points(self) -> Mapping[str, tuple[float, int]]:
        return {
            step: (MARGIN + (column + 0.5) * COLUMN, MARGIN + row * ROW)
            for step, (column, row) in self.scene.layout.places.items()
        }

    @cached_property
    def places(self) -> Mapping[str, str]:
        """Where each step stands, as its group says it: "118 24"."""
        return {step: f"{short(x)} {y}" for step, (x, y) in self._points.items()}

    @cached_property
    def size(self) -> tuple[str, str]:
        """How wide and how high it is. A large one has room for more: at another size a browser lays out all of it."""
        columns, rows = self.scene.layout.columns, self.scene.layout.rows
        if self.links is not None and len(self.scene.steps) > LARGE:
            columns, rows = ceil(columns / SPARE[0]) * SPARE[0], ceil(rows / SPARE[1]) * SPARE[1]
        return short(columns * COLUMN + 2 * MARGIN), str(rows * ROW - GAP + 2 * MARGIN + 12)

    def shape(self, step: str) -> Shape:
        """The head, or a step by its id."""
        if step == ROOT:
            return Shape("step root", self.cords(ROOT), self._head())
        return self._shape(self.scene.steps[step])

    def svg(self, chosen: str = "") -> SafeString:
        """All of it, with the way to the chosen step."""
        way = self.scene.way_to(chosen) | ({ROOT} if chosen else set())
        css = dict.fromkeys(way, " way") | ({chosen: " way sel"} if chosen else {})
        return self._framed(self.groups([ROOT, *self.scene.steps], css, chosen))

    def groups(self, steps: Collection[str], css: Mapping[str, str], chosen: str = "") -> str:
        return "".join(
            [
                self.shape(one).group(one, self.places[one], css, _RING if one == chosen else "")
                for one in steps
            ]
        )

    def _framed(self, groups: str) -> SafeString:
        width, height = self.size
        size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        inside = f'<g data-steps="">{groups}</g>'
        if not self.is_file:
            return mark_safe(
                f'<svg class="sb-flow" {size} aria-hidden="true" focusable="false">{inside}</svg>'
            )
        label = _("Drawing of the callflow %(name)s: %(steps)s") % {
            "name": self.scene.title,
            "steps": count_words(self.scene),
        }
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} class="sb-flow"><title>{escaped(label)}</title>'
        )
        ground = '<rect width="100%" height="100%" class="ground"/>'
        return mark_safe(f"{head}<style>{_style()}</style>{ground}{inside}</svg>")

    # ---- one step ----

    def _head(self) -> str:
        """The numbers on top, in front of everything."""
        scene = self.scene
        numbers = [*scene.numbers, *scene.patterns]
        first = numbers[0] if numbers else _("no number")
        more = len(numbers) - 1
        under = scene.title if more < 1 else ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
        if more == 1:
            under = _("and %(number)s") % {"number": numbers[1]}
        drawn = (
            f"<title>{escaped(', '.join(numbers) or first)}</title>{_BOX}{_icon('hash')}"
            f"{self._words('name', 20, first, NAME)}{self._words('word', 36, under, WORD)}"
        )
        if self.links is not None:
            drawn = f'<a href="{escaped(self.links.step(ROOT))}" tabindex="-1">{drawn}</a>'
        return drawn + (_PLUG if scene.top is not None else "")

    def _shape(self, step: Step) -> Shape:
        css = ["step", f"c-{step.category.id}" if step.category else "", step.tone, step.mark]
        css.append("inside" if step.is_inside else "")
        return Shape(
            css=" ".join(filter(None, css)),
            cords=self.cords(step.id),
            inside=f"{self._linked(step)}{_PLUG if step.below else ''}{self._buttons(step)}{_JACK}{_branch(step.branch)}",
        )

    def cords(self, step: str) -> list[tuple[str, str, str, int]]:
        """From the lower edge of a step to the places of those below."""
        points, steps, cords = self._points, self.scene.steps, []
        for one in self.scene.below(step):
            away = short(points[one][0] - points[step][0])
            tone = " bad" if steps[one].tone == "bad" else " new" if steps[one].mark == "new" else ""
            cords.append((one, tone, away, points[one][1] - points[step][1]))
        return cords

    def _linked(self, step: Step) -> str:
        tip = " · ".join(filter(None, (step.category_label, step.word, step.name)))
        if step.name:
            size = MODULE if step.tone == "unknown" else WORD
            text = self._words("word", 19, step.word, size) + self._words("name", 35, step.name, NAME)
        else:
            text = self._words("name", 28, step.word, NAME)
        drawn = f"<title>{escaped(tip)}</title>{_BOX}{_EDGES}{self._sign(step)}{text}"
        drawn += self._flag(step) + _note(step)
        if self.links is None or step.is_inside:
            return drawn
        return f'<a href="{escaped(self.links.step(step.id))}" tabindex="-1">{drawn}</a>'

    def _words(self, css: str, y: int, words: str, size: float) -> str:
        return _words(css, y, words, size, self.room)

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {step: at for at, step in enumerate(self.scene.steps, 1)}

    def _sign(self, step: Step) -> str:
        """Its icon; in a file its number in the list of steps (callflow_paper.py)."""
        if not self.is_file:
            return _icon(step.icon)
        return f'<text class="number" x="{LEFT + 18}" y="27" text-anchor="middle">{self._numbers[step.id]}</text>'

    def _flag(self, step: Step) -> str:
        """How it differs, or that it is not all right, in a word at the corner."""
        words = step.mark_word
        if not words:
            words = self._missing if step.is_missing else self._off if step.is_off else ""
        if not words:
            return ""
        width = 12 + 5.9 * len(words)
        return f'<g class="flag">{_pill(1 - LEFT - width / 2, -9, width, 16, words, 3)}</g>'

    def _buttons(self, step: Step) -> str:
        """Below it: fold or unfold; and open the callflow that it leads into."""
        if self.links is None or step.is_inside:
            return ""
        drawn = ""
        if step.has_below:
            if step.folded:
                css, tip, sign = "fold", self._unfold_tip, _label(0, f"+{len(step.folded)}")
            else:
                css, tip, sign = "fold quiet", self._fold_tip, _FOLD
            drawn += _button(css, self.links.fold(step.id), tip, sign, " data-fold")
        if step.link is not None and step.link.pk:
            sign, tip = ("↑", self._close_tip) if step.is_opened else ("↓", self._open_tip)
            drawn += _button("fold", self.links.open(step.id), tip, _label(-LEFT - 16, sign))
        return drawn


def drawing_of(scene: Scene, *, is_file: bool = False, room: float = ROOM) -> SafeString:
    """A picture of a callflow."""
    return Drawing(scene, is_file=is_file, room=room).svg()


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


@lru_cache(maxsize=KEPT)
def _words(css: str, y: int, words: str, size: float, room: float) -> str:
    return f'<text class="{css}" x="{TEXT}" y="{y}">{escaped(_fitted(words, size, room))}</text>'


@lru_cache(maxsize=KEPT)
def _fitted(words: str, size: float, room: float) -> str:
    """Words that have room in a step, by about how broad their letters are."""
    left = room / size
    for at, letter in enumerate(words):
        left -= 0.33 if letter in _THIN else 0.86 if letter in _BROAD else 0.66 if letter.isupper() else 0.57
        if left < 0:
            return f"{words[: at - 1].rstrip()}…"
    return words


@cache
def _icon(name: str) -> str:
    return f'<path class="icon" d="{outline(name, LEFT + 9, 15, 16)}"/>'


def _note(step: Step) -> str:
    """That somebody noted something; the words are its title."""
    if not step.note:
        return ""
    return f'<g class="note"><title>{escaped(step.note)}</title>{_PAPER}</g>'


@lru_cache(maxsize=KEPT)
def _branch(branch: str) -> str:
    if not branch:
        return ""
    words = _cut(branch, LONGEST_BRANCH)
    drawn = _pill(0, -34, 14 + 6.1 * len(words), 17, words, -21)
    whole = f"<title>{escaped(branch)}</title>" if words != branch else ""
    return f'<g class="branch">{whole}{drawn}</g>'


def _button(css: str, href: str, tip: str, sign: str, hook: str = "") -> str:
    attributes = f'class="{css}" href="{escaped(href)}" tabindex="-1"{hook}'
    return f"<a {attributes}><title>{escaped(tip)}</title>{sign}</a>"


def _label(x: int, sign: str) -> str:
    width = 20 if len(sign) < 3 else 12 + 7 * len(sign)
    return _pill(x, HIGH - 7, width, 16, sign, HIGH + 5)


def _pill(middle: float, top: int, width: float, height: int, words: str, baseline: int) -> str:
    """Words in a box with round ends."""
    return (
        f'<rect x="{short(middle - width / 2)}" y="{top}" width="{short(width)}" height="{height}" rx="{height / 2:g}"/>'
        f'<text x="{short(middle)}" y="{baseline}" text-anchor="middle">{escaped(words)}</text>'
    )


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
