"""Numbers at Kazoo: facts, section 7."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.lib.numbers import display
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse, Live, Place
from telephony.providers.kazoo.client import KazooClient
from telephony.providers.kazoo.kinds import NUMBER
from telephony.providers.operations import Operation
from telephony.providers.ordering import FreeNumbers, Ordering, Wanted

NUMBERS, NUMBER_NAME = "numbers", "phoneNumber"
MOST_OF_A_BLOCK = 100
_E164 = re.compile(r"\+[0-9]{4,17}")


def search(client: KazooClient, wanted: Wanted) -> Sequence[FreeNumbers]:
    """What a prefix finds. Raises the errors of portal.lib.errors."""
    prefix = re.sub(r"[^0-9+]", "", wanted.prefix)
    if wanted.way == "block":
        values = {
            "pattern": prefix,
            "size": wanted.size,
            "offset": wanted.offset,
            "limit": wanted.count,
        }
        rows = client.call("numbers.searchBlocks", values).items
        return [found for row in rows if (found := _block(row))]
    values = {"pattern": prefix, "limit": wanted.count, "offset": wanted.offset}
    return [found for row in client.call("numbers.search", values).items if (found := _single(row))]


def towns(client: KazooClient, name: str) -> Mapping[str, Sequence[str]]:
    """Prefixes by town, for towns whose name begins so."""
    rows = client.call("numbers.searchCity", {"city": name}).items
    return {str(row["id"]): _texts(row.get("prefixes")) for row in rows if row.get("id")}


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _single(row: Mapping[str, Any]) -> FreeNumbers | None:
    number = str(row.get("number") or row.get("id") or "")
    if not _E164.fullmatch(number):
        return None
    return FreeNumbers(
        numbers=(number,), once=_money(row.get("activation_charge")), monthly=_money(row.get("rate"))
    )


def _block(row: Mapping[str, Any]) -> FreeNumbers | None:
    """A run from its first number to its last."""
    first, last = str(row.get("start_number", "")), str(row.get("end_number", ""))
    if not (_E164.fullmatch(first) and _E164.fullmatch(last)) or len(first) != len(last):
        return None
    count = int(last) - int(first) + 1
    if not 0 < count <= MOST_OF_A_BLOCK:
        return None
    return FreeNumbers(numbers=tuple(f"+{int(first) + step:0{len(first) - 1}d}" for step in range(count)))


def _money(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


class HoldingEditor(Editor):
    """Ordering and releasing: for each number, whether it is the account's. The numbers are the address."""

    kind = NUMBER
    named_by: tuple[str, ...] = (NUMBERS,)
    is_act = True

    def __init__(self, operation: Operation) -> None:
        super().__init__(operation)
        self.title = operation.summary

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return tuple(
            Field(name=number, label=display(number), kind="boolean", words=_whose)
            for number in _wanted(around.address)
        )

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        found = _wanted(address)
        return Place(kind=self.kind, remote_id=found[0] if len(found) == 1 else "")

    def places(self, address: Mapping[str, Any], around: Surroundings) -> Iterator[Place]:
        return (Place(kind=self.kind, remote_id=number) for number in _wanted(address))

    def live(
        self, document: Any, items: Sequence[Mapping[str, Any]], address: Mapping[str, Any], identifier: str
    ) -> Live:
        owned = {str(item.get("id", "")) for item in items}
        held = {number: number in owned for number in _wanted(address)}
        if self.removes and not any(held.values()):
            return Live(fields=None)
        return Live(fields=held)

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return dict.fromkeys(_wanted(around.address), not self.removes)

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {}

    def inverse(self, done: Done) -> Inverse | None:
        """Those that were ordered are released; what was released may be somebody else's by now."""
        if self.removes or done.before is None:
            return None
        ordered = [number for number in _wanted(done.address) if not done.before.get(number)]
        return Inverse(operation="numbers.delete", address={NUMBERS: ordered}, wanted={})

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return ", ".join(map(display, _wanted(address)))


class BringingEditor(HoldingEditor):
    """A number that the account has at another carrier: the system learns that its calls are the account's."""

    named_by = ()

    def live(
        self, document: Any, items: Sequence[Mapping[str, Any]], address: Mapping[str, Any], identifier: str
    ) -> Live:
        held = dict.fromkeys(_wanted(address), True)
        return Live(fields=held, items=dict.fromkeys(held, document), document=document)

    def read(self, document: Mapping[str, Any]) -> Fields:
        return {str(document.get("id", "")): True}

    def inverse(self, done: Done) -> Inverse:
        return Inverse(operation="numbers.delete", address={NUMBERS: _wanted(done.address)}, wanted={})


def _wanted(address: Mapping[str, Any]) -> list[str]:
    """The numbers that an address names: many in the body, one in the path."""
    return _texts(address.get(NUMBERS)) or _texts([address[NUMBER_NAME]] if NUMBER_NAME in address else [])


def _whose(value: Any, around: Surroundings) -> Any:
    return _("yours") if value else _("not yours")


ORDERING = Ordering(
    kind=NUMBER,
    search=search,
    towns=towns,
    operations={
        "prefix": "numbers.search",
        "block": "numbers.searchBlocks",
        "town": "numbers.searchCity",
        "order": "numbers.activate",
        "release": "numbers.delete",
        "bring": "numbers.create",
        "identify": "numbers.identify",
    },
    numbers=NUMBERS,
    number=NUMBER_NAME,
    carrier="_read_only.carrier_module",
    carriers={
        "knm_local": _("kept by this system"),
        "knm_other": _("another carrier"),
    },
)
HOLDING: Mapping[str, type[Editor]] = {
    "numbers.activate": HoldingEditor,
    "numbers.delete": HoldingEditor,
    "numbers.create": BringingEditor,
}
