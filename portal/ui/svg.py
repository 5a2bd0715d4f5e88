"""A small drawing surface: elements in, safe SVG out. Colours are classes (base in components.css), never values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def short(value: float) -> str:
    """A coordinate with at most one decimal: 12, 12.5."""
    return f"{value:.1f}".removesuffix(".0")


@cache
def _name(name: str) -> str:
    return "class" if name == "css" else name.replace("_", "-")


def _safe(words: object) -> str:
    return words if isinstance(words, SafeString) else escape(str(words))


def pattern(name: str, css: str = "hatch") -> SafeString:
    """A hatch: as a rule the one that means "not here"; `name` is unique on its page."""
    return format_html(
        '<defs><pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" class="{}-ground"/><path d="M0 0V6" class="{}-line"/></pattern></defs>',
        name,
        css,
        css,
    )


@dataclass
class Drawing:
    """Elements in the order they are painted, inside a view box of `width` x `height`."""

    width: float
    height: float
    parts: list[SafeString] = field(default_factory=list)

    def add(self, tag: str, text: object = "", **attributes: object) -> None:
        """One element. `css` is its class; underscores in names become hyphens; numbers are rounded.

        Put together from plain strings: a page has a thousand of them.
        """
        inside = "".join(
            f' {_name(name)}="{short(value) if isinstance(value, float) else escape(str(value))}"'
            for name, value in attributes.items()
            if value is not None and value != ""
        )
        if text == "":
            self.parts.append(SafeString(f"<{tag}{inside}/>"))
        else:
            self.parts.append(SafeString(f"<{tag}{inside}>{_safe(text)}</{tag}>"))

    def text(self, x: float, y: float, words: object, *, css: str = "", anchor: str = "") -> None:
        self.add("text", words, x=float(x), y=float(y), text_anchor=anchor, css=css)

    def rule(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        self.add("path", d=f"M{short(x1)} {short(y1)}L{short(x2)} {short(y2)}", css=css)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        css: str,
        *,
        radius: float = 0,
        tip: str = "",
        fill: str = "",
    ) -> None:
        """A rectangle; `tip` is shown on hover; `fill` where a class does not say it, for patterns."""
        inside = SafeString(f"<title>{escape(tip)}</title>") if tip else ""
        self.add(
            "rect",
            inside,
            x=float(x),
            y=float(y),
            width=float(max(0, width)),
            height=float(max(0, height)),
            rx=radius or None,
            fill=fill,
            css=css,
        )

    def svg(self, label: str, role: str = "img") -> SafeString:
        """`role` is a group where the drawing has links in it: those of an image are not told."""
        return format_html(
            '<svg viewBox="0 0 {} {}" role="{}" aria-label="{}">{}</svg>',
            short(self.width),
            short(self.height),
            role,
            label,
            mark_safe("".join(self.parts)),
        )


@dataclass(frozen=True)
class Figure:
    """A drawing and the same as a table. In a template `{{ figure }}` draws both, the table behind a click.

    `narrow` is drawn for a telephone, where the wide one would shrink its words out of reach.
    """

    svg: SafeString
    label: str
    head: Sequence[object]
    rows: Sequence[Sequence[object]]
    caption: str = ""
    css: str = ""
    narrow: SafeString | str = ""

    @property
    def body(self) -> SafeString:
        """The rows of the table, by plain strings as the drawing is."""
        rows = []
        for first, *rest in self.rows:
            cells = "".join(f'<td class="r">{_safe(cell)}</td>' for cell in rest)
            rows.append(f'<tr><th scope="row">{_safe(first)}</th>{cells}</tr>')
        return SafeString("".join(rows))

    def __html__(self) -> SafeString:
        return render_to_string("components/figure.html", {"figure": self})

    def __str__(self) -> str:
        return self.__html__()
