"""What a line refuses: its blacklist of twenty places, and the groups of numbers it may not call.

Both are written as whole lists. Two people's additions add up (`merges`), so nobody's entry is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from portal.lib.numbers import is_emergency
from telephony.providers.blocking import Blocking
from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Editor, Place
from telephony.providers.keyyo.documents import text
from telephony.providers.keyyo.editors.common import (
    ANONYMOUS,
    is_short,
    number_in,
    number_out,
)
from telephony.providers.keyyo.fields import BARRING_WORDS
from telephony.providers.phrases import Number, Said, Strong, said

PLACES = 20
ABROAD = "international"
_SEPARATORS = re.compile(r"[\n\r,;\t]+")

BLOCKING = Blocking(
    kind="Blacklist",
    operation="services.blacklist.replace",
    field="numbers",
    places=PLACES,
    written=number_out,
)

BLACKLIST_FIELDS = (
    Field(
        name="numbers",
        label=lazy("Refused callers"),
        kind="numbers",
        max_items=PLACES,
        merges=True,
        help=lazy(
            "One per line or separated by commas, in any notation; short numbers of colleagues too. 20 places."
        ),
        empty=lazy("nobody"),
    ),
    Field(
        name=ANONYMOUS,
        label=lazy("Withheld numbers"),
        kind="boolean",
        help=lazy("Refuse callers who hide their number. Takes no place."),
        words=lambda value, around: lazy("refused") if value else lazy("let through"),
    ),
)


def numbers_in(value: Any, region: str = "FR") -> list[str]:
    """The numbers of a pasted text or list, each once, in order; what is no number stays as it was typed."""
    pieces = _SEPARATORS.split(value) if isinstance(value, str) else list(value or ())
    cleaned = (number_in(piece, region) for piece in pieces)
    return list(dict.fromkeys(number for number in cleaned if number))


def read_blacklist(document: Mapping[str, Any]) -> Fields:
    """The fields of the cached document, {"numbers": [...]} with "anonymous" among them."""
    numbers = numbers_in(document.get("numbers", ()))
    return {
        "numbers": [number for number in numbers if number != ANONYMOUS],
        ANONYMOUS: ANONYMOUS in numbers,
    }


class BlacklistReplace(Editor):
    title = lazy("Change the blacklist")
    kind = "Blacklist"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return BLACKLIST_FIELDS

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind=self.kind, parent_remote_id=str(address.get("csi", "")))

    def read_list(self, documents: Sequence[Mapping[str, Any]]) -> Fields:
        return self.read({"numbers": [text(one, "number") for one in documents]})

    def read(self, document: Mapping[str, Any]) -> Fields:
        return read_blacklist(document)

    def blank(self, around: Surroundings) -> Fields:
        return {"numbers": [], ANONYMOUS: False}

    def same(self, name: str, left: Any, right: Any) -> bool:
        if name == "numbers":
            return set(left or ()) == set(right or ())
        return super().same(name, left, right)

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        cleaned = dict(wanted)
        if "numbers" in cleaned:
            numbers = numbers_in(cleaned["numbers"], around.region)
            cleaned["numbers"] = [number for number in numbers if number != ANONYMOUS]
            if ANONYMOUS in numbers:
                cleaned[ANONYMOUS] = True
        return cleaned

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        whole = {"numbers": [], ANONYMOUS: False, **(before or {}), **wanted}
        numbers = [number_out(number) for number in whole["numbers"]]
        return {"numbers": [*numbers, *([ANONYMOUS] if whole[ANONYMOUS] else [])]}

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        numbers = wanted.get("numbers")
        if numbers is None:
            return {}
        reasons: list[str] = []
        if len(numbers) > PLACES:
            over = len(numbers) - PLACES
            reasons.append(
                ngettext(
                    "A line has 20 places; these are %(are)d. Take %(over)d away.",
                    "A line has 20 places; these are %(are)d. Take %(over)d away.",
                    over,
                )
                % {"are": len(numbers), "over": over}
            )
        for number in numbers:
            if is_emergency(number, around.region):
                reasons.append(
                    _("%(number)s is an emergency number: it always gets through.") % {"number": number}
                )
            elif not (is_short(number) or number.startswith("+")):
                reasons.append(_("“%(text)s” is not a telephone number.") % {"text": number[:40]})
        return {"numbers": " ".join(reasons[:4])} if reasons else {}

    def refusal_fields(self, message: str, sent: Any) -> dict[str, str]:
        return {"numbers": message}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("the blacklist")

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        added, removed = _moved(before, wanted)
        parts = []
        if added:
            parts.append(
                ngettext("%(n)d number blacklisted", "%(n)d numbers blacklisted", len(added))
                % {"n": len(added)}
            )
        if removed:
            parts.append(
                ngettext("%(n)d number let through again", "%(n)d numbers let through again", len(removed))
                % {"n": len(removed)}
            )
        if ANONYMOUS in wanted:
            parts.append(
                _("withheld numbers refused") if wanted[ANONYMOUS] else _("withheld numbers let through")
            )
        return capfirst(", ".join(parts)) or str(self.title)

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        added, removed = _moved(before, wanted)
        found = [*_warnings(added, around)]
        if added:
            found.append(
                Consequence(
                    icon="ban",
                    text=said(_("Callers on the list hear a busy line; **nobody here notices** them.")),
                )
            )
            counts = around.calls_from(added)
            found.append(
                Consequence(
                    icon="history",
                    text=said(
                        _("In the last 30 days the new entries would have refused {count} to this line."),
                        count=Strong(_calls(sum(counts.values()))),
                    ),
                )
            )
        if removed:
            found.append(
                Consequence(
                    icon="phone-incoming", text=_listed(_("Can call this line again: {numbers}."), removed)
                )
            )
        if wanted.get(ANONYMOUS):
            found.append(
                Consequence(
                    icon="user-question",
                    tone="warn",
                    text=said(
                        _("**Everybody who hides the number** is refused: hospitals and doctors often do.")
                    ),
                )
            )
        left = PLACES - len({**self.blank(around), **(before or {}), **wanted}["numbers"])
        found.append(
            Consequence(
                icon="layout-grid",
                text=said(_("{left} of 20 places stay free."), left=Strong(str(max(left, 0)))),
            )
        )
        return tuple(found)


def _calls(count: int) -> str:
    return ngettext("%(n)d call", "%(n)d calls", count) % {"n": count}


def _moved(before: Fields | None, wanted: Fields) -> tuple[list[str], list[str]]:
    """Numbers that come, numbers that go."""
    if "numbers" not in wanted:
        return [], []
    old, new = (before or {}).get("numbers", []), wanted["numbers"]
    return [one for one in new if one not in old], [one for one in old if one not in new]


def _warnings(added: Sequence[str], around: Surroundings) -> list[Consequence]:
    found = []
    if contacts := [number for number in added if number in around.contacts_among(added)]:
        found.append(
            Consequence(
                icon="address-book",
                tone="warn",
                text=_listed(_("**In the directory:** {numbers}. This line will refuse them."), contacts),
            )
        )
    if own := [number for number in added if number in around.own_among(added)]:
        found.append(
            Consequence(
                icon="alert-triangle",
                tone="warn",
                text=_listed(_("**A line of your own** would be refused: {numbers}."), own),
            )
        )
    return found


def _listed(template: str, numbers: Sequence[str]) -> Said:
    """The template's {numbers} as at most four numbers, and how many more."""
    names = {f"n{index}": Number(number) for index, number in enumerate(numbers[:4])}
    words = ", ".join(f"{{{name}}}" for name in names)
    if len(numbers) > 4:
        words += " " + _("and %(n)d more") % {"n": len(numbers) - 4}
    return Said(template.replace("{numbers}", words), names)


