"""Bare HTTP callers of the keevio sandbox: these tests use no client of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from telephony.providers.sandbox.server import SandboxServer

Document = dict[str, Any]


class Caller:
    """A session of the requests package; paths are below /keevio/rest."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False

    def post(self, path: str, body: Any = None, **kwargs: Any) -> requests.Response:
        if body is not None:
            kwargs["json"] = body
        return self.session.post(self.base + path, timeout=10, **kwargs)

    def sign_in(self, login: str, password: str = "keevio-demo") -> Document:
        auth = {"type": "auth", "username": login, "password": password}
        found: Document = self.post("/auth/", {"auth": auth}).json()
        return found

    def ask(self, verb: str, scope: Any = None, values: Any = None, **others: Any) -> Document:
        """The answer to a command on companies, whatever its result."""
        body = {"type": "company", **others}
        if scope is not None:
            body["scope"] = scope
        if values is not None:
            body["values"] = values
        found: Document = self.post(f"/ops/{verb}/", body).json()
        return found

    def do(self, verb: str, scope: Any = None, values: Any = None) -> Document:
        """The answer to a command that must succeed."""
        answer = self.ask(verb, scope, values)
        assert answer["result"] == "success", answer
        return answer

    def fails(self, verb: str, scope: Any = None, values: Any = None) -> str:
        """The message of a command that must fail."""
        answer = self.ask(verb, scope, values)
        assert answer["result"] == "fail", answer
        return str(answer["message"])

    def data(self, company: str) -> Document:
        found: Document = self.do("read", {"company": company})["values"][company]["data"]
        return found


@pytest.fixture
def nobody(sandbox: SandboxServer) -> Caller:
    return Caller(f"{sandbox.url}/keevio/rest")


@pytest.fixture
def caller_of(sandbox: SandboxServer) -> Callable[[str], Caller]:
    def make(login: str) -> Caller:
        caller = Caller(f"{sandbox.url}/keevio/rest")
        assert caller.sign_in(login)["result"] == "success"
        return caller

    return make


@pytest.fixture
def system(caller_of: Callable[[str], Caller]) -> Caller:
    """The System-Admin."""
    return caller_of("switchboard")


@pytest.fixture
def brackenfold(caller_of: Callable[[str], Caller]) -> Caller:
    """The administrator of Brackenfold."""
    return caller_of("brackenfold_admin")
