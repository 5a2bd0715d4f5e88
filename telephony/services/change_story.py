"""A change as people read it: rows of a difference in words, what it means, what may be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.canonical import MISSING, canonical_json, diff
from portal.lib.wording import labelled
from telephony.models import Change
from telephony.providers.callflows.tree import FLOW
from telephony.providers.drafts import PLACEHOLDER
from telephony.providers.edit_effects import Consequence, Route, Seating
from telephony.providers.edit_fields import Fields
from telephony.providers.phrases import Number, Said, said
from telephony.services import access, change_secrets, charges, comparing, editing
from telephony.services.callflow_story import FlowStory, flow_story, is_of_steps
from telephony.services.door import Door, door_of_change
from telephony.services.number_names import names_of


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field. `seen` is what the person's form showed; `is_hot`: both sides changed it; `is_moved`: only theirs.

    Of a list, `before` has what goes and `after` what comes; `stays` counts the rest. `found` is what a reading
    showed afterwards, where that is neither of both.
    """

    name: str
    label: str
    seen: Said
    before: Said
    after: Said
    is_hot: bool = False
    is_moved: bool = False
    stays: int = 0
    found: Said | None = None

    @property
    def is_of_steps(self) -> bool:
        """Whether it is a part of the steps of a callflow; no other document has a field of this name."""
        return is_of_steps(self.name)

    @property
    def pick(self) -> str:
        """What is picked: the field, or all steps together."""
        return FLOW if self.is_of_steps else self.name


@dataclass(frozen=True, kw_only=True)
class Story:
    """Everything that the pages of a change show."""

    change: Change
    door: Door
    rows: list[Row]
    same: list[Row]
    consequences: tuple[Consequence, ...] = ()
    route: Route | None = None
    seating: Seating | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    irreversible: str = ""
    note: str = ""
    moved_by: Change | None = None
    flow: FlowStory | None = None

    @property
    def hot(self) -> list[Row]:
        return [row for row in self.rows if row.is_hot]

    @property
    def moved(self) -> list[Row]:
        return [row for row in self.rows if row.is_moved]

    @property
    def mine(self) -> list[Row]:
        return [row for row in self.rows if not row.is_moved]

    @property
    def plain(self) -> list[Row]:
        """Those of mine that no drawing tells."""
        return [row for row in self.mine if row not in self.deep]

    @property
    def deep(self) -> list[Row]:
        """Those of mine that the drawing of a callflow and its words tell better."""
        if self.flow is None or not self.flow.says_all:
            return []
        return [row for row in self.mine if row.is_of_steps and not row.is_hot]

    @property
    def shallow(self) -> list[Row]:
        """All but those, theirs too; steps that both changed are one thing to pick."""
        hot = [row for row in self.rows if row.is_hot and row.is_of_steps]
        return [row for row in self.rows if row not in self.deep and row not in hot[1:]]

    def counted(self, rows: Sequence[Row]) -> int:
        """How many fields a person counts there: all steps of a callflow are one."""
        steps = sum(row.is_of_steps for row in rows) if self.flow is not None else 0
        return len(rows) - max(steps - 1, 0)

    @property
    def count(self) -> int:
        return self.counted(self.rows)

    @property
    def hot_count(self) -> int:
        return self.counted(self.hot)

    @property
    def mine_count(self) -> int:
        return self.counted(self.mine)

    @property
    def moved_count(self) -> int:
        return self.counted(self.moved)

    @property
    def total(self) -> int:
        return self.counted([*self.rows, *self.same])

    @property
    def is_open(self) -> bool:
        return self.change.state in editing.OPEN

    @property
    def quote(self) -> charges.Quote:
        return charges.quote_of(self.change)

    @property
    def is_blind(self) -> bool:
        """Whether no reading shows what there is: neither before nor afterwards."""
        return self.door.editor.reading is None

    @property
    def is_unwritten(self) -> bool:
        """Whether it ended without being seen to happen: then it is told as a wish."""
        return self.change.state in UNWRITTEN

    @property
    def shows_found(self) -> bool:
        return any(row.found is not None for row in self.rows)

    @property
    def provider_label(self) -> str:
        return str(self.door.connection.declaration.label)


LOOKED_BACK = 20
MOST_INSIDE = 40
UNWRITTEN = (Change.State.REFUSED, Change.State.NOT_APPLIED, Change.State.UNKNOWN)


