"""What a page shows, for the worker that exports it: the page is opened for its person once more, without an answer.

It is a page of a tenant, or one of platform staff, who see all tenants side by side. A list goes on page by page until
its end; a figure is the table that stands beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.models import Person, Tenant
from accounts.rights import EVERY_RIGHT, NO_RIGHTS, Right, Rights, rights_of
from accounts.views_base import StaffRequiredMixin
from portal.lib.errors import ProviderError
from portal.ui.links import tenant_url
from portal.ui.sheets import Sheet
from portal.ui.views import FilteredTableView
from telephony.figures.files import cells_of, content_of, heads_of, moments_of, records, stem_of
from telephony.figures.tables import Column, Table
from telephony.models import AnyJob, Job
from telephony.services import ledger
from telephony.services.export_rows import Batch, CannotExport, Place, Record, Subject, Whole
from telephony.services.exporting import Maker
from telephony.views.figure_files import FigureFilesMixin


def export_url(request: HttpRequest) -> str:
    """Where lists without an export of their own are asked for as a file; "" for those who may not."""
    if is_for_staff(request.resolver_match):
        return reverse("telephony:staff_export_page")
    if Right.EXPORTS_MAKE not in getattr(request, "rights", ()):
        return ""
    return tenant_url(request.tenant, "telephony:export_page")  # type: ignore[attr-defined]


def is_for_staff(match: ResolverMatch | None) -> bool:
    """Whether an address is that of a page of platform staff."""
    return issubclass(_view_of(match), StaffRequiredMixin)


def _view_of(match: ResolverMatch | None) -> type[View]:
    found: type[View] = getattr(getattr(match, "func", None), "view_class", View)
    return found


def opened(path: str, query: str, tenant: Tenant | None, person: Person, rights: Rights) -> View:
    """The view behind an address of the tenant, or of platform staff where it is None, as if the person asked for it.

    Raises Http404 and PermissionDenied.
    """
    try:
        match = resolve(path)
    except Resolver404 as error:
        raise Http404(path) from error
    made: Any = _view_of(match)
    is_theirs = is_for_staff(match) if tenant is None else match.kwargs.get("slug") == tenant.slug
    if not is_theirs or not issubclass(made, (FilteredTableView, FigureFilesMixin)):
        raise Http404(path)
    if tenant is None and not (person.is_staff and person.is_active):
        raise PermissionDenied(path)
    request: Any = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.GET, request.resolver_match = QueryDict(query), match
    request.user, request.tenant, request.rights = person, tenant, rights
    request.membership, request.htmx, request.session = None, None, {}
    view: View = made()
    view.setup(request, *match.args, **match.kwargs)
    right = getattr(view, "right", None)
    if tenant is not None and not {right or Right.EXPORTS_MAKE, Right.EXPORTS_MAKE} <= rights:
        raise PermissionDenied(path)
    return view


def reopened(job: AnyJob, **query: str) -> View:
    """The page that an export is of, with the rights that its person has by now. Raises CannotExport."""
    told, person = job.parameters, job.person
    if person is None:
        raise CannotExport(_("Whoever asked for it is not here any more."))
    tenant = job.tenant if isinstance(job, Job) else None
    is_staff_act = told["as_staff"] and person.is_staff and person.is_active
    rights = NO_RIGHTS
    if tenant is not None:
        rights = Rights(EVERY_RIGHT) if is_staff_act else rights_of(person, tenant)
    asked = QueryDict(told["query"], mutable=True)
    asked.update(query)
    try:
        return opened(told["path"], asked.urlencode(), tenant, person, rights)
    except Http404 as error:
        raise CannotExport(_("This page is not there any more.")) from error
    except PermissionDenied as error:
        raise CannotExport(_("You may not see this page any more.")) from error


class ListRows:
    """A list from its first page to its last, all columns of it."""

    def __init__(self, job: AnyJob) -> None:
        self.job, self.zone = job, job.parameters["zone"]
        self.title = job.parameters["title"]

    def _page(self, cursor: str, size: int) -> tuple[FilteredTableView, Sheet]:
        view = reopened(self.job, cursor=cursor)
        assert isinstance(view, FilteredTableView)
        view.is_for_file, view.page_size, view.hidden_columns = True, size, ()  # type: ignore[misc]
        try:
            return view, view.sheet()
        except Http404 as error:
            raise CannotExport(_("This page is not there any more.")) from error

    @cached_property
    def columns(self) -> Sequence[Column]:
        _view, sheet = self._page("", 1)
        return [Column(one.label, one.kind, one.name) for one in sheet.columns]

    @property
    def heads(self) -> Sequence[str]:
        return [head.text for head in heads_of(self.columns, self.zone)]

    @property
    def moments(self) -> Collection[int]:
        return moments_of(self.columns)

    def count(self) -> int | None:
        view, _sheet = self._page("", 1)
        return None if view.count.is_capped else view.count.value

    def batch(self, after: Place | None, size: int) -> Batch | None:
        cursor = after[0] if after else ""
        if after and not cursor:
            return None
        view, sheet = self._page(cursor, size)
        if cursor and view.page.is_at_start:
            raise CannotExport(_("The place in the list was lost. Export again to have it anew."))
        rows = list(sheet.rows())
        return Batch(rows, [view.page.next_cursor]) if rows else None

    def cells(self, rows: Sequence[Any]) -> Sequence[Sequence[Any]]:
        return [cells_of(self.columns, row, self.zone) for row in rows]

    def records(self, rows: Sequence[Any]) -> Sequence[Record]:
        return records(Table(title=self.title, columns=self.columns, rows=rows), self.zone)


def figure_of(job: AnyJob) -> Whole:
    """The table of a figure as it is now, in the zone of its page."""
    view, name = reopened(job), job.parameters["figure"]
    assert isinstance(view, FigureFilesMixin)
    view.is_for_file = True
    view.still_here = partial(ledger.renew, job)
    try:
        context = view.get_context_data(**view.kwargs)
        table = view.table(name, context)
    except Http404 as error:
        raise CannotExport(_("This page is not there any more.")) from error
    except ProviderError as error:
        raise CannotExport(error.message or _("The provider did not answer.")) from error
    if table is None:
        raise CannotExport(_("There is nothing to tell in this figure now."))
    told = replace(
        table,
        missing=view.missing(name, context),
        days=view.days_of_table(name, context),
        part=view.part_of_table(name, context),
    )
    zone = view.zone_of_table(name, context)
    return Whole(
        title=table.title,
        stem=stem_of(told),
        rows=len(table.rows),
        content=lambda file_format: content_of(told, file_format, zone),
    )


def list_of(job: AnyJob) -> Subject:
    return ListRows(job)


OF_PAGES: Mapping[str, Maker] = {"list": list_of, "figure": figure_of}
