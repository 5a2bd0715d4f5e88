"""Every operation of Kazoo, as data: the 146 of the SDK, and those of real servers that our pages need.

Sources and marks of certainty: README.md beside this package. Where servers of different releases have different
addresses for one operation: `fallbacks.py`.
"""

from __future__ import annotations

from telephony.providers.kazoo.catalog.accounts import ACCOUNT_OPERATIONS
from telephony.providers.kazoo.catalog.callflows import CALLFLOWS_AND_MORE
from telephony.providers.kazoo.catalog.calls import CALLS
from telephony.providers.kazoo.catalog.carriers import CARRIERS
from telephony.providers.kazoo.catalog.conferences import CONFERENCE_OPERATIONS
from telephony.providers.kazoo.catalog.further import FURTHER
from telephony.providers.kazoo.catalog.money import MONEY, PLANS
from telephony.providers.kazoo.catalog.numbers import NUMBERS_AND_PORTS
from telephony.providers.kazoo.catalog.people import PEOPLE
from telephony.providers.kazoo.catalog.voicemail import VOICEMAIL
from telephony.providers.kazoo.catalog.whitelabel import WHITELABEL
from telephony.providers.operations import Catalog

CATALOG = Catalog(
    (
        *ACCOUNT_OPERATIONS,
        *MONEY,
        *PLANS,
        *PEOPLE,
        *CALLFLOWS_AND_MORE,
        *VOICEMAIL,
        *CALLS,
        *CONFERENCE_OPERATIONS,
        *NUMBERS_AND_PORTS,
        *CARRIERS,
        *WHITELABEL,
        *FURTHER,
    )
)
