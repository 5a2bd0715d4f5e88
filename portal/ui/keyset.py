"""Pages by key: the rows after a row, never an offset, never a count of everything.

A cursor is the order's values of the row at the page's edge, signed. PostgreSQL's own rule for NULL holds: it
is greater than every value, so last ascending and first descending, as a plain index has it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.utils.translation import gettext as _

from portal.ui import formats

Row = TypeVar("Row", bound=Model)
CAP = 10_000
NOTHING = Q(pk__in=[])


class BadCursor(ValueError):
    """The cursor was altered, or belongs to another order: begin at the first page."""


@dataclass(frozen=True)
class Term:
    """One part of an order: the path of a field, its direction, whether it can be NULL."""

    path: str
    is_descending: bool
    field: Field
    is_nullable: bool

    def beyond(self, value: Any) -> Q:
        """What comes strictly after `value` in this direction."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if self.is_descending else NOTHING
        if self.is_descending:
            return Q(**{f"{self.path}__lt": value})
        greater = Q(**{f"{self.path}__gt": value})
        return greater | Q(**{f"{self.path}__isnull": True}) if self.is_nullable else greater

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def not_before(self, value: Any) -> Q | None:
        """A bound on this term alone, so that an index on it is entered at the right place."""
        if value is None or (self.is_nullable and not self.is_descending):
            return None
        return Q(**{f"{self.path}__{'lte' if self.is_descending else 'gte'}": value})

    def reversed(self) -> Term:
        return Term(self.path, not self.is_descending, self.field, self.is_nullable)

    @property
    def ordering(self) -> Any:
        return F(self.path).desc() if self.is_descending else F(self.path).asc()

    def of(self, row: Model) -> Any:
        """The row's value; a relation on the way that is missing gives None."""
        value: Any = row
        for name in self.path.split("__"):
            value = getattr(value, name, None)
        return value.pk if isinstance(value, Model) else value


def terms_of(queryset: QuerySet, order: Sequence[str]) -> list[Term]:
    """The order read against the model; its last part must be unique, or rows would be lost between pages."""
    terms = []
    for name in order:
        path = name.lstrip("-")
        field, is_nullable = field_of(queryset, path)
        terms.append(Term(path, name.startswith("-"), field, is_nullable))
    last = terms[-1].field
    if not (getattr(last, "unique", False) or getattr(last, "primary_key", False)):
        raise ValueError(f"the order of keyset pages must end in a unique column, not {terms[-1].path}")
    return terms


def field_of(queryset: QuerySet, path: str) -> tuple[Field, bool]:
    """The field at a path such as "connection__name", and whether it can be NULL on the way."""
    annotation = queryset.query.annotations.get(path)
    if annotation is not None:
        return annotation.output_field, True
    options, is_nullable, field = queryset.model._meta, False, None
    for name in path.split("__"):
        field = options.pk if name == "pk" else options.get_field(name)
        if not isinstance(field, Field):
            raise FieldDoesNotExist(f"{path} is not a column")
        is_nullable = is_nullable or field.null
        if field.related_model is not None:
            options = field.related_model._meta
    if field is None:
        raise FieldDoesNotExist("an order needs a column")
    return field, is_nullable


def pack(value: Any) -> Any:
    """A value as JSON has it, without losing a microsecond or a decimal place."""
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value // dt.timedelta(microseconds=1)
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    return value


def unpack(term: Term, value: Any) -> Any:
    if value is None:
        return None
    if term.field.get_internal_type() == "DurationField":
        return dt.timedelta(microseconds=value)
    target = getattr(term.field, "target_field", term.field)
    return target.to_python(value)


