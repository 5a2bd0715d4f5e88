"""What a sync reads from keevio: companies in one list, containers one by one. There are no call records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from portal.lib.errors import Forbidden, NotFound
from telephony.providers.declaration import RemoteAccount
from telephony.providers.drafts import PLACEHOLDER, CallPage, EntityDraft, EntityPage, ReferenceDraft
from telephony.providers.keevio.client import KeevioClient
from telephony.providers.keevio.envelope import Row, members_of
from telephony.providers.keevio.kinds import COMPANY, CONTAINER, KINDS
from telephony.providers.keevio.settings import PINS
from telephony.providers.keevio.signing_in import EVERY


def path_values(kind: str, parent_remote_id: str, remote_id: str = "") -> dict[str, str]:
    """The name under which keevio knows an object: {"company": ...} or {"container": ...}."""
    return {kind: remote_id} if remote_id else {}


def read_accounts(client: KeevioClient) -> Iterator[RemoteAccount]:
    """The companies that a login reaches; for a System-Admin first the whole system, below which they are."""
    if client.company:
        row = client.read_company(client.company)
        yield RemoteAccount(remote_id=row["company"], name=_name(row, "company"), detail=row["company"])
        return
    yield RemoteAccount(remote_id=EVERY, name="keevio")
    for row in client.companies():
        yield RemoteAccount(
            remote_id=row["company"],
            name=_name(row, "company"),
            parent_id=EVERY,
            detail=row["company"],
            zone=str(row["data"].get("zone") or ""),
        )


def read_entities(
    client: KeevioClient,
    kinds: Iterable[str] | None = None,
    parents: Mapping[str, Sequence[str]] | None = None,
    known: Mapping[str, str] | None = None,
    since: datetime | None = None,
) -> Iterator[EntityPage]:
    """Every company, then every container, a page each; whole whatever `since` is, for keevio dates nothing.

    A connection of one company reads that one alone. Containers are the System-Admin's: where the login may not
    read them no page is given, so that none counts as missing.
    """
    wanted = set(KINDS) if kinds is None else set(kinds)
    companies: list[Row] | None = None
    if COMPANY in wanted:
        companies = client.companies()
        yield _page(COMPANY, [company_draft(row) for row in companies])
    if CONTAINER in wanted and not client.company:
        ids = [row["company"] for row in (client.companies() if companies is None else companies)]
        try:
            drafts = [container_draft(row) for row in _containers(client, ids)]
        except Forbidden:
            return
        yield _page(CONTAINER, drafts)


def read_entity(client: KeevioClient, kind: str, parent_remote_id: str, remote_id: str) -> EntityDraft:
    """One object as a sync would store it, read now. Raises NotFound when it is gone."""
    operation = KINDS[kind].read_operation
    items = client.call(operation, path_values(kind, parent_remote_id, remote_id)).items
    return _DRAFTS[kind](items[0])


def read_calls(client: KeevioClient, **_wishes: Any) -> Iterator[CallPage]:
    """None: the company API has no call records."""
    yield from ()


def probe_calls(client: KeevioClient) -> Mapping[str, Any]:
    return {}


def company_draft(row: Row) -> EntityDraft:
    """A company. Its PINs leave the document; a setting that it lacks is inherited."""
    data = dict(row["data"])
    secrets = {}
    for name in PINS:
        if value := data.get(name):
            secrets[f"data.{name}"] = str(value)
            data[name] = PLACEHOLDER
    return EntityDraft(
        kind=COMPANY,
        remote_id=row["company"],
        name=_name(row, "company"),
        document={**row, "data": data},
        secrets=secrets,
    )


def container_draft(row: Row) -> EntityDraft:
    """A container with its companies as a list; what these are set to stands in their own documents, PINs too."""
    members = members_of(row)
    shown = [{name: value for name, value in member.items() if name != "data"} for member in members.values()]
    return EntityDraft(
        kind=CONTAINER,
        remote_id=row["container"],
        name=_name(row, "container"),
        document={**row, "members": shown},
        references=[
            ReferenceDraft(path=f"members.{index}.company", target_kind=COMPANY, target_remote_id=company)
            for index, company in enumerate(members)
        ],
    )


_DRAFTS = {COMPANY: company_draft, CONTAINER: container_draft}


def _containers(client: KeevioClient, companies: Sequence[str]) -> Iterator[Row]:
    """Each container once: its members need not be asked for theirs. Raises Forbidden."""
    placed: set[str] = set()
    for company in companies:
        if company in placed:
            continue
        try:
            row = client.call("company.readContainer", {"company": company}).items[0]
        except NotFound:  # deleted since the list was read
            continue
        placed |= {company, *members_of(row)}
        yield row


def _name(row: Row, key_name: str) -> str:
    return str(row.get("name") or row[key_name])


def _page(kind: str, drafts: Sequence[EntityDraft]) -> EntityPage:
    return EntityPage(kind=kind, drafts=drafts, is_complete=True, expected_total=len(drafts))
