"""The plain life of documents: list, create, read, replace, merge, delete. What differs is data (`Collection`)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from telephony.providers.kazoo.sandbox import lists
from telephony.providers.kazoo.sandbox.answers import Answer, created
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.charges import Item, charge
from telephony.providers.kazoo.sandbox.documents import (
    Document,
    Entry,
    changed,
    fresh,
    full,
    new_id,
    patched,
    revision,
    stored,
    text_at,
)
from telephony.providers.kazoo.sandbox.filters import passes
from telephony.providers.kazoo.sandbox.refusals import Errors, Refused
from telephony.providers.kazoo.sandbox.routes import add
from telephony.providers.kazoo.sandbox.validation import check

_ALL_VERBS = "list create read update patch delete"


@dataclass
class Draft:
    """A document about to be written. `entry` is the one it replaces, None when it is new; `pvt` is written beside."""

    id: str
    doc: Document
    entry: Entry | None
    errors: Errors = field(default_factory=Errors)
    pvt: dict[str, Any] = field(default_factory=dict)

    @property
    def before(self) -> Document:
        return self.entry["doc"] if self.entry else {}


Hook = Callable[[Call, Draft], None]


def _row(call: Call, identifier: str, entry: Entry) -> Document:
    return {"id": identifier, "name": entry["doc"].get("name", "")}


def _by_name(call: Call, identifier: str, entry: Entry) -> lists.SortKey:
    return (text_at(entry["doc"], "name").lower(), identifier)


def _unchanged(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    return shown


@dataclass(frozen=True, kw_only=True)
class Collection:
    """One collection of an account (or below the root): everything by which it differs from the others.

    name      word of the path and key of the state;  family  of the schema, "" for none
    root      "/accounts/{}" or ""
    aliases   other words for the same path
    row       a row of its list;  sort  the key of its view;  key_type  how start keys look
    prepare   changes a draft before it is validated;  rules  add what the schema cannot say
    settle    after a write: what else changes with it;  vanish  the same after a deletion
    show      what a read adds to or takes from the document
    items     what a draft would be billed for, beyond what was there before
    verbs     which of the six exist
    """

    name: str
    family: str = ""
    root: str = "/accounts/{}"
    aliases: tuple[str, ...] = ()
    row: Callable[[Call, str, Entry], Any] = _row
    sort: Callable[[Call, str, Entry], lists.SortKey] = _by_name
    key_type: str = lists.LIST
    prepare: tuple[Hook, ...] = ()
    rules: tuple[Hook, ...] = ()
    settle: tuple[Hook, ...] = ()
    vanish: tuple[Hook, ...] = ()
    show: Callable[[Call, str, Entry, Document], Document] = _unchanged
    items: Callable[[Call, Draft], Sequence[Item]] | None = None
    verbs: str = _ALL_VERBS

    def register(self) -> Collection:
        """Add the routes of its verbs."""
        for word in (self.name, *self.aliases):
            path = f"{self.root}/{word}"
            for verb in self.verbs.split():
                method, suffix = _ROUTES[verb]
                add(method, path + suffix, _bound(_ACTIONS[verb], self))
        return self

    def shown(self, call: Call, identifier: str, entry: Entry) -> Document:
        return self.show(call, identifier, entry, full(identifier, entry))

    def answer(self, call: Call, identifier: str, entry: Entry, status: int = 200) -> Answer:
        shown = self.shown(call, identifier, entry)
        if status == 201:
            return created(shown, identifier, revision(entry))
        return Answer(shown, status, revision=revision(entry))

    def judge(self, call: Call, draft: Draft) -> None:
        """Validate a draft and ask for charges. Raises Refused 400, 402 or 403; nothing is written."""
        for hook in self.prepare:
            hook(call, draft)
        if self.family:
            check(self.family, draft.doc, draft.errors, strict=call.setting("is_strict"))
        for hook in self.rules:
            hook(call, draft)
        draft.errors.refuse()
        if self.items is not None:
            charge(call, self.items(call, draft))

    def write(self, call: Call, draft: Draft) -> Entry:
        """Judge and store a draft."""
        self.judge(call, draft)
        if draft.entry is None:
            entry = call.shelf(self.name)[draft.id] = fresh(draft.doc, call.now_g)
        else:
            entry = draft.entry
            before = copy.deepcopy(entry["doc"])
            changed(entry, draft.doc, call.now_g)
            draft.entry = {"doc": before, "pvt": entry["pvt"]}
        entry["pvt"].update(draft.pvt)
        for hook in self.settle:
            hook(call, draft)
        return entry


def _bound(action: Callable[..., Any], collection: Collection) -> Callable[..., Any]:
    def handle(call: Call, *values: str) -> Any:
        return action(call, collection, *values)

    return handle


def entries_of(call: Call, collection: Collection) -> Mapping[str, Entry]:
    return call.docs(collection.name)


def rows(call: Call, collection: Collection, entries: Mapping[str, Entry]) -> Iterator[lists.Row]:
    """The view of some documents, filtered by the query when a row is shown."""
    for identifier, entry in entries.items():
        yield lists.Row(
            collection.sort(call, identifier, entry), _shower(call, collection, identifier, entry)
        )


def _shower(call: Call, collection: Collection, identifier: str, entry: Entry) -> Callable[[], Any]:
    def show() -> Any:
        whole = {**entry["doc"], "id": identifier}
        if not passes(whole, entry["pvt"], call.request.query_pairs):
            return None
        return collection.row(call, identifier, entry)

    return show


def list_all(call: Call, collection: Collection) -> Answer:
    return lists.listed(call, rows(call, collection, entries_of(call, collection)), collection.key_type)


def create(call: Call, collection: Collection) -> Answer:
    draft = Draft(new_id(), stored(call.document), None)
    return collection.answer(call, draft.id, collection.write(call, draft), 201)


def read(call: Call, collection: Collection, identifier: str) -> Answer:
    return collection.answer(call, identifier, call.entry(collection.name, identifier))


def update(call: Call, collection: Collection, identifier: str) -> Answer:
    entry = call.entry(collection.name, identifier)
    need_match(call, entry)
    draft = Draft(identifier, stored(call.document), entry)
    return collection.answer(call, identifier, collection.write(call, draft))


def patch(call: Call, collection: Collection, identifier: str) -> Answer:
    entry = call.entry(collection.name, identifier)
    need_match(call, entry)
    draft = Draft(identifier, stored(patched(entry["doc"], stored(call.document))), entry)
    return collection.answer(call, identifier, collection.write(call, draft))


def delete(call: Call, collection: Collection, identifier: str) -> Answer:
    entry = call.entry(collection.name, identifier)
    need_match(call, entry)
    shown = collection.shown(call, identifier, entry)
    draft = Draft(identifier, entry["doc"], entry)
    del call.shelf(collection.name)[identifier]
    for hook in collection.vanish:
        hook(call, draft)
    return Answer({**shown, "_read_only": {**shown.get("_read_only", {}), "deleted": True}})


def need_match(call: Call, entry: Entry) -> None:
    """Raises Refused 412 when the client names another revision than the stored one."""
    wanted = call.request.header("If-Match")
    if not wanted or wanted.strip() == "*":
        return
    named = [text.strip().strip('"') for text in wanted.split(",")]
    if revision(entry) not in named:
        raise Refused(412, "precondition_failed")


_ROUTES = {
    "list": ("GET", ""),
    "create": ("PUT", ""),
    "read": ("GET", "/{}"),
    "update": ("POST", "/{}"),
    "patch": ("PATCH", "/{}"),
    "delete": ("DELETE", "/{}"),
}
_ACTIONS: dict[str, Callable[..., Any]] = {
    "list": list_all,
    "create": create,
    "read": read,
    "update": update,
    "patch": patch,
    "delete": delete,
}


def need_unique(collection: str, path: str, message: str) -> Hook:
    """A rule: no other document of the collection says the same at `path`, in any case of letters."""

    def rule(call: Call, draft: Draft) -> None:
        wanted = text_at(draft.doc, path)
        others = (entry for identifier, entry in call.docs(collection).items() if identifier != draft.id)
        if wanted and any(text_at(other["doc"], path).lower() == wanted.lower() for other in others):
            draft.errors.add(path, "unique", message, cause=wanted)

    return rule
