"""The list that a form of another page stood in: what its filter leaves is chosen, or goes out as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict

from telephony.views.companies import CompanyListView
from telephony.views.entities import EntityListView, LineListView
from telephony.views.numbers import NumberListView

LISTS: dict[str, Any] = {
    one.list_name: one for one in (LineListView, EntityListView, NumberListView, CompanyListView)
}


def view_of(request: HttpRequest, slug: str) -> Any | None:
    """The view of the list that the form names, narrowed as it was; None where its filter is not valid, or no such list.

    The form posts `list`, `connection` and `kind` where the list has them, and its `query`.
    """
    made = LISTS.get(request.POST.get("list", ""))
    if made is None:
        return None
    asked = QueryDict(request.POST.get("query", "")[:2000])
    view = made()
    named = {name: request.POST.get(name, "") for name in ("connection", "kind")}
    view.setup(_AsGet(request, asked), slug=slug, **{name: value for name, value in named.items() if value})
    form = view.filter_form
    form.full_clean()
    return None if form.errors else view


class _AsGet:
    """The request of a POST as its list sees it: another query, everything else the same."""

    def __init__(self, request: HttpRequest, query: QueryDict) -> None:
        self._request, self.GET = request, query

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)
