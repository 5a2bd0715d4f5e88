"""Changes that belong together: one needs another, which `editing.send` sends before it; both stand in one preview."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import Person
from portal.lib.errors import ProviderError
from telephony.models import Change
from telephony.services import editing


def needed_by(change: Change) -> Iterator[Change]:
    """What a change needs, the nearest first."""
    while change.needs is not None:
        change = change.needs
        yield change


def can_revert(change: Change) -> bool:
    """Whether a change and all that it needed are applied."""
    first = list(needed_by(change))
    return bool(first) and all(one.state == Change.State.APPLIED for one in (change, *first))


def revert(change: Change, person: Person | None) -> Change:
    """The preview that takes back a change and what it needed, the later first. Raises what `editing.revert` raises."""
    first = change.needs
    assert first is not None
    later = editing.revert(change, person)
    try:
        earlier = revert(first, person) if first.needs is not None else editing.revert(first, person)
    except (editing.Irreversible, ProviderError):
        later.delete()
        raise
    lowest = [earlier, *needed_by(earlier)][-1]
    lowest.needs = later
    lowest.save(update_fields=["needs"])
    return earlier
