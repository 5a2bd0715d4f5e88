"""Pages that show figures: the table of each can be asked for as a file (views/page_exports.py)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar

from django.utils.functional import Promise

from portal.ui.context import hooks
from telephony.figures.tables import Table
from telephony.figures.told import Told


class FigureFilesMixin(ABC):
    """Its template includes telephony/_figure_files.html with the name of a figure.

    is_for_file   the page is opened for a file, which tells of all rows where the page has the first of them
    still_here    called now and then while a figure is counted for a file
    """

    request: Any
    is_for_file = False
    still_here: Callable[[], object] = staticmethod(lambda: None)

    @abstractmethod
    def figure_title(self, name: str) -> str:
        """What an export of a figure is called; "" where the page has none of that name."""

    @abstractmethod
    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        """The table of a figure, out of what the page's template gets; None where there is nothing to tell.

        Raises the errors of portal.lib.errors where a provider is asked.
        """

    @abstractmethod
    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        """Which of the figure's days are not all here, in words; "" where they are."""

    def days_of_table(self, name: str, context: Mapping[str, Any]) -> tuple[date, date] | None:
        """The first and the last day of the calls that a figure tells of; None where it is of no calls of some days."""
        return None

    def part_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        """Of which calls a figure tells, in words; "" of all."""
        return ""

    def zone_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        """Whose days and times they have."""
        return str(self.request.tenant.time_zone)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context["figure_export_url"] = hooks.export_url(self.request) if hooks.export_url else ""
        return context


class FigurePartMixin(FigureFilesMixin):
    """A part of a page of figures: what it is called, and what its template shows.

    figures   what its figures are called, by the names that its template has them by
    """

    heading: ClassVar[str | Promise]
    figures: ClassVar[Mapping[str, str | Promise]] = {}

    def figure_title(self, name: str) -> str:
        return str(self.figures.get(name, ""))

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        told = context.get(name)
        return told.table if isinstance(told, Told) else None
