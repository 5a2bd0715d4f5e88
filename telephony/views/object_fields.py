"""Fields of forms that point to objects: where they find them by name, and where a new one is made for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from portal.ui.links import tenant_url
from telephony.forms.editing import EditForm
from telephony.forms.rows import NEW, new_row
from telephony.models import Connection
from telephony.providers.edit_fields import Field
from telephony.providers.operations import Text
from telephony.services.door import right_for
from telephony.views import ways_back


@dataclass(frozen=True)
class Maker:
    """Makes an object for a field. `value` names the field, and the kind where it may be of several; `prefix` stands
    before the identifier in the value of its select, whose id is `control`."""

    value: str
    url: str
    label: Text
    control: str
    prefix: str = ""


def lead_to_objects(request: HttpRequest, link: Connection, form: EditForm) -> None:
    """Each field that points to objects of the account searches them by name, and offers to make one."""
    for one in form.declared:
        if kinds := [kind for kind in one.points_to if kind in link.declaration.kinds]:
            _lead(request, link, form[one.name], one, kinds)


def _lead(
    request: HttpRequest, link: Connection, bound: BoundField, one: Field, kinds: Sequence[str]
) -> None:
    field: Any = bound.field
    urls = {kind: _url(request, link, "options", kind) for kind in kinds}
    if one.rows is not None:
        field.widget.searches = urls
        kinds = [kind for kind in kinds if kind in one.rows.kinds]
    else:
        field.widget.attrs["data-options"] = " ".join(urls.values())
    field.makers = [
        Maker(
            value=one.name if len(kinds) == 1 and one.rows is None else f"{one.name}:{kind}",
            url=_url(request, link, "new", kind),
            label=maker.title,
            control=f"{bound.auto_id}_{NEW}" if one.rows is not None else bound.auto_id,
            prefix=f"{kind}:" if one.rows is not None else "",
        )
        for kind in kinds
        if (maker := link.declaration.maker_of(kind)) is not None
        and right_for(maker.operation) in request.rights  # type: ignore[attr-defined]
    ]


def _url(request: HttpRequest, link: Connection, name: str, kind: str) -> str:
    return tenant_url(request.tenant, f"telephony:{name}", connection=link.slug, kind=kind)  # type: ignore[attr-defined]


def way_to_make(request: HttpRequest, form: EditForm, value: str) -> HttpResponse:
    """Leave a form for a new object that one of its fields is to point to; all that was typed is kept."""
    makers = [maker for field in form.fields.values() for maker in getattr(field, "makers", ())]
    found = next((maker for maker in makers if maker.value == value), None)
    if found is None:
        raise Http404
    return HttpResponseRedirect(ways_back.way_out(request, found.url, value))


def made_for(request: HttpRequest, fields: Sequence[Field], held: Mapping[str, Any]) -> dict[str, Any]:
    """`?made=FIELD:ID` (or FIELD:KIND:ID) chooses an object that was made for a field; `held` is what its control shows."""
    place, _colon, made = request.GET.get("made", "")[:300].rpartition(":")
    name, _colon, kind = place.partition(":")
    for one in fields:
        if not made or one.name != name or not one.points_to:
            continue
        if one.rows is not None:
            rows = held.get(name) or []
            return {name: [*rows, new_row(one, rows, f"{kind}:{made}")]}
        return {name: [*(held.get(name) or ()), made] if one.kind == "refs" else made}
    return {}
