"""What a provider declares: one `Provider` object, from which the rest of the portal derives everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from portal.lib.secrets import Secret
from telephony.providers.barring import AbroadBar
from telephony.providers.blocking import Blocking
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.calling import Way
from telephony.providers.client import ClientContext, ProviderClient
from telephony.providers.company_page import CompanyPage
from telephony.providers.directory_page import DirectoryPage
from telephony.providers.drafts import CallPage, EntityDraft, EntityPage, Window
from telephony.providers.editing import Editor
from telephony.providers.generic_editing import GenericEditor
from telephony.providers.hours_keeping import HoursKeeping
from telephony.providers.kinds import EntityKind, Kinds
from telephony.providers.line_page import LinePage
from telephony.providers.live import LivePanel
from telephony.providers.mailbox import Mailbox
from telephony.providers.notifications import Notifications
from telephony.providers.oauth import OAuth, ScopeBundle, ScopeChoice, TokenAnswer
from telephony.providers.offers import Offer
from telephony.providers.operations import Catalog, Text
from telephony.providers.ordering import Ordering
from telephony.providers.pictures import Picture
from telephony.providers.porting import Porting
from telephony.providers.running import Running
from telephony.providers.sounds import Sounds
from telephony.providers.transport import Transport


@dataclass(frozen=True, kw_only=True)
class ConnectField:
    """One thing that must be known to connect: a form field, and a name of `manage.py connect`.

    kind     as `Param.kind`: text, url, secret, choice
    choices  of a choice: (value, words)
    address  the surface whose base address this is, "" for anything else
    is_application  part of the application (set once by platform staff), not of one connection
    only_for a (field, values) pair: it is asked for only where that choice is one of these
    """

    name: str
    label: Text
    kind: str = "text"
    required: bool = True
    default: str = ""
    address: str = ""
    is_application: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    only_for: tuple[str, tuple[str, ...]] | None = None
    help: Text = ""

    def is_asked(self, values: Mapping[str, Any]) -> bool:
        """Whether it is needed beside these values."""
        if self.only_for is None:
            return True
        name, wanted = self.only_for
        return str(values.get(name) or "") in wanted

    @property
    def secret(self) -> bool:
        return self.kind == "secret"


@dataclass(frozen=True, kw_only=True)
class Pacing:
    """How many calls the provider allows in how many seconds, per credential.

    kept     calls that are left for people
    refills  room comes back evenly, as in a bucket that is filled, and not when a window has passed
    floor    of a limit that no source names: what refusals (429, 503) may bring it down to. None: the limit is known
    """

    limit: int
    window_s: float
    kept: int = 0
    refills: bool = False
    floor: int | None = None


class ReadEntities(Protocol):
    def __call__(
        self,
        client: Any,
        kinds: Iterable[str] | None = None,
        parents: Mapping[str, Sequence[str]] | None = None,
        known: Mapping[str, str] | None = None,
        since: datetime | None = None,
    ) -> Iterator[EntityPage]:
        """since   the beginning of an earlier complete reading: documents that did not change since may be left out
        and are then named in `EntityPage.unchanged`; None: everything is read"""


class ReadCalls(Protocol):
    def __call__(
        self,
        client: Any,
        *,
        stream: str,
        window: Window,
        zone: ZoneInfo,
        lines: Sequence[str] = (),
        cursor: Mapping[str, Any] | None = None,
        probe: Mapping[str, Any] | None = None,
    ) -> Iterator[CallPage]: ...


@dataclass(frozen=True, kw_only=True)
class RemoteAccount:
    """An account that one login reaches: of the login itself, or of a customer below it.

    parent_id   the account above it, "" for the first
    detail      what tells it from others of its name (a realm)
    zone        its time zone where the provider says one
    """

    remote_id: str
    name: str
    parent_id: str = ""
    detail: str = ""
    zone: str = ""
    is_enabled: bool = True


class SignIn(Protocol):
    """Signing in without OAuth: with what the account was linked with, by the names of `connect_fields`."""

    def __call__(
        self, transport: Transport, addresses: Mapping[str, str], login: Mapping[str, str | Secret]
    ) -> TokenAnswer:
        """A token, until when it lasts, and facts: "account" the remote id of the login's own account,
        "account_name", and whatever else the pages show.

        Raises NeedsReconnect, in words that name the one thing wrong, where the login is refused; InvalidInput
        (fields by name) for what can be told before; and what the transport raises for a fault that may pass.
        """


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One telephony provider.

    mark            two letters on a badge
    capabilities    noun.verb, what it can do at best; a connection confirms them by scope and probe
    connect_fields  what to ask for; those with `address` make the addresses that clients and OAuth get
    scopes          grants to choose from, least first; empty without OAuth
    scope_bundles   the same as a person chooses them, least first
    acts_as         logins that a grant may belong to, the usual one first
    sign_in         how a token is got without OAuth; also how it is renewed
    read_accounts   the accounts that a login reaches, its own first: what can be connected with one credential, each
                    as a customer; None where a login is one account
    read_account    one of them with all that it says, its time zone above all; None where the list says it all
    ability_notes   what a capability is at this provider, where the general words say too little or too much
    needs           what somebody who wants to connect must have ready, in a few sentences; shown above the form
    live            what is asked each time somebody looks (`telephony.providers.live`)
    streams         names of the call streams that read_calls knows; `stream_labels` says what is in them
    call_kinds      kinds whose objects have call records, for the `lines` of read_calls
    at_once         how many requests of one credential an edit of many objects may have open at the same time
    cycle_days      whole local days before today that each cycle reads again: where a day is the least that can be asked
    line_authorization  how the provider lets us act for a line: (client, line) -> "address", "password" or ""
    address_rule    what to paste at the provider so that it lets our addresses in
    path_values     path values of an object: (kind, parent_remote_id, remote_id) -> {"csi": ...}
    editors         how its writes are edited, by operation key; the others are edited as plain documents
    line_page       what a line's page shows of it (`telephony.providers.line_page`), None for the plain page
    directory_page  where it keeps its directory, None without one
    hours           how it keeps opening hours, None where it does not
    callflows       how it keeps callflows (`telephony.providers.callflows`), None without them
    mailbox         voice messages of its lines (`telephony.providers.mailbox`), None where they are read otherwise
    notifications   how it tells of calls as they happen (`telephony.providers.notifications`), None where it does not
    running         how its running calls are read, where it does not tell of them (`telephony.providers.running`)
    number_ways     how it calls and texts a number (`telephony.providers.calling`); empty where it cannot
    company_page    what the page of a company shows (`telephony.providers.company_page`), None without companies
    ordering        how numbers are searched for, ordered and released, None where it has none to give
    said_item       words for a thing that it charges for, by category and item; "" where it knows none
    sounds          how its recordings are heard and replaced, None without them
    pictures        what its objects have to be looked at: logos, icons
    blocking        where it keeps the callers that it refuses, None where it cannot refuse any
    bars_abroad     how calls from a line to other countries are barred, by kind of line; a kind that is not in it cannot
    porting         how its port requests move from state to state, None without them
    offers          which page offers which operation; what is in none is found among the connection's operations
    """

    id: str
    label: str
    mark: str
    catalog: Catalog
    kinds: Kinds
    capabilities: frozenset[str]
    connect_fields: tuple[ConnectField, ...]
    make_client: Callable[[ClientContext], ProviderClient]
    read_entities: ReadEntities
    read_entity: Callable[[Any, str, str, str], EntityDraft]
    read_calls: ReadCalls
    probe_calls: Callable[[Any], Mapping[str, Any]]
    path_values: Callable[..., Mapping[str, str]]
    streams: tuple[str, ...]
    stream_labels: Mapping[str, Text] = field(default_factory=dict)
    call_kinds: tuple[str, ...] = ()
    at_once: int = 4
    cycle_days: int = 0
    oauth: OAuth | None = None
    sign_in: SignIn | None = None
    read_accounts: Callable[[Any], Iterable[RemoteAccount]] | None = None
    read_account: Callable[[Any, str], RemoteAccount] | None = None
    ability_notes: Mapping[str, Text] = field(default_factory=dict)
    needs: tuple[Text, ...] = ()
    live: tuple[LivePanel, ...] = ()
    scopes: tuple[ScopeChoice, ...] = ()
    scope_bundles: tuple[ScopeBundle, ...] = ()
    acts_as: tuple[str, ...] = ("customer",)
    pacing: Pacing | None = None
    line_authorization: Callable[[Any, str], str] | None = None
    address_rule: Callable[[Sequence[str]], str] | None = None
    zone: str = "Europe/Paris"
    currency: str = "EUR"
    editors: Mapping[str, Editor] = field(default_factory=dict)
    line_page: LinePage | None = None
    directory_page: DirectoryPage | None = None
    hours: HoursKeeping | None = None
    callflows: Callflows | None = None
    company_page: CompanyPage | None = None
    number_ways: tuple[Way, ...] = ()
    mailbox: Mailbox | None = None
    notifications: Notifications | None = None
    running: Running | None = None
    offers: tuple[Offer, ...] = ()
    porting: Porting | None = None
    sounds: Sounds | None = None
    pictures: tuple[Picture, ...] = ()
    ordering: Ordering | None = None
    said_item: Callable[[str, str], str] | None = None
    blocking: Blocking | None = None
    bars_abroad: Mapping[str, AbroadBar] = field(default_factory=dict)

    def editor(self, key: str) -> Editor:
        """How a write is edited. Raises KeyError for an unknown operation."""
        return self.editors.get(key) or GenericEditor(self.catalog[key], self.catalog)

    def maker_of(self, kind: str) -> Editor | None:
        """What makes a new object of a kind in the account, where its list can offer it."""
        makers = (one for one in self.editors.values() if one.makes and one.is_free_standing)
        return next((one for one in makers if one.kind == kind), None)

    def remover_of(self, kind: str) -> Editor | None:
        """What removes an object of a kind that hangs below the account."""
        removers = (one for one in self.editors.values() if one.removes and one.is_free_standing)
        return next((one for one in removers if one.kind == kind), None)

    @property
    def has_oauth(self) -> bool:
        return self.oauth is not None

    @property
    def acts_for_lines(self) -> bool:
        """Whether a line must let us act for it. A template would call `line_authorization`, not look at it."""
        return self.line_authorization is not None

    @property
    def needs_application(self) -> bool:
        return any(one.is_application for one in self.connect_fields)

    def addresses(self, values: Mapping[str, str]) -> dict[str, str]:
        """Base address by surface, out of values by field name; the provider's own where one is not given."""
        return {
            one.address: (values.get(one.name) or one.default).rstrip("/")
            for one in self.connect_fields
            if one.address
        }

    def readable_kinds(self, granted: Iterable[str]) -> tuple[EntityKind, ...]:
        """The kinds that a grant of these scopes can list; all of them where scopes mean nothing."""
        scopes = set(granted)
        return tuple(
            kind
            for kind in self.kinds.values()
            if not scopes or not (needed := self.catalog[kind.list_operation].scopes) or scopes & set(needed)
        )

    @property
    def tells_live(self) -> bool:
        """Whether calls can be seen while they go on."""
        return self.notifications is not None or self.running is not None

    def capabilities_of(self, granted: Iterable[str], acts_as: str = "customer") -> frozenset[str]:
        """What of `capabilities` a grant of these scopes confirms: one covered operation is enough.

        Operations that need no grant confirm a capability only where none of its operations needs one.
        """
        granted_scopes = set(granted)
        needed: dict[str, list[frozenset[str]]] = {}
        for operation in self.catalog:
            needed.setdefault(operation.capability, []).append(frozenset(operation.scopes))
        confirmed = {
            capability
            for capability, scopes in needed.items()
            if not granted_scopes or not any(scopes) or any(granted_scopes & one for one in scopes)
        }
        if "contact" in self.acts_as and acts_as != "contact":
            confirmed.discard("voicemail.read")
        if self.notifications is not None:  # it takes no grant: an address may be set by hand
            confirmed.add("calls.live")
        return self.capabilities & confirmed
