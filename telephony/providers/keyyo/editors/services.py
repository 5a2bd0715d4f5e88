"""A service's own settings: its name, the number it shows, whether group calls ring it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Editor, Place
from telephony.providers.keyyo.documents import flag, text
from telephony.providers.keyyo.editors.common import against_number, number_in, number_out
from telephony.providers.keyyo.kinds import MOBILE, SIP_LINE
from telephony.providers.phrases import Number, Strong, said

PRESENTED = "presented_number"
GROUP_CALLS = "incoming_acd_calls_allowed"

_NAME = Field(
    name="name", label=lazy("Name"), max_length=64, help=lazy("What Keyyo and this portal call it.")
)
_LINE_FIELDS = (
    Field(
        name=PRESENTED,
        label=lazy("Presented number"),
        kind="number",
        empty=lazy("the line’s own"),
        help=lazy("Shown to the people this line calls. A number of this account; empty: the line’s own."),
    ),
    Field(
        name=GROUP_CALLS,
        label=lazy("Group calls"),
        kind="boolean",
        help=lazy("Calls to the groups it belongs to ring this line."),
        words=lambda value, _around: lazy("ring it") if value else lazy("do not ring it"),
    ),
)


class ServiceUpdate(Editor):
    title = lazy("Change line settings")
    id_field = "csi"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (_NAME, *_LINE_FIELDS) if around.line_kind in (SIP_LINE, MOBILE) else (_NAME,)

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind=around.line_kind, remote_id=str(address.get("csi", "")))

    def address_of(self, place: Place) -> dict[str, str]:
        return {"csi": place.remote_id}

    def read(self, document: Mapping[str, Any]) -> Fields:
        fields: Fields = {"name": text(document, "name")}
        if PRESENTED in document or f"{PRESENTED}_raw" in document:
            fields[PRESENTED] = number_in(text(document, f"{PRESENTED}_raw") or text(document, PRESENTED))
        if GROUP_CALLS in document:
            fields[GROUP_CALLS] = flag(document, GROUP_CALLS)
        return fields

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        cleaned = dict(wanted)
        if PRESENTED in cleaned:
            cleaned[PRESENTED] = number_in(cleaned[PRESENTED], around.region)
        if "name" in cleaned:
            cleaned["name"] = str(cleaned["name"]).strip()
        return cleaned

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {name: number_out(value) if name == PRESENTED else value for name, value in wanted.items()}

    def check(self, wanted: Fields, before: Fields | None, around: Surroundings) -> dict[str, str]:
        refused = super().check(wanted, before, around)
        presented = wanted.get(PRESENTED, "")
        if reason := against_number(presented, around):
            refused[PRESENTED] = reason
        elif presented and not presented.startswith("+"):
            refused[PRESENTED] = _("A whole number is needed, not a short one.")
        return refused

    def same(self, name: str, left: Any, right: Any) -> bool:
        return (
            super().same(name, left or "", right or "")
            if name == PRESENTED
            else super().same(name, left, right)
        )

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("settings")

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        found = []
        if "name" in wanted:
            found.append(
                Consequence(
                    icon="tag",
                    text=said(
                        _("Lists, calls and reports call it {name} from now on, past calls included."),
                        name=Strong(wanted["name"] or around.line_number),
                    ),
                )
            )
        if wanted.get(PRESENTED):
            found.append(
                Consequence(
                    icon="user-question",
                    text=said(
                        _("People this line calls see {number} and **call that back**, not this line."),
                        number=Number(wanted[PRESENTED]),
                    ),
                )
            )
            if wanted[PRESENTED] not in around.own_among([wanted[PRESENTED]]):
                found.append(
                    Consequence(
                        icon="alert-triangle",
                        tone="warn",
                        text=said(
                            _(
                                "**Not a number of yours, as far as is known here:** Keyyo may refuse {number}."
                            ),
                            number=Number(wanted[PRESENTED]),
                        ),
                    )
                )
        elif PRESENTED in wanted:
            found.append(
                Consequence(
                    icon="user-question", text=said(_("People this line calls see **its own number**."))
                )
            )
        if GROUP_CALLS in wanted:
            template = (
                _("Calls to its groups **ring this line** again.")
                if wanted[GROUP_CALLS]
                else _("Calls to its groups **no longer ring this line**; direct calls still do.")
            )
            found.append(Consequence(icon="users-group", text=said(template)))
        return tuple(found)