def story_of(change: Change, *, with_request: bool = False) -> Story:
    """The story of one change. `with_request`: the exact request, for a preview made anew from the draft."""
    door = door_of_change(change)
    seen, before = _side(change, "seen"), _side(change, "before")
    wanted = dict(change.wanted)
    after = (
        {**before, **wanted}
        if change.state in (*editing.OPEN, Change.State.SENDING, *UNWRITTEN)
        else _after(change, wanted)
    )
    is_open = change.state in editing.OPEN
    hot = set(comparing.conflicts_of(change, door)) if change.state == Change.State.CONFLICT else set()
    moved = set(comparing.moved_of(change, door)) if is_open else set()
    rows: list[Row] = []
    same: list[Row] = []
    for name in _names_in_order(door, before, wanted):
        one = door.editor.field(name, door.around)
        old, new = before.get(name), after.get(name)
        is_mine = name in wanted and name not in hot  # of a conflict, both whole values are shown
        if one.kind == "names" and is_mine and _differ_by_name(old, new):
            old, new = list(old or ()), list(new or ())
        if isinstance(old, list) and isinstance(new, list) and is_mine:
            rows.append(_list_row(door, name, old, new))
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping) and is_mine:
            rows += _entry_rows(door, name, old, new) or _inner_rows(door, name, old, new)
            continue
        row = Row(
            name=name,
            label=str(one.label),
            seen=_said(door, name, seen, seen),
            before=_said(door, name, before, before),
            after=_gone() if door.editor.removes else _said(door, name, after, wanted | after),
            is_hot=name in hot,
            is_moved=name in moved,
            found=_found(change, door, name),
        )
        if name in wanted and old == new and PLACEHOLDER in str(new) and not door.editor.removes:
            after_words = said(_("{value}, with another secret"), value=row.after.plain())
            row = replace(row, after=after_words)  # they look alike, and are not
        differs = name in wanted or name in moved or door.editor.removes
        (rows if differs else same).append(row)
    rows.sort(key=lambda row: (not row.is_hot, row.is_moved))
    consequences = (
        (
            *_given_back(change, door),
            *door.editor.consequences(change.before, dict(change.wanted), door.around),
        )
        if is_open
        else ()
    )
    route = (
        door.editor.route(change.before, dict(change.wanted), door.around)
        if change.state not in UNWRITTEN
        else None
    )
    seating = (
        door.editor.seating(change.before, dict(change.wanted), door.around)
        if change.state == Change.State.DRAFT
        else None
    )
    inverse = editing.inverse_of(change, door) if change.state == Change.State.APPLIED else None
    return Story(
        change=change,
        door=door,
        rows=rows,
        same=same,
        consequences=consequences,
        route=route,
        seating=seating,
        names=names_of(_numbers(rows, same, consequences, route)),
        request=request_of(change, door) if with_request else (change.sent or {}).get("request", {}),
        irreversible=str(door.editor.irreversible),
        note=str(inverse.note) if inverse else "",
        moved_by=_moved_by(change, hot | moved),
        flow=flow_story(change, door),
    )


def _given_back(change: Change, door: Door) -> Iterator[Consequence]:
    for name in sorted(comparing.given_back(change, door)):
        one = door.editor.field(name, door.around)
        template = _("{field}: **not among the values that we know.** It is given back as it was.")
        yield Consequence(
            text=said(template, field=str(one.brief or one.label)), icon="alert-triangle", tone="warn"
        )


