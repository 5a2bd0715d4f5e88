"""Finders of static files that are not in the repository: front-end packages by allow-list, the icon sprite, and what
our pages need of Tabler.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

from portal import icons, tabler

ICON_PACKAGE = "@iconify-json/tabler"


class ListedFinder(BaseFinder, ABC):
    """Serves a fixed set of names out of one folder, under a prefix."""

    prefix = ""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=self.location())
        self.storage.prefix = self.prefix  # type: ignore[attr-defined]  # collectstatic reads it

    @abstractmethod
    def location(self) -> Path:
        """The folder."""

    @abstractmethod
    def names(self) -> list[str]:
        """What of it is served, by the path below it."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.removeprefix(f"{self.prefix}/") if self.prefix else path
        in_place = not self.prefix or path.startswith(f"{self.prefix}/")
        found = [self.storage.path(name)] if in_place and name in self.names() else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in self.names():
            yield name, self.storage


class NpmFinder(ListedFinder):
    """The files of settings.NPM_FILES, as `npm/<package>/<file>`.

    A source map lying beside a listed file comes along: the manifest storage insists on what a comment names.
    """

    prefix = "npm"

    def location(self) -> Path:
        return settings.NODE_MODULES

    def names(self) -> list[str]:
        listed = [f"{package}/{file}" for package, files in settings.NPM_FILES.items() for file in files]
        maps = [f"{name}.map" for name in listed if (self.location() / f"{name}.map").exists()]
        return sorted([*listed, *maps])


class BuiltFinder(ListedFinder):
    """One file that is made here, when it is asked for and a source has changed since."""

    name = ""

    def location(self) -> Path:
        return settings.GENERATED_STATIC

    def names(self) -> list[str]:
        return [self.name]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path == self.name:
            self.build(self.location() / self.name)
        return super().find(path, find_all, **kwargs)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        self.build(self.location() / self.name)
        return super().list(ignore_patterns)

    @abstractmethod
    def build(self, target: Path) -> bool:
        """Make the file where it is missing or older than a source; whether it was made."""


class SpriteFinder(BuiltFinder):
    name = "sprite.svg"

    def build(self, target: Path) -> bool:
        return icons.build(settings.BASE_DIR, settings.NODE_MODULES / ICON_PACKAGE, target)


class TablerFinder(BuiltFinder):
    name = "tabler.css"

    def build(self, target: Path) -> bool:
        return tabler.build(settings.BASE_DIR, settings.NODE_MODULES, target)
