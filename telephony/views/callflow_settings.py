"""The settings of one step of a draft, or of the callflow itself, as a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from telephony.forms.callflow_edits import data_with, root_with, with_others
from telephony.forms.controls import UNTOUCHED
from telephony.forms.editing import EditForm, loaded_from, typed_again
from telephony.forms.rows import told
from telephony.models import Connection
from telephony.providers.callflows import edits
from telephony.providers.callflows.edits import Patch
from telephony.providers.callflows.tree import FLOW, Flow
from telephony.providers.edit_fields import Field
from telephony.providers.editing import Editor
from telephony.providers.flat import built, flat_of
from telephony.services.callflow_around import callflows_of
from telephony.services.callflow_secrets import marks_back, stars
from telephony.services.edit_surroundings import surroundings
from telephony.services.references import options_for
from telephony.views import ways_back
from telephony.views.object_fields import lead_to_objects, made_for

OTHERS = "_others"  # the field of what nobody declared; no provider has one of this name
ITS_OWN = ("id", "metadata")  # what the provider alone says of a callflow
BY_HAND = {"ref": "code", "refs": "texts"}  # how an identifier is typed whose objects we do not read
RARE = frozenset({"yes_no", "pairs", "json", "code", "texts"})  # kinds of settings that few steps have
FEW = 5  # settings of which none is folded
MAIN = ("action", "id")  # names of what a step does, and with whom or what


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
        own = [self._reachable(one) for one in action.fields] if action else []
        own.sort(key=lambda one: not _is_main(one))
        few = len(own) <= FEW
        return [*(replace(one, is_usual=few or _is_usual(one)) for one in own), self._note]

    @property
    def _note(self) -> Field:
        return Field(
            name=callflows_of(self.link).note,
            label=_("Note"),
            kind="long_text",
            help=_("For colleagues; calls take no notice of it."),
            is_sparse=True,
            is_usual=True,
        )

    @cached_property
    def _shown(self) -> list[Field]:
        """The fields of the form: those that are declared, and all others as one."""
        others = Field(
            name=OTHERS,
            label=_("As JSON"),
            kind="json",
            group=_("Fields that are not known here"),
            help=_("They stay as they are; an object of names and values."),
            is_sparse=True,
        )
        return [*self.fields, others]

    @property
    def _held(self) -> Mapping[str, Any]:
        if self.number is not None:
            return self.flow[self.number].data
        return {name: value for name, value in self.flow.root.items() if name != FLOW}

    @cached_property
    def _kept(self) -> set[str]:
        """Places that are no field of the form, and not among the others either."""
        if self.number is not None:
            return set()
        return {name for name in self.flow.root if name in ITS_OWN or name.startswith("_")}

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
        flat = flat_of(self._held, self._names | self._kept)
        seen = {name: stars(value) for name, value in flat.items() if name in self._names}
        rest = {name: value for name, value in flat.items() if name not in self._names | self._kept}
        if rest:
            seen[OTHERS] = stars(built(rest))
        if data is None and (typed := self._typed_before()) is not None:
            return self.form_again(typed)
        return self._form(seen, data=data)

    def form_again(self, typed: QueryDict) -> EditForm:
        """The form with what was typed, judged by nobody yet, and with an object that was made for one of its fields."""
        loaded, _fingerprints = loaded_from(typed)
        before = typed_again(self._shown, typed)
        made = made_for(self.request, self.fields, {**loaded, **before})
        return self._form(loaded, initial=before | made)

    def _form(self, seen: dict[str, Any], **more: Any) -> EditForm:
        around = surroundings(self.link, self._editor, None, {}, {})
        data = more.get("data")
        typed = more.get("initial") or (typed_again(self._shown, data) if data is not None else {})
        held = {**seen, **{name: told(value) for name, value in typed.items()}}
        options = options_for(self.link, self.fields, held)
        form = EditForm(self._shown, around, seen=seen, options=options, auto_id="set_%s", **more)
        lead_to_objects(self.request, self.link, form)
        return form

    def _typed_before(self) -> QueryDict | None:
        typed = ways_back.typed_before(self.request)
        return typed if typed is not None and typed.get("step", "") == self._step else None

    def is_valid(self, form: EditForm) -> bool:
        """Whether the form can be kept; what is wrong with the others stands at their field."""
        if form.is_valid() and (reason := self._against_others(form.wanted().get(OTHERS))):
            form.add_error(OTHERS, reason)
        return not form.errors

    def _against_others(self, others: Any) -> str:
        if others is None:
            return ""
        if not isinstance(others, Mapping):
            return _("An object is needed: it begins with { and ends with }.")
        for place in flat_of(others, self._names):
            own = [name for name in self._names if name == place or name.startswith(f"{place}.")]
            if own or place.partition(".")[0] in {*self._kept, *ITS_OWN, FLOW} or place.startswith("_"):
                return _("“%(name)s” is set elsewhere, or not at all.") % {"name": place}
        return ""

    def change(self, form: EditForm) -> tuple[str, Callable[[Flow], Patch]] | None:
        """The act that keeps a valid form, None where nothing differs."""
        wanted, number = form.wanted(), self.number
        others = wanted.pop(OTHERS, UNTOUCHED)
        if OTHERS not in form.data:  # whoever sends a few fields alone leaves the others as they are
            others = UNTOUCHED
        if not wanted and others is UNTOUCHED:
            return None
        known = self._names | self._kept
        held_now = flat_of(self._held, known)
        wanted = {name: marks_back(value, held_now.get(name)) for name, value in wanted.items()}

        def settled(held: Mapping[str, Any]) -> Mapping[str, Any]:
            return held if others is UNTOUCHED else with_others(held, known, marks_back(others or {}, held))

        if number is None:
            return "set_root", lambda flow: edits.set_root(flow, root_with(settled(flow.root), known, wanted))
        return "set_data", lambda flow: edits.set_data(
            flow, number, data_with(settled(flow[number].data), known, wanted)
        )


def _is_main(one: Field) -> bool:
    return one.name in MAIN or one.required or (one.rows is not None and not one.rows.is_keyed)


def _is_usual(one: Field) -> bool:
    """Whether a form shows a setting at once: what the step is about, and what is often set."""
    return _is_main(one) or not (one.group or one.kind in RARE)
