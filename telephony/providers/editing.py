"""How one write operation is edited: fields out of a document, a body out of fields, consequences in words.

An `Editor` belongs to one operation of a catalog and is plain: no models, no HTTP. The door
(`telephony/services/editing.py`) reads and sends; forms, the review page and the command line read the editor.
Its fields are in edit_fields.py, what a change will mean in edit_effects.py; an operation without an editor of its own
gets the one of generic_editing.py.

A provider lists its editors in `PROVIDER.editors`, by operation key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from portal.lib.canonical import canonical_json
from portal.lib.errors import UnexpectedAnswer
from portal.lib.numbers import display
from telephony.providers.edit_effects import Consequence, Route, Seating
from telephony.providers.edit_fields import Document, Field, Fields, Surroundings, reason_against
from telephony.providers.operations import Catalog, Effect, Operation, Text

if TYPE_CHECKING:
    from telephony.providers.act_forms import ActForm


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
    asks       the form that such an act has all the same (act_forms.py)
    named_by   values of the body that say which objects are meant: they belong to the address
    """

    title: Text = ""
    kind: str = ""
    id_field: str = ""
    reads: tuple[str, ...] = ()
    refreshes = False
    is_free_standing = False  # what it makes hangs below the account itself, so that a list can offer it
    is_made_below_its_kind = False  # a new object can hang below another of its own kind
    wholes: tuple[
        str, ...
    ] = ()  # places whose fields make sense only together: what two people changed is never mixed
    is_whole = False  # the fields are the whole document, which can be edited as JSON
    rereads: tuple[str, ...] = ()
    verb: Text = ""
    named_by: tuple[str, ...] = ()
    is_act = False
    asks: ActForm | None = None

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
    each: Operation | None = (
        None  # reads one object of a list that is written together, where it says less of them
    )

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
            if reason := reason_against(self.field(name, around), value):
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


def editors(catalog: Catalog, by_key: Mapping[str, type[Editor]]) -> dict[str, Editor]:
    """Editors of a provider by operation key, each with the read that shows its result."""
    made: dict[str, Editor] = {}
    for key, editor_class in by_key.items():
        operation = catalog[key]
        editor = editor_class(operation)
        editor.reading = catalog[operation.reads_back] if operation.reads_back else None
        made[key] = editor
    return made
