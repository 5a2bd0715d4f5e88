"""One editable field of an operation: what it is, how its value reads, and what cannot be sent.

Plain data, and what an editor may know of the world around an object; the editors themselves are in editing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.canonical import canonical_json
from portal.lib.numbers import display
from portal.lib.redaction import masked
from portal.lib.wording import has_control, labelled
from telephony.providers.fields import value_at
from telephony.providers.moments import gregorian_words, time_of_day
from telephony.providers.operations import Text
from telephony.providers.phrases import Number, Said, said
from telephony.providers.schema import KEY, VALUE
from telephony.providers.schema import Field as Declared

Fields = dict[str, Any]
Document = Mapping[str, Any]
_WRAPPED = "$wrapped"  # marks a value that stood under its name with nothing beside it
ALIKE = "$"  # all entries of a list say the same
FILE, SIZE = "$file", "size"  # what stands for a file: its bytes as base64, and how many they are


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
    zone       the time zone in which the provider's moments are shown and typed
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
    zone: str = "UTC"
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
class Rows:
    """What the entries of a list are, where a person edits them one by one.

    told_by   the field of an entry that says what it is: a kind of object, or one of `variants`; "$" where all are alike,
              KEY where its key says it
    id_at     the field with the identifier of the object, "" where entries are no objects
    choices   what an entry can be, in words
    kinds     those of the choices that are kinds of objects; of the others a person types the identifier
    columns   what else each entry says
    variants  what an entry says further, by what it is
    is_keyed  the entries are the values of an object; here they are a list, each with its key at KEY
    keys      expression that a new key must contain, "" for any
    key_label what a key is that a person types
    wrapped   as in the schema; here the value always stands under its name

    A name that begins with "$" stands for what the document does not have in the entry itself.
    """

    told_by: str
    id_at: str = ""
    choices: tuple[tuple[str, Text], ...] = ()
    kinds: tuple[str, ...] = ()
    columns: tuple[Field, ...] = ()
    variants: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    is_keyed: bool = False
    keys: str = ""
    key_label: Text = ""
    wrapped: tuple[str, str] | tuple[()] = ()

    @property
    def asks_both(self) -> bool:
        """Whether a person says of a new entry what it is, and its key."""
        return self.is_keyed and bool(self.id_at) and not self.kinds and not self.are_alike

    @property
    def are_alike(self) -> bool:
        return self.told_by == ALIKE

    @property
    def holds_values(self) -> bool:
        """Whether what stands under each key is no object, but a value."""
        return any(one.name == VALUE for one in self.columns)

    def listed(self, held: Any) -> Any:
        """The entries as a list."""
        if not self.is_keyed or not isinstance(held, Mapping):
            return held
        own = ((key, {VALUE: value} if self.holds_values else value) for key, value in held.items())
        return [{KEY: key, **self._opened(value)} for key, value in own]

    def unlisted(self, entries: Sequence[Mapping[str, Any]]) -> Any:
        """The list as the document has it."""
        if not self.is_keyed:
            return entries
        if self.holds_values:
            return {one[KEY]: one.get(VALUE) for one in entries}
        return {
            one[KEY]: {name: value for name, value in self._closed(one).items() if not name.startswith("$")}
            for one in entries
        }

    def _opened(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.wrapped or (at := self.wrapped[0]) not in entry:
            return entry
        name, value = self.wrapped[1], entry[at]
        if not isinstance(value, Mapping):
            return {**entry, at: {name: value}}
        return {**entry, _WRAPPED: True} if set(value) == {name} else entry

    def _closed(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.wrapped or _WRAPPED in entry:
            return entry
        at, name = self.wrapped
        value = entry.get(at)
        is_alone = isinstance(value, Mapping) and set(value) == {name}
        return {**entry, at: value[name]} if is_alone and isinstance(value, Mapping) else entry

    def fits(self, held: Any) -> bool:
        """Whether the entries of a value can be edited one by one."""
        if self.is_keyed:
            return held is None or (
                isinstance(held, Mapping)
                and all(isinstance(one, Mapping) != self.holds_values for one in held.values())
            )
        return held is None or isinstance(held, list)

    def key_in(self, what: tuple[str, str]) -> str:
        """The key of an entry among the others, where entries are the values of an object."""
        return what[0] if self.told_by == KEY else what[1]

    def columns_of(self, what: str) -> tuple[Field, ...]:
        return (*self.columns, *self.variants.get(what, ()))

    @property
    def typed(self) -> tuple[tuple[str, Text], ...]:
        """The choices whose identifier is typed."""
        return tuple(one for one in self.choices if self.id_at and one[0] not in self.kinds)

    def key_of(self, entry: Any) -> tuple[str, str]:
        """What an entry is, and which: ("user", "a1b2..."); ("", "") where it does not say so in words."""
        if not isinstance(entry, Mapping):
            return "", ""
        what = self.choices[0][0] if self.are_alike else entry.get(self.told_by)
        which = entry.get(self.id_at, "") if self.id_at else ""
        return (what, which) if isinstance(what, str) and isinstance(which, str) else ("", "")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One editable field. `kind`: text, long_text, exact (kept byte for byte), boolean, number, numbers,
    duration_s, choice, choices, file (of `accepts` media types and at most `maximum` bytes), value (anything, shown as
    it is); of a document with a schema also code, email, url,
    integer, decimal, gregorian_s, time_of_day_s, yes_no (or neither), texts, names, pairs, integers, ref, refs, rows
    (a list, or an object, whose entries `rows` describes), secret, secrets, json.

    brief    the label inside a list of labels, where `label` is half a sentence
    words    what a value is called, where `kind` alone does not say it
    empty    what an empty value is called
    merges   a list whose entries are added and taken away one by one, so that two people's changes add up
    group    heading under which the form shows it
    pattern  regular expression that a text must match as a whole; browsers check it as it is typed
    is_sparse  wanted only when its control was changed: untouched, it stays as it is, absent too
    is_usual   the form shows it at once; the others are folded where any is usual
    is_searched  its choices are many: they are searched by name
    shown_for  the field that decides, and the choices there that need this one; none: always shown
    is_fixed   shown, and only the provider changes it
    refers_to  entity kind whose identifier it holds; `also_to` further kinds that it may be of
    zone       of a moment, where its clock is
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
    accepts: tuple[str, ...] = ()
    choices: tuple[tuple[str, Text], ...] = ()
    words: Callable[[Any, Surroundings], Said | Text] | None = None
    empty: Text = lazy("none")
    merges: bool = False
    group: Text = ""
    secret: bool = False
    pattern: str = ""
    is_sparse: bool = False
    is_usual: bool = False
    is_searched: bool = False
    shown_for: tuple[str, tuple[str, ...]] | None = None
    is_fixed: bool = False
    refers_to: str = ""
    also_to: tuple[str, ...] = ()
    rows: Rows | None = None
    zone: str = "UTC"
    declared: Declared | None = None

    @property
    def points_to(self) -> tuple[str, ...]:
        """Every entity kind whose identifiers it may hold, those inside of its entries too."""
        own = (self.refers_to, *self.also_to) if self.refers_to else ()
        if self.rows is None:
            return own
        inside = [*self.rows.columns, *(one for fields in self.rows.variants.values() for one in fields)]
        return tuple(
            dict.fromkeys([*own, *self.rows.kinds, *(kind for one in inside for kind in one.points_to)])
        )

    def say(self, value: Any, around: Surroundings) -> Said:
        """The value as a person reads it."""
        spoken = self.words(value, around) if self.words else _plain_words(self, value, around)
        return spoken if isinstance(spoken, Said) else said("{value}", value=spoken)


def _plain_words(one: Field, value: Any, around: Surroundings) -> Said | Text:
    if one.secret and value:
        return "••••••"
    if one.kind == "boolean" and not (one.is_sparse and value is None):
        return lazy("yes") if value else lazy("no")
    if value in (None, "", [], {}):
        return one.empty
    if one.kind == "number":
        return said("{number}", number=Number(str(value)))
    if one.kind in ("numbers", "names") and isinstance(value, (list, dict)):
        values = {f"n{index}": Number(str(item)) for index, item in enumerate(value)}
        return Said(", ".join(f"{{{name}}}" for name in values), values)
    if one.kind == "duration_s":
        return _("%(seconds)s s") % {"seconds": value}
    if isinstance(value, bool):
        return lazy("yes") if value else lazy("no")
    if one.rows is not None and one.rows.fits(value):
        return "; ".join(_row_words(one.rows, entry, around) for entry in one.rows.listed(value))
    if one.kind == "pairs" and isinstance(value, Mapping):
        return "; ".join(labelled(name, item) for name, item in masked(value).items())
    if one.refers_to:
        many = [str(item) for item in (value if isinstance(value, list) else [value])]
        names = {name: word for kind in one.points_to for name, word in around.named(kind, many).items()}
        return ", ".join(names.get(item, item) for item in many)
    if one.kind == "gregorian_s" and isinstance(value, int):
        return gregorian_words(value, one.zone)
    if one.kind == "time_of_day_s" and isinstance(value, int):
        return time_of_day(value)
    if one.choices:
        labels = {str(name): word for name, word in one.choices}
        many = value if isinstance(value, list) else [value]
        return ", ".join(str(labels.get(str(item), item)) for item in many)
    if isinstance(value, dict) and FILE in value:
        return _("a file of %(size)s") % {"size": filesizeformat(value[SIZE])}
    if isinstance(value, list) and one.kind in ("texts", "integers"):
        return ", ".join(map(str, value))
    if isinstance(value, (dict, list)):
        return canonical_json(masked(value))
    return str(value)


def _row_words(rows: Rows, entry: Any, around: Surroundings) -> str:
    """An entry as a person reads it: "Bess Arkwell (rings for 20 s)"."""
    what, which = rows.key_of(entry)
    if not what:
        return canonical_json(masked(entry))
    name = str(dict(rows.choices).get(what, what))
    if rows.asks_both:
        name = labelled(f"{rows.key_label} {which}", name)
    elif which:
        names = around.named(what, [which]) if what in rows.kinds else {}
        name = names.get(which, display(which))
    told = [
        (one.label, one.say(value, around).plain(display))
        for one in rows.columns_of(what)
        if (value := value_at(entry, one.name)) not in (None, "", [], {})
        and not (rows.are_alike and _is_usual_value(one, value))
    ]
    if told and rows.are_alike and not which:
        (_first, name), *told = told
    return f"{name} ({', '.join(labelled(*one) for one in told)})" if told else name


def _is_usual_value(one: Field, value: Any) -> bool:
    """Whether the provider fills in this value where none is given: nothing to tell of an entry."""
    return one.declared is not None and one.declared.has_default and value == one.declared.default


def reason_against(one: Field, value: Any) -> str:
    """Why a value of a field cannot be sent; "" if it can."""
    if value in (None, "", []):
        return _("This is needed.") if one.required else ""
    if one.kind == "file":
        return ""  # its control judges kind and size, from its bytes
    if one.kind == "duration_s" or one.minimum is not None or one.maximum is not None:
        return _against_number(one, value)
    if isinstance(value, str) and has_control(value):
        return _("Control characters cannot be sent.")
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
