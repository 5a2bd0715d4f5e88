"""Icons as single paths, for drawings that show hundreds of them and for files that stand alone.

A `<use>` of the sprite is a tree of its own at each place, drawn again when the sprite comes; and a file has no sprite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import cycle
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

BOX = 24  # an icon's own width and height
_SYMBOL = re.compile(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>')
_PATH = re.compile(r' d="([^"]+)"')
_COMMAND = re.compile(r"([a-zA-Z])([^a-zA-Z]*)")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_NUMBERS = re.compile(_NUMBER)
_ARC = re.compile(
    rf"({_NUMBER})[ ,]*({_NUMBER})[ ,]*({_NUMBER})[ ,]*([01])[ ,]*([01])[ ,]*({_NUMBER})[ ,]*({_NUMBER})"
)
_FIRST = re.compile(rf"^m({_NUMBER}[ ,]*{_NUMBER})")  # of a path: it is absolute, what follows it is not


@cache
def outline(name: str, x: float, y: float, size: float) -> str:
    """The path of an icon as a square of this size with its upper left corner there, to be drawn as a line; "" of an
    icon that the sprite lacks."""
    return "".join([placed(path, x, y, size / BOX) for path in _paths().get(name, ())])


def placed(path: str, x: float, y: float, scale: float) -> str:
    """A path scaled, and then moved by (x, y)."""
    return "".join(_commands(_FIRST.sub(r"M\1l", path), x, y, scale))


@cache
def _paths() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(_PATH.findall(inside)) for name, inside in _SYMBOL.findall(_sprite())}


def _sprite() -> str:
    """The file that pages load."""
    if settings.WHITENOISE_USE_FINDERS:
        path = finders.find("sprite.svg") or ""
    else:
        path = staticfiles_storage.path(unquote(static("sprite.svg").removeprefix(settings.STATIC_URL)))
    return Path(path).read_text("utf-8")


def _commands(path: str, x: float, y: float, scale: float) -> Iterator[str]:
    """Those in small letters are relative: they are scaled only."""
    for letter, said in _COMMAND.findall(path):
        right, down = (x, y) if letter.isupper() else (0.0, 0.0)
        if letter in "aA":
            for wide, high, turn, *flags, to_x, to_y in _ARC.findall(said):
                ends = float(to_x) * scale + right, float(to_y) * scale + down
                told = [_short(float(wide) * scale), _short(float(high) * scale), turn, *flags]
                yield letter + " ".join([*told, *map(_short, ends)])
            continue
        shifts = cycle({"H": (right,), "V": (down,)}.get(letter, (right, down)))
        numbers = [float(one) * scale + next(shifts) for one in _NUMBERS.findall(said)]
        if numbers or letter in "zZ":
            yield letter + " ".join(map(_short, numbers))


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").removesuffix(".")
