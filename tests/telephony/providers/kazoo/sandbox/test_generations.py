"""Servers of three generations: each lacks what it lacked, so that a client's fallbacks can be tried."""

from __future__ import annotations

import pytest

from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.sandbox.generations import lacks
from telephony.providers.kazoo.sandbox.routes import normal, registered
from telephony.providers.operations import Origin

PATHS = {  # path -> generations that know it
    "~/medias": {"3.22", "any"},
    "~/media": {"3.22", "4.3", "5.x", "any"},
    "~/conferences/pins": {"3.22", "any"},
    "~/conferences_servers": {"3.22", "any"},
    "~/service_plans": {"3.22", "any"},
    "~/services": {"4.3", "5.x", "any"},
    "~/transactions/current_balance": {"3.22", "any"},
    "~/ledgers/total": {"4.3", "5.x", "any"},
    "~/port_requests/descendants": {"3.22", "any"},
    "~/descendants/port_requests": {"4.3", "5.x", "any"},
    "~/notifications": {"4.3", "5.x", "any"},
    "~/cdrs/interaction": {"4.3", "5.x", "any"},
}


@pytest.mark.parametrize("generation", ["3.22", "4.3", "5.x", "any"])
def test_what_a_generation_knows(sandbox, master, generation):
    sandbox.state("kazoo")["generation"] = generation

    for path, known in PATHS.items():
        if path == "~/conferences/pins" and generation not in known:
            continue  # there, "pins" is an id like any other
        assert (master("GET", path).status_code == 200) == (generation in known), path


def test_every_method_of_the_sdk_works_on_the_generation_it_was_written_for():
    missing = [
        operation.key
        for operation in CATALOG
        if operation.origin is Origin.SEED and lacks("3.22", operation.method, normal(operation.path))
    ]
    assert missing == []


@pytest.mark.parametrize("generation", ["3.22", "4.3", "5.x"])
def test_each_generation_lacks_something_that_is_there(generation):
    assert any(lacks(generation, endpoint.method, endpoint.path) for endpoint in registered())


def test_pin_and_shared_logins_go(sandbox, anybody):
    asked = {}
    for generation in ("3.22", "4.3", "5.x"):
        sandbox.state("kazoo")["generation"] = generation
        asked[generation] = [
            anybody("PUT", path, {"pin": "0", "shared_token": "0"}).status_code
            for path in ("/pin_auth", "/shared_auth")
        ]
    assert asked == {"3.22": [401, 401], "4.3": [404, 401], "5.x": [404, 404]}


def test_the_oldest_says_invalid_data_and_ends_lists_with_nothing(sandbox, master):
    sandbox.state("kazoo")["generation"] = "3.22"

    assert master("PUT", "~/menus", {}).json()["message"] == "invalid data"
    page = master("GET", "~/menus").json()
    assert page["next_start_key"] in (None, "", [])
    assert page["version"].startswith("3.22")
