"""How one write operation is edited: fields out of a document, a body out of fields, consequences in words.

An `Editor` belongs to one operation of a catalog and is plain: no models, no HTTP. The door
(`telephony/services/editing.py`) reads and sends; forms, the review page and the command line read the editor.
An operation without an editor of its own gets `GenericEditor`: its documents as they are.

A provider lists its editors in `PROVIDER.editors`, by operation key.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from portal.lib.canonical import canonical_json
from portal.lib.errors import UnexpectedAnswer
from portal.lib.numbers import display
from portal.lib.redaction import masked
from telephony.providers.operations import Catalog, Effect, Operation, Text
from telephony.providers.phrases import Number, Said, said
from telephony.providers.schema import Field as Declared

Fields = dict[str, Any]
Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Login:
    """What is known of the login behind a connection. Both parts may be empty.

    scopes  what it was granted
    given   what the account was linked with, by the names of `connect_fields`; secrets are never among it
    """

    scopes: frozenset[str] = frozenset()
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What an editor may know of the world around one object, gathered by the door; every part may be empty.

    address    path values of the operation that is edited
    around     cached documents near the object, by kind (its siblings, the groups it may use, ...)
    contacts_among, own_among   which of some numbers stand in a directory, are lines of the tenant
    sends_all_to   the number that gets every call of one of the tenant's lines now, "" for none
    calls_from how many calls of the last 30 days each of some numbers made to this line
    cost_of    about what a minute to a number costs, in millionths of `currency`, or None
    last_week  calls to this line in the last seven days, and how many of them nobody answered
    login      the login that the connection acts with
    named      names of cached objects of a kind, by identifier; those that are not known are left out
    """

    address: Mapping[str, Any] = field(default_factory=dict)
    line_name: str = ""
    line_number: str = ""
    line_kind: str = ""
    region: str = "FR"
    currency: str = "EUR"
    around: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    contacts_among: Callable[[Sequence[str]], Collection[str]] = lambda numbers: ()
    own_among: Callable[[Sequence[str]], Collection[str]] = lambda numbers: ()
    sends_all_to: Callable[[str], str] = lambda number: ""
    calls_from: Callable[[Sequence[str]], Mapping[str, int]] = lambda numbers: {}
    cost_of: Callable[[str], int | None] = lambda number: None
    last_week: Callable[[], tuple[int, int]] = lambda: (0, 0)
    login: Callable[[], Login] = Login
    named: Callable[[str, Collection[str]], Mapping[str, str]] = lambda kind, identifiers: {}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One editable field. `kind`: text, long_text, exact (kept byte for byte), boolean, number, numbers,
    duration_s, choice, choices, value (anything, shown as it is); of a document with a schema also code, email, url,
    integer, decimal, gregorian_s, time_of_day_s, yes_no (or neither), texts, integers, ref, refs, secret, secrets, json.

    brief    the label inside a list of labels, where `label` is half a sentence
    words    what a value is called, where `kind` alone does not say it
    empty    what an empty value is called
    merges   a list whose entries are added and taken away one by one, so that two people's changes add up
    group    heading under which the form shows it
    pattern  regular expression that a text must match as a whole; browsers check it as it is typed
    is_sparse  wanted only when its control was changed: untouched, it stays as it is, absent too
    is_usual   the form shows it at once; the others are folded where any is usual
    is_fixed   shown, and only the provider changes it
    refers_to  entity kind whose identifier it holds
    declared   what the provider's schema says of it
    """

    name: str
    label: Text
    brief: Text = ""
    kind: str = "text"
    help: Text = ""
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    max_items: int | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    words: Callable[[Any, Surroundings], Said | Text] | None = None
    empty: Text = lazy("none")
    merges: bool = False
    group: Text = ""
    secret: bool = False
    pattern: str = ""
    is_sparse: bool = False
    is_usual: bool = False
    is_fixed: bool = False
    refers_to: str = ""
    declared: Declared | None = None

    def say(self, value: Any, around: Surroundings) -> Said:
        """The value as a person reads it."""
        spoken = self.words(value, around) if self.words else _plain_words(self, value, around)
        return spoken if isinstance(spoken, Said) else said("{value}", value=spoken)


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What a change will mean. `icon` is a name of the sprite; tone: "" or "warn"."""

    text: Said
    icon: str = "arrow-right"
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Where calls go, for the drawing: after `wait_s` seconds of ringing (None: at once), to a number or place."""

    label: Said
    wait_s: int | None = None
    condition: Text = ""
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Route:
    """The way of a call now and afterwards."""

    origin: str
    before: Ending
    after: Ending


@dataclass(frozen=True, kw_only=True)
class Seating:
    """Who sits with whom, now and afterwards: containers, each with the names in it. `mover` changes seats."""

    mover: str
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which cached object an address means; `remote_id` is empty where the address names only the list."""

    kind: str
    parent_remote_id: str = ""
    remote_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Inverse:
    """The write that takes another back. `seen` is what it expects to find."""

    operation: str
    address: Mapping[str, Any]
    wanted: Fields
    seen: Fields | None = None
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Done:
    """A finished or lost write, as far as an inverse needs it."""

    address: Mapping[str, Any]
    before: Fields | None
    wanted: Fields
    after: Fields | None
    created: str = ""


