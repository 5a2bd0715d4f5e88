"""The control endpoints, and state that outlives the process."""

from __future__ import annotations

import json

import pytest
import requests

from telephony.providers.sandbox import SandboxServer


@pytest.fixture
def control(echo):
    def post(path, **document):
        return requests.post(f"{echo.url}/_control/{path}", json=document, timeout=5)

    return post


def overview(server):
    return requests.get(f"{server.url}/_control/", timeout=5).json()


def test_the_clock_is_set_and_let_go(control, echo):
    answer = control("clock", now="2026-03-29T00:59:00+00:00", rate=0).json()
    assert answer == {"now": "2026-03-29T00:59:00+00:00", "rate": 0.0}
    assert overview(echo)["now"] == answer["now"]

    assert control("clock", now=None).json()["rate"] == 1.0
    assert not overview(echo)["now"].startswith("2026-03-29T00:59")


def test_faults_are_planned_counted_and_cleared(control, echo):
    control("fault", provider="echo", match="hello", status=500, times=3)
    requests.get(f"{echo.url}/echo/hello", timeout=5)

    assert [(fault["struck"], fault["times"]) for fault in overview(echo)["faults"]] == [(1, 3)]
    assert control("fault", clear=True).json() == {"faults": []}


@pytest.mark.parametrize("what", ["clock", "fault", "limit"])
def test_what_is_set_can_be_asked_for(echo, what):
    answer = requests.get(f"{echo.url}/_control/{what}", timeout=5)

    assert answer.status_code == 200
    assert set(answer.json()) <= set(overview(echo))


def test_limits_are_set_and_lifted(control, echo):
    control("limit", provider="echo", quota=5, window_s=30)
    assert overview(echo)["limits"] == {"echo": {"quota": 5, "window_s": 30.0}}

    control("limit", provider="echo", quota=None)
    assert overview(echo)["limits"] == {}


def test_state_is_read_and_patched(control, echo):
    patched = control("state/echo", people={"bob": {"age": 2}, "ann": None}).json()

    assert patched["people"] == {"bob": {"age": 2}}
    assert requests.get(f"{echo.url}/_control/state/echo", timeout=5).json() == patched == echo.state("echo")


def test_reset_forgets_everything(control, echo):
    requests.get(f"{echo.url}/echo/hello", timeout=5)
    control("fault", provider="echo", status=500)
    control("clock", now="2020-01-01T00:00:00+00:00")
    assert control("reset").json() == {"reset": ["echo"]}

    assert echo.state("echo")["count"] == 0
    assert overview(echo)["faults"] == []
    assert not overview(echo)["now"].startswith("2020")


@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        ("clock", {"now": "soon"}, 400),
        ("clock", {"now": "2026-01-01T00:00:00"}, 400),
        ("clock", {"rate": -1}, 400),
        ("fault", {"provider": "echo"}, 400),
        ("fault", {"provider": "echo", "colour": "blue", "status": 500}, 400),
        ("fault", {"provider": "nobody", "status": 500}, 404),
        ("limit", {"provider": "echo", "quota": -1}, 400),
        ("limit", {"provider": "echo", "quota": 1, "window_s": 0}, 400),
        ("play", {"provider": "echo", "scenario": "x"}, 400),
        ("grant", {"provider": "echo"}, 400),
        ("state/nobody", {}, 404),
        ("earthquake", {}, 404),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(control, path, document, status):
    answer = control(path, **document)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_controls_are_posted(echo):
    assert requests.get(f"{echo.url}/_control/reset", timeout=5).status_code == 405


def test_state_outlives_the_process(echo_class, tmp_path):
    with SandboxServer(providers=[echo_class], state_dir=tmp_path) as first:
        requests.get(f"{first.url}/echo/hello", timeout=5)
    assert json.loads((tmp_path / "echo.json").read_text())["count"] == 1
    with SandboxServer(providers=[echo_class], state_dir=tmp_path) as second:
        assert second.state("echo")["count"] == 1


@pytest.mark.parametrize("saved", ["{", "[]", '{"version": 0, "count": 7}'])
def test_damaged_or_older_state_starts_from_the_seed(echo_class, tmp_path, saved):
    (tmp_path / "echo.json").write_text(saved)
    with SandboxServer(providers=[echo_class], state_dir=tmp_path) as server:
        assert server.state("echo")["count"] == 0
