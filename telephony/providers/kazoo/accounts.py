"""The accounts that one login reaches: its own, and all below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from telephony.providers.declaration import RemoteAccount
from telephony.providers.kazoo.client import KazooClient


def read_accounts(client: KazooClient) -> Iterator[RemoteAccount]:
    """The login's own account first, then every one below it, each below the account above it.

    A row says its way down from the top (`tree`) where the server tells it; without one, the account hangs below the
    login's own.
    """
    own = client.call("account.get").document
    yield _account(own, "")
    for page in client.pages("account.listDescendants"):
        for row in page.items:
            if row.get("id"):
                yield _account(row, _parent(row, str(own["id"])))


def _parent(row: Mapping[str, Any], own: str) -> str:
    tree = row.get("tree")
    above = str(tree[-1]) if isinstance(tree, list) and tree else ""
    return above if above and above != row.get("id") else own


def read_account(client: KazooClient, remote_id: str) -> RemoteAccount:
    """One account as its own document tells it; the rows of lists have no time zone."""
    return _account(client.call("account.get", {"accountId": remote_id}).document, "")


def _account(document: Mapping[str, Any], parent: str) -> RemoteAccount:
    return RemoteAccount(
        remote_id=str(document["id"]),
        name=str(document.get("name") or document.get("realm") or ""),
        parent_id=parent,
        detail=str(document.get("realm") or ""),
        zone=str(document.get("timezone") or ""),
        is_enabled=document.get("enabled") is not False,
    )
