"""Pages that are one small list, without pages or filters of their own: it can be asked for as a file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from telephony.figures.tables import Table
from telephony.views.figure_files import FigureFilesMixin

LIST = "list"


class ListFileMixin(FigureFilesMixin):
    """Its template includes telephony/_figure_files.html with `figure="list"`."""

    @abstractmethod
    def list_title(self) -> str:
        """What an export of the list is called."""

    @abstractmethod
    def whole_list(self, context: Mapping[str, Any]) -> Table:
        """All rows of it, out of what the page's template gets."""

    def figure_title(self, name: str) -> str:
        return self.list_title() if name == LIST else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return self.whole_list(context) if name == LIST else None

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        return ""

    def zone_of_table(self, context: Mapping[str, Any]) -> str:
        """The person's, as on the page."""
        return timezone.get_current_timezone_name()
