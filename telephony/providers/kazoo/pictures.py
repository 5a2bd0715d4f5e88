"""Pictures of a whitelabel: facts, section 7."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.kazoo.kinds import WHITELABEL
from telephony.providers.pictures import Picture

_MOST_BYTES = 2_000_000  # more than any browser should have to load for a logo

PICTURES = (
    Picture(
        kind=WHITELABEL,
        name="logo",
        label=_("Logo"),
        download="whitelabel.getOwnLogo",
        upload="whitelabel.uploadLogo",
        most_bytes=_MOST_BYTES,
    ),
    Picture(
        kind=WHITELABEL,
        name="icon",
        label=_("Icon"),
        download="whitelabel.getOwnIcon",
        upload="whitelabel.uploadIcon",
        most_bytes=_MOST_BYTES,
    ),
)
