"""The form of an act in words of its own, on an object or on the account. Nothing is sent: it ends in the preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from portal.lib.errors import InvalidInput, ProviderError
from portal.ui.links import tenant_url
from telephony.forms.editing import EditForm
from telephony.models import Change, Connection
from telephony.providers.act_forms import OFFERED, ActForm, AskingEditor
from telephony.providers.edit_fields import Field, Fields
from telephony.providers.editing import Editor
from telephony.providers.live import Rows
from telephony.providers.offers import Offer, Spot
from telephony.providers.phrases import said
from telephony.services import access, by_hand
from telephony.services.door import Clock, Door, door_of, look
from telephony.views.changes import list_of
from telephony.views.editing import EditView
from telephony.views.offers import address_of


class ObjectActFormView(EditView):
    """An act on one object, whose address is filled in; other values of the address stand in the query."""

    @cached_property
    def editor(self) -> Editor:
        found = self.link.declaration.editors.get(self.kwargs["key"])
        if found is None or found.asks is None or not self._offers(found):
            raise Http404
        return found

    def _offers(self, editor: Editor) -> list[Offer]:
        return [one for one in self.link.declaration.offers if one.operation == editor.operation.key]

    @property
    def asked(self) -> ActForm:
        assert self.editor.asks is not None
        return self.editor.asks

    @cached_property
    def asked_fields(self) -> Sequence[Field]:
        assert isinstance(self.editor, AskingEditor)
        return self.editor.asked(self.door.around)

    @cached_property
    def door(self) -> Door:
        names = self.editor.operation.path_names
        given = {name: self.request.GET[name] for name in names if self.request.GET.get(name)}
        found = door_of(self.link, self.editor.operation.key, {**given, **self.own_address})
        offered = self._offered() if self.asked.chosen_from else None
        if offered is None:
            return found
        return replace(found, around=replace(found.around, around={**found.around.around, OFFERED: offered}))

    def _offered(self) -> Rows | None:
        """What there is to choose from; None where the provider does not tell."""
        try:
            answer = access.client_of(self.link, is_person=True).call(self.asked.chosen_from)
        except ProviderError:
            return None
        return self.asked.rows(answer)

    @property
    def _says_which(self) -> bool:
        """Whether the address says already what else would be chosen."""
        operation = self.editor.operation
        needed = {one.name for one in operation.params if one.required} & set(operation.path_names)
        return bool(needed) and needed <= self.door.address.keys()

    @property
    def own_address(self) -> Mapping[str, Any]:
        names = {one.name for one in self.editor.operation.params}
        found = address_of(self.entity, self.editor.operation.key)
        return {name: value for name, value in found.items() if name in names}

    @cached_property
    def seen(self) -> Fields:
        """What the provider has now, where the form begins with it; nothing where it does not say."""
        if not self.asked.begins or self.request.method == "POST":
            return {}
        try:
            live = look(self.door, access.client_of(self.link, is_person=True), Clock())
        except ProviderError:
            return {}
        names = {one.name for one in self.asked_fields if not one.secret}
        return {name: value for name, value in ((live and live.fields) or {}).items() if name in names}

    def form(self) -> EditForm:
        """Only what is asked; what the preview shows beside it is no field."""
        if self.request.method == "POST":
            return self._form(self.asked_fields, seen={}, data=self.request.POST, files=self.request.FILES)
        return super().form()

    def _form(self, fields: Sequence[Field], *, seen: Fields, **more: Any) -> EditForm:
        return super()._form(self.asked_fields, seen=seen, **more)

    def _added(self, fields: Sequence[Field], before: Mapping[str, Any]) -> dict[str, Any]:
        """What the row says that the act was chosen on."""
        found = super()._added(self.asked_fields, before)
        given = {
            one.name: self.request.GET[one.name] for one in self.asked_fields if one.name in self.request.GET
        }
        return found or {**self.asked.first(self.door.around), **given}

    def propose(self, form: EditForm) -> Change:
        if self.asked.compares:
            return super().propose(form)
        filled = form.wanted()
        assert isinstance(self.editor, AskingEditor)
        if refused := self.editor.refused(filled, self.door.around):
            raise InvalidInput(_("Some values cannot be sent."), fields=refused)
        if self.asked.begins:
            filled = {name: value for name, value in filled.items() if value != form.seen.get(name, "")}
            if not filled:
                raise InvalidInput(_("Nothing was changed."))
        sent = self.asked.made(filled, self.door.around)
        asked = by_hand.Asked(values={**sent.values, **self.door.address}, data=sent.data)
        return by_hand.draft(self.link, self.editor.operation, asked, self.request.user)  # type: ignore[arg-type]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["object_label"] = context["object_label"] or self.place[1]
        context["meaning"] = said(self.asked.says) if self.asked.says else None
        context["none"] = "" if self.asked_fields or self._says_which else self.asked.none
        return context


class AccountActFormView(ObjectActFormView):
    """An act on the account, or on something of it that is no cached object."""

    below = None

    @cached_property
    def link(self) -> Connection:
        rows = Connection.objects.select_related("credential", "tenant")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def own_address(self) -> Mapping[str, Any]:
        return {}

    @property
    def place(self) -> tuple[str, str]:
        """The page that offers it: of the account, of a list, else of the connection."""
        tenant: Any = self.request.tenant  # type: ignore[attr-defined]
        offers = self._offers(self.editor)
        if any(one.spot is Spot.ACCOUNT for one in offers):
            url = tenant_url(tenant, "telephony:connection_account", pk=self.link.pk)
            return url, _("Limits, plans and balance")
        if found := next((one for one in offers if one.spot is Spot.LIST), None):
            return list_of(tenant, self.link, found.kind)
        return tenant_url(tenant, "telephony:connection_detail", pk=self.link.pk), str(self.link)
