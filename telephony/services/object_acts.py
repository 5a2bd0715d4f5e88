"""What can be done to one object of an account: edit it, edit it as JSON, make another below it, remove it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from telephony.models import Entity
from telephony.providers.editing import Editor
from telephony.providers.operations import Text
from telephony.services.entity_page import edit_of


class How(StrEnum):
    """Where an act begins: a form, the document as JSON, or a button that leads to the preview."""

    FORM = "edit"
    JSON = "edit_json"
    BUTTON = "act"


@dataclass(frozen=True, kw_only=True)
class ObjectAct:
    """One thing to do. `on` is the object whose page of the form it is."""

    on: Entity
    editor: Editor
    how: How
    label: Text = ""

    @property
    def is_removal(self) -> bool:
        return self.editor.removes


def acts_of(entity: Entity, parent: Entity | None = None) -> list[ObjectAct]:
    """The acts of an object, the usual one first."""
    return list(_acts(entity, parent))


def _acts(entity: Entity, parent: Entity | None) -> Iterator[ObjectAct]:
    declaration = entity.connection.declaration
    kind = declaration.kinds.get(entity.kind)
    if found := edit_of(entity, kind, parent):
        on, operation = found
        editor = declaration.editors[operation.key]
        yield ObjectAct(on=on, editor=editor, how=How.FORM)
        if editor.is_whole:
            yield ObjectAct(on=on, editor=editor, how=How.JSON)
    maker = declaration.maker_of(entity.kind)
    if maker is not None and maker.is_made_below_its_kind:
        yield ObjectAct(on=entity, editor=maker, how=How.FORM, label=maker.title)
    if (remover := declaration.remover_of(entity.kind)) is not None:
        yield ObjectAct(on=entity, editor=remover, how=How.BUTTON, label=remover.title)
