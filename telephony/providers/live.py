"""What is asked of a provider each time somebody looks, and never stored: who is registered, what a balance is.

    LivePanel(
        name="registrations",
        title=_("Registered phones"),
        operation="registrations.list",
        fields=(DocumentField(path="username", label=_("SIP user")), ...),
        empty=_("No phone is registered."),
    )

A page shows the panels of its connection, or of its object, each in a fragment of its own with its age and a refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telephony.providers.client import Answer
from telephony.providers.fields import DocumentField
from telephony.providers.operations import Text

Rows = Sequence[Mapping[str, Any]]


def rows_of(answer: Answer) -> Rows:
    """The items of a list, or the one document of any other answer."""
    if answer.items:
        return answer.items
    return [answer.document] if isinstance(answer.document, Mapping) else []


@dataclass(frozen=True, kw_only=True)
class LivePanel:
    """One thing that is asked when somebody looks.

    operation   key of a read in the catalog
    kinds       on the pages of these kinds of object; none: on the page of the connection
    values      path and query values of the operation beside those of the object (`Provider.path_values`)
    rows        the objects to show out of an answer; several make a table, `is_single` makes a list of facts
    fields      what is shown of each
    empty       the sentence where there is none
    on_overview the overview of the tenant shows it too
    kept_s      an answer is good for so long, unless somebody asks again: where each question counts against a quota
    absent      the sentence where the server lacks the operation (404 or 405), "" shows that error as others
    """

    name: str
    title: Text
    operation: str
    fields: tuple[DocumentField, ...]
    kinds: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None
    rows: Callable[[Answer], Rows] = rows_of
    is_single: bool = False
    capability: str = "lines.read"
    empty: Text = ""
    absent: Text = ""
    on_overview: bool = False
    kept_s: int = 0
