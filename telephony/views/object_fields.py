"""Fields of forms that point to objects: where they find them by name, and where a new one is made for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from portal.ui.links import tenant_url
from telephony.forms.editing import EditForm
from telephony.models import Connection
from telephony.providers.edit_fields import Field
from telephony.services.door import right_for


def lead_to_objects(request: HttpRequest, link: Connection, form: EditForm) -> None:
    """Each field that points to objects of the account searches them by name, and offers to make one."""
    for one in form.declared:
        if one.refers_to in link.declaration.kinds:
            _lead(request, link, form.fields[one.name], one)


def _lead(request: HttpRequest, link: Connection, field: Any, one: Field) -> None:
    tenant = request.tenant  # type: ignore[attr-defined]
    names = {"connection": link.slug, "kind": one.refers_to}
    field.widget.attrs["data-options"] = tenant_url(tenant, "telephony:options", **names)
    maker = link.declaration.maker_of(one.refers_to)
    if maker is None or right_for(maker.operation) not in request.rights:  # type: ignore[attr-defined]
        return
    field.new_url = tenant_url(tenant, "telephony:new", **names)
    field.new_label = maker.title


def made_for(request: HttpRequest, fields: Sequence[Field], held: Mapping[str, Any]) -> dict[str, Any]:
    """`?made=FIELD:ID` chooses an object that was made for a field."""
    name, _colon, made = request.GET.get("made", "")[:300].rpartition(":")
    for one in fields:
        if made and one.name == name and one.refers_to:
            return {name: [*(held.get(name) or ()), made] if one.kind == "refs" else made}
    return {}
