"""The token bucket of each client and account."""

from __future__ import annotations

import pytest


@pytest.fixture
def limited(sandbox):
    """The buckets that a cluster has when it is new."""
    sandbox.state("kazoo")["settings"] = {}
    return sandbox


def test_a_hundred_requests_and_ten_more_each_second(limited, master):
    answers = [master("GET", "~/menus") for _ in range(101)]

    assert [one.status_code for one in answers[:100]] == [200] * 100
    assert answers[0].json()["tokens"] == {"consumed": 1, "remaining": 99}
    assert (answers[100].status_code, answers[100].json()["message"]) == (429, "too_many_requests")
    assert "Retry-After" not in answers[100].headers

    limited.clock.advance(1)
    assert [master("GET", "~/menus").status_code for _ in range(11)] == [200] * 10 + [429]


def test_each_account_has_a_bucket_of_its_own(limited, master):
    for _ in range(101):
        master("GET", "~/menus")

    other = limited.provider("kazoo").account_id("Galdraine Nord")
    assert master("GET", f"/accounts/{other}/menus").status_code == 200


def test_quickcalls_cost_more(limited, master, fake_kazoo):
    device = next(iter(fake_kazoo.store.data["accounts"][master.account_id]["docs"]["devices"]))
    answer = master("GET", f"~/devices/{device}/quickcall/201")

    assert answer.json()["tokens"]["consumed"] == 10


def test_the_size_of_the_bucket_is_a_setting(limited, master):
    limited.state("kazoo")["settings"] = {"bucket_size": 2}

    assert [master("GET", "~/menus").status_code for _ in range(3)] == [200, 200, 429]
