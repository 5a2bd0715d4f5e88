"""Names in their order: accents and case do not count, numbers do; the same here and in PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Tenant
from portal.lib.names import LONGEST, name_key, named

IN_ORDER = [
    "2 rue Haute",
    "10 rue Haute",
    "Aïcha",
    "ALBA",
    "Équipe",
    "équipe nord",
    "Line 2",
    "line 10",
    "Line 010 b",
    "Łukasz",
    "Œuvre",
    "Zoé",
    "Ωmega",
    "Йога",
]


def keys_of(names: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name_key(name) FROM unnest(%s::text[]) WITH ORDINALITY AS given(name, n) ORDER BY n",
            [names],
        )
        return [key for (key,) in cursor.fetchall()]


@pytest.mark.django_db
def test_names_come_in_the_order_that_people_look_them_up():
    for name in reversed(IN_ORDER):
        Tenant.objects.create(slug=f"t{len(name)}-{IN_ORDER.index(name)}", name=name)

    assert [one.name for one in Tenant.objects.order_by("name_key")] == IN_ORDER
    assert sorted(set(IN_ORDER), key=name_key) == IN_ORDER


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("equipe", {"Équipe", "équipe nord"}),
        ("ÉQUIPE N", {"équipe nord"}),
        ("Zoe", {"Zoé"}),
        ("aicha", {"Aïcha"}),
        ("lukasz", {"Łukasz"}),
        ("ine 1", {"line 10"}),
        ("line 2", {"Line 2"}),
        ("%", set()),
        ("\u0301", set()),
    ],
)
def test_names_are_found_with_and_without_their_accents(words: str, found: set[str]):
    for n, name in enumerate(IN_ORDER):
        Tenant.objects.create(slug=f"t{n}", name=name)

    assert {one.name for one in Tenant.objects.filter(named(words))} == found


@pytest.mark.django_db
def test_names_that_differ_in_accents_and_case_alone_are_one_key():
    assert len(set(keys_of(["Élodie", "elodie", "E\u0301LODIE", " élodie "]))) == 1


@pytest.mark.django_db
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300), max_size=20))
def test_python_and_postgresql_agree(names: list[str]):
    keys = keys_of(names)

    assert keys == [name_key(name) for name in names]
    assert all(len(key) <= LONGEST for key in keys)
