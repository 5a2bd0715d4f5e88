"""Every form of a list: keys of all types, pages of all lengths, everything at once, and servers that go in circles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.errors import InvalidInput
from tests.telephony.providers.kazoo.served import Seen, Told, error, success

ENDS = (None, "", [])


def _ids(pages: Any) -> list[str]:
    return [row["id"] for page in pages for row in page.items]


def _serving(rows: list[str], keys: list[Any], sizes: list[int], end: Any, *, as_text: bool) -> Any:
    """A list cut into pages of these sizes, with these keys between them."""
    cuts = [0]
    for size in sizes:
        cuts.append(min(cuts[-1] + size, len(rows)))
    cuts.append(len(rows))
    by_key = {_sent(key): index + 1 for index, key in enumerate(keys)}

    def answering(seen: Seen) -> Told:
        start = seen.query.get("start_key")
        index = 0 if start is None else by_key[start]
        page = [{"id": one} for one in rows[cuts[index] : cuts[index + 1]]]
        following = keys[index] if index < len(keys) else end
        size: Any = len(page)
        members = {"page_size": str(size) if as_text else size}
        if following is not None or index % 2:
            members["next_start_key"] = following
        return success(page, **members)

    return answering


def _sent(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key, separators=(",", ":"), ensure_ascii=False)


_text = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12)
_key = st.one_of(
    _text,
    st.integers(1, 2**53),
    st.lists(st.one_of(_text, st.integers(0, 2**53)), min_size=1, max_size=3),
)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    keys=st.lists(_key, max_size=6, unique_by=_sent),
    data=st.data(),
    end=st.sampled_from(ENDS),
    as_text=st.booleans(),
)
def test_every_row_comes_once_whatever_the_keys_and_pages(kazoo, served, keys, data, end, as_text):
    sizes = data.draw(st.lists(st.integers(0, 4), min_size=len(keys), max_size=len(keys)))
    rows = [f"r{n}" for n in range(sum(sizes) + data.draw(st.integers(0, 3)))]
    served.answering = _serving(rows, keys, sizes, end, as_text=as_text)

    pages = list(kazoo.pages("user.list"))

    assert _ids(pages) == rows
    assert [page.following is None for page in pages] == [False] * len(keys) + [True]


def test_reading_goes_on_from_a_page(kazoo, served):
    rows, keys = [f"r{n}" for n in range(6)], ["k", ["l", 2]]
    served.answering = _serving(rows, keys, [2, 2], None, as_text=True)
    first = next(kazoo.pages("user.list"))

    assert _ids(kazoo.pages("user.list", first.following)) == rows[2:]


def test_a_server_that_goes_in_circles_is_left(kazoo, served):
    served.answer(
        success([{"id": "a"}], next_start_key="k"),
        success([{"id": "b"}], next_start_key="l"),
        success([{"id": "c"}], next_start_key="k"),
    )

    assert _ids(kazoo.pages("user.list")) == ["a", "b", "c"]


def test_everything_at_once_falls_back_to_pages(kazoo, served):
    def answering(seen: Seen) -> Told:
        if seen.query.get("paginate") == "false":
            return error(416, "range not satisfiable")
        return success([{"id": "a"}])

    served.answering = answering

    assert _ids(kazoo.pages("user.list", {"paginate": False})) == ["a"]
    assert served.last.query == {"page_size": "500"}


def test_pages_that_are_too_big_are_halved(kazoo, served):
    def answering(seen: Seen) -> Told:
        return error(416, "") if int(seen.query["page_size"]) > 60 else success([{"id": "a"}])

    served.answering = answering
    assert _ids(kazoo.pages("user.list")) == ["a"]
    assert [one.query["page_size"] for one in served.seen] == ["500", "250", "125", "62", "31"]

    served.answer(error(416, ""))
    with pytest.raises(InvalidInput):
        list(kazoo.pages("user.list"))


def test_a_list_without_pages_comes_as_one(kazoo, served):
    served.answer(success([{"device_id": "d", "registered": True}]))

    (page,) = kazoo.pages("device.getStatus")

    assert page.items == [{"device_id": "d", "registered": True}]
    assert served.last.query == {}
