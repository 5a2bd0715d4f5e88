"""The base of every list's table and its columns.

A column is sortable only where it says `orderable=True`, which promises an index. `card` says where a cell
goes when the table becomes cards on a telephone: title, sub, end, end2, icon; without it the cell is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import django_tables2 as tables
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.ui import formats, parts
from portal.ui.cells import Rows
from portal.ui.looks import look_of

Card = Literal["", "title", "sub", "end", "end2", "icon"]


class Column(tables.Column):
    """Text. `hidden` columns are shown only to who chooses them; `fixed` ones cannot be taken away.

    What a cell says in a file comes from its value and `kind`, else from `value_<name>(record)` of the table.
    """

    align: str = ""
    width: str = ""
    is_word_hidden: bool = False  # its head is read out, and not shown
    is_stored: bool = False  # `render` takes the stored value of a choice, not its word
    kind: str = "text"  # what it is in a file (sheets.py); "" is left out
    in_file: Callable[[Any], Any] | None = (
        None  # what a file says of a record, where its value does not say it
    )

    def __init__(
        self,
        *args: Any,
        card: Card = "",
        width: str | None = None,
        hidden: bool = False,
        fixed: bool = False,
        phone_only: bool = False,
        css: str = "",
        kind: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = self.kind if kind is None else kind
        self.card, self.hidden, self.fixed, self.phone_only = card, hidden, fixed, phone_only
        self.width = self.width if width is None else width
        self.cell_css = " ".join(
            filter(
                None, [self.align, f"sb-c-{card}" if card else "", "phone-only" if phone_only else "", css]
            )
        )

    def __deepcopy__(self, memo: Any) -> Column:
        """A table's own column: django-tables2 writes to it (its accessor), but to nothing that it holds."""
        return copy(self)


class TickColumn(Column):
    """A box to choose the row with, for the form of that id. `label` says which row it is."""

    kind = ""
    width = "icon"
    is_word_hidden = True

    def __init__(self, *args: Any, form: str, **kwargs: Any) -> None:
        kwargs = {"verbose_name": _("Choose"), "accessor": "pk", "fixed": True, "orderable": False, **kwargs}
        super().__init__(*args, **kwargs)
        self.form = form

    def render(self, value: Any, record: Any) -> SafeString:
        label = gettext("Choose %(row)s") % {"row": record}
        return format_html(
            '<input type="checkbox" class="form-check-input" name="selected" value="{}" form="{}" aria-label="{}">',
            value,
            self.form,
            label,
        )


class ActsColumn(Column):
    """What can be done with a row, as buttons beside it; the table writes its `render`. No file has it."""

    kind = ""
    align, width = "r", "acts"
    is_word_hidden = True

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"verbose_name": _("Actions"), "accessor": "pk", "fixed": True, **kwargs}
        super().__init__(css="wrap" if kwargs.get("card") else "sb-c-acts wrap", **kwargs)