class KeysetPage(Generic[Row]):
    """One page of a queryset in a fixed order.

        page = KeysetPage(calls, order=("-started_at", "-id"), cursor=request.GET.get("cursor", ""))
        page.rows, page.next_cursor, page.previous_cursor        # "" where there is none

    Two conditions of the caller: the last column of the order is unique, and values of the order do not change
    while somebody pages (a row whose value changes may be met twice or not at all). Raises BadCursor.
    """

    def __init__(
        self, queryset: QuerySet[Row], order: Sequence[str] = ("-id",), cursor: str = "", size: int = 50
    ):
        self.queryset, self.size, self.order = queryset, size, tuple(order)
        self.terms = terms_of(queryset, self.order)
        self.is_backward, self.edge = self._read(cursor)

    @property
    def _salt(self) -> str:
        return f"keyset:{self.queryset.model._meta.label}:{','.join(self.order)}"

    def _read(self, cursor: str) -> tuple[bool, list[Any] | None]:
        """Direction and edge; no cursor is the first page."""
        if not cursor:
            return False, None
        try:
            direction, *values = signing.loads(cursor, salt=self._salt)
            edge = [unpack(term, value) for term, value in zip(self.terms, values, strict=True)]
        except (signing.BadSignature, ValidationError, ValueError, TypeError) as error:
            raise BadCursor("not a cursor of this list") from error
        return direction == "b", edge

    def _write(self, direction: str, row: Row) -> str:
        values = [pack(term.of(row)) for term in self.terms]
        return signing.dumps([direction, *values], salt=self._salt, compress=True)

    def _beyond(self, terms: Sequence[Term], edge: Sequence[Any]) -> Q:
        """Rows after the edge: greater in the first term, or equal there and greater in the second, ..."""
        steps, equal = [], Q()
        for term, value in zip(terms, edge, strict=True):
            steps.append(equal & term.beyond(value))
            equal = equal & term.same(value)
        beyond = reduce(or_, steps)
        bound = terms[0].not_before(edge[0]) if len(terms) > 1 else None
        return bound & beyond if bound is not None else beyond

    @cached_property
    def _fetched(self) -> tuple[list[Row], bool]:
        """The page's rows in its order, and whether more lie beyond in the direction of travel."""
        rows, has_more = self._nearest()
        return (rows[::-1] if self.is_backward else rows), has_more

    def _nearest(self) -> tuple[list[Row], bool]:
        """The same as one meets them on the way."""
        rows = list(self._after(self.queryset, self.edge)[: self.size + 1])
        return rows[: self.size], len(rows) > self.size

    @cached_property
    def _way(self) -> list[Term]:
        """The order in the direction of travel."""
        return [term.reversed() for term in self.terms] if self.is_backward else self.terms

    def _after(self, records: QuerySet[Row], edge: Sequence[Any] | None) -> QuerySet[Row]:
        """Those beyond the edge in the direction of travel, the nearest first; without one all of them."""
        records = records.order_by(*(term.ordering for term in self._way))
        return records if edge is None else records.filter(self._beyond(self._way, edge))

    @property
    def rows(self) -> list[Row]:
        return self._fetched[0]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_first(self) -> bool:
        return not self.has_previous

    @property
    def is_at_start(self) -> bool:
        """Whether nothing said where it begins."""
        return self.edge is None

    @property
    def is_all(self) -> bool:
        """Whether there is no row outside this page."""
        return self.edge is None and not self._fetched[1]

    @property
    def has_next(self) -> bool:
        return bool(self.rows) and (self.is_backward or self._fetched[1])

    @property
    def has_previous(self) -> bool:
        if not self.rows:
            return False
        return self._fetched[1] if self.is_backward else self.edge is not None

    @property
    def next_cursor(self) -> str:
        return self._write("f", self.rows[-1]) if self.has_next else ""

    @property
    def previous_cursor(self) -> str:
        return self._write("b", self.rows[0]) if self.has_previous else ""


@dataclass(frozen=True)
class CappedCount:
    """A count that stopped counting at its cap, and says so in words.

    is_given_up   all were to be counted, which took too long
    """

    value: int
    is_capped: bool
    is_given_up: bool = False

    def __str__(self) -> str:
        if self.is_capped:
            return _("more than %(count)s") % {"count": formats.count(self.value)}
        return formats.count(self.value)


def capped_count(queryset: QuerySet, cap: int | None = CAP) -> CappedCount:
    """How many rows, up to `cap`: the database stops at the row after it. None: all of them."""
    if cap is None:
        return CappedCount(queryset.order_by().count(), is_capped=False)
    found = queryset.order_by()[: cap + 1].count()
    return CappedCount(min(found, cap), found > cap)
