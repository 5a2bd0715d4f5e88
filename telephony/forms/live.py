"""What a board of calls is narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.ui.forms import ANY_ONE, FilterForm, RowField
from telephony.models import Connection, Entity
from telephony.models.places import Place


class BoardFilterForm(FilterForm):
    """`connections`, `lines` and `groups` are what there is to choose from; a group has its key as `pk`."""

    connection = RowField(label=_("Connection"), queryset=Connection.objects.none(), empty_label=ANY_ONE)
    line = RowField(label=_("Line"), queryset=Entity.objects.none(), empty_label=ANY_ONE)
    group = RowField(label=_("Queue or group"), queryset=Entity.objects.none(), empty_label=_("any"))

    def __init__(
        self,
        *args: Any,
        connections: Sequence[Connection],
        lines: Sequence[Place],
        groups: Sequence[Any],
        **kwargs: Any,
    ) -> None:
        rows = {"connection": connections, "line": lines, "group": groups}
        super().__init__(*args, rows=rows, **kwargs)
        least = {"connection": 2, "line": 2, "group": 1}
        for name, known in rows.items():
            if len(known) < least[name]:
                del self.fields[name]
