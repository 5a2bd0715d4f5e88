"""Forms out and documents in, as properties: what is sent is what the other side reads."""

from __future__ import annotations

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from portal.lib.errors import UnexpectedAnswer
from telephony.providers.keyyo import documents, encoding
from telephony.providers.sandbox.wire import nest
from telephony.providers.transport import Request

names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def read_by_server(values):
    """The values as they arrive: through our form, and PHP's way of reading one."""
    body = Request(method="POST", url="https://x.example", form=encoding.pairs(values)).content().decode()
    return nest(parse_qsl(body, keep_blank_values=True))


@given(st.dictionaries(names, texts, max_size=5))
def test_texts_arrive_unchanged(values):
    assert read_by_server(values) == values


@given(names, st.lists(texts, min_size=1, max_size=12))
def test_lists_arrive_in_order(name, items):
    assert read_by_server({name: items}) == {name: items}


def test_the_notations_of_the_other_kinds():
    values = {
        "on": True,
        "off": False,
        "delay": 20,
        "none": None,
        "empty": [],
        "filters": {"type": "ACDService"},
    }
    assert read_by_server(values) == {
        "on": "1", "off": "0", "delay": "20", "empty": "", "filters": {"type": "ACDService"},
    }  # fmt: skip


@given(json_values)
def test_a_collection_is_objects_with_a_type_or_an_error(document):
    try:
        items = encoding.embedded(document)
    except UnexpectedAnswer:
        return
    assert all(isinstance(item, dict) and "_resource_type" in item for item in items)


@given(json_values, texts)
def test_a_next_link_gives_our_own_names_only_or_an_error(link, href):
    for one in (link, {"next": link}, {"next": {"href": href}}, {"next": {"href": "?" + href}}):
        try:
            found = encoding.following({"_links": one}, "https://x.example/list", ("offset", "limit"))
        except UnexpectedAnswer:
            continue
        assert found is None or set(found) <= {"offset", "limit"}


@given(
    st.dictionaries(
        st.sampled_from(["csi", "identifier", "forced", "options", "forward_delay", "timestamp"]), json_values
    )
)
def test_documents_are_read_whatever_they_hold(document):
    documents.Service.from_document(document)
    documents.Profile.from_document(document)
    documents.Contact.from_document(document)


def test_facts_are_read_in_every_notation():
    for yes in (True, 1, "1", "true"):
        assert documents.flag({"x": yes}, "x")
    for no in (False, 0, "0", "false", "", None, "maybe", [], {}):
        assert not documents.flag({"x": no}, "x")
    assert not documents.flag({}, "x")
