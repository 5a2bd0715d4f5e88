"""The settings of one step of a draft, or of the callflow itself, as a form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict

from telephony.forms.callflow_edits import data_with, root_with
from telephony.forms.editing import EditForm, loaded_from, typed_again
from telephony.forms.rows import told
from telephony.models import Connection
from telephony.providers.callflows import edits
from telephony.providers.callflows.edits import Patch
from telephony.providers.callflows.tree import FLOW, Flow
from telephony.providers.edit_fields import Field
from telephony.providers.editing import Editor
from telephony.providers.flat import flat_of
from telephony.services.callflow_around import callflows_of
from telephony.services.edit_surroundings import surroundings
from telephony.services.references import options_for
from telephony.views import ways_back
from telephony.views.object_fields import lead_to_objects, made_for

BY_HAND = {"ref": "code", "refs": "texts"}  # how an identifier is typed whose objects we do not read


class Settings:
    """What can be set of a step; `number` None is the callflow itself."""

    def __init__(self, request: HttpRequest, link: Connection, flow: Flow, number: int | None) -> None:
        self.request, self.link, self.flow, self.number = request, link, flow, number

    @property
    def _step(self) -> str:
        """As the form's own field says it."""
        return "" if self.number is None else str(self.number)

    @cached_property
    def _editor(self) -> Editor:
        return self.link.declaration.editor(callflows_of(self.link).update)

    @cached_property
    def fields(self) -> Sequence[Field]:
        around = surroundings(self.link, self._editor, None, {}, {})
        if self.number is None:
            return [one for one in self._editor.fields(around) if one.name.partition(".")[0] != FLOW]
        action = callflows_of(self.link).actions.get(self.flow[self.number].module)
        return [self._reachable(one) for one in action.fields] if action else []

    def _reachable(self, one: Field) -> Field:
        """The field; where it points to objects that we do not read, their identifiers are typed."""
        if not one.refers_to or any(kind in self.link.declaration.kinds for kind in one.points_to):
            return one
        return replace(one, kind=BY_HAND.get(one.kind, one.kind), refers_to="")

    @cached_property
    def _names(self) -> set[str]:
        return {one.name for one in self.fields}

    def form(self, data: Any = None) -> EditForm:
        """The form as it stands; with what was typed before an object was made for one of its fields."""
        held = self.flow.root if self.number is None else self.flow[self.number].data
        seen = {name: value for name, value in flat_of(held, self._names).items() if name in self._names}
        if data is None and (typed := self._typed_before()) is not None:
            return self.form_again(typed)
        return self._form(seen, data=data)

    def form_again(self, typed: QueryDict) -> EditForm:
        """The form with what was typed, judged by nobody yet, and with an object that was made for one of its fields."""
        loaded, _fingerprints = loaded_from(typed)
        before = typed_again(self.fields, typed)
        made = made_for(self.request, self.fields, {**loaded, **before})
        return self._form(loaded, initial=before | made)

    def _form(self, seen: dict[str, Any], **more: Any) -> EditForm:
        around = surroundings(self.link, self._editor, None, {}, {})
        data = more.get("data")
        typed = more.get("initial") or (typed_again(self.fields, data) if data is not None else {})
        held = {**seen, **{name: told(value) for name, value in typed.items()}}
        options = options_for(self.link, self.fields, held)
        form = EditForm(self.fields, around, seen=seen, options=options, auto_id="set_%s", **more)
        lead_to_objects(self.request, self.link, form)
        return form

    def _typed_before(self) -> QueryDict | None:
        typed = ways_back.typed_before(self.request)
        return typed if typed is not None and typed.get("step", "") == self._step else None

    def change(self, form: EditForm) -> tuple[str, Callable[[Flow], Patch]] | None:
        """The act that keeps a valid form, None where nothing differs."""
        wanted, number, names = form.wanted(), self.number, self._names
        if not wanted:
            return None
        if number is None:
            return "set_root", lambda flow: edits.set_root(flow, root_with(flow.root, names, wanted))
        return "set_data", lambda flow: edits.set_data(
            flow, number, data_with(flow[number].data, names, wanted)
        )
