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

from .conftest import Account
from .samples import NEW, TYPED

KINDS = [sort.kind for sort in SORTS if sort.create and sort.kind in NEW]
SORT_OF = {sort.kind: sort for sort in SORTS}


def at_kazoo(connection: Connection, kind: str, identifier: str) -> dict[str, Any]:
    """The document as Kazoo shows it, without what it says about itself."""
    sort = SORT_OF[kind]
    address = {sort.own_name: identifier} if sort.own_name else {}
    document = access.client_of(connection).call(sort.reads, address).document
    return {name: value for name, value in document.items() if not name.startswith("_") and name != "id"}


def sent(browser: Client, change: Change) -> Change:
    browser.post(f"/t/telmarine/changes/{change.pk}/send/")
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, (change.error, change.fields_refused)
    return change


def taken_back(change: Change) -> Change:
    back = editing.send(editing.revert(change, None), None)
    assert back.state == Change.State.APPLIED, (back.error, back.fields_refused)
    return back


@pytest.mark.parametrize("kind", KINDS)
def test_made_edited_removed_and_each_taken_back(
    kind: str, account: Account, browser: Client, untouched: Callable[[str], dict[str, Any]]
) -> None:
    connection = account.connection
    declaration = PROVIDERS["kazoo"]
    address = f"/t/telmarine/entities/{connection.slug}/{kind}/new/"
    answer = browser.post(address, untouched(address) | NEW[kind])
    assert answer.status_code == 302, answer.context["form"].errors
    made = sent(browser, Change.objects.latest("pk"))
    identifier = made.answer["created"]
    entity = account.entity(kind, identifier if SORT_OF[kind].own_name else "")

    before = copy.deepcopy(at_kazoo(connection, kind, identifier))
    update = SORT_OF[kind].update
    page = f"/t/telmarine/entities/{entity.pk}/edit/{update}/"
    answer = browser.post(page, untouched(page) | TYPED[kind])
    assert answer.status_code == 302, answer.context["form"].errors
    edited = sent(browser, Change.objects.latest("pk"))
    assert set(edited.wanted) == set(TYPED[kind])
    assert at_kazoo(connection, kind, identifier) != before
    taken_back(edited)
    assert at_kazoo(connection, kind, identifier) == before

    remover = declaration.remover_of(kind)
    assert remover is not None
    browser.post(f"/t/telmarine/entities/{entity.pk}/act/{remover.operation.key}/")
    removed = sent(browser, Change.objects.latest("pk"))
    if not remover.operation.undone_by:
        return
    again = taken_back(removed).answer["created"]
    assert at_kazoo(connection, kind, again) == before
