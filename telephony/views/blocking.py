"""A number is blocked from where it is seen: on which lines, what that would have cost, who gives way, for how long.

Nothing is sent from here: it ends in the preview of a change, or of an edit of many lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, require_right, why_not
from portal.lib.errors import InvalidInput, ProviderError
from portal.lib.numbers import canonical, display
from portal.ui.links import tenant_url
from telephony.forms.blocking import BlockForm
from telephony.models import Change, Connection, Entity, Job
from telephony.providers.blocking import Entry
from telephony.services import blocking, blocking_acts, bulk, door
from telephony.services.blocking import Listed
from telephony.services.blocking_acts import Place
from telephony.services.number_names import names_of

MOST_SHOWN = 100
HERE, CALLED, ALL = "line", "called", "all"


class NumberMixin(TenantRightMixin):
    """A page below a number, whose address has its canonical notation."""

    right = Right.BLACKLIST_EDIT
    menu_entry = "telephony:number_list"
    kwargs: dict[str, Any]

    @cached_property
    def number(self) -> str:
        number = canonical(self.kwargs["e164"], self.request.tenant.region)
        if number is None:
            raise Http404
        return number

    @property
    def passport(self) -> str:
        return tenant_url(self.request.tenant, "telephony:number_detail", e164=self.number)

    @property
    def may_many(self) -> bool:
        return Right.BULK_EDIT in self.request.rights

    def preview(self, made: Change | Job) -> HttpResponse:
        name = "telephony:change_detail" if isinstance(made, Change) else "telephony:job_detail"
        return HttpResponseRedirect(tenant_url(self.request.tenant, name, pk=made.pk))

    def writable(self, lists: Sequence[Listed]) -> list[Listed]:
        """Those that their connection lets us write."""
        connections = {one.entity.connection_id: one for one in lists}
        fine = {
            pk
            for pk, one in connections.items()
            if not door.why_not(one.connection, one.connection.declaration.catalog[one.blocking.operation])
        }
        return [one for one in lists if one.entity.connection_id in fine]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A list as the form shows it.

    calls     how often the number called there in 30 days
    spares    of a full list its entries, the one that is easiest to spare first
    """

    listed: Listed
    calls: int
    is_ticked: bool
    is_on: bool
    spares: Sequence[Entry] = ()
    chosen: str = ""

    @property
    def used(self) -> int:
        return len(self.listed.numbers)