class LocalTimeColumn(Column):
    """An instant in the reader's zone. `clock` shows the time alone, for lists with a separator row a day."""

    kind = "moment"
    width = "datetime"

    def __init__(self, *args: Any, clock: bool = False, seconds: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("width", "time" if clock else "datetime")
        super().__init__(*args, **kwargs)
        self.clock, self.seconds = clock, seconds

    def render(self, value: dt.datetime) -> SafeString:
        words = formats.clock if self.clock else formats.moment
        return parts.time_tag(value, words(value, seconds=self.seconds))


class NumberColumn(Column):
    """A telephone number, its name first. `name` is the attribute with the name, else the table's `names` know it."""

    kind = "number"

    def __init__(self, *args: Any, name: str = "", one_line: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name, self.one_line = name, one_line

    def render(self, value: str, record: Any, table: tables.Table) -> SafeString:
        known = getattr(record, self.name, "") if self.name else ""
        known = known or getattr(table, "names", {}).get(value, "")
        return formats.who(value, str(known or ""), one_line=self.one_line, **getattr(table, "notation", {}))


class DurationColumn(Column):
    """Seconds as 2:24; with `wait`, under a minute as "38 s"."""

    kind = "talk"
    align, width = "r", "short"

    def __init__(self, *args: Any, wait: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wait = wait

    def render(self, value: float) -> str | SafeString:
        return formats.duration(value, wait=self.wait)


class MoneyColumn(Column):
    """Micros with the currency of the record (`currency`: attribute or path with dots)."""

    kind = "money"
    align, width = "r", "money"

    def __init__(self, *args: Any, currency: str = "currency", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = tables.A(currency)

    def render(self, value: int, record: Any) -> str | SafeString:
        return formats.money(value, self.currency.resolve(record, quiet=True) or "EUR")


class CountColumn(Column):
    """A whole number, grouped."""

    kind = "count"
    align, width = "r", "num"

    def render(self, value: int) -> str:
        return formats.count(value)


class AgeColumn(Column):
    """How old a fetched value is; `stale` and `lost` in seconds."""

    kind = "moment"
    width = "age"

    def __init__(
        self, *args: Any, stale: float | None = None, lost: float | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stale, self.lost = stale, lost

    def render(self, value: dt.datetime) -> SafeString:
        return parts.age_badge(value, stale_s=self.stale, lost_s=self.lost)


class PillColumn(Column):
    """A state registered with `register_looks(look, ...)`, as icon and word."""

    width = "pill"
    is_stored = True

    def __init__(self, *args: Any, look: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look = look

    def render(self, value: Any) -> SafeString:
        return parts.look_pill(self.look, value)


class OutcomeColumn(PillColumn):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("look", "outcome")
        super().__init__(*args, **kwargs)


class DirectionColumn(Column):
    """Arrow and word."""

    width = "dir"
    is_stored = True

    def render(self, value: str) -> SafeString:
        return parts.direction(value)


class ChoiceColumn(Column):
    """The word of a choice: of a registered look, or of the model's own choices."""

    def __init__(self, *args: Any, look: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look = look

    def render(self, value: Any, record: Any, bound_column: Any) -> str:
        if self.look:
            return str(look_of(self.look, value).word)
        display = getattr(record, f"get_{bound_column.name}_display", None)
        return str(display() if display else value)


class YesColumn(Column):
    """A tick for true; false is left quiet."""

    kind = "yes"
    width = "short"

    def render(self, value: bool) -> SafeString:
        return parts.icon("check", css="acc-i", label=str(_("yes"))) if value else formats.DASH


class ProviderColumn(Column):
    """Two letters of the provider. The value gives `code` and `label` (or is a pair of them)."""

    width = "prov"

    def render(self, value: Any) -> SafeString:
        code, label = value if isinstance(value, tuple) else (value.code, value.label)
        return parts.provider(code, str(label), with_word=False)


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One act of a row: a link, or with `is_post` a form. `in_dialog`: with script the link opens over the page."""

    label: str | Promise
    url: str
    icon: str = ""
    is_post: bool = False
    is_bad: bool = False
    in_dialog: bool = False


class BaseTable(tables.Table):
    """A table in the house look. `data` is a page of rows, already ordered; `sort` says by what.

    Subclasses may write `separator(record)` (content of a row put before the first record of a group),
    `row_menu(record)` and `panel_url(record)` (the quick look at the side). Where rows share a menu but for some
    texts, they write `shared_menu` and `menu_of_kind` instead, and it is drawn once.
    """

    caption: str | Promise = ""
    row_height: ClassVar[str] = ""
    names: Mapping[str, str] = {}
    notation: Mapping[str, Any] = {}
    sort: str = ""

    class Meta:
        template_name = "components/table.html"
        orderable = False
        default = formats.DASH

    def __init__(self, data: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["order_by"] = ()
        super().__init__(data, *args, **kwargs)

    @classmethod
    def key(cls) -> str:
        """The name under which a person's choice of columns is kept."""
        return f"{cls.__module__.partition('.')[0]}.{cls.__name__}"

    @classmethod
    def column_names(cls) -> list[str]:
        """All columns in their order of display."""
        fields = list(cls._meta.sequence or cls._meta.fields or ())
        return [
            *(name for name in fields if name in cls.base_columns),
            *(n for n in cls.base_columns if n not in fields),
        ]

    @classmethod
    def default_columns(cls) -> list[str]:
        return [name for name in cls.column_names() if not getattr(cls.base_columns[name], "hidden", False)]

    @classmethod
    def exclude_for(cls, chosen: Sequence[str] | None) -> tuple[str, ...]:
        """What to leave out so that only the chosen (else the default) columns and the fixed ones are left."""
        wanted = set(cls.default_columns() if chosen is None else chosen)
        columns = cls.base_columns
        return tuple(
            name
            for name in columns
            if name not in wanted
            and not getattr(columns[name], "fixed", False)
            and not getattr(columns[name], "phone_only", False)
        )

    @classmethod
    def order_for(cls, sort: str, default: Sequence[str]) -> tuple[str, ...] | None:
        """The keyset order of a `sort` parameter ("-started_at"), or None where that column has no index for it."""
        name, is_descending = sort.lstrip("-"), sort.startswith("-")
        column = cls.base_columns.get(name)
        if column is None or not column.orderable:
            return None
        fields = [str(part) for part in column.order_by or ()] or [
            str(column.accessor or name).replace(".", "__")
        ]
        tie = default[-1].lstrip("-")
        return tuple(("-" if is_descending else "") + field.lstrip("-") for field in [*fields, tie])

    @classmethod
    def sort_for(cls, part: str) -> str:
        """The `sort` parameter for one part of an order ("-started_at"); empty where no column shows or sorts by it."""
        field, sign = part.lstrip("-"), "-" if part.startswith("-") else ""
        shown = (
            name
            for name, column in cls.base_columns.items()
            if field in (name, *map(str, column.order_by or ()))
        )
        return next((sign + name for name in shown), "")

    # ---- what subclasses may say ----

    def separator(self, record: Any) -> SafeString | str:
        return ""

    def row_menu(self, record: Any) -> Sequence[MenuItem]:
        return ()

    def shared_menu(self, record: Any) -> tuple[Hashable, Mapping[str, str]] | None:
        """The kind of a row's menu, and the texts that fill its blanks (menus.blank); those of an address quoted."""
        return None

    def menu_of_kind(self, kind: Any) -> Sequence[MenuItem]:
        """The menu of a kind, with blanks."""
        return ()

    def panel_url(self, record: Any) -> str:
        return ""

    # ---- what the template reads ----

    @property
    def cells_wide(self) -> int:
        """How many cells a row has on a desk screen."""
        wide = sum(not getattr(column.column, "phone_only", False) for column in self.columns)
        return wide + self.has_menu

    @property
    def has_menu(self) -> bool:
        own = type(self)
        return own.row_menu is not BaseTable.row_menu or own.shared_menu is not BaseTable.shared_menu

    @property
    def has_cards(self) -> bool:
        return any(getattr(column.column, "card", "") for column in self.columns)

    @property
    def has_separators(self) -> bool:
        return type(self).separator is not BaseTable.separator

    @property
    def body(self) -> SafeString:
        """Rows with their separators, drawn at once."""
        return Rows(self).html()

    @property
    def heads(self) -> Iterator[Head]:
        for column in self.columns:
            state = ""
            if self.sort.lstrip("-") == column.name:
                state = "descending" if self.sort.startswith("-") else "ascending"
            flips = column.name if state == "descending" else f"-{column.name}"
            first = flips if state or column.column.initial_sort_descending else column.name
            yield Head(column=column, state=state, next_sort=first if column.orderable else "")


@dataclass(frozen=True)
class Head:
    column: Any
    state: str
    next_sort: str
