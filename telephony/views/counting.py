"""Figures that follow calls one by one: the answer to a request that cannot count all of them says how far it is, and asks
for the rest by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from telephony.figures.course_words import course_words
from telephony.services.counting_steps import Counting, count_all, go_on
from telephony.views.figure_files import FigurePartMixin

Found = TypeVar("Found")


class CountedMixin(FigurePartMixin):
    """Its template includes telephony/_counting.html while there is a `course`."""

    def counted(self, counting: Counting[Found], tell: Callable[[Found], dict[str, Any]]) -> dict[str, Any]:
        """What is told once it is counted; a file is counted at once."""
        if self.is_for_file:
            return tell(count_all(counting, self.still_here))
        course = go_on(counting, self.request.user.pk)
        if course.found is not None:
            return tell(course.found)
        return {
            "course": course_words(course, len(counting.whose)),
            "percent": 100 * course.done / course.steps,
            "counting_url": self.request.get_full_path(),
        }
