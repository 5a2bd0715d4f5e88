"""From paths to operations."""

from __future__ import annotations

import pytest

from telephony.providers.sandbox.routing import NoRoute, Router, normal_path


@pytest.fixture
def router():
    router = Router()
    for method, path in (
        ("GET", "/services"), ("GET", "/services/{csi}"), ("POST", "/services/{csi}"),
        ("GET", "/services/{csi}/voicemails/default"), ("GET", "/services/{csi}/voicemails/{name}/notes"),
    ):  # fmt: skip
        router.add(method, path, f"{method} {path}")
    return router


def find(router, method, path):
    return router.find(method, tuple(segment for segment in path.split("/") if segment))


def test_values_come_in_order(router):
    assert find(router, "GET", "/services/33/voicemails/blue/notes")[1] == ["33", "blue"]


def test_a_fixed_segment_wins_but_does_not_block_the_variable_one(router):
    assert (
        find(router, "GET", "/services/33/voicemails/default")[0] == "GET /services/{csi}/voicemails/default"
    )
    assert find(router, "GET", "/services/33/voicemails/default/notes")[1] == ["33", "default"]


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("PUT", "/services/33", ["GET", "POST"]),
        ("GET", "/nothing", []),
        ("GET", "/services/33/voicemails", []),
    ],
)
def test_what_is_not_routed(router, method, path, methods):
    with pytest.raises(NoRoute) as missing:
        find(router, method, path)

    assert missing.value.methods == methods


def test_variables_lose_their_names():
    assert normal_path("/services/{csi}/profiles/{profile}") == "/services/{}/profiles/{}"
