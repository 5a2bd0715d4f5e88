"""Callflows: the list over all connections, and one of them drawn, told and exported. Changing them: callflow_editing.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.db.models.fields.json import KeyTransform
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.ui import formats
from portal.ui.links import query_with
from portal.ui.views import FilteredTableView, FragmentMixin, SavedView
from telephony.callflow_drawing import SPARE_ROOM, Drawing, drawing_of
from telephony.callflow_paper import SHEETS, is_large, paper_of
from telephony.figures.tables import Table
from telephony.forms.callflows import FEATURES, CallflowFilterForm
from telephony.menu import connections_of
from telephony.models import Change, Entity, EntityReference
from telephony.services import callflow_drafts, callflow_versions, editing
from telephony.services.callflow_around import makers_of, owners_of
from telephony.services.callflow_bringing import NAMES, names_of
from telephony.services.callflow_scene import count_words
from telephony.services.door import why_not as why_connection_cannot
from telephony.services.entity_page import MOST, uses_of
from telephony.services.object_acts import How, acts_of
from telephony.tables.callflows import CallflowTable
from telephony.tables.documents import CALLFLOW_KINDS
from telephony.views import around_tables
from telephony.views.callflow_pages import CallflowPage
from telephony.views.entities import ConnectActionMixin
from telephony.views.lines import permissions
from telephony.views.list_files import ListFilesMixin

LATEST = 8


class CallflowListView(ConnectActionMixin, TenantRightMixin, FilteredTableView):
    """Every callflow, with how much is wrong with it."""

    right = Right.LINES_READ
    title = _("Callflows")
    template_name = "telephony/callflow_list.html"
    table_class = CallflowTable
    filter_form_class = CallflowFilterForm
    order = ("name_key", "id")
    judged_at: datetime | None = None  # the earliest of the rows
    empty_title = _("No callflows yet")
    empty_text = _("Callflows arrive a few seconds after an account that has them is connected.")

    def get_queryset(self) -> Any:
        rows = Entity.objects.present().filter(facet=Entity.Facet.CALLFLOW, kind__in=CALLFLOW_KINDS)
        told = rows.annotate(
            all_numbers=KeyTransform("numbers", "document"), all_patterns=KeyTransform("patterns", "document")
        )
        return told.select_related("connection", "findings").defer("document", "secrets_sealed")

    def get_filter_form(self) -> CallflowFilterForm:
        form = CallflowFilterForm(self.request.GET)
        form.region = self.request.tenant.region
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(
            can_make=bool(makers_of(connections_of(self.request))),
            why_not_new=""
            if Right.CALLFLOWS_EDIT in self.request.rights
            else why_not(self.request, Right.CALLFLOWS_EDIT),
            **kwargs,
        )
        return {**found, "judged_at": self.judged_at}

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
        keys = [row.pk for row in self.page.rows]
        uses = EntityReference.objects.filter(target__in=keys, source__missing_since=None)
        counted = uses.order_by().values("target").annotate(n=Count("source", distinct=True))
        table.uses = {row["target"]: row["n"] for row in counted}
        table.owners = owners_of(keys)
        changes = Change.objects.filter(entity__in=keys).exclude(state__in=editing.OPEN)
        latest = changes.order_by("entity", "-created_at", "-pk").distinct("entity")
        table.changes = {one.entity_id: one for one in latest.only("entity", "created_at", "person_label")}
        seen = [row.findings.judged_at for row in self.page.rows if hasattr(row, "findings")]
        self.judged_at = min(seen, default=None)
        return table


class CallflowView(ListFilesMixin, FragmentMixin, CallflowPage, TemplateView):
    """One callflow as the account has it."""

    template_name = "telephony/callflow_detail.html"
    fragment_target = "flow-panel"
    fragment_template_name = "telephony/_callflow_panel.html"
    folds_at_first = True
    request: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shared = {
            "panel": self.panel,
            "try_url": self.url("callflow_try"),
            "callflow": self.entity,
            "here": self.here,
            "links": self.links(),
        }
        if self.is_fragment:
            return super().get_context_data(**shared, **kwargs)
        acts = [one for one in acts_of(self.entity) if one.how != How.FORM]  # the editor is the form
        refused = (
            "" if Right.CALLFLOWS_EDIT in self.request.rights else why_not(self.request, Right.CALLFLOWS_EDIT)
        )
        changes = list(Change.objects.filter(entity=self.entity).order_by("-created_at", "-pk")[: LATEST + 1])
        uses = uses_of(self.entity, None if self.is_for_file else MOST)
        width, height = map(float, Drawing(self.scene).size)
        return super().get_context_data(
            title=str(self.entity) or self.entity.remote_id,
            sheets=[(one, one.upper()) for one in SHEETS] if is_large(width, height) else (),
            entity=self.entity,
            problems=self.problems,
            problem_ways=self.problem_ways,
            here_query=self._for_files(),
            used_by=uses,
            uses_are_cut=len(uses) == MOST,
            history=callflow_versions.history_of(
                self.entity, changes[:LATEST], is_all=len(changes) <= LATEST
            ),
            acts=acts,
            draft=callflow_drafts.draft_of(self.entity, self.request.user),
            others=callflow_drafts.drafts_of_others(self.entity, self.request.user),
            why_not_edit=refused
            or why_connection_cannot(self.link, self.link.declaration.catalog[self.callflows.update]),
            may_copy=not refused,
            may_restore=not refused,
            why_not=permissions(self.request, self.link, {act.editor.operation.key for act in acts}),
            scene=self.scene,
            board=self.board,
            unfold_url=self.unfolded,
            step_count=count_words(self.scene),
            **shared,
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        return around_tables.title_of(name, str(self.entity)) if name == around_tables.USED_BY else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return around_tables.uses_table(self.figure_title(name), context["used_by"])

    def _for_files(self) -> str:
        """What is folded and opened by hand is so in the files; they hold all that is folded at first only."""
        here = self.here(step="", **({"fold": ""} if self.folded <= self.at_first else {}))
        return here if here.startswith("?") else ""


class CallflowDrawingView(CallflowPage, View):
    """The drawing as a file."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        drawn = drawing_of(self.scene, is_file=True, room=SPARE_ROOM)
        answer = HttpResponse(drawn, content_type="image/svg+xml")
        return _named(answer, self.entity, "svg")


class CallflowPaperView(CallflowPage, View):
    """The drawing and its steps as PDF; `?sheets=a4` cuts a drawing that needs a page of its own size over such sheets."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        entity, scene, tenant = self.entity, self.scene, self.request.tenant
        numbers = ", ".join([*scene.numbers, *scene.patterns])
        facts = [
            (gettext("Account"), f"{tenant} · {entity.connection}"),
            (gettext("Numbers and patterns"), numbers or gettext("none")),
            (gettext("As read on"), formats.exact(entity.fetched_at)),
        ]
        foot = f"{tenant} · {formats.exact(timezone.now())}"
        answer = HttpResponse(
            paper_of(scene, facts, foot, request.GET.get("sheets", "")), content_type="application/pdf"
        )
        return _named(answer, entity, "pdf")


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
