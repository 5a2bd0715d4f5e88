"""Every operation of Keyyo, as data: 54 endpoints of the Manager API and 4 CTI actions.

Sources and marks of certainty: README.md beside this package.
"""

from __future__ import annotations

from telephony.providers.keyyo.catalog.calls import CALL_DETAIL, VOICEMAIL
from telephony.providers.keyyo.catalog.cti import ACTIONS
from telephony.providers.keyyo.catalog.directory import BRANCHES, CONTACTS
from telephony.providers.keyyo.catalog.profiles import CTI_PLUGINS, PROFILES
from telephony.providers.keyyo.catalog.services import PROTECTION, SERVICES
from telephony.providers.operations import Catalog

CATALOG = Catalog(
    (
        *SERVICES,
        *PROFILES,
        *CTI_PLUGINS,
        *PROTECTION,
        *CALL_DETAIL,
        *VOICEMAIL,
        *BRANCHES,
        *CONTACTS,
        *ACTIONS,
    )
)
