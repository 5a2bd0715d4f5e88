"""Every operation of a connection's provider by hand: a catalog to search, and a form for each."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts import audit
from accounts.models import AuditEvent
from accounts.rights import Right
from portal.lib.errors import InvalidInput, ProviderError
from portal.ui.looks import look_of
from portal.ui.views import REGION, FragmentMixin
from telephony.figures.tables import Column, Table
from telephony.forms.operations import MOST_SUGGESTIONS, OperationFilterForm, OperationForm
from telephony.models import Change, Connection, Entity
from telephony.providers.operations import Effect, Operation
from telephony.services import by_hand, editing
from telephony.views.connections import ConnectionMixin
from telephony.views.files import file_response
from telephony.views.list_files import ListFileMixin

LONGEST_ANSWER = 200_000
ENOUGH_FOR_AN_AREA = 2
TYPED = {Effect.DESTROY, Effect.NEVER_REPEAT}


@dataclass(frozen=True)
class Listed:
    """One operation in the catalog, as this connection stands to it."""

    operation: Operation
    why_not: str


class OperationListView(ListFileMixin, ConnectionMixin, FragmentMixin, TemplateView):
    right = Right.OPERATIONS_USE
    template_name = "telephony/operation_list.html"
    fragment_target = REGION
    fragment_template_name = "telephony/_operation_region.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        catalog = self.connection.declaration.catalog
        areas = areas_of(catalog)
        form = OperationFilterForm(areas, self.request.GET)
        listed = [Listed(one, editing.why_not(self.connection, one)) for one in form.matching(catalog)]
        return super().get_context_data(
            title=_("Operations"),
            connection=self.connection,
            declared=self.connection.declaration,
            filter_form=form,
            areas=[
                (area, found)
                for area, keys in areas.items()
                if (found := [one for one in listed if one.operation.key in keys])
            ],
            count=len(listed),
            total=len(catalog),
            **kwargs,
        )

    def list_title(self) -> str:
        told = {"title": _("Operations"), "subject": self.connection.name}
        return _("%(title)s: %(subject)s") % told

    def whole_list(self, context: Mapping[str, Any]) -> Table | None:
        columns = [
            Column(_("Area"), name="area"),
            Column(_("Operation"), name="operation"),
            Column(_("Key"), name="key"),
            Column(_("Method"), name="method"),
            Column(_("Address"), name="path"),
            Column(_("Effect"), name="effect"),
            Column(_("Scope"), name="scopes"),
            Column(_("Why it cannot be used"), name="why_not"),
        ]
        rows = [_row(area, one) for area, listed in context["areas"] for one in listed]
        return Table(title=self.list_title(), columns=columns, rows=rows) if rows else None


def _row(area: str, one: Listed) -> list[Any]:
    operation = one.operation
    return [
        area,
        str(operation.summary),
        operation.key,
        operation.method,
        operation.path,
        str(look_of("effect", operation.effect).word),
        " / ".join(operation.scopes),
        one.why_not,
    ]


def areas_of(catalog: Iterable[Operation]) -> dict[str, set[str]]:
    """Keys by area: the noun they begin with, or the one below it where that has operations enough of its own."""
    by_noun: dict[tuple[str, ...], set[str]] = {}
    for operation in catalog:
        nouns = tuple(operation.key.split(".")[:-1]) or (operation.key,)
        by_noun.setdefault(nouns[:2], set()).add(operation.key)
    areas: dict[str, set[str]] = {}
    for nouns, keys in by_noun.items():
        area = nouns[-1] if len(keys) >= ENOUGH_FOR_AN_AREA else nouns[0]
        areas.setdefault(area, set()).update(keys)
    return areas


class OperationView(ConnectionMixin, TemplateView):
    """The form of one operation, the exact request, and the answer."""

    right = Right.OPERATIONS_USE
    template_name = "telephony/operation_detail.html"

    @cached_property
    def operation(self) -> Operation:
        try:
            return by_hand.operation_of(self.connection, self.kwargs["key"])
        except KeyError:
            raise Http404 from None

    def get_form(self, data: Any = None, initial: Mapping[str, str] | None = None) -> OperationForm:
        return OperationForm(
            self.operation,
            data,
            self.request.FILES if data is not None else None,
            initial=initial,
            suggestions=suggestions_of(self.connection, self.operation),
        )

    def asked(self, form: OperationForm) -> by_hand.Asked:
        """The valid form as what is to be sent."""
        return by_hand.Asked(**form.asked())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            known = {param.name for param in self.operation.params}
            kwargs["form"] = self.get_form(
                initial={name: str(value) for name, value in self.request.GET.items() if name in known}
            )
        return super().get_context_data(
            title=self.operation.summary,
            connection=self.connection,
            declared=self.connection.declaration,
            operation=self.operation,
            why_not=editing.why_not(self.connection, self.operation),
            must_type=self.operation.effect in TYPED,
            irreversible=""
            if self.operation.is_read
            else self.connection.declaration.editor(self.operation.key).irreversible,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "change" in request.POST:
            return self._send_draft(request.POST["change"])
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self._page(form, 422)
        asked = self.asked(form)
        line = call_line(self.connection, self.operation, asked)
        try:
            if self.operation.is_read:
                return self._read(form, asked, line)
            return self.write(form, asked, line)
        except InvalidInput as error:
            form.take_errors(error.fields, error.message)
            return self._page(form, 422, call_line=line)
        except ProviderError as error:
            return self._page(form, 200, failure=error, call_line=line)

    def write(self, form: OperationForm, asked: by_hand.Asked, line: str) -> HttpResponse:
        """The exact request of a draft, to be sent from here."""
        change = by_hand.draft(self.connection, self.operation, asked, self.request.user)  # type: ignore[arg-type]
        shown = by_hand.shown_request(change)
        return self._page(form, 200, request_shown=shown, change=change, call_line=line)

    def _read(self, form: OperationForm, asked: by_hand.Asked, line: str) -> HttpResponse:
        said = by_hand.read(self.connection, self.operation, asked, self.request.user, 30)  # type: ignore[arg-type]
        audit.record(
            AuditEvent.Verb.CALLED,
            tenant=self.connection.tenant,
            person=self.request.user,
            object_label=f"{self.connection.slug} {self.operation.key}",
            request=self.request,
        )
        if said.answer.content is not None:
            return file_response(said.answer, self.operation.key)
        return self._page(
            form, 200, request_shown=said.request, said=said, answer=shown_answer(said), call_line=line
        )

    def _send_draft(self, pk: str) -> HttpResponse:
        """Send the draft whose request was shown. A second press finds it sent, and sends nothing."""
        change = Change.objects.filter(
            pk=pk if pk.isdecimal() else 0, connection=self.connection, operation=self.operation.key
        ).first()
        if change is None:
            raise Http404
        if (
            self.operation.effect in TYPED
            and self.request.POST.get("typed", "").strip() != self.operation.key
        ):
            messages.error(self.request, _("The name of the operation was not typed; nothing was sent."))
            return self._page(
                self.get_form(), 422, change=change, request_shown=by_hand.shown_request(change)
            )
        try:
            sent = editing.send(change, self.request.user, request=self.request)  # type: ignore[arg-type]
        except editing.NotOpen:
            messages.info(self.request, _("This was sent already; it is not sent twice."))
            return self._page(self.get_form(), 200, sent=change)
        except editing.Discarded:
            messages.info(self.request, _("This preview was discarded. Nothing was sent."))
            return self._page(self.get_form(), 200)
        except editing.PreviewExpired:
            messages.error(self.request, _("This is too old to be sent; show the request again."))
            return self._page(self.get_form(), 422)
        except ProviderError as error:
            return self._page(self.get_form(), 200, failure=error)
        answer = getattr(sent, "fresh_answer", None)
        return self._page(
            self.get_form(), 200, sent=sent, answer=pretty(answer.document) if answer is not None else ""
        )

    def _page(self, form: OperationForm, status: int, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)


def shown_answer(said: by_hand.Said) -> str:
    return pretty(said.answer.document)


def pretty(document: Any) -> str:
    text = document if isinstance(document, str) else json.dumps(document, indent=2, ensure_ascii=False)
    if len(text) <= LONGEST_ANSWER:
        return text
    return text[:LONGEST_ANSWER] + "\n… " + _("cut here; the command line prints it whole")


def suggestions_of(connection: Connection, operation: Operation) -> dict[str, list[tuple[str, str]]]:
    """What the connection is known to have, for the parameters that name an object."""
    kinds = connection.declaration.kinds
    found: dict[str, list[tuple[str, str]]] = {}
    for param in operation.params:
        if param.kind == "csi":
            rows = Entity.objects.present().filter(connection=connection, parent_remote_id="", is_line=True)
        elif param.kind.startswith("ref:") and param.kind[4:] in kinds:
            rows = Entity.objects.present().filter(connection=connection, kind=param.kind[4:])
        else:
            continue
        values = rows.order_by("name_key", "pk").values_list("remote_id", "name")[:MOST_SUGGESTIONS]
        found[param.kind] = list(dict(values).items())
    return found


def call_line(connection: Connection, operation: Operation, asked: by_hand.Asked) -> str:
    """The same on the command line. Secret values are left for the person to fill in."""
    words = ["manage.py", "call", connection.slug, operation.key]
    for name, value in asked.values.items():
        param = operation.param(name)
        if isinstance(value, bytes):
            words += ["--file", "..."]
            continue
        if param is not None and param.secret:
            value = "..."
        for one in value if isinstance(value, list) else [value]:
            words.append(f"{name}={one}")
    for name, value in asked.filters.items():
        words += ["--filter", f"{name}={value}"]
    for name, value in asked.headers.items():
        words += ["--header", f"{name}={value}"]
    if asked.data:
        words += ["--data", json.dumps(asked.data, ensure_ascii=False)]
    if operation.effect in TYPED:
        words.append("--yes")
    return shlex.join(words)
