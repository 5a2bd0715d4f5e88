"""Barring calls from a line to other countries with one button: it prepares the change, and ends in its preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from portal.lib.errors import ProviderError
from portal.ui.links import next_url, tenant_url
from telephony.models import Change, Entity
from telephony.providers.barring import AbroadBar
from telephony.providers.editing import Editor
from telephony.services import editing
from telephony.views.editing import OperationMixin
from telephony.views.lines import permissions


class BarAbroadView(OperationMixin, View):
    http_method_names = ["post"]

    @cached_property
    def bar(self) -> AbroadBar:
        bar = self.link.declaration.bars_abroad.get(self.entity.kind)
        if bar is None:
            raise Http404
        return bar

    @cached_property
    def editor(self) -> Editor:
        return self.link.declaration.editor(self.bar.operation)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        back = HttpResponseRedirect(next_url(request, self.home))
        seen = self.seen
        wanted = self.bar.wanted(seen, self.door.around)
        if wanted is None:
            messages.error(request, _("The contract of this line knows no such bar."))
            return back
        if all(seen.get(name) == value for name, value in wanted.items()):
            told = _("Calls from %(line)s to other countries are barred already.") % {"line": self.entity}
            messages.info(request, told)
            return back
        try:
            change = editing.propose(
                self.link,
                self.bar.operation,
                self.door.address,
                wanted,
                seen=seen,
                person=request.user,  # type: ignore[arg-type]
                entity=self.door.entity,
                line=self.door.line,
            )
        except ProviderError as error:
            messages.error(request, error.message)
            return back
        return self.review(change)


def barred_by(lines: Sequence[Entity]) -> dict[int, Change]:
    """Of lines by id the last write from here of what bars calls, where it bars those abroad."""
    bars = {line.pk: bar for line in lines if (bar := _bar_of(line))}
    told = Q(pk__in=[])
    for bar in set(bars.values()):
        told |= Q(operation=bar.operation, wanted__has_key=bar.field)
    written = Change.objects.filter(told, line__in=bars, state=Change.State.APPLIED)
    found = {}
    for change in written.order_by("line", "-created_at", "-pk").distinct("line"):
        bar = bars[change.line_id]
        if bar.bars(change.wanted[bar.field]):
            found[change.line_id] = change
    return found


def _bar_of(line: Entity) -> AbroadBar | None:
    return line.connection.declaration.bars_abroad.get(line.kind)


def bar_way(request: HttpRequest, line: Entity) -> tuple[str, str]:
    """Where calls from a line to other countries are barred, and why they cannot be; both "" where it is another's doing."""
    bar = _bar_of(line)
    if bar is None:
        return "", _("%(provider)s: not to be barred from here") % {
            "provider": line.connection.declaration.label
        }
    if permissions(request, line.connection, [bar.operation])[bar.operation]:
        return "", ""
    return tenant_url(request.tenant, "telephony:bar_abroad", pk=line.pk), ""  # type: ignore[attr-defined]