def group_label(name: str) -> str:
    """A barring group in words where it is known, else Keyyo's own."""
    return str(dict(BARRING_WORDS).get(name.casefold(), name[:1].upper() + name[1:]))


def _groups_to_use(around: Surroundings) -> list[str]:
    """Those that the contract has."""
    return [name for one in around.around.get("CallBarringGroups", ()) for name in one.get("groups", ())]


def abroad_barred(held: Fields, around: Surroundings) -> Fields | None:
    """The active groups with that of other countries among them; None where the contract has none."""
    barred = list(held.get("groups", ()))
    abroad = next((name for name in _groups_to_use(around) if name.casefold() == ABROAD), None)
    if abroad is None:
        return None
    return {"groups": barred if abroad in barred else [*barred, abroad]}


def bars_abroad(groups: Sequence[str]) -> bool:
    return any(name.casefold() == ABROAD for name in groups)


class BarringReplace(Editor):
    title = lazy("Change call barring")
    kind = "CallBarredGroups"
    reads = ("CallBarringGroups",)

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (
            Field(
                name="groups",
                label=lazy("Barred"),
                kind="choices",
                choices=tuple((name, group_label(name)) for name in _groups_to_use(around)),
                merges=True,
                help=lazy("Calls from this line to numbers of these groups are refused."),
                empty=lazy("nothing"),
                words=lambda value, _around: ", ".join(map(group_label, value)) if value else lazy("nothing"),
            ),
        )

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind=self.kind, parent_remote_id=str(address.get("csi", "")))

    def read_list(self, documents: Sequence[Mapping[str, Any]]) -> Fields:
        return {"groups": [text(one, "name") for one in documents]}

    def read(self, document: Mapping[str, Any]) -> Fields:
        return {"groups": list(document.get("groups", ()))}

    def same(self, name: str, left: Any, right: Any) -> bool:
        return set(left or ()) == set(right or ())

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {"groups": wanted.get("groups", (before or {}).get("groups", []))}

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        (field,) = self.fields(around)
        known = {name for name, _label in field.choices}
        unknown = [name for name in wanted.get("groups", ()) if known and name not in known]
        if unknown:
            return {"groups": _("The contract has no group “%(name)s”.") % {"name": unknown[0][:40]}}
        return {}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("call barring")

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        old, new = set((before or {}).get("groups", ())), set(wanted.get("groups", ()))
        parts = [_("%(group)s barred") % {"group": group_label(name)} for name in sorted(new - old)]
        parts += [_("%(group)s allowed") % {"group": group_label(name)} for name in sorted(old - new)]
        return ", ".join(parts)[:250] or str(self.title)

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        old, new = set((before or {}).get("groups", ())), set(wanted.get("groups", ()))
        found = [
            Consequence(
                icon="ban",
                text=said(
                    _("This line can no longer call: {group}. Its forwards there may fail as well."),
                    group=Strong(group_label(name)),
                ),
            )
            for name in sorted(new - old)
        ]
        found += [
            Consequence(
                icon="coin-euro",
                tone="warn",
                text=said(
                    _("This line can call again, **at your cost**: {group}."), group=Strong(group_label(name))
                ),
            )
            for name in sorted(old - new)
        ]
        if new - old:
            found.append(Consequence(icon="urgent", text=said(_("Emergency numbers can always be called."))))
        return tuple(found)
