"""Three sides of a change: what the person saw, what the provider has now, what is wanted on top of it.

Nothing here is asked or sent; `editing.py` reads, and keeps the result as the row of a preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.errors import InvalidInput
from telephony.models import Change
from telephony.providers.edit_fields import Fields
from telephony.providers.editing import Editor, Live
from telephony.services import change_secrets
from telephony.services.change_secrets import open_side
from telephony.services.door import Door


class PicksNeeded(Exception):
    """Both sides changed the same field: somebody must say which is to stand. `names` are the fields."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class NothingToWrite(InvalidInput):
    """What is wanted is what the provider has already."""


def changed_of(editor: Editor, wanted: Fields, seen: Mapping[str, Any] | None) -> Fields:
    if seen is None or editor.makes:
        return wanted
    changed = {name: value for name, value in wanted.items() if not editor.same(name, seen.get(name), value)}
    if touched := {whole_of(editor, name) for name in changed} - {""}:
        both = {**seen, **wanted}
        changed |= {name: value for name, value in both.items() if whole_of(editor, name) in touched}
    return changed


def whole_of(editor: Editor, name: str) -> str:
    """The place whose fields make sense only together that a field is of, "" for none."""
    return next((place for place in editor.wholes if f"{name}.".startswith(f"{place}.")), "")


def refuse_bad(
    door: Door, wanted: Fields, before: Mapping[str, Any] | None, reverts: Change | None = None
) -> None:
    """Raises InvalidInput, except for values that taking a change back gives back."""
    refused = door.editor.check(wanted, dict(before) if before is not None else None, door.around)
    for name in _held_before(door, reverts, wanted) & refused.keys():
        del refused[name]
    if refused:
        raise InvalidInput(refused.get("") or _("Some values cannot be sent."), fields=refused)


def given_back(change: Change, door: Door) -> frozenset[str]:
    """Fields of a change that takes another back whose values nobody could choose: the provider held them itself, so
    that it gets them as they were, judged by nobody."""
    if change.reverts is None:
        return frozenset()
    wanted = open_side(change, "wanted")
    if not (held := _held_before(door, change.reverts, wanted)):
        return frozenset()
    return held & door.editor.check(wanted, open_side(change, "before") or None, door.around).keys()


def _held_before(door: Door, reverts: Change | None, wanted: Fields) -> frozenset[str]:
    """Fields that get exactly what the same object had before the change that is taken back."""
    if reverts is None or (reverts.operation, reverts.address) != (door.operation.key, door.address):
        return frozenset()
    held = open_side(reverts, "before")
    return frozenset(
        name
        for name, value in wanted.items()
        if held.get(name) is not None and door.editor.same(name, held[name], value)
    )


def compare(draft: Change, door: Door, wanted: Fields, *, seen: Fields | None, before: Fields | None) -> None:
    """Put the three sides into the draft: what was seen, what is there, what is wanted on top of that."""
    merged = {
        name: _merged(door, name, (seen or {}).get(name), (before or {}).get(name), value)
        for name, value in wanted.items()
    }
    kept = None if door.is_personal else before
    _keep(draft, door, seen={} if door.is_personal else seen or {}, before=kept, wanted=merged)
    label = door.editor.object_label(door.address, before, door.around)
    if door.line is not None and label != str(door.line):  # its own settings go by its name alone
        label = _("%(what)s of %(line)s") % {"what": label, "line": door.line}
    draft.object_label = label[:250]
    draft.summary = door.editor.summary(before, merged, door.around)[:250]
    draft.state = Change.State.CONFLICT if conflicts_of(draft, door) else Change.State.DRAFT
    draft.expires_at = timezone.now() + timedelta(seconds=settings.PREVIEW_LIFETIME_S)


def _merged(door: Door, name: str, seen: Any, before: Any, wanted: Any) -> Any:
    """For lists whose entries add up: what was added and taken away, on top of what is there now."""
    if not door.editor.field(name, door.around).merges or seen is None or before is None:
        return wanted
    added = [one for one in wanted if one not in seen and one not in before]
    removed = {one for one in seen if one not in wanted}
    return [one for one in before if one not in removed] + added


def drop_what_is_there(draft: Change, door: Door, before: Fields | None) -> None:
    """Leave out fields that the provider has already. Raises NothingToWrite where none is left."""
    if door.editor.makes or door.editor.removes or before is None:
        return
    wanted = open_side(draft, "wanted")
    left = {
        name: value
        for name, value in wanted.items()
        if (name not in before and value is not None) or not door.editor.same(name, before.get(name), value)
    }
    touched = {whole_of(door.editor, name) for name in left} - {""}
    left |= {name: value for name, value in wanted.items() if whole_of(door.editor, name) in touched}
    if not left:
        raise NothingToWrite(
            _("Nothing differs from what %(provider)s has.") % {"provider": door.connection.declaration.label}
        )
    _keep(draft, door, wanted=left)


def conflicts_of(change: Change, door: Door) -> list[str]:
    """Fields that both the person and somebody else changed, to different values."""
    seen, before = open_side(change, "seen"), open_side(change, "before")
    if door.editor.makes or not seen or not before:
        return []
    return [
        name
        for name, value in open_side(change, "wanted").items()
        if name in seen
        and name in before
        and not door.editor.field(name, door.around).merges
        and not door.editor.same(name, seen[name], before[name])
        and not door.editor.same(name, before[name], value)
    ]


def moved_of(change: Change, door: Door) -> list[str]:
    """Fields that somebody else changed and the person did not: theirs are kept."""
    seen, before = open_side(change, "seen"), open_side(change, "before")
    wanted = open_side(change, "wanted")
    return [
        name
        for name in before
        if name in seen and name not in wanted and not door.editor.same(name, seen[name], before[name])
    ]


def rebase(change: Change, door: Door, live: Live | None) -> None:
    """Put the draft on top of what was just read. What the person last saw is the draft's own `before`."""
    if live is None:
        return
    seen, before, wanted = open_side(change, "seen"), open_side(change, "before"), open_side(change, "wanted")
    if door.editor.makes:
        change.sent = {**(change.sent or {}), "known": sorted(live.items)}
    now = live.fields
    if now is not None and any(not door.editor.same(name, before.get(name), now[name]) for name in now):
        seen = {**before, **{name: seen[name] for name in conflicts_of(change, door)}}
    compare(change, door, wanted, seen=seen, before=now)


def settle_picks(change: Change, door: Door, picks: Mapping[str, str]) -> None:
    """Settle fields that both changed: "theirs" drops ours, "mine" takes theirs as seen. Fields that make sense only
    together are picked by their place."""
    open_ones = conflicts_of(change, door)
    places = {name: whole_of(door.editor, name) for name in open_side(change, "wanted")}
    picked = {name: picks.get(places[name] or name) for name in open_ones}
    undecided = [name for name in open_ones if picked[name] not in ("mine", "theirs")]
    if undecided:
        raise PicksNeeded(undecided)
    seen, before, wanted = open_side(change, "seen"), open_side(change, "before"), open_side(change, "wanted")
    for name in open_ones:
        if picked[name] == "theirs":
            place = places[name]
            for one in [one for one in wanted if one == name or (place and places[one] == place)]:
                del wanted[one]
        seen[name] = before[name]
    if open_ones and not wanted and not (door.editor.makes or door.editor.removes):
        raise NothingToWrite(_("Nothing of yours is left to write."))
    _keep(change, door, seen=seen, wanted=wanted)


def _keep(change: Change, door: Door, **sides: Fields | None) -> None:
    change_secrets.keep(change, door.editor, door.around, sides)
