"""Paging against real PostgreSQL: whatever the order, ties and NULLs, each row is met exactly once both ways."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from portal.ui.keyset import BadCursor, KeysetPage

EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ORDERS = [
    ("id",),
    ("-id",),
    ("-date_joined", "-id"),
    ("date_joined", "-id"),
    ("last_login", "id"),
    ("-last_login", "id"),
    ("last_login", "-name", "id"),
    ("-last_login", "name", "-date_joined", "-id"),
    ("name_key", "id"),
    ("-name_key", "-id"),
]
rows = st.lists(
    st.tuples(
        st.integers(0, 3), st.one_of(st.none(), st.integers(0, 2)), st.sampled_from(["a", "A", "b", "e", "é"])
    ),
    max_size=14,
)
PAGING = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def fill(found: list[tuple[int, int | None, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_person")
    Person.objects.bulk_create(
        Person(
            email=f"k{number}@corvane.example",
            name=name,
            date_joined=EPOCH + dt.timedelta(microseconds=joined),
            last_login=None if seen is None else EPOCH + dt.timedelta(microseconds=seen),
        )
        for number, (joined, seen, name) in enumerate(found)
    )


def expected(order: tuple[str, ...]) -> list[int]:
    terms = [F(name[1:]).desc() if name.startswith("-") else F(name).asc() for name in order]
    return list(Person.objects.order_by(*terms).values_list("pk", flat=True))


def walk(
    order: tuple[str, ...], size: int, cursor: str = "", step: str = "next_cursor"
) -> tuple[list[list[int]], str]:
    """The pages met by following `step` to its end, and the last page's cursor the other way."""
    pages = []
    while True:
        page = KeysetPage(Person.objects.all(), order, cursor, size)
        pages.append([row.pk for row in page.rows])
        cursor = getattr(page, step)
        if not cursor:
            return pages, page.previous_cursor if step == "next_cursor" else page.next_cursor


@pytest.mark.django_db
@PAGING
@given(found=rows, order=st.sampled_from(ORDERS), size=st.integers(1, 5))
def test_each_row_exactly_once_forwards_and_backwards(found, order, size):
    fill(found)

    forward, back = walk(order, size)
    assert [pk for page in forward for pk in page] == expected(order)

    if back:
        backward, _forward = walk(order, size, back, "previous_cursor")
        assert [pk for page in reversed(backward) for pk in page] == expected(order)[: -len(forward[-1])]


@pytest.mark.django_db
@PAGING
@given(found=rows, added=rows, order=st.sampled_from(ORDERS), size=st.integers(1, 5))
def test_rows_inserted_between_pages_disturb_none_that_stood(found, added, order, size):
    fill(found)
    before = expected(order)
    first = KeysetPage(Person.objects.all(), order, "", size)
    seen = [row.pk for row in first.rows]
    cursor = first.next_cursor

    for number, (joined, last, name) in enumerate(added):
        Person.objects.create(
            email=f"new{number}@corvane.example",
            name=name,
            date_joined=EPOCH + dt.timedelta(microseconds=joined),
            last_login=None if last is None else EPOCH + dt.timedelta(microseconds=last),
        )
    if cursor:
        pages, _back = walk(order, size, cursor)
        seen += [pk for page in pages for pk in page]

    assert len(seen) == len(set(seen))
    assert [pk for pk in seen if pk in set(before)] == before


@pytest.mark.django_db
def test_a_cursor_of_another_order_is_refused(people):
    cursor = KeysetPage(Person.objects.all(), ("-date_joined", "-id"), size=3).next_cursor

    with pytest.raises(BadCursor):
        KeysetPage(Person.objects.all(), ("date_joined", "id"), cursor, 3)
    with pytest.raises(BadCursor):
        KeysetPage(Person.objects.all(), ("-date_joined", "-id"), cursor + "x", 3)


@pytest.mark.django_db
def test_a_page_neither_counts_nor_skips(people, django_assert_num_queries):
    page = KeysetPage(Person.objects.all(), ("-date_joined", "-id"), size=3)
    page = KeysetPage(Person.objects.all(), ("-date_joined", "-id"), page.next_cursor, 3)

    with django_assert_num_queries(1) as asked:
        assert page.rows and page.next_cursor and page.previous_cursor
    assert "OFFSET" not in asked[0]["sql"] and "COUNT" not in asked[0]["sql"]


def test_an_order_that_is_not_unique_is_refused():
    with pytest.raises(ValueError, match="unique"):
        KeysetPage(Person.objects.all(), ("name",))
