"""Documents field by field: whatever a document holds is shown, once, whether somebody declared it or not."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.fields import DocumentField, clashing, leaves, sheet_of
from telephony.providers.kinds import EntityKind, Kinds
from telephony.providers.registry import PROVIDERS


@pytest.mark.parametrize(
    ("provider", "kind", "remote_id", "document", "is_other_forced", "is_on"),
    [
        ("keyyo", "VoIPAccountProfile", "default", {"forced": "0"}, False, True),
        ("keyyo", "VoIPAccountProfile", "default", {"forced": "0"}, True, False),
        ("keyyo", "VoIPAccountProfile", "7", {}, False, False),
        ("keyyo", "VoIPAccountProfile", "7", {"forced": 1}, False, True),
        ("kazoo", "user", "7", {"call_forward": {"number": "+33"}}, False, False),
        ("kazoo", "user", "7", {"call_forward": {"enabled": False, "failover": True}}, False, True),
        ("kazoo", "device", "7", {"call_forward": {"enabled": True}}, False, True),
    ],
)
def test_a_forward_counts_while_it_is_in_force(
    provider: str, kind: str, remote_id: str, document: dict[str, Any], is_other_forced: bool, is_on: bool
) -> None:
    found = PROVIDERS[provider].kinds[kind]
    assert found.forwards(remote_id, document, is_other_forced=is_other_forced) is is_on


NAMES = st.sampled_from(["name", "number", "owner", "devices", "flow", "0", "1", "$secret"])
SCALARS = st.none() | st.booleans() | st.integers(-3, 99) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(".".join)


@st.composite
def declarations(draw: Any, depth: int = 2) -> tuple[DocumentField, ...]:
    """Fields that do not claim the same places, some of them with fields of their own."""
    fields: list[DocumentField] = []
    for path in draw(st.lists(PATHS, max_size=4, unique=True)):
        items = draw(declarations(depth - 1)) if depth and draw(st.booleans()) else ()
        empty = draw(st.sampled_from(["", "nobody"]))
        field = DocumentField(path=path, label=path, items=items, empty=empty)
        if not clashing([*fields, field]):
            fields.append(field)
    return tuple(fields)


@given(declarations(), st.dictionaries(NAMES, VALUES, max_size=5))
def test_every_value_of_a_document_is_shown_exactly_once(
    fields: tuple[DocumentField, ...], document: dict[str, Any]
) -> None:
    def places(found: Any) -> Counter[str]:
        return Counter(f"{path} {value!r}" for path, value in found)

    assert places(sheet_of(fields, document).leaves()) == places(leaves(document))


def test_a_list_of_objects_is_read_by_its_own_fields_and_keeps_what_they_do_not_know() -> None:
    field = DocumentField(
        path="members",
        label="Members",
        items=(DocumentField(path="delay", label="After", kind="duration_s"),),
    )
    sheet = sheet_of([field], {"members": [{"delay": 20, "odd": 1}], "more": {"a": [1, 2], "b": {}}})
    (member,) = sheet.groups[0][1][0].entries
    assert [fact.place for fact in member[1].facts()] == ["members.0.delay", "members.0.odd"]
    assert [(fact.place, fact.value) for fact in sheet.other] == [("more.a", [1, 2]), ("more.b", {})]


def test_an_empty_object_around_a_known_field_is_not_set_rather_than_unknown() -> None:
    field = DocumentField(path="hold.media_id", label="Recording", group="Music on hold")
    sheet = sheet_of([field], {"hold": {}, "odd": {}})
    assert [(fact.place, fact.field and fact.field.label) for fact in sheet.empty] == [
        ("hold", "Music on hold")
    ]
    assert [fact.place for fact in sheet.other] == ["odd"]


def test_the_unit_of_a_number_is_said_in_words_where_the_document_tells_it() -> None:
    field = DocumentField(
        path="total", label="Total", kind="integer", unit_path="unit", choices=(("Mo", "MB"),)
    )
    (fact,) = sheet_of([field], {"total": 5, "unit": "Mo"}).groups[0][1]
    assert fact.unit == "MB"


def test_a_kind_whose_fields_show_a_value_twice_is_refused() -> None:
    fields = (DocumentField(path="a", label="A"), DocumentField(path="a.b", label="B"))
    with pytest.raises(ValueError, match=r"a\.b"):
        Kinds((EntityKind(kind="k", label="K", plural="Ks", list_operation="", fields=fields),))


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_every_kind_says_what_its_documents_mean(provider: Any) -> None:
    bare = [kind.kind for kind in provider.kinds.values() if not kind.fields or not kind.columns]
    assert not bare, f"kinds without fields or without a column: {bare}"
