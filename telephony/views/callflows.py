"""Callflows: the list over all connections, and one of them drawn, told and exported. Changing them: callflow_editing.py."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.ui.links import query_with
from portal.ui.views import FilteredTableView, FragmentMixin, SavedView
from telephony.callflow_drawing import drawing_of
from telephony.forms.callflows import FEATURES, CallflowFilterForm
from telephony.menu import connections_of
from telephony.models import Change, Entity, EntityReference
from telephony.providers.callflows.tree import read
from telephony.services import callflow_drafts
from telephony.services.callflow_around import makers_of, network_of, problems_of, targets_of
from telephony.services.callflow_bringing import NAMES, names_of
from telephony.services.door import why_not as why_connection_cannot
from telephony.services.entity_page import uses_of
from telephony.services.object_acts import How, acts_of
from telephony.tables.callflows import CallflowTable
from telephony.tables.documents import CALLFLOW_KINDS
from telephony.views.callflow_pages import CallflowPage
from telephony.views.entities import ConnectActionMixin
from telephony.views.lines import permissions

LATEST = 8


class CallflowListView(ConnectActionMixin, TenantRightMixin, FilteredTableView):
    """Every callflow, with what is wrong with it."""

    right = Right.LINES_READ
    title = _("Callflows")
    template_name = "telephony/callflow_list.html"
    table_class = CallflowTable
    filter_form_class = CallflowFilterForm
    order = ("name_key", "id")
    empty_title = _("No callflows yet")
    empty_text = _("Callflows arrive a few seconds after an account that has them is connected.")

    def get_queryset(self) -> Any:
        rows = Entity.objects.present().filter(facet=Entity.Facet.CALLFLOW, kind__in=CALLFLOW_KINDS)
        return rows.select_related("connection")

    def get_filter_form(self) -> CallflowFilterForm:
        form = CallflowFilterForm(self.request.GET)
        form.region = self.request.tenant.region
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            can_make=bool(makers_of(connections_of(self.request))),
            why_not_new=""
            if Right.CALLFLOWS_EDIT in self.request.rights
            else why_not(self.request, Right.CALLFLOWS_EDIT),
            **kwargs,
        )

    def saved_views(self) -> list[SavedView]:
        what = self.request.GET.get("what", "")
        return [
            SavedView(_("Of numbers"), query_with(self.request, what=None)[1:], is_current=not what),
            SavedView(
                _("Feature codes"), query_with(self.request, what=FEATURES)[1:], is_current=what == FEATURES
            ),
        ]

    def get_table(self) -> CallflowTable:
        table: CallflowTable = super().get_table()
        rows: Sequence[Entity] = self.page.rows
        table.flows = {row.pk: read(row.document) for row in rows}
        together: dict[int, list[Entity]] = defaultdict(list)
        for row in rows:
            together[row.connection_id].append(row)
        found = {}
        for own in together.values():
            connection = own[0].connection
            network = network_of(connection)
            targets = targets_of(connection, [table.flows[row.pk] for row in own])
            for row in own:
                around = network.around(row.remote_id, targets)
                found[row.pk] = problems_of(table.flows[row.pk], connection, around)
        table.found = found
        uses = EntityReference.objects.filter(target__in=[row.pk for row in rows], source__missing_since=None)
        counted = uses.order_by().values("target").annotate(n=Count("source", distinct=True))
        table.uses = {row["target"]: row["n"] for row in counted}
        return table


class CallflowView(FragmentMixin, CallflowPage, TemplateView):
    """One callflow as the account has it."""

    template_name = "telephony/callflow_detail.html"
    fragment_target = "flow-panel"
    fragment_template_name = "telephony/_callflow_panel.html"
    request: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shared = {"panel": self.panel, "callflow": self.entity, "here": self.here}
        if self.is_fragment:
            return super().get_context_data(**shared, **kwargs)
        acts = [one for one in acts_of(self.entity) if one.how != How.FORM]  # the editor is the form
        refused = (
            "" if Right.CALLFLOWS_EDIT in self.request.rights else why_not(self.request, Right.CALLFLOWS_EDIT)
        )
        changes = Change.objects.filter(entity=self.entity).order_by("-created_at", "-pk")[:LATEST]
        return super().get_context_data(
            title=str(self.entity) or self.entity.remote_id,
            entity=self.entity,
            problems=self.problems,
            here_query=query if (query := self.here(step="")).startswith("?") else "",
            used_by=uses_of(self.entity),
            changes=changes,
            acts=acts,
            draft=callflow_drafts.draft_of(self.entity, self.request.user),
            others=callflow_drafts.drafts_of_others(self.entity, self.request.user),
            why_not_edit=refused
            or why_connection_cannot(self.link, self.link.declaration.catalog[self.callflows.update]),
            may_copy=not refused,
            restorable=[] if refused else [one.pk for one in changes if self._is_version(one)],
            why_not=permissions(self.request, self.link, {act.editor.operation.key for act in acts}),
            **shared,
            **self.board(),
            **kwargs,
        )

    def _is_version(self, change: Change) -> bool:
        return change.operation == self.callflows.update and callflow_drafts.is_version(change)


class CallflowDrawingView(CallflowPage, View):
    """The drawing as a file."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        answer = HttpResponse(drawing_of(self.scene, is_file=True), content_type="image/svg+xml")
        return _named(answer, self.entity, "svg")


class CallflowDocumentView(CallflowPage, View):
    """The document as a file, as it was read, with what the objects that it names are called; secrets are not in it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        names = names_of(self.link, self.flow, self.callflows)
        text = json.dumps({**self.entity.document, NAMES: names}, indent=2, ensure_ascii=False)
        return _named(HttpResponse(f"{text}\n", content_type="application/json"), self.entity, "json")


def _named(answer: HttpResponse, entity: Entity, ending: str) -> HttpResponse:
    name = slugify(str(entity)) or "callflow"
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer
