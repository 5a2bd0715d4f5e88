"""The form of a write, for any operation of any provider, and the buttons that need no form.

Nothing here is sent: both end in a preview, `telephony/views/changes.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, require_right
from portal.lib.errors import Forbidden, InvalidInput, NotFound, ProviderError
from portal.ui.links import tenant_url
from telephony.forms.editing import ACT_SALT, EditForm, loaded_from, shown, typed_again
from telephony.forms.rows import ACT as ROWS_ACT
from telephony.forms.rows import rearranged, told
from telephony.models import Change, Connection, Entity
from telephony.providers.edit_fields import Field, Fields
from telephony.providers.editing import Editor, Place
from telephony.services import change_secrets, comparing, editing
from telephony.services.company_story import page_of as company_page_of
from telephony.services.door import Door, door_of, right_for
from telephony.services.door import why_not as why_connection_cannot
from telephony.services.edit_surroundings import calls_from, contacts_among
from telephony.services.entities import fingerprints_of
from telephony.services.line_story import YEAR
from telephony.services.number_names import names_of
from telephony.services.references import options_for
from telephony.views import ways_back
from telephony.views.changes import home_of, place_of
from telephony.views.object_fields import lead_to_objects, made_for, way_to_make

State = Change.State


class OperationMixin(TenantRightMixin):
    """A write on one cached object (or, for a new one, below it). The right is the operation's."""

    right = Right.LINES_READ
    kwargs: dict[str, Any]
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.kwargs = kwargs
        self.request = request
        if getattr(request, "tenant", None) is None:
            raise Http404
        require_right(request, right_for(self.editor.operation))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def entity(self) -> Entity:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def link(self) -> Connection:
        return self.entity.connection

    @property
    def below(self) -> Entity | None:
        """The object that is edited, or that a new one is made below; None for the account."""
        return self.entity

    @cached_property
    def editor(self) -> Editor:
        declaration = self.link.declaration
        key = self.kwargs["operation"]
        if key not in declaration.editors:
            raise Http404
        return declaration.editors[key]

    @cached_property
    def door(self) -> Door:
        entity = self.entity
        if self.editor.makes or self.editor.replaces:
            place = Place(kind=entity.kind, parent_remote_id="", remote_id=entity.remote_id)
        else:
            place = Place(
                kind=entity.kind, parent_remote_id=entity.parent_remote_id, remote_id=entity.remote_id
            )
        try:
            address = self.editor.address_of(place)
        except ValueError:
            raise Http404 from None
        own = entity if not (self.editor.makes or self.editor.replaces) else None
        return door_of(entity.connection, self.editor.operation.key, address, entity=own)

    @cached_property
    def seen(self) -> Fields:
        """What the cache says the fields are: the form begins with them, the preview compares."""
        if self.editor.makes:
            return self.editor.blank(self.door.around)
        if self.door.entity is None:
            return self.editor.blank(self.door.around)
        return self.editor.read(self.door.entity.document)

    @property
    def home(self) -> str:
        """Where the person came from: the line, the directory, the object."""
        tenant = self.request.tenant  # type: ignore[attr-defined]
        if self.door.line is not None:
            return tenant_url(tenant, "telephony:line_detail", pk=self.door.line.pk)
        return self.place[0]

    @property
    def place(self) -> tuple[str, str]:
        """The page of the object, or of what a new one is made below, and its name."""
        return home_of(self.request.tenant, self.entity)  # type: ignore[attr-defined]

    def review(self, change: Change) -> HttpResponse:
        url = tenant_url(self.request.tenant, "telephony:change_detail", pk=change.pk)  # type: ignore[attr-defined]
        return HttpResponseRedirect(url)


