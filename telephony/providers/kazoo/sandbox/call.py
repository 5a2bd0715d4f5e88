"""One request on its way through the sandbox: who asks, for which account, and what endpoints need of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telephony.providers.kazoo.sandbox.documents import Document, Entry, fresh
from telephony.providers.kazoo.sandbox.envelope import Message
from telephony.providers.kazoo.sandbox.refusals import bad_identifier, forbidden, locked, wrong
from telephony.providers.kazoo.sandbox.settings import generation_of, setting
from telephony.providers.kazoo.times import EPOCH_S
from telephony.providers.sandbox.wire import WireRequest

if TYPE_CHECKING:
    from telephony.providers.kazoo.sandbox.app import KazooSandbox


@dataclass
class Call:
    """An authorised request. Endpoints get it with the values of the path behind the account.

    token       record of the caller's token, {} on public paths
    account_id  the account whose data is asked for, "" below the root ("/resources")
    """

    sandbox: KazooSandbox
    message: Message
    token: dict[str, Any] = field(default_factory=dict)
    token_text: str = ""
    account_id: str = ""

    @property
    def request(self) -> WireRequest:
        return self.message.request

    @property
    def query(self) -> dict[str, str]:
        return self.message.query

    @property
    def state(self) -> dict[str, Any]:
        return self.sandbox.store.data

    @property
    def generation(self) -> str:
        return generation_of(self.state)

    def setting(self, name: str) -> Any:
        return setting(self.state, name)

    @property
    def now_s(self) -> float:
        return self.sandbox.clock.timestamp()

    @property
    def now_g(self) -> int:
        """Gregorian seconds."""
        return int(self.now_s) + EPOCH_S

    # ---- the body ----

    @property
    def document(self) -> Document:
        """`data` as an object. Raises Refused 400 when a list was sent."""
        if isinstance(self.message.data, dict):
            return self.message.data
        raise wrong("data", "type", "Value did not match type(s): object", target="object")

    @property
    def accepts_charges(self) -> bool:
        return self.message.flag("accept_charges")

    def text(self, name: str, default: str = "") -> str:
        """A text of `data`; numbers become texts. Raises Refused 400 for anything else."""
        value = self.document.get(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise wrong(name, "type", "Value did not match type(s): string", target="string", value=value)
        return str(value)

    def texts(self, name: str) -> list[str]:
        """A list of texts of `data`, [] where it is missing. Raises Refused 400 for anything else."""
        value = self.document.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise wrong(name, "type", "Value did not match type(s): array", target="array", value=value)
        return list(value)

    # ---- the state ----

    @property
    def account(self) -> dict[str, Any]:
        """The account's part of the state: doc, pvt, docs, one. Raises Refused 404 when it has gone meanwhile."""
        held: dict[str, Any] | None = self.state["accounts"].get(self.account_id)
        if held is None:
            raise bad_identifier(self.account_id)
        return held

    @property
    def realm(self) -> str:
        return str(self.account["doc"].get("realm", ""))

    def docs(self, collection: str) -> Mapping[str, Entry]:
        """The documents of a collection, of the account or below the root, to be read."""
        return self._shelves.get(collection, {})

    def shelf(self, collection: str) -> dict[str, Entry]:
        """The same, to add to or take from."""
        found: dict[str, Entry] = self._shelves.setdefault(collection, {})
        return found

    @property
    def _shelves(self) -> dict[str, dict[str, Entry]]:
        held: dict[str, dict[str, Entry]] = self.account["docs"] if self.account_id else self.state["global"]
        return held

    def entry(self, collection: str, identifier: str) -> Entry:
        """One document. Raises Refused 404."""
        found = self.docs(collection).get(identifier)
        if found is None:
            raise bad_identifier(identifier)
        return found

    def one(self, name: str, document: Document | None = None) -> Entry:
        """A document of which the account has one (limits, ...); where it has none yet, as `document` says."""
        held: Entry | None = self.account["one"].get(name)
        created_g = int(self.account["pvt"].get("created", self.now_g))
        return held if held is not None else fresh(dict(document or {}), created_g)

    def keep(self, name: str, entry: Entry) -> None:
        """Store such a document, which may have been made by `one`."""
        self.account["one"][name] = entry

    # ---- whose data ----

    @property
    def own_account(self) -> dict[str, Any]:
        """The account of the token."""
        held: dict[str, Any] = self.state["accounts"][self.token["account"]]
        return held

    @property
    def is_master(self) -> bool:
        return bool(self.own_account["pvt"].get("is_superduper"))

    @property
    def is_reseller(self) -> bool:
        """The caller sells to others: the master, or a reseller's account."""
        return self.is_master or bool(self.own_account["pvt"].get("is_reseller"))

    def need_master(self) -> None:
        if not self.is_master:
            raise forbidden("only the master account may do this")

    def need_reseller(self) -> None:
        if not self.is_reseller:
            raise forbidden("only resellers may do this")

    def account_document(self, account_id: str) -> Document:
        document: Document = self.state["accounts"][account_id]["doc"]
        return document

    def stable(self, *parts: object) -> str:
        """32 hexadecimal characters that are the same whenever these parts are."""
        text = "\x00".join(str(part) for part in parts)
        return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def check_open(call: Call, account_id: str) -> None:
    """Raises Refused 423 when the account is disabled or has expired."""
    account = call.state["accounts"][account_id]
    if account["doc"].get("enabled", True) is False:
        raise locked(account_id, "disabled")
    expires_g = account["pvt"].get("expires")
    if isinstance(expires_g, int) and expires_g <= call.now_g:
        raise locked(account_id, "expired")


def is_below(state: dict[str, Any], account_id: str, ancestor_id: str) -> bool:
    """Whether an account is another, or descends from it."""
    seen = set()
    while account_id and account_id not in seen:
        if account_id == ancestor_id:
            return True
        seen.add(account_id)
        account = state["accounts"].get(account_id)
        account_id = account["pvt"].get("parent", "") if account else ""
    return False


def descendants(state: dict[str, Any], account_id: str) -> list[str]:
    return [
        other for other in state["accounts"] if other != account_id and is_below(state, other, account_id)
    ]


def children(state: dict[str, Any], account_id: str) -> list[str]:
    return [
        other for other, account in state["accounts"].items() if account["pvt"].get("parent") == account_id
    ]


def ancestors(state: dict[str, Any], account_id: str) -> list[str]:
    """From the top down, without the account itself."""
    chain: list[str] = []
    above = state["accounts"][account_id]["pvt"].get("parent", "")
    while above and above not in chain and above in state["accounts"]:
        chain.insert(0, above)
        above = state["accounts"][above]["pvt"].get("parent", "")
    return chain
