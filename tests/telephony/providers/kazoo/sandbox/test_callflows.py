"""Callflows: trees, numbers, what a read adds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.providers.kazoo.sandbox.modules import MODULES
from telephony.providers.kazoo.sandbox.refusals import Errors
from telephony.providers.kazoo.sandbox.validation import check

FLOW = {"module": "hangup", "data": {}, "children": {}}


def errors_of(answer):
    assert answer.status_code == 400, answer.text
    return {path: sorted(rules) for path, rules in answer.json()["data"].items()}


@pytest.fixture
def docs(master, fake_kazoo):
    return fake_kazoo.store.data["accounts"][master.account_id]["docs"]


@pytest.fixture
def number(master, fake_kazoo):
    """A number in service of the account that nothing uses."""
    return next(
        number
        for number, entry in fake_kazoo.store.data["numbers"].items()
        if entry["pvt"]["account"] == master.account_id and not entry["pvt"].get("used_by")
    )


def test_a_flow_needs_a_number_or_a_pattern(master):
    assert errors_of(master("PUT", "~/callflows", {"flow": FLOW})) == {"numbers": ["required"]}
    assert errors_of(master("PUT", "~/callflows", {"flow": FLOW, "numbers": "2001"})) == {"numbers": ["type"]}
    assert master("PUT", "~/callflows", {"flow": FLOW, "patterns": ["^9(\\d+)$"]}).status_code == 201


def test_a_number_leads_to_one_flow_only(master, docs):
    taken = next(
        entry["doc"]["numbers"][0] for entry in docs["callflows"].values() if entry["doc"].get("numbers")
    )
    answer = master("PUT", "~/callflows", {"flow": FLOW, "numbers": [taken]})

    assert answer.json()["data"]["numbers"]["unique"]["cause"] == taken


def test_a_number_of_another_account_is_not_to_be_had(master, fake_kazoo):
    foreign = next(
        number
        for number, entry in fake_kazoo.store.data["numbers"].items()
        if entry["pvt"]["account"] not in ("", master.account_id)
    )
    answer = master("PUT", "~/callflows", {"flow": FLOW, "numbers": [foreign]})

    assert (answer.status_code, answer.json()["message"]) == (403, "forbidden")
    assert foreign in answer.json()["data"]["message"]


def test_national_numbers_become_e164(master):
    made = master.ok(
        "PUT", "~/callflows", {"flow": FLOW, "numbers": ["01 99 00 55 55", "2001", "*9701", "no_match2"]}
    )

    assert made["numbers"] == ["+33199005555", "2001", "*9701", "no_match2"]


def test_a_number_is_used_as_long_as_a_flow_has_it(master, number):
    path = f"~/phone_numbers/{number.replace('+', '%2B')}"
    assert "used_by" not in master.get(path)["_read_only"]
    made = master.ok("PUT", "~/callflows", {"flow": FLOW, "numbers": [number]})
    assert master.get(path)["_read_only"]["used_by"] == "callflow"
    master.ok("PATCH", f"~/callflows/{made['id']}", {"numbers": ["2002"]})
    assert "used_by" not in master.get(path)["_read_only"]
    master.ok("PATCH", f"~/callflows/{made['id']}", {"numbers": [number]})
    master.ok("DELETE", f"~/callflows/{made['id']}", {})
    assert "used_by" not in master.get(path)["_read_only"]


@pytest.mark.parametrize(
    ("flow", "errors"),
    [
        ({"module": "unheard_of", "data": {}}, {"flow.module": ["error"]}),
        ({"data": {}}, {"flow.module": ["required"]}),
        ({"module": "x" * 65, "data": {}}, {"flow.module": ["error", "maxLength"]}),
        ({"module": "device", "data": []}, {"flow.data": ["type"]}),
        ({"module": "device", "data": {"timeout": "20"}}, {"flow.data.timeout": ["type"]}),
        ({"module": "voicemail", "data": {"id": "null"}}, {"flow.data.id": ["minLength"]}),
        ({"module": "ring_group", "data": {"endpoints": []}}, {"flow.data.endpoints": ["minItems"]}),
        (
            {"module": "ring_group", "data": {"endpoints": [{"id": "x"}]}},
            {"flow.data.endpoints.0.endpoint_type": ["required"]},
        ),
        ({"module": "menu", "data": {}, "children": []}, {"flow.children": ["type"]}),
        ({"module": "menu", "data": {}, "children": {"1": "x"}}, {"flow.children.1": ["type"]}),
        (
            {"module": "menu", "data": {}, "children": {"a.b": {"module": "nope", "data": {}}}},
            {"flow.children.a%2Eb.module": ["error"]},
        ),
        (
            {
                "module": "play",
                "data": {},
                "children": {"_": {"module": "sleep", "data": {}, "children": {"_": {"data": {}}}}},
            },
            {"flow.children._.children._.module": ["required"]},
        ),
    ],
)
def test_each_step_is_judged_by_its_module(master, flow, errors):
    assert errors_of(master("PUT", "~/callflows", {"numbers": ["2009"], "flow": flow})) == errors


def test_every_known_module_is_accepted_with_what_it_needs(master):
    refused = {}
    for index, name in enumerate(MODULES):
        wish = {"numbers": [f"77{index}"], "flow": {"module": name, "data": _needed(name)}}
        answer = master("PUT", "~/callflows", wish)
        if answer.status_code != 201:
            refused[name] = answer.json()["data"]

    assert refused == {}


def _needed(name):
    """The least that the module accepts."""
    data = {}
    for field in MODULES[name]:
        if field.required:
            target = data
            *above, last = field.parts
            for part in above:
                target = target.setdefault(part, {})
            target[last] = _value(field)
    return data


def _value(field):
    if field.choices:
        return field.choices[0]
    kind = field.type[0]
    if kind == "array":
        entries = {one.path: _value(one) for one in field.entry if one.required and one.path}
        single = [_value(field.entry[0])] if field.entry and not field.entry[0].path else [entries]
        return single if field.entry or (field.count[0] or 0) > 0 else []
    samples = {"integer": field.bounds[0] or 1, "number": 1, "boolean": True, "object": {}}
    text = next(
        (one for one in ("en", "1", "https://x.example") if field.pattern and re.search(field.pattern, one)),
        "a",
    )
    return samples.get(kind, text * max(1, field.length[0] or 1))


def test_a_read_names_what_the_steps_point_to(master, docs):
    user, box = next(iter(docs["users"])), next(iter(docs["vmboxes"]))
    rule, other = next(iter(docs["temporal_rules"])), next(iter(docs["callflows"]))
    flow = {
        "module": "temporal_route",
        "data": {"rules": [rule]},
        "children": {
            rule: {
                "module": "user",
                "data": {"id": user},
                "children": {"_": {"module": "voicemail", "data": {"id": box}}},
            },
            "_": {"module": "callflow", "data": {"id": other, "unknown_id": "f" * 32}},
        },
    }
    made = master.ok("PUT", "~/callflows", {"numbers": ["2010"], "flow": flow})
    metadata = master.get(f"~/callflows/{made['id']}")["metadata"]
    names = docs["users"][user]["doc"]

    assert metadata[user] == {"name": f"{names['first_name']} {names['last_name']}", "pvt_type": "user"}
    assert metadata[rule]["pvt_type"] == "temporal_rule"
    assert metadata[box]["pvt_type"] == "vmbox"
    assert metadata[other]["numbers"] == docs["callflows"][other]["doc"].get("numbers", [])
    assert set(metadata) == {user, rule, box, other}


def test_metadata_is_not_stored(master, docs):
    identifier = next(iter(docs["callflows"]))
    document = master.get(f"~/callflows/{identifier}")
    master.ok("POST", f"~/callflows/{identifier}", document)

    assert "metadata" in document
    assert "metadata" not in docs["callflows"][identifier]["doc"]


def test_a_row_lists_the_modules_in_use(master):
    skipped = {
        "module": "sleep",
        "data": {"skip_module": True},
        "children": {"_": {"module": "hangup", "data": {}}},
    }
    flow = {"module": "play", "data": {}, "children": {"_": skipped}}
    made = master.ok(
        "PUT", "~/callflows", {"numbers": ["2011"], "flow": flow, "featurecode": {"name": "x", "number": "9"}}
    )
    row = next(row for row in master.every("~/callflows") if row["id"] == made["id"])

    assert row["modules"] == ["hangup", "play"]
    assert row["featurecode"] == {"name": "x", "number": "9"}
    others = [row for row in master.every("~/callflows") if row["id"] != made["id"]]
    assert {type(row["featurecode"]) for row in others} <= {bool, dict}


NODES = st.deferred(
    lambda: st.fixed_dictionaries(
        {"module": st.sampled_from(["menu", "play", "hangup"]), "data": st.just({})},
        optional={
            "children": st.dictionaries(st.sampled_from(["_", "1", "timeout", "a.b"]), NODES, max_size=3)
        },
    )
)


@settings(max_examples=100, deadline=None)
@given(NODES)
def test_any_tree_of_good_steps_is_good(tree):
    errors = Errors()
    check("callflows", {"numbers": ["1"], "flow": tree}, errors)

    assert errors == {}