class BlockView(NumberMixin, TemplateView):
    """`?where=line&line=PK` the list of one line, `called` of those that the number called, `all` of all."""

    template_name = "telephony/number_block.html"

    @cached_property
    def line(self) -> Entity | None:
        pk = self.request.GET.get("line", "")
        return Entity.objects.lines().filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None

    @cached_property
    def lists(self) -> list[Listed]:
        lists = self.writable(blocking.lists_of(blocking.every_list(), self.number))
        return [one for one in lists if one.blocking.takes(self.number)]

    @cached_property
    def calls(self) -> dict[int, int]:
        return blocking.calls_by_list(self.number, self.lists)

    @cached_property
    def places(self) -> dict[str, list[Listed]]:
        """What can be chosen from, by `where`; only what there is."""
        line = self.line
        own = [one for one in self.lists if line and (one.line == line or self._is_around(one, line))]
        found = {HERE: own, CALLED: [one for one in self.lists if self.calls[one.entity.pk]], ALL: self.lists}
        return {name: lists for name, lists in found.items() if lists}

    def _is_around(self, one: Listed, line: Entity) -> bool:
        """A list of the whole account that the line belongs to."""
        return one.line is None and one.entity.connection_id == line.connection_id

    @cached_property
    def where(self) -> str:
        asked = self.request.GET.get("where", "")
        return asked if asked in self.places else next(iter(self.places), ALL)

    @cached_property
    def reason(self) -> str:
        return blocking_acts.never(self.number, self.request.tenant.region)

    @cached_property
    def needs_word(self) -> bool:
        return blocking_acts.is_of_someone(self.number)

    @cached_property
    def form(self) -> BlockForm:
        tenant = self.request.tenant
        return BlockForm(
            self.request.POST if self.request.method == "POST" else None,
            number=self.number,
            shown=display(self.number),
            region=tenant.region,
            zone=ZoneInfo(tenant.time_zone),
            needs_word=self.needs_word,
        )

    @cached_property
    def offered(self) -> list[Listed]:
        """What the page shows: full lists first, for somebody has to say who gives way there."""
        found = self.places.get(self.where, [])
        if len(found) <= MOST_SHOWN:
            return found
        return sorted(found, key=lambda one: not one.is_full)[:MOST_SHOWN]

    @cached_property
    def rest(self) -> list[Listed]:
        """Those that are too many to be shown and need no word: they have a place free."""
        shown = {one.entity.pk for one in self.offered}
        return [
            one for one in self.places.get(self.where, []) if one.entity.pk not in shown and not one.is_full
        ]

    @cached_property
    def chosen(self) -> list[Place]:
        """What was ticked, each with who gives way."""
        ticked = set(self.request.POST.getlist("list"))
        lists = [one for one in self.offered if str(one.entity.pk) in ticked]
        lists += self.rest if "rest" in self.request.POST else []
        given = {one.entity.pk: self.request.POST.get(f"way-{one.entity.pk}", "")[:40] for one in lists}
        return [Place(listed=one, gives_way=given[one.entity.pk]) for one in lists]

    def rows(self) -> list[Row]:
        is_posted = self.request.method == "POST"
        ticked, given = set(self.request.POST.getlist("list")), self.request.POST
        spares = blocking.to_spare([one for one in self.offered if one.is_full])
        is_first = True
        rows = []
        for one in self.offered:
            pk, is_on = one.entity.pk, self.number in one.numbers
            wanted = (
                str(pk) in ticked
                if is_posted
                else not is_on and not one.is_full and (self.may_many or is_first)
            )
            is_first = is_first and not wanted
            rows.append(
                Row(
                    listed=one,
                    calls=self.calls[pk],
                    is_ticked=wanted,
                    is_on=is_on,
                    spares=spares.get(pk, ()) if one.is_full and not is_on else (),
                    chosen=given.get(f"way-{pk}", ""),
                )
            )
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.rows()
        meant = [row.listed for row in rows if row.is_ticked] + (self.rest if self.may_many else [])
        if not meant:  # full lists are not ticked before somebody said who gives way
            meant = [row.listed for row in rows if not row.is_on]
        spared = [entry.number for row in rows for entry in row.spares]
        names = names_of([self.number, *spared])
        named = [
            (HERE, str(self.line or "")),
            (CALLED, _("Where it called in 30 days")),
            (ALL, _("All lines")),
        ]
        return super().get_context_data(
            title=_("Block a number"),
            number=self.number,
            name=names.get(self.number, ""),
            names=names,
            reason=self.reason,
            needs_word=self.needs_word,
            form=self.form,
            rows=rows,
            rest=self.rest if self.may_many else [],
            where=self.where,
            wheres=[(name, words, len(self.places[name])) for name, words in named if name in self.places],
            line=self.line,
            toll=blocking.would_have_refused([self.number], meant),
            may_many=self.may_many,
            why_not_many="" if self.may_many else why_not(self.request, Right.BULK_EDIT),
            silent=self.silent(),
            notes=list(dict.fromkeys(row.listed.blocking.note for row in rows if row.listed.blocking.note)),
            passport=self.passport,
            **kwargs,
        )

    def silent(self) -> list[tuple[Connection, str, str]]:
        """Connections where nothing can be blocked: why, and where to mend it."""
        told = []
        links = Connection.objects.filter(unlinked_at=None).select_related("credential")
        for one in links.order_by("name_key", "pk"):
            declared = one.declaration.blocking
            if declared is None:
                words = _("%(provider)s has no way to block callers.") % {"provider": one.declaration.label}
                told.append((one, words, ""))
            elif not declared.takes(self.number):
                told.append((one, str(declared.why_not_short), ""))
            elif reason := door.why_not(one, one.declaration.catalog[declared.operation]):
                told.append((one, reason, ""))
            elif not any(listed.entity.connection_id == one.pk for listed in self.lists):
                names = {"connection": one.slug, "kind": declared.kind}
                page = tenant_url(self.request.tenant, "telephony:entity_list", **names)
                told.append((one, _("It has no list of refused callers, or none was read yet."), page))
        return told

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.reason:
            messages.error(request, self.reason)
            return HttpResponseRedirect(self.passport)
        if len(self.chosen) > 1:
            require_right(request, Right.BULK_EDIT)
        if not self.chosen:
            self.form.add_error(None, _("Tick the lists that it is to stand on."))
        if self.form.is_valid():
            try:
                made = blocking_acts.block(
                    self.number,
                    self.chosen,
                    until=self.form.cleaned_data["ends_at"],
                    person=request.user,  # type: ignore[arg-type]
                    why=self.form.cleaned_data["why"],
                )
            except InvalidInput as error:
                words = [*error.fields.values()] or [error.message]
                self.form.add_error(None, words)
            except ProviderError as error:
                self.form.add_error(None, error.message)
            else:
                if made is None:
                    messages.success(
                        request, _("It stands there already; its end was noted, and nothing had to be sent.")
                    )
                    return HttpResponseRedirect(self.passport)
                return self.preview(made)
        return self.render_to_response(self.get_context_data(), status=422)


class UnblockView(NumberMixin, View):
    """The preview of a number taken off the lists that are named, or off all."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, e164: str) -> HttpResponse:
        named = set(request.POST.getlist("list"))
        lists = self.writable(blocking.listed(self.number))
        lists = [one for one in lists if not named or str(one.entity.pk) in named]
        if len(lists) > 1:
            require_right(request, Right.BULK_EDIT)
        try:
            made = blocking_acts.unblock(self.number, lists, person=request.user)  # type: ignore[arg-type]
        except bulk.NothingChosen:
            messages.info(request, _("It is on no list that can be written from here."))
        except ProviderError as error:
            messages.error(request, error.message)
        else:
            return self.preview(made)
        return HttpResponseRedirect(self.passport)
