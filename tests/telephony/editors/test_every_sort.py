"""Every kind that Kazoo's editors make, edit and remove, through the pages, and taken back directly afterwards."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from telephony.models import Change, Connection
from telephony.providers.kazoo.editors.sorts import SORTS
from telephony.providers.registry import PROVIDERS
from telephony.services import access, editing
from telephony.services.entity_page import refresh

from .conftest import Account
from .samples import NEW, TYPED

SORT_OF = {sort.kind: sort for sort in SORTS}
TOGETHER = {
    "callflow": {"flow.module"}
}  # what goes along with what is typed: a step is one, see `Sort.wholes`
TOLD = frozenset({"created", "updated", "features"})  # what a server says of a document beside its fields


@pytest.fixture
def login(kind: str) -> tuple[str, str]:
    """Carriers of the system belong to the account at the top."""
    return ("Halvenor Cloud", "admin") if kind == "global_resource" else ("Telmarine Services", "direction")


def at_kazoo(connection: Connection, kind: str, identifier: str) -> dict[str, Any]:
    """The document as Kazoo shows it, without what it says about itself."""
    sort = SORT_OF[kind]
    address = {sort.own_name: identifier} if sort.own_name else {}
    document = access.client_of(connection).call(sort.reads, address).document
    own = {name: value for name, value in document.items() if not name.startswith("_") and name != "id"}
    return {name: value for name, value in own.items() if name not in TOLD}


def sent(browser: Client, change: Change) -> Change:
    browser.post(f"/t/telmarine/changes/{change.pk}/send/")
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, (change.error, change.fields_refused)
    return change


def taken_back(change: Change) -> Change:
    back = editing.send(editing.revert(change, None), None)
    assert back.state == Change.State.APPLIED, (back.error, back.fields_refused)
    return back


@pytest.mark.parametrize("kind", SORT_OF)
def test_made_edited_removed_and_each_taken_back(
    kind: str, account: Account, browser: Client, untouched: Callable[[str], dict[str, Any]]
) -> None:
    connection, sort = account.connection, SORT_OF[kind]
    if kind == "whitelabel":
        access.client_of(connection).call("whitelabel.delete")
    if sort.create:
        address = f"/t/telmarine/entities/{connection.slug}/{kind}/new/"
        answer = browser.post(address, untouched(address) | NEW[kind])
        assert answer.status_code == 302, answer.context["form"].errors
        identifier = sent(browser, Change.objects.latest("pk")).answer["created"]
    else:
        account.cache(kind)
        identifier = account.entity(kind).remote_id

    add_unknown(connection, kind, identifier)
    entity = refresh(account.entity(kind, identifier if sort.own_name else ""))
    assert entity is not None
    before = copy.deepcopy(at_kazoo(connection, kind, identifier))
    page = f"/t/telmarine/entities/{entity.pk}/edit/{sort.update}/"
    answer = browser.post(page, untouched(page) | TYPED[kind])
    assert answer.status_code == 302, answer.context["form"].errors
    edited = sent(browser, Change.objects.latest("pk"))
    assert set(edited.wanted) == set(TYPED[kind]) | TOGETHER.get(kind, set())
    after = at_kazoo(connection, kind, identifier)
    differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert differing == {name.partition(".")[0] for name in TYPED[kind]}
    taken_back(edited)
    assert at_kazoo(connection, kind, identifier) == before

    remover = PROVIDERS["kazoo"].remover_of(kind)
    if remover is None:
        assert not sort.create or kind == "account"
        return
    browser.post(f"/t/telmarine/entities/{entity.pk}/act/{remover.operation.key}/")
    removed = sent(browser, Change.objects.latest("pk"))
    if not remover.operation.undone_by:
        return
    again = taken_back(removed).answer["created"]
    assert at_kazoo(connection, kind, again) == before


def add_unknown(connection: Connection, kind: str, identifier: str) -> None:
    """Let the provider hold what no schema names."""
    sort = SORT_OF[kind]
    address = {sort.own_name: identifier} if sort.own_name else {}
    document = at_kazoo(connection, kind, identifier) | {"x_own": {"floor": 3, "seats": [1, "b"], "none": {}}}
    access.client_of(connection).call(sort.update, address, data=document)