def _differ_by_name(old: Any, new: Any) -> bool:
    """Whether two objects differ only in which keys they have."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return False
    return all(old[name] == new[name] for name in old.keys() & new.keys())


def _entry_rows(door: Door, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    """Of two objects whose entries are edited one by one, each that differs in its own words; none where words do not
    say all that differs."""
    one = door.editor.field(name, door.around)
    if one.rows is None or not (one.rows.fits(old) and one.rows.fits(new)):
        return []
    keys = [key for key in {**old, **new} if old.get(key, MISSING) != new.get(key, MISSING)]
    told = [
        tuple(
            one.say({key: side[key]}, door.around) if key in side else said(_("nothing"))
            for side in (old, new)
        )
        for key in keys[:MOST_INSIDE]
    ]
    if any(before.plain() == after.plain() for before, after in told):
        return []
    return [
        Row(name=name, label=str(one.label), seen=before, before=before, after=after)
        for before, after in told
    ]


def _inner_rows(door: Door, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    """Of two objects only what differs, each place a row: nobody finds one word in two long texts."""
    one = door.editor.field(name, door.around)
    found = diff(old, new)[:MOST_INSIDE]
    return [
        Row(
            name=name,
            label=labelled(one.label, inside.path) if inside.path else str(one.label),
            seen=_inner(inside.before),
            before=_inner(inside.before),
            after=_inner(inside.after),
        )
        for inside in found
    ] or [
        Row(
            name=name,
            label=str(one.label),
            seen=_inner(old),
            before=_inner(old),
            after=_inner(new),
        )
    ]


def _inner(value: Any) -> Said:
    if value is MISSING:
        return said(_("nothing"))
    return said("{value}", value=value if isinstance(value, str) else canonical_json(value))


def _list_row(door: Door, name: str, old: list[Any], new: list[Any]) -> Row:
    one = door.editor.field(name, door.around)
    gone, come = [item for item in old if item not in new], [item for item in new if item not in old]
    return Row(
        name=name,
        label=str(one.label),
        seen=one.say(old, door.around),
        before=one.say(gone, door.around) if gone else Said(_("nothing goes")),
        after=one.say(come, door.around) if come else Said(_("nothing comes")),
        stays=len(old) - len(gone),
    )


def _side(change: Change, side: str) -> Fields:
    return dict(getattr(change, side) or {})


def _after(change: Change, wanted: Fields) -> Fields:
    return _side(change, "after") if change.after is not None else wanted


def _moved_by(change: Change, names: set[str]) -> Change | None:
    """The latest write from here that gave one of these fields the value that was found; None: done elsewhere."""
    if not names:
        return None
    others = Change.objects.filter(
        connection=change.connection, operation=change.operation, address=change.address
    ).exclude(pk=change.pk)
    written = others.filter(state__in=(Change.State.APPLIED, Change.State.REVERTED)).order_by("-pk")
    now = _side(change, "before")
    return next(
        (
            one
            for one in written[:LOOKED_BACK]
            if any(name in one.wanted and one.wanted[name] == now.get(name) for name in names)
        ),
        None,
    )


def _found(change: Change, door: Door, name: str) -> Said | None:
    after = _side(change, "after")
    if change.state != Change.State.UNKNOWN or name not in after:
        return None
    return door.editor.field(name, door.around).say(after[name], door.around)


def _names_in_order(door: Door, before: Fields, wanted: Fields) -> list[str]:
    """Names of fields as the form has them, then whatever else is wanted."""
    declared = [one.name for one in door.editor.fields(door.around)]
    held = wanted if door.editor.makes else {**before, **wanted}
    shown = [name for name in declared if name in held]
    if door.editor.makes:
        shown = [name for name in shown if wanted.get(name) not in (None, "", False, [])]
    others = [name for name in wanted if name not in declared]
    return [*shown, *others]


def _said(door: Door, name: str, fields: Fields, known: Fields) -> Said:
    if name not in known:
        return Said(_("nothing"))
    return door.editor.field(name, door.around).say(fields.get(name), door.around)


def _gone() -> Said:
    return Said(_("removed"))


def _numbers(
    rows: Iterable[Row], same: Iterable[Row], consequences: Iterable[Consequence], route: Route | None
) -> list[str]:
    phrases = [phrase for row in (*rows, *same) for phrase in (row.seen, row.before, row.after)]
    phrases += [row.found for row in rows if row.found is not None]
    phrases += [one.text for one in consequences]
    if route is not None:
        phrases += [route.before.label, route.after.label]
    return numbers_in(phrases)


def numbers_in(phrases: Iterable[Said]) -> list[str]:
    """The numbers that sentences speak of, to be named with one query."""
    return [
        value.value for phrase in phrases for value in phrase.values.values() if isinstance(value, Number)
    ]


def request_of(change: Change, door: Door) -> dict[str, Any]:
    """The request that sending the draft would make, without its token."""
    editor = door.editor
    before = change_secrets.open_side(change, "before") or None
    body = {} if editor.removes else editor.body(change_secrets.open_side(change, "wanted"), before)
    client = access.client_of(door.connection, is_person=True)
    request = client.prepare(
        door.operation.key,
        door.address,
        data=body or None,
        given_back=comparing.given_back(change, door),
    )
    return change_secrets.shown_request(change, request)
