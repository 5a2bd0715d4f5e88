"""The form of what is to be filled in: the holes of a starting point, the objects of a callflow that is brought in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.numbers import to_e164
from telephony.forms.editing import EditForm
from telephony.providers.edit_fields import Field, Fields, Surroundings, reason_against


class HolesForm(EditForm):
    """Fields of something that is not there yet: what is needed must be filled in."""

    def __init__(self, fields: Sequence[Field], around: Surroundings, **kwargs: Any) -> None:
        self._region = around.region
        super().__init__(fields, around, **kwargs)

    def clean(self) -> Any:
        found = super().clean()
        values = self.values
        for one in self.declared:
            value = values.get(one.name)
            reason = reason_against(one, value)
            if not reason and one.pattern and value and not re.fullmatch(one.pattern, str(value)):
                reason = str(one.help) or _("This is not of the expected form.")
            if reason and one.name not in self.errors:
                self.add_error(one.name, reason)
        return found

    @property
    def values(self) -> Fields:
        """What the fields hold, numbers in their international form."""
        held = {**self.seen, **self.wanted()}
        numbers = {one.name for one in self.declared if one.kind == "number"}
        return {
            name: to_e164(str(value), self._region) or value if name in numbers and value else value
            for name, value in held.items()
        }
