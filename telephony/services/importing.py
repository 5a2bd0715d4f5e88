"""One login, many customers: the accounts that a credential reaches become tenants with a connection each.

The credential stays with the tenant that entered it; only access.py opens it for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope, unscoped
from portal.lib.errors import Forbidden, InvalidInput
from portal.lib.names import name_key
from telephony.models import Connection, Credential
from telephony.providers.declaration import RemoteAccount
from telephony.services import access
from telephony.services.adopting import ask_first_runs, save_with_slug

SLUG_TRIES = 50


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One account as it is offered.

    depth        how far below the login's own account it is
    is_taken     a connection of some tenant reads it already
    taken_by     that connection, where this person may know of it
    """

    account: RemoteAccount
    depth: int
    is_taken: bool
    taken_by: Connection | None = None
    slug: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """An account to import: into a tenant that is there, or into a new one of this name."""

    account: RemoteAccount
    name: str = ""
    tenant: Tenant | None = None


def may_import(connection: Connection, person: Person) -> bool:
    """Owners of the tenant that holds the credential, and platform staff; others would make tenants unasked."""
    if connection.declaration.read_accounts is None or connection.unlinked_at is not None:
        return False
    if connection.credential.tenant_id != connection.tenant_id:
        return False
    if person.is_staff:
        return True
    return Membership.objects.filter(tenant=connection.tenant_id, person=person, role=Role.OWNER).exists()


@dataclass(frozen=True, kw_only=True)
class Served:
    """The other connections of one login: those that this person may know of, and how many more."""

    connections: Sequence[Connection] = ()
    hidden: int = 0


def visible_among(person: Person, connections: Sequence[Connection]) -> list[Connection]:
    """Those of some connections whose tenants the person sees."""
    known = _visible(person, connections)
    return [one for one in connections if one.tenant_id in known]


def served_by(connection: Connection, person: Person) -> Served:
    """What else the connection's credential serves. Two queries where nothing else is served."""
    if connection.declaration.read_accounts is None:
        return Served()
    with unscoped("credential"):
        rows = Connection.objects.filter(credential=connection.credential_id, unlinked_at=None)
        others = list(
            rows.exclude(pk=connection.pk).select_related("tenant").order_by("tenant__name_key", "pk")
        )
    known = _visible(person, others)
    seen = [one for one in others if one.tenant_id in known]
    return Served(connections=seen, hidden=len(others) - len(seen))


def candidates(connection: Connection, person: Person) -> list[Candidate]:
    """The accounts that the connection's login reaches, as a tree in order. Asks the provider, as a person who waits."""
    read_accounts = connection.declaration.read_accounts
    assert read_accounts is not None
    accounts = list(read_accounts(access.client_of(connection, is_person=True)))
    taken = _taken(connection)
    known = _visible(person, taken.values())
    slugs = set(Tenant.objects.values_list("slug", flat=True))
    found = []
    for account, depth in as_tree(accounts):
        holder = taken.get(account.remote_id)
        slug = "" if holder else free_slug(account.name or account.remote_id, slugs)
        slugs.add(slug)
        found.append(
            Candidate(
                account=account,
                depth=depth,
                is_taken=holder is not None,
                taken_by=holder if holder is not None and holder.tenant_id in known else None,
                slug=slug,
            )
        )
    return found


def import_accounts(
    connection: Connection, wishes: Sequence[Wish], person: Person, request: HttpRequest | None = None
) -> list[Connection]:
    """A connection for each wish, in a tenant of its own or one that is there. All of them, or none.

    An account that was imported meanwhile is left out. Raises Forbidden, InvalidInput for a name that is missing, and
    what the provider raises where it tells more of one account than in its list.
    """
    if not may_import(connection, person):
        raise Forbidden(_("Only owners and platform staff import customers."))
    wishes = _told_whole(connection, wishes)
    made: list[Connection] = []
    with transaction.atomic():
        Credential.objects.select_for_update().get(pk=connection.credential_id)  # one import at a time
        taken = _taken(connection)
        for wish in wishes:
            if wish.account.remote_id not in taken:
                made.append(_import(connection, wish, person, request))
    return made


def _told_whole(connection: Connection, wishes: Sequence[Wish]) -> list[Wish]:
    read_account = connection.declaration.read_account
    if read_account is None:
        return list(wishes)
    client = access.client_of(connection, is_person=True)
    return [replace(wish, account=read_account(client, wish.account.remote_id)) for wish in wishes]


