"""Call detail records of the Kazoo sandbox: legs as FreeSWITCH would leave them, computed from the seed."""

from telephony.providers.kazoo.sandbox.cdrs.book import CdrBook, Documents
from telephony.providers.kazoo.sandbox.cdrs.prices import cost_units

__all__ = ["CdrBook", "Documents", "cost_units"]
