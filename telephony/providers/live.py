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
from telephony.providers.offers import Spot
from telephony.providers.operations import Text

Row = Mapping[str, Any]
Rows = Sequence[Row]


def rows_of(answer: Answer) -> Rows:
    """The items of a list, or the one document of any other answer."""
    if answer.items:
        return answer.items
    return [answer.document] if isinstance(answer.document, Mapping) else []


def _always(row: Row) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class RowAct:
    """An operation on one row of a panel. `values`: its parameters by the row's fields.

    when       whether a row has it
    is_direct  nothing is left to be typed: a button that leads to the preview
    """

    operation: str
    label: Text
    icon: str
    values: Mapping[str, str]
    when: Callable[[Row], bool] = _always
    is_direct: bool = False


@dataclass(frozen=True, kw_only=True)
class LivePanel:
    """One thing that is asked when somebody looks.

    operation   key of a read in the catalog
    kinds       on the pages of these kinds of object; none: on the page of the connection
    spot        on another kind of page than these: lists of `kinds`, the page of the account
    acts        operations that stand beside the title
    row_acts    operations on each row
    is_first    what people come to the page for: it stands above the document
    every_s     asked again so often while somebody looks; 0: only when asked to
    values      path and query values of the operation beside those of the object (`Provider.path_values`)
    rows        the objects to show out of an answer; several make a table, `is_single` makes a list of facts
    fields      what is shown of each
    empty       the sentence where there is none
    on_overview the overview of the tenant shows it too
    kept_s      an answer is good for so long, unless somebody asks again: where each question counts against a quota
    is_private  what was left for somebody: shown to who may read messages, and kept in no file
    absent      the sentence where the server lacks the operation (404 or 405), "" shows that error as others
    """

    name: str
    title: Text
    operation: str
    fields: tuple[DocumentField, ...]
    kinds: tuple[str, ...] = ()
    spot: Spot | None = None
    acts: tuple[str, ...] = ()
    row_acts: tuple[RowAct, ...] = ()
    is_first: bool = False
    every_s: int = 0
    values: Mapping[str, Any] | None = None
    rows: Callable[[Answer], Rows] = rows_of
    is_single: bool = False
    capability: str = "lines.read"
    empty: Text = ""
    absent: Text = ""
    on_overview: bool = False
    kept_s: int = 0
    is_private: bool = False

    @property
    def columns(self) -> tuple[DocumentField, ...]:
        """The fields that a table has columns for; the others stand below one."""
        return tuple(field for field in self.fields if not field.is_under)

    @property
    def place(self) -> Spot:
        return self.spot or (Spot.OBJECT if self.kinds else Spot.CONNECTION)
