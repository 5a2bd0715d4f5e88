"""How companies of keevio move between containers: who sits together, and who may move along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.names import name_key
from telephony.providers.edit_effects import Consequence, Seating
from telephony.providers.edit_fields import Document, Field, Fields, Surroundings
from telephony.providers.editing import Done, Inverse, Live
from telephony.providers.keevio.editors.common import CompanyEditor, consequence
from telephony.providers.keevio.envelope import members_of
from telephony.providers.keevio.kinds import COMPANY, CONTAINER, members_in
from telephony.providers.operations import Text


class _Moving(CompanyEditor):
    """Moves between containers. `neighbours` names the field that holds the other companies of the container."""

    neighbours = ""
    reads = (CONTAINER, COMPANY)
    rereads = (CONTAINER,)

    def read(self, document: Document) -> Fields:
        """Nothing: a company's own document does not say which container it is in."""
        return {}

    def live(
        self, document: Any, items: Sequence[Document], address: Mapping[str, Any], identifier: str
    ) -> Live:
        if not items:
            return Live(fields=None)
        others = sorted(members_of(items[0]).keys() - {str(address.get("company"))})
        return Live(fields={self.neighbours: others}, document=items[0])

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        others = (before or {}).get(self.neighbours) or []
        if not others:
            return ()
        template = _("It leaves {companies}. Some of them **may move along**; keevio decides that.")
        return (consequence(template, "users-group", companies=_names(others, around)),)

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _names([str(address.get("company", ""))], around)

    def seating(self, before: Fields | None, wanted: Fields, around: Surroundings) -> Seating | None:
        """The containers that it touches. Who may move along is not known, and stays where it is in the drawing."""
        mover = str(around.address.get("company", ""))
        names = _names_by_company(around)
        left = [mover, *((before or {}).get(self.neighbours) or ())]
        joined = self._joined(wanted, around)
        if joined is None or mover in joined:
            return None
        now, then = (left, joined), ([one for one in left if one != mover], [*joined, mover])
        return Seating(
            mover=names.get(mover, mover),
            before=_seats(now, names),
            after=_seats(then, names),
            note=_("keevio decides who else moves along.") if len(left) > 1 else "",
        )

    def _joined(self, wanted: Fields, around: Surroundings) -> list[str] | None:
        """Who sits where it goes; nobody where that is a container of its own, None where it stays."""
        return []

    def _rejoin(self, done: Done) -> Inverse | None:
        """Back to a former neighbour, or alone where there was none."""
        others = (done.before or {}).get(self.neighbours)
        if others is None:
            return None
        note = _("Companies that moved along stay where they are.")
        if others:
            wanted = {CompanyGroup.neighbours: others[0]}
            return Inverse(operation="company.group", address=done.address, wanted=wanted, note=note)
        return Inverse(operation="company.ungroup", address=done.address, wanted={}, note=note)


class CompanyGroup(_Moving):
    title = lazy("Move into another container")
    neighbours = "target"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        """The company to join; a choice where the others are known."""
        mover = str(around.address.get("company", ""))
        others = {key: name for key, name in _names_by_company(around).items() if key != mover}
        target = Field(
            name=self.neighbours,
            label=lazy("Together with"),
            kind="choice" if others else "text",
            choices=tuple(sorted(others.items(), key=lambda one: name_key(str(one[1])))),
            required=True,
            words=_companies,
            empty=lazy("nobody"),
            help=lazy("It moves into the container in which this company is."),
        )
        return (target,)

    def _joined(self, wanted: Fields, around: Surroundings) -> list[str] | None:
        target = str(wanted.get(self.neighbours) or "")
        if not target:
            return None
        seats = (list(members_in(one)) for one in around.around.get(CONTAINER, ()))
        return next((seat for seat in seats if target in seat), [target])

    def same(self, name: str, left: Any, right: Any) -> bool:
        """One wanted neighbour is there when it is among those found."""
        if isinstance(left, list) and isinstance(right, str):
            return right in left
        return super().same(name, left, right)

    def inverse(self, done: Done) -> Inverse | None:
        return self._rejoin(done)


class CompanyUngroup(_Moving):
    title = lazy("Give a container of its own")
    neighbours = "neighbours"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        label = lazy("Together with")
        return (Field(name=self.neighbours, label=label, words=_companies, empty=lazy("nobody")),)

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return {self.neighbours: []}

    def _joined(self, wanted: Fields, around: Surroundings) -> list[str] | None:
        return []

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {}

    def inverse(self, done: Done) -> Inverse | None:
        return self._rejoin(done)


def _companies(value: Any, around: Surroundings) -> Text:
    companies = value if isinstance(value, list) else [value] if value else []
    return _names(companies, around) or lazy("nobody")


def _names_by_company(around: Surroundings) -> dict[str, str]:
    """The companies that are cached, by identifier."""
    rows = around.around.get(COMPANY, ())
    return {str(row.get("company")): str(row.get("name") or row.get("company")) for row in rows}


def _names(companies: Sequence[str], around: Surroundings) -> str:
    known = _names_by_company(around)
    return ", ".join(known.get(one, one) for one in companies)


def _seats(containers: Sequence[Sequence[str]], names: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Containers with somebody in them, their companies by name."""
    return tuple(tuple(names.get(one, one) for one in seat) for seat in containers if seat)
