"""To whom something is sent: members of the tenant, and addresses of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person

MOST_ADDRESSES = 50
LONGEST, SHOWN = 254, 40  # letters of an address, by RFC 5321; of one that has more, in the error


class RecipientsForm(forms.Form):
    """Abstract. `people` are the tenant's members; cleaned `addresses` are a list."""

    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("To members"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    addresses = forms.CharField(
        label=gettext_lazy("To other addresses"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3, "inputmode": "email"}),
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = [  # type: ignore[attr-defined]
            (one.pk, f"{one} ({one.email})") for one in people
        ]

    def clean_addresses(self) -> list[str]:
        found: dict[str, str] = {}
        for address in re.split(r"[\s,;]+", self.cleaned_data["addresses"].strip()):
            if not address:
                continue
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValidationError(
                    _("“%(address)s” is no e-mail address.") % {"address": address}
                ) from error
            if len(address) > LONGEST:
                told = {"address": address[:SHOWN], "count": LONGEST}
                raise ValidationError(_("“%(address)s…” has more than %(count)s letters.") % told)
            found.setdefault(address.lower(), address)
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(_("At most %(count)s addresses.") % {"count": MOST_ADDRESSES})
        return list(found.values())
