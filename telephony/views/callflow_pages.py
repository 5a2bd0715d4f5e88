"""What all pages of one callflow stand on: what is chosen, folded and opened in its drawing stands in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from telephony.callflow_board import Board
from telephony.callflow_drawing import Links
from telephony.models import Connection, Entity
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.lint import Problem
from telephony.providers.callflows.surroundings import Around, Target
from telephony.providers.callflows.tree import Flow, read
from telephony.services.callflow_around import Key, Network, network_of, problems_of, targets_of
from telephony.services.callflow_folding import folded_at_first, unfolded_to
from telephony.services.callflow_panel import Panel, panel_of_root, panel_of_step
from telephony.services.callflow_scene import ROOT, Scene, Step, scene_of
from telephony.services.callflow_ways import ways_to
from telephony.tables.documents import CALLFLOW_KINDS

INDEX = "telephony:callflow_list"
MOST_OPENED = 5
NONE = "-"  # in an address: nothing is folded, though something is at first


class CallflowPage(TenantRightMixin):
    """One callflow; `flow` says which of its documents is shown."""

    right = Right.LINES_READ
    menu_entry = INDEX
    kwargs: dict[str, Any]
    url_name = "callflow_detail"
    entity_without: tuple[str, ...] = ()  # columns that the page has no need of
    folds_at_first = False  # the page is to be read at once; a file has everything

    @cached_property
    def entity(self) -> Entity:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        rows = rows.defer(*self.entity_without)
        return get_object_or_404(rows, pk=self.kwargs["pk"], kind__in=CALLFLOW_KINDS)

    @property
    def link(self) -> Connection:
        return self.entity.connection

    @cached_property
    def callflows(self) -> Callflows:
        found = self.link.declaration.callflows
        if found is None:
            raise Http404
        return found

    @cached_property
    def flow(self) -> Flow:
        return read(self.entity.document)

    # ---- what stands around it ----

    @cached_property
    def network(self) -> Network:
        return network_of(self.link)

    @cached_property
    def opened(self) -> dict[str, Flow]:
        """The callflows that are shown in place, by their identifier."""
        wanted = self._asked("open")[:MOST_OPENED]
        if not wanted:
            return {}
        rows = Entity.objects.present().filter(
            connection=self.link, kind=self.callflows.kind, remote_id__in=wanted
        )
        return {row.remote_id: read(row.document) for row in rows}

    @cached_property
    def targets(self) -> Mapping[Key, Target]:
        return targets_of(self.link, [self.flow, *self.opened.values()])

    @cached_property
    def around(self) -> Around:
        return self.network.around(self.entity.remote_id, self.targets)

    @cached_property
    def problems(self) -> list[Problem]:
        return problems_of(self.flow, self.link, self.around)

    @cached_property
    def problem_ways(self) -> Mapping[int, str]:
        """Where the steps with problems are."""
        wrong = {one.number for one in self.problems if one.number is not None}
        return ways_to(wrong, self.flow, self.callflows, self.around)

    @cached_property
    def scene(self) -> Scene:
        return scene_of(
            self.flow,
            self.callflows,
            self.around,
            self.problems,
            folded=self.folded,
            opened=self.opened,
        )

    # ---- what the address says ----

    def _asked(self, name: str) -> list[str]:
        return [one for one in self.request.GET.get(name, "")[:2000].split(",") if one]

    @cached_property
    def folded(self) -> set[int]:
        """The steps that are; none of them hides the one that is asked for.

        An act folds nothing: its address says what was, and the callflow may have become broad by it.
        """
        asked = {int(one) for one in self._asked("fold") if one.isdecimal() and len(one) < 9}
        if "fold" not in self.request.GET and "act" not in self.request.POST:
            asked = set(self.at_first)
        step = self.wanted_step
        if asked and step.isdecimal() and int(step) in self.flow:
            asked = unfolded_to(self.flow, asked, int(step))
        return asked

    @cached_property
    def at_first(self) -> set[int]:
        """The steps that are folded where the address does not say."""
        return folded_at_first(self.flow) if self.folds_at_first else set()

    def _told_folds(self, folded: Iterable[int]) -> list[object]:
        return [*sorted(folded)] or ([NONE] if self.at_first else [])

    @property
    def wanted_step(self) -> str:
        """The step that is asked for, whether it is there or not."""
        return self.request.GET.get("step", "")[:20]

    @cached_property
    def chosen(self) -> str:
        """The id of the chosen step; the callflow itself where none is, or none that is there."""
        step = self.wanted_step
        return step if step in self.scene.steps and not self.scene.steps[step].is_inside else ROOT

    def here(self, **changes: str) -> str:
        """This page, with something else chosen, folded or opened."""
        kept = {name: self.request.GET.get(name, "")[:2000] for name in ("step", "open")}
        kept["fold"] = ",".join(map(str, self._told_folds(self.folded)))
        asked = {name: value for name, value in {**kept, **changes}.items() if value}
        return f"?{urlencode(asked)}" if asked else self.home

    @property
    def home(self) -> str:
        return self.url(self.url_name)

    def url(self, name: str, **more: Any) -> str:
        return tenant_url(self.request.tenant, f"telephony:{name}", pk=self.kwargs["pk"], **more)

    def links(self) -> Links:
        """Folding and opening choose the step that they are of, so that these addresses depend on no choice."""
        folded, opened = sorted(self.folded), list(self.opened)
        steps = self.scene.steps
        fold_tail, open_tail = self._tail(fold=self._told_folds(folded)), self._tail(open=opened)

        def fold(one: str) -> str:
            number = steps[one].number
            if number in folded:
                kept = {other for other in folded if other != number}
                wanted = self._told_folds(kept | folded_at_first(self.flow, number))
            else:
                wanted = self._told_folds([*folded, number])
            return f"?step={one}{self._tail(fold=wanted)}{open_tail}"

        def opening(one: str) -> str:
            link = steps[one].link
            own = link.remote_id if link else ""
            kept = [other for other in opened if other != own]
            return f"?step={one}{fold_tail}{self._tail(open=kept if own in opened else [*opened, own])}"

        return Links(step=lambda one: f"?step={one}{fold_tail}{open_tail}", fold=fold, open=opening)

    @staticmethod
    def _tail(**asked: Iterable[object]) -> str:
        """The rest of an address: names with several values each, those without any left out."""
        return "".join(
            f"&{name}={quote(joined)}"
            for name, values in asked.items()
            if (joined := ",".join(map(str, values)))
        )

    # ---- parts of the page ----

    @cached_property
    def step(self) -> Step | None:
        return self.scene.steps.get(self.chosen)

    @cached_property
    def panel(self) -> Panel:
        if self.step is None:
            return panel_of_root(self.flow, self.link, self.around)
        return panel_of_step(self.step, self.flow, self.callflows, self.around)

    @property
    def unfolded(self) -> str:
        """This page with nothing folded, "" where nothing is."""
        return self.here(fold=NONE, step=self.chosen) if self.folded else ""

    @cached_property
    def board(self) -> Board:
        """The drawing, and the outline beside it."""
        return Board(self.scene, self.links(), str(self.entity), self.chosen)