def _import(connection: Connection, wish: Wish, person: Person, request: HttpRequest | None) -> Connection:
    tenant = wish.tenant or _new_tenant(connection, wish, person)
    with tenant_scope(tenant, reason="a customer of the credential's holder is imported"):
        one = Connection(
            tenant=tenant,
            provider=connection.provider,
            credential=connection.credential,
            name=connection.declaration.label,
            remote_account=wish.account.remote_id,
            time_zone=_zone(wish.account) or connection.time_zone,
            currency=connection.currency,
            backfill_months=settings.BACKFILL_MONTHS,
            capabilities=connection.capabilities,
            probed={"server": connection.probed.get("server", {})},
            created_by=person,
        )
        save_with_slug(one, tenant, connection.provider)
        audit.record(
            AuditEvent.Verb.CONNECTED,
            tenant=tenant,
            person=person,
            object_label=one.name,
            detail={"account": wish.account.name, "imported_from": connection.slug},
            request=request,
        )
        ask_first_runs(one, person)
    return one


def _new_tenant(connection: Connection, wish: Wish, person: Person) -> Tenant:
    name = wish.name.strip()[:120]
    if not name:
        raise InvalidInput(_("A customer needs a name."), fields={"name": _("A value is needed.")})
    holder = connection.tenant
    tenant = Tenant(
        name=name,
        operator_name=holder.operator_name or holder.name,
        time_zone=_zone(wish.account) or holder.time_zone,
        region=holder.region,
        language=holder.language,
    )
    _save_tenant(tenant)
    if not person.is_staff:
        Membership.objects.create(tenant=tenant, person=person, role=Role.OWNER)
    return tenant


def _save_tenant(tenant: Tenant) -> None:
    taken: set[str] = set()
    for _try in range(SLUG_TRIES):
        tenant.slug = free_slug(tenant.name, taken)
        try:
            with transaction.atomic():
                tenant.save()
        except IntegrityError:
            taken.add(tenant.slug)
            tenant.pk = None
            continue
        return
    raise InvalidInput(_("No name is left for another customer."))


def free_slug(name: str, taken: Iterable[str]) -> str:
    """The name as a word of an address: corvane, corvane-2, ..."""
    stem = slugify(name)[:34].strip("-") or "customer"
    used = set(taken)
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(used) + 2))
    return next(slug for slug in numbered if slug not in used)


def _taken(connection: Connection) -> dict[str, Connection]:
    """Connections of all tenants to accounts of the same server, by remote account."""
    with unscoped("credential"):
        rows = Connection.objects.filter(
            provider=connection.provider,
            credential__base_url=connection.credential.base_url,
            unlinked_at=None,
        ).exclude(remote_account="")
        return {row.remote_account: row for row in rows.select_related("tenant")}


def _visible(person: Person, rows: Iterable[Connection]) -> set[int]:
    """Ids of the tenants of these connections that the person may enter."""
    ids = {row.tenant_id for row in rows}
    if person.is_staff:
        return ids
    return set(Membership.objects.filter(person=person, tenant__in=ids).values_list("tenant_id", flat=True))


def as_tree(accounts: Sequence[RemoteAccount]) -> list[tuple[RemoteAccount, int]]:
    """Each account below the one above it, with its depth; those whose parent is not among them stand at the top."""
    known = {account.remote_id for account in accounts}
    below: dict[str, list[RemoteAccount]] = {}
    for account in accounts:
        parent = (
            account.parent_id if account.parent_id in known and account.parent_id != account.remote_id else ""
        )
        below.setdefault(parent, []).append(account)
    found: list[tuple[RemoteAccount, int]] = []
    seen: set[str] = set()
    waiting = [(account, 0) for account in reversed(below.get("", []))]
    while waiting:
        account, depth = waiting.pop()
        if account.remote_id in seen:
            continue
        seen.add(account.remote_id)
        found.append((account, depth))
        children = sorted(below.get(account.remote_id, []), key=lambda one: name_key(one.name), reverse=True)
        waiting += [(child, depth + 1) for child in children]
    return found


def _zone(account: RemoteAccount) -> str:
    return account.zone if account.zone in available_timezones() else ""
