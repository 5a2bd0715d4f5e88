"""The catalog against the list it was counted by, and against itself."""

from __future__ import annotations

from pathlib import Path

from telephony.providers.operations import Effect, Origin, Place
from telephony.providers.voipcloud import PROVIDER
from telephony.providers.voipcloud.catalog import CATALOG
from telephony.providers.voipcloud.kinds import KINDS, NAME_FILTERS

PINNED = Path(__file__).with_name("operations.txt").read_text().splitlines()


def test_the_operations_are_those_of_the_list() -> None:
    assert [f"{one.key} {one.method} {one.path} {one.effect}" for one in CATALOG] == PINNED
    assert all(one.origin is Origin.SEED for one in CATALOG)
    assert all(one.path.endswith(f"/{one.key}") for one in CATALOG)


def test_only_the_call_acts_and_it_is_never_repeated() -> None:
    assert [one.key for one in CATALOG if one.effect is not Effect.READ] == ["call-to-number"]
    assert CATALOG["call-to-number"].effect is Effect.NEVER_REPEAT
    assert all(param.required and param.place is Place.BODY for param in CATALOG["call-to-number"].params)


def test_every_operation_is_explained_and_has_a_capability() -> None:
    for one in CATALOG:
        assert str(one.summary)
        assert one.source
        assert one.capability in PROVIDER.capabilities
        assert all(str(param.help) for param in one.params), one.key
    assert {one.capability for one in CATALOG} == PROVIDER.capabilities


def test_the_lists_have_the_limits_that_are_documented() -> None:
    for kind, names in NAME_FILTERS.items():
        operation = CATALOG[KINDS[kind].list_operation]
        assert operation.collection
        assert operation.kind == kind
        assert operation.param(names)
        limit = operation.param("limit")
        assert limit
        assert (limit.minimum, limit.maximum) == (1, 10_000)


def test_users_are_the_lines() -> None:
    assert [kind.kind for kind in KINDS.lines()] == list(PROVIDER.call_kinds) == ["user"]


def test_the_declaration_says_what_the_portal_needs() -> None:
    assert [(one.name, one.kind, one.address) for one in PROVIDER.connect_fields] == [
        ("base", "url", "base"),
        ("api_key", "secret", ""),
    ]
    assert PROVIDER.pacing
    assert (PROVIDER.pacing.limit, PROVIDER.pacing.window_s, PROVIDER.pacing.kept) == (95, 900, 10)
    assert (PROVIDER.zone, PROVIDER.currency, PROVIDER.oauth) == ("Australia/Sydney", "AUD", None)
    assert PROVIDER.sign_in
    assert len(PROVIDER.needs) == 3
    assert PROVIDER.live[0].operation in CATALOG
