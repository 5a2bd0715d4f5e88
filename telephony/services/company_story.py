"""Everything that the page of a company shows: its settings, who shares its container, what was asked and ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telephony.models import Change, Connection, Entity
from telephony.providers.company_page import CompanyPage, CompanySetting, SettingGroup
from telephony.providers.drafts import PLACEHOLDER
from telephony.providers.edit_fields import Login, Surroundings
from telephony.providers.fields import SECRET_MARK, is_secret
from telephony.providers.operations import Text
from telephony.services.edit_surroundings import login_of
from telephony.services.entities import secrets_of

LOOKED_BACK = 40
SHOWN_CHANGES = 6


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """A wish that the provider said yes to and did not follow; `change` is the one that asked, `words` for what."""

    change: Change
    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class CompanyStory:
    """
    neighbours   the other companies of its container; None where containers are not the login's to see
    weak         why a PIN is easy to guess, by setting
    ignored      settings that were asked to move, last, and stayed
    """

    page: CompanyPage
    groups: Sequence[SettingGroup]
    neighbours: Sequence[Entity] | None
    weak: Mapping[str, Text] = field(default_factory=dict)
    ignored: Mapping[str, Ignored] = field(default_factory=dict)
    changes: Sequence[Change] = ()

    @property
    def settings(self) -> list[CompanySetting]:
        return [one for group in self.groups for one in group.settings]

    @property
    def own(self) -> int:
        return sum(one.is_own for one in self.settings)

    @property
    def inherited(self) -> int:
        return len(self.settings) - self.own

    @property
    def newer(self) -> list[CompanySetting]:
        return [one for one in self.settings if one.newer]


def page_of(connection: Connection) -> CompanyPage | None:
    return connection.declaration.company_page


def is_company(entity: Entity) -> bool:
    page = page_of(entity.connection)
    return page is not None and entity.kind == page.company_kind


def story_of(company: Entity) -> CompanyStory:
    """The story of one cached company. Its connection has its credential with it."""
    connection = company.connection
    page = page_of(connection)
    assert page is not None
    defaults = _defaults(company, page)
    changes = list(Change.objects.filter(entity=company).order_by("-created_at", "-pk")[:LOOKED_BACK])
    return CompanyStory(
        page=page,
        groups=page.groups(company.document, defaults, login_of(connection)),
        neighbours=neighbours_of(company, page),
        weak=_weak(company, page),
        ignored=_ignored(connection, page, company, changes),
        changes=changes[:SHOWN_CHANGES],
    )


def _defaults(company: Entity, page: CompanyPage) -> Mapping[str, Any] | None:
    if not page.default_company or company.remote_id == page.default_company:
        return None
    rows = Entity.objects.present().filter(
        connection=company.connection, kind=page.company_kind, remote_id=page.default_company
    )
    return rows.values_list("document", flat=True).first()


def neighbours_of(company: Entity, page: CompanyPage) -> list[Entity] | None:
    """The companies that share its container."""
    seat = next(
        (seat for seat in _seats(company.connection, page) if company.remote_id in seat),
        None,
    )
    if seat is None:
        return None
    rows = Entity.objects.present().filter(
        connection=company.connection, kind=page.company_kind, remote_id__in=seat
    )
    return list(rows.exclude(pk=company.pk).order_by("name_key", "pk"))


def neighbours_among(companies: Iterable[Entity]) -> dict[int, list[str]]:
    """Of each company on a page the names of those that share its container; one query a connection."""
    found: dict[int, list[str]] = {}
    by_connection: dict[int, list[Entity]] = {}
    for company in companies:
        by_connection.setdefault(company.connection_id, []).append(company)
    for rows in by_connection.values():
        page = page_of(rows[0].connection)
        assert page is not None
        seats = _seats(rows[0].connection, page)
        for company in rows:
            seat = next((one for one in seats if company.remote_id in one), {})
            found[company.pk] = [name for key, name in seat.items() if key != company.remote_id]
    return found


def _seats(connection: Connection, page: CompanyPage) -> list[Mapping[str, str]]:
    rows = Entity.objects.present().filter(connection=connection, kind=page.container_kind)
    return [page.members(document) for document in rows.values_list("document", flat=True)]


def own_settings_of(company: Entity) -> int:
    """How many settings are its own."""
    page = page_of(company.connection)
    assert page is not None
    return sum(one.is_own for group in page.groups(company.document, None, Login()) for one in group.settings)


def fingerprints_of(company: Entity) -> dict[str, str]:
    """Of each PIN that is set, by setting: the fingerprint of what was read."""
    data = company.document.get("data") or {}
    return {name: value[SECRET_MARK] for name, value in data.items() if is_secret(value)}


def _weak(company: Entity, page: CompanyPage) -> dict[str, Text]:
    """The PINs that are easy to guess; only that is told of them."""
    judged = {
        path.rpartition(".")[2]: page.pin_weakness(secret.reveal())
        for path, secret in secrets_of(company).items()
    }
    return {name: reason for name, reason in judged.items() if reason}


def _ignored(
    connection: Connection, page: CompanyPage, company: Entity, changes: Sequence[Change]
) -> dict[str, Ignored]:
    """Settings whose last change was read back as another value than was asked for, and still stand so."""
    editor = connection.declaration.editors[page.update]
    now, around = editor.read(company.document), Surroundings()
    found: dict[str, Ignored] = {}
    judged: set[str] = set()
    for change in changes:
        after = change.after
        if change.operation != page.update or after is None:
            continue
        for name, wanted in change.wanted.items():
            if name in judged or name not in after or PLACEHOLDER in (wanted, after[name]):
                continue
            judged.add(name)
            stayed = not editor.same(name, after[name], wanted)
            if stayed and editor.same(name, after[name], now.get(name)):
                words = editor.field(name, around).say(wanted, around).plain()
                found[name] = Ignored(change=change, at=change.sent_at or change.created_at, words=words)
    return found
