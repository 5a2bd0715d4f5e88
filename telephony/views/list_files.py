"""Pages with small lists, without pages or filters of their own: each list can be asked for as a file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from telephony.figures.tables import Table
from telephony.views.figure_files import FigureFilesMixin

LIST = "list"


class ListFilesMixin(FigureFilesMixin):
    """Its lists tell of things, not of days of calls: none of them has days that lack.

    The template includes telephony/_figure_files.html with the name of a list.
    """

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        return ""

    def zone_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        """The person's, as on the page."""
        return timezone.get_current_timezone_name()


class ObjectListsMixin(ListFilesMixin):
    """A DetailView with lists: for a file nobody calls its `get`, so its object is found when it is first asked for."""

    @cached_property
    def object(self) -> Any:
        return self.get_object()  # type: ignore[attr-defined]


class ListFileMixin(ListFilesMixin):
    """The page is one list: its template includes telephony/_figure_files.html with `figure="list"`."""

    @abstractmethod
    def list_title(self) -> str:
        """What an export of the list is called."""

    @abstractmethod
    def whole_list(self, context: Mapping[str, Any]) -> Table | None:
        """All rows of it, out of what the page's template gets; None where there are none to tell."""

    def figure_title(self, name: str) -> str:
        return self.list_title() if name == LIST else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return self.whole_list(context) if name == LIST else None
