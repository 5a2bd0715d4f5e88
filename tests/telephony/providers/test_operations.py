"""Which object an operation means: names in the path, or in a scope inside the body."""

from __future__ import annotations

import pytest

from portal.lib.errors import InvalidInput
from telephony.providers.editing import Editor, editors
from telephony.providers.operations import Catalog, Effect, Operation, Param, Place
from telephony.providers.values import checked

COMPANY = Param(name="company", place=Place.SCOPE)
READ = Operation(
    key="company.read",
    method="POST",
    path="/read/",
    summary="Read",
    effect=Effect.READ,
    collection=True,
    params=(COMPANY,),
)


def writing(key: str, *params: Param, effect: Effect = Effect.WRITE) -> Operation:
    return Operation(
        key=key,
        method="POST",
        path="/write/",
        summary="Write",
        effect=effect,
        params=params,
        reads_back="company.read",
    )


NAMED = Param(name="company", place=Place.SCOPE, required=True)
CATALOG = Catalog(
    (
        READ,
        writing("company.create", Param(name="name")),
        writing("company.update", NAMED, Param(name="name")),
        writing("company.delete", NAMED, effect=Effect.DESTROY),
    )
)
EDITORS = editors(CATALOG, {one.key: Editor for one in CATALOG if not one.is_read})


def test_an_address_is_what_stands_in_the_path_and_in_the_scope():
    mixed = Operation(
        key="a", method="GET", path="/{one}", summary="A", effect=Effect.READ, params=(COMPANY,)
    )

    assert mixed.address_names == ("one", "company") and mixed.path_names == ("one",)
    assert CATALOG["company.update"].scope_names == ("company",)


def test_a_list_that_a_scope_narrows_to_the_object_is_read_as_one():
    assert EDITORS["company.create"].reads_list  # a new object is looked for among all
    assert not EDITORS["company.update"].reads_list and not EDITORS["company.update"].replaces
    assert not EDITORS["company.delete"].reads_list


def test_a_scope_names_the_object_for_places_and_forms():
    editor = EDITORS["company.update"]
    editor.id_field = "company"
    place = editor.place({"company": "acme"}, None)  # type: ignore[arg-type]

    assert place.remote_id == "acme"
    assert editor.address_of(place) == {"company": "acme"}


def test_a_needed_scope_is_not_empty():
    with pytest.raises(InvalidInput) as refused:
        checked(CATALOG["company.update"], {"company": ""})
    assert set(refused.value.fields) == {"company"}
    assert checked(READ, {"company": ""}) == {"company": ""}