@dataclass(frozen=True, kw_only=True)
class Live:
    """What a read shows: `fields` None means that the object is not there. `items` of a list, by identifier."""

    fields: Fields | None
    items: Mapping[str, Document] = field(default_factory=dict)
    document: Any = None


class Editor:
    """One operation, ready to be edited. Subclasses say what they know; the rest follows from the catalog.

    title      what is done, for headings ("Change a profile")
    kind       entity kind of the object ("" where only the document tells)
    id_field   field of a document that identifies it in a list
    reads      kinds below the same parent that the consequences look at
    refreshes  the whole list is read again afterwards, because a write changes its neighbours
    verb       what the button of the review says; "" for the usual: write, create, remove
    rereads    kinds below the account that are read again as a whole, because a write moves objects among them
    is_act     something is done to an object: no form of its fields
    named_by   values of the body that say which objects are meant: they belong to the address
    """

    title: Text = ""
    kind: str = ""
    id_field: str = ""
    reads: tuple[str, ...] = ()
    refreshes = False
    is_free_standing = False  # what it makes hangs below the account itself, so that a list can offer it
    is_made_below_its_kind = False  # a new object can hang below another of its own kind
    is_whole = False  # the fields are the whole document, which can be edited as JSON
    rereads: tuple[str, ...] = ()
    verb: Text = ""
    named_by: tuple[str, ...] = ()
    is_act = False

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    # ---- what it is ----

    @property
    def makes(self) -> bool:
        """Whether it makes a new object."""
        return self.operation.key.endswith(".create")

    @property
    def removes(self) -> bool:
        return self.operation.effect is Effect.DESTROY

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return ()

    def field(self, name: str, around: Surroundings) -> Field:
        known = {one.name: one for one in self.fields(around)}
        return known.get(name) or Field(name=name, label=name, kind="value")

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        """Which cached object this address means."""
        values = [str(address[name]) for name in self.operation.address_names if name in address]
        if self.makes or not self.id_field:
            return Place(kind=self.kind, parent_remote_id=values[-1] if values else "")
        return Place(
            kind=self.kind,
            parent_remote_id=values[-2] if len(values) > 1 else "",
            remote_id=values[-1] if values else "",
        )

    def places(self, address: Mapping[str, Any], around: Surroundings) -> Iterable[Place]:
        """The cached objects that a write touches: one, unless several are meant at once."""
        return (self.place(address, around),)

    def address_of(self, place: Place) -> dict[str, str]:
        """Address values for an object (or, to create one, for its parent given as `remote_id`)."""
        names = self.operation.address_names
        values = [place.remote_id] if len(names) == 1 else [place.parent_remote_id, place.remote_id]
        return dict(zip(names, values, strict=True))

    # ---- documents and fields ----

    def read(self, document: Document) -> Fields:
        """The editable fields of one remote document, normalised."""
        return {name: value for name, value in document.items() if not name.startswith("_")}

    def read_list(self, documents: Sequence[Document]) -> Fields:
        """The editable fields of a list that is written as a whole."""
        return {"items": [self.read(document) for document in documents]}

    def live(
        self, document: Any, items: Sequence[Document], address: Mapping[str, Any], identifier: str
    ) -> Live:
        """What the reading operation showed. `items` is its list where it is one; `identifier` what to look for."""
        reading = self.reading
        if reading is None:
            return Live(fields=None)
        if not self.reads_list:
            self._refuse_another(document, address)
            return Live(fields=self.read(document), document=document)
        if not self.makes and not self.removes:
            return Live(fields=self.read_list(items), document=list(items))
        by_id = {self.identify(item): item for item in items}
        found = by_id.get(identifier) if identifier else None
        return Live(fields=None if found is None else self.read(found), items=by_id, document=found)

    reading: Operation | None = None  # set by `editors`
    detail: Operation | None = None  # reads the one object that was made, where a list says less of it

    def detail_address(self, address: Mapping[str, Any], identifier: str) -> Mapping[str, Any]:
        """Where `detail` reads an object that was just made."""
        return {**address, self.operation.address_names[-1]: identifier}

    def identify(self, document: Document) -> str:
        """What a list knows the object by."""
        names = (self.id_field, *self.operation.address_names[-1:], "identifier", "id", "uid", "name")
        return next((str(document[name]) for name in names if name and name in document), "")

    @property
    def reads_list(self) -> bool:
        """Whether the reading shows a list: a collection that a scope narrows to the object itself is none."""
        reading = self.reading
        return bool(
            reading and reading.collection and not set(reading.scope_names) & set(self.operation.scope_names)
        )

    @property
    def replaces(self) -> bool:
        """Whether a whole list is written at once."""
        return self.reads_list and not self.makes and not self.removes

    def _refuse_another(self, document: Any, address: Mapping[str, Any]) -> None:
        for path_name, document_field in self.operation.identity:
            found = document.get(document_field) if isinstance(document, Mapping) else None
            if found is not None and path_name in address and str(found) != str(address[path_name]):
                raise UnexpectedAnswer(_("The answer is about another object than the one asked for."))

    def blank(self, around: Surroundings) -> Fields:
        """Fields of an object that is about to be made."""
        return {}

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        """What is sent for these changed fields."""
        return dict(wanted)

    # ---- judging ----

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        """What a person typed, normalised; what cannot be is left for `check` to refuse."""
        return dict(wanted)

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        """Reasons against sending, by field ("" for the whole)."""
        refused: dict[str, str] = {}
        for name, value in wanted.items():
            if reason := _against(self.field(name, around), value):
                refused[name] = reason
        return refused

    def same(self, name: str, left: Any, right: Any) -> bool:
        """Whether two values of a field mean the same."""
        return canonical_json(left) == canonical_json(right)

    def refusal_fields(self, message: str, sent: Iterable[str]) -> dict[str, str]:
        """Which sent field a provider's refusal speaks of: "forward_delay: expected ..." names it."""
        name, colon, reason = message.partition(":")
        if colon and name.strip() in set(sent):
            return {name.strip(): reason.strip()}
        return {}

    def refused_fields(self, found: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
        """Of the reasons that a provider gives by field, those that belong to a field of the form."""
        return {name: reason for name, reason in found.items() if name in known}

    def why_kept(self, names: Sequence[str], around: Surroundings) -> Text:
        """Why the provider says yes and leaves these fields as they are; "" where it is not known to."""
        return ""

    # ---- words ----

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return " ".join(str(value) for value in address.values()) or str(self.operation.summary)

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        """The change in a few words, for lists: "Delay 25 s to 20 s"."""
        if self.makes or self.removes or before is None:
            return str(self.title or self.operation.summary)
        if len(wanted) == 1:
            (name,) = wanted
            one = self.field(name, around)
            return _("{field}: {before} → {after}").format(
                field=one.brief or one.label,
                before=one.say(before.get(name), around).plain(display),
                after=one.say(wanted[name], around).plain(display),
            )[:250]
        declared = [one for one in self.fields(around) if one.name in wanted]
        others = wanted.keys() - {one.name for one in declared}  # in whatever order the row kept them
        fields = [*declared, *(self.field(name, around) for name in sorted(others))]
        labels = ", ".join(str(one.brief or one.label) for one in fields[:3])
        if (more := len(fields) - 3) > 0:
            labels += " " + ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
        return labels[:250]

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        return ()

    def route(self, before: Fields | None, wanted: Fields, around: Surroundings) -> Route | None:
        return None

    def seating(self, before: Fields | None, wanted: Fields, around: Surroundings) -> Seating | None:
        return None

    # ---- taking back ----

    def inverse(self, done: Done) -> Inverse | None:
        """The write that takes this one back; None where nothing can (`irreversible` then says why)."""
        operation = self.operation
        if not operation.undone_by or operation.undone_by != operation.key or done.before is None:
            return None
        wanted = {name: done.before.get(name) for name in done.wanted}
        return Inverse(operation=operation.key, address=done.address, wanted=wanted, seen=done.after)

    @property
    def irreversible(self) -> Text:
        """Why it cannot be taken back; empty if it can."""
        if self.operation.undone_by:
            return ""
        if self.operation.effect is Effect.NEVER_REPEAT:
            return lazy("The provider does it at once, and has no operation that undoes it.")
        return lazy("The provider has no operation that undoes it.")


class GenericEditor(Editor):
    """Any write, its documents as they are: values are compared where the read shows the same name."""

    def __init__(self, operation: Operation, catalog: Catalog) -> None:
        super().__init__(operation)
        self.title = operation.summary
        self.kind = operation.kind
        self.reading = catalog[operation.reads_back] if operation.reads_back else None
        self.id_field = operation.identity[0][1] if operation.identity else "id"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return tuple(
            Field(name=param.name, label=param.name, help=param.help, kind="value", secret=param.secret)
            for param in self.operation.params
            if param.name not in self.operation.address_names and param.place in ("body", "whole")
        )

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        """Files are kept as text, as a change keeps everything."""
        return {name: _packed(value) if isinstance(value, bytes) else value for name, value in wanted.items()}

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        """Where an object is written as a whole: what was read, with the changed fields on top; null takes one out."""
        wanted = {name: _unpacked(value) for name, value in wanted.items()}
        if not self.operation.replaces_object or before is None:
            return wanted
        whole: Fields = _laid_over(before, wanted)
        return whole

    def same(self, name: str, left: Any, right: Any) -> bool:
        """Of an object that is laid over another, whatever it does not name stays as it is."""
        if self.operation.replaces_object and isinstance(right, Mapping):
            right = _laid_over(left, right)
        return _loose(left) == _loose(right)

    def inverse(self, done: Done) -> Inverse | None:
        if done.before is None or any(name not in done.before for name in done.wanted):
            return None
        return super().inverse(done)


def editors(catalog: Catalog, by_key: Mapping[str, type[Editor]]) -> dict[str, Editor]:
    """Editors of a provider by operation key, each with the read that shows its result."""
    made: dict[str, Editor] = {}
    for key, editor_class in by_key.items():
        operation = catalog[key]
        editor = editor_class(operation)
        editor.reading = catalog[operation.reads_back] if operation.reads_back else None
        made[key] = editor
    return made


# ---- words and checks that hold for every field ----


def _plain_words(one: Field, value: Any, around: Surroundings) -> Said | Text:
    if one.secret and value:
        return "••••••"
    if one.kind == "boolean" and not (one.is_sparse and value is None):
        return lazy("yes") if value else lazy("no")
    if value in (None, "", []):
        return one.empty
    if one.kind == "number":
        return said("{number}", number=Number(str(value)))
    if one.kind == "numbers":
        values = {f"n{index}": Number(str(item)) for index, item in enumerate(value)}
        return Said(", ".join(f"{{{name}}}" for name in values), values)
    if one.kind == "duration_s":
        return _("%(seconds)s s") % {"seconds": value}
    if isinstance(value, bool):
        return lazy("yes") if value else lazy("no")
    if one.refers_to:
        many = [str(item) for item in (value if isinstance(value, list) else [value])]
        names = around.named(one.refers_to, many)
        return ", ".join(names.get(item, item) for item in many)
    if one.kind in MOMENTS:
        return MOMENTS[one.kind](value) if isinstance(value, int) else str(value)
    if one.choices:
        labels = dict(one.choices)
        many = value if isinstance(value, list) else [value]
        return ", ".join(str(labels.get(item, item)) for item in many)
    if isinstance(value, dict) and FILE in value:
        return _("a file of %(count)s bytes") % {"count": value[SIZE]}
    if isinstance(value, list) and one.kind in ("texts", "integers"):
        return ", ".join(map(str, value))
    if isinstance(value, (dict, list)):
        return canonical_json(masked(value))
    return str(value)


def time_of_day(seconds: int) -> str:
    """Seconds since midnight as people write them: "08:30"; the end of a day is "24:00"."""
    hours, rest = divmod(seconds, 3600)
    minutes, over = divmod(rest, 60)
    return f"{hours:02}:{minutes:02}" + (f":{over:02}" if over else "")


YEAR_ZERO_S = 62_167_219_200  # 1970 in seconds since the year 0


def gregorian(seconds: int) -> str:
    """Seconds since the year 0 as a form has them: "2026-11-19T08:00:00" (UTC); as digits beyond the years 1 to 9999."""
    try:
        return (EPOCH + timedelta(seconds=seconds - YEAR_ZERO_S)).replace(tzinfo=None).isoformat()
    except OverflowError:
        return str(seconds)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS: Mapping[str, Callable[[int], str]] = {"gregorian_s": gregorian, "time_of_day_s": time_of_day}


def _against(one: Field, value: Any) -> str:
    """Why a value of a field cannot be sent; "" if it can."""
    if value in (None, "", []):
        return _("This is needed.") if one.required else ""
    if one.kind == "duration_s" or one.minimum is not None or one.maximum is not None:
        return _against_number(one, value)
    if one.max_length and isinstance(value, str) and len(value) > one.max_length:
        return _("At most %(most)s characters; these are %(are)s.") % {
            "most": one.max_length,
            "are": len(value),
        }
    if one.max_items and isinstance(value, list) and len(value) > one.max_items:
        return _("At most %(most)s entries; these are %(are)s.") % {"most": one.max_items, "are": len(value)}
    return ""


def _against_number(one: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return _("A whole number is needed.")
    low, high = one.minimum, one.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        return _("Between %(low)s and %(high)s.") % {"low": low, "high": high}
    return ""


FILE, SIZE = "$file", "size"  # what stands for a file: its bytes as base64, and how many they are


def _packed(content: bytes) -> dict[str, Any]:
    return {FILE: base64.b64encode(content).decode(), SIZE: len(content)}


def _unpacked(value: Any) -> Any:
    return base64.b64decode(value[FILE]) if isinstance(value, Mapping) and FILE in value else value


def _laid_over(below: Any, above: Any) -> Any:
    """The one value with the other on top: objects field by field, null removes, anything else replaces."""
    if not isinstance(above, Mapping):
        return above
    merged = dict(below) if isinstance(below, Mapping) else {}
    for name, value in above.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _laid_over(merged.get(name), value)
    return merged


def _loose(value: Any) -> str:
    """1, "1" and True are the same on wires that know no types."""
    if isinstance(value, bool):
        return str(int(value))
    return str(value) if isinstance(value, (str, int)) else canonical_json(value)
