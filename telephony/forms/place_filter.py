"""Filters that name a connection beside a line, queue or group: one of another connection is refused at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from portal.ui.forms import FilterForm, RowField

PLACES = ("line", "group")


class PlaceFilterForm(FilterForm):
    """Has RowFields `connection`, `line` and `group`. Once a connection is chosen only its places are offered, and what
    was asked for."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *args: Any,
        rows: Mapping[str, Sequence[Any]],
        **kwargs: Any,
    ) -> None:
        asked = {name: str((data or {}).get(name)) for name in ("connection", *PLACES)}
        if asked["connection"] in {str(one.pk) for one in rows["connection"]}:
            own = {
                name: [
                    one
                    for one in rows[name]
                    if str(one.connection_id) == asked["connection"] or str(one.pk) == asked[name]
                ]
                for name in PLACES
            }
            rows = {**rows, **own}
        super().__init__(data, *args, rows=rows, **kwargs)
        group = self.fields["group"]
        assert isinstance(group, RowField)
        if not group.rows and not self.data.get("group"):
            del self.fields["group"]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        connection = told.get("connection")
        for name in PLACES:
            place = told.get(name)
            if connection and place and place.connection_id != connection.pk:
                words = _("%(place)s is not of %(connection)s.")
                self.add_error(name, words % {"place": place, "connection": connection.name})
        return told