class EditView(OperationMixin, TemplateView):
    """The form. `?change=ID` begins with what was typed for that preview, and with what the provider refused."""

    template_name = "telephony/edit_form.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A company is edited on its page, which says what each setting inherits."""
        page = company_page_of(self.link)
        if page is not None and kwargs.get("operation") == page.update:
            return HttpResponseRedirect(self.home)
        return super().get(request, *args, **kwargs)

    @cached_property
    def earlier(self) -> Change | None:
        """The preview or refused change that is edited further."""
        wanted = self.request.GET.get("change", "")
        if not wanted.isdecimal():
            return None
        states = (*editing.OPEN, State.CHARGES, State.REFUSED, State.NOT_APPLIED, State.UNKNOWN)
        return Change.objects.filter(
            pk=wanted,
            operation=self.editor.operation.key,
            connection=self.link,
            state__in=states,
        ).first()

    def form(self) -> EditForm:
        fields = self.editor.fields(self.door.around)
        if self.request.method == "POST":
            return self._form(fields, seen=self.seen, data=self.request.POST)
        typed = ways_back.typed_before(self.request)
        seen, fingerprints = self._begin(), self._fingerprints()
        if typed is not None:
            seen, fingerprints = loaded_from(typed)
        before = typed_again(fields, typed, self._drafted) if typed is not None else {}
        form = self._form(
            fields, seen=seen, fingerprints=fingerprints, initial=before | self._added(fields, before)
        )
        if self.earlier is not None and typed is None:
            form = self._continued(form)
        return form

    def _form(self, fields: Sequence[Field], *, seen: Fields, **more: Any) -> EditForm:
        chosen = self._drafted | {name: told(value) for name, value in (more.get("initial") or {}).items()}
        options = options_for(self.link, fields, {**seen, **chosen})
        form = EditForm(
            fields,
            self.door.around,
            seen=seen,
            options=options,
            drafted=self._drafted,
            check=self._mistakes,
            **more,
        )
        lead_to_objects(self.request, self.link, form)
        return form

    def _mistakes(self, wanted: Fields) -> Mapping[str, str]:
        """What is against the fields that were changed; what the provider holds is not the person's doing."""
        around, seen = self.door.around, None if self.editor.makes else self.seen
        changed = comparing.changed_of(self.editor, self.editor.clean(wanted, around), seen)
        return self.editor.check(changed, self.seen, around)

    def _added(self, fields: Sequence[Field], before: Mapping[str, Any]) -> dict[str, Any]:
        """`?add=NUMBER` puts one more number on the list, for people who come from a call; `?made=FIELD:ID` chooses
        an object that was made for a field."""
        held = {**self.seen, **before}
        if made := made_for(self.request, fields, held):
            return made
        number = self.request.GET.get("add", "")[:40]
        lists = [one for one in fields if one.kind == "numbers"]
        if not number or not lists:
            return {}
        return {lists[0].name: shown(lists[0], [*self.seen.get(lists[0].name, ()), number])}

    def _begin(self) -> Fields:
        """What the person saw: of an earlier preview, what was compared last."""
        if self.earlier is None:
            return self.seen
        return {**self.seen, **(self.earlier.before or {})}

    def _fingerprints(self) -> dict[str, str]:
        """Of the secrets behind what the form shows; an earlier preview has been compared with what is there now."""
        if self.earlier is not None or self.door.entity is None:
            return {}
        return fingerprints_of(self.door.entity)

    def _continued(self, form: EditForm) -> EditForm:
        """The same form with what was typed, its refusals at their fields."""
        assert self.earlier is not None
        data = form.typed(self.earlier.wanted)
        again = self._form(form.declared, seen=form.seen, data=data)
        again.full_clean()
        if self.earlier.state == State.REFUSED:
            again.refuse(InvalidInput(self.earlier.error, fields=self.earlier.fields_refused))
        return again

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.request.menu_entry = place_of(self.door.line, self.below)  # type: ignore[attr-defined]
        form = kwargs.pop("form", None) or self.form()
        operation = self.editor.operation
        around = self.door.around
        object_label = self.editor.object_label(self.door.address, self.seen, around)
        told = (str(self.editor.title), str(self.door.line or ""))  # beside it
        return super().get_context_data(
            form=form,
            groups=list(form.grouped()),
            folded=list(form.folded()),
            editor=self.editor,
            door=self.door,
            home=self.home,
            home_label=self.place[1],
            heading=self.editor.title,
            object_label="" if object_label in told else object_label,
            why_not=why_connection_cannot(self.link, operation),
            may_widen=Right.CONNECTIONS_MANAGE in self.request.rights,  # type: ignore[attr-defined]
            known_numbers=self._known_numbers(form),
            entries=self._entries(),
            json_url=self._json_url(),
            title=str(self.editor.title),
            **kwargs,
        )

    def _json_url(self) -> str:
        editor, entity = self.editor, self.door.entity
        if not editor.is_whole or editor.makes or entity is None:
            return ""
        names = {"pk": entity.pk, "operation": editor.operation.key}
        return tenant_url(self.request.tenant, "telephony:edit_json", **names)  # type: ignore[attr-defined]

    def _known_numbers(self, form: EditForm) -> list[tuple[str, str]]:
        """The tenant's lines, to choose a target from."""
        if not any(one.kind == "number" for one in form.declared):
            return []
        rows = Entity.objects.present().filter(is_line=True).exclude(number="").order_by("name_key", "pk")
        return list(rows.values_list("number", "name")[:300])

    def _entries(self) -> list[dict[str, Any]]:
        """For a list of numbers: each with whose it is, and how often it called in a year."""
        lists = [one.name for one in self.editor.fields(self.door.around) if one.kind == "numbers"]
        numbers = [number for name in lists for number in self.seen.get(name, ())]
        if not numbers or self.door.line is None:
            return []
        names, contacts = names_of(numbers), contacts_among(numbers)
        counts = calls_from(self.door.line, numbers, YEAR)
        return [
            {
                "number": number,
                "name": names.get(number, ""),
                "is_contact": number in contacts,
                "calls": counts.get(number, 0),
            }
            for number in numbers
        ]

    @property
    def _drafted(self) -> Fields:
        return dict(self.earlier.wanted or {}) if self.earlier is not None else {}

    def _wanted(self, form: EditForm) -> Fields:
        wanted = form.wanted()
        if self.earlier is None:
            return wanted
        return change_secrets.typed_over(self.earlier, wanted, form.origins())

    def _origins(self, form: EditForm) -> dict[str, tuple[int | None, ...]]:
        """Where the entries of lists were in what was seen; those of an earlier preview are whole already."""
        return {name: origins for name, origins in form.origins().items() if name not in self._drafted}

    def propose(self, form: EditForm) -> Change:
        """The preview of what a valid form says. Raises the errors of portal.lib.errors."""
        return editing.propose(
            self.link,
            self.editor.operation.key,
            self.door.address,
            self._wanted(form),
            seen=None if self.editor.makes else form.seen,
            fingerprints=form.fingerprints,
            origins=self._origins(form),
            person=self.request.user,  # type: ignore[arg-type]
            entity=self.door.entity,
            line=self.door.line,
        )

    def _rearranged(self) -> EditForm:
        """The form with what was typed, judged by nobody yet, and its rows as a button wants them."""
        typed, fields = rearranged(self.request.POST), self.editor.fields(self.door.around)
        seen, fingerprints = loaded_from(typed)
        return self._form(
            fields, seen=seen, fingerprints=fingerprints, initial=typed_again(fields, typed, self._drafted)
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if ROWS_ACT in request.POST:
            return self.render_to_response(self.get_context_data(form=self._rearranged(), **kwargs))
        form = self.form()
        if (name := request.POST.get(ways_back.FIELD)) is not None:
            return way_to_make(request, form, name)
        if form.is_valid():
            try:
                change = self.propose(form)
            except InvalidInput as error:
                form.refuse(error)
            except ProviderError as error:
                kwargs["is_gone"] = isinstance(error, NotFound)
                kwargs["gone"] = error.message
                if not kwargs["is_gone"]:
                    form.add_error(None, error.message)
                kwargs["is_forbidden"] = isinstance(error, Forbidden)
            else:
                return self.review(change)
        return self.render_to_response(self.get_context_data(form=form, **kwargs))


class ActView(OperationMixin, View):
    """A button that says already what is wanted: force, release, remove, switch on. Ends in the preview."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            wanted = {} if self.editor.removes else signing.loads(request.POST.get("act", ""), salt=ACT_SALT)
        except signing.BadSignature:
            raise Http404 from None
        try:
            change = editing.propose(
                self.link,
                self.editor.operation.key,
                self.door.address,
                wanted,
                person=request.user,  # type: ignore[arg-type]
                entity=self.door.entity,
                line=self.door.line,
            )
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(self.home)
        return self.review(change)
