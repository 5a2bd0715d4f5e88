"""A provider that only echoes, to test what all sandboxes share."""

from __future__ import annotations

import pytest

from telephony.providers.sandbox import SandboxProvider, SandboxServer
from telephony.providers.sandbox.wire import Reply


class Echo(SandboxProvider):
    """Counts its requests and says what it understood."""

    name = "echo"

    def seed(self):
        return {"version": 1, "count": 0, "people": {"ann": {"age": 1}}}

    def operation_of(self, request):
        return "echo.hello" if request.segments[1:] == ("hello",) else ""

    def answer(self, request):
        with self.store.lock:
            self.store.data["count"] += 1
            self.store.touch()
            self.store.save()
        return Reply.json({"query": request.query, "data": request.data, "segments": list(request.segments)})


@pytest.fixture
def echo():
    with SandboxServer(providers=[Echo]) as server:
        yield server


@pytest.fixture
def echo_class():
    return Echo
