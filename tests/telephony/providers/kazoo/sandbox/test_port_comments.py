"""Comments on a port request, which are known by their place."""

from __future__ import annotations

import pytest


@pytest.fixture
def path(master):
    made = master.ok("PUT", "~/port_requests", {"name": "Move", "numbers": {"+33199005501": {}}})
    return f"~/port_requests/{made['id']}/comments"


def test_comments_stand_inside_an_object(master, path):
    assert master.get(path) == {"comments": []}

    added = master("PUT", path, {"comments": [{"content": "Please hurry"}]})

    assert added.status_code == 201
    assert added.json()["data"] == master.get(path)
    [comment] = master.get(path)["comments"]
    assert comment["content"] == "Please hurry"
    assert comment["author"]
    assert master("PUT", path, {}).status_code == 400
    timeline = master.get(path.replace("comments", "timeline"))
    assert "Please hurry" in [step.get("content") for step in timeline]


def test_one_comment_is_read_changed_and_taken_away_by_its_place(master, path):
    master.ok("PUT", path, {"comments": [{"content": "First"}, {"content": "Second"}]})

    assert master.get(f"{path}/1")["content"] == "Second"
    assert master.ok("POST", f"{path}/1", {"content": "Changed"})["content"] == "Changed"
    left = master.ok("DELETE", f"{path}/0", {})["comments"]
    assert [one["content"] for one in left] == ["Changed"]
    assert {master("GET", f"{path}/{place}").status_code for place in ("1", "-1", "x", "²")} == {404}

    assert master.ok("DELETE", path, {}) == {"comments": []}
