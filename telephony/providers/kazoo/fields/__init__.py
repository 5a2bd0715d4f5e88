"""What Kazoo's documents say, field by field, as pages and lists show it: made of the schema, with words of our own."""

from __future__ import annotations

from telephony.providers.kazoo.fields.derive import derived, document_fields
from telephony.providers.kazoo.fields.facts import FACTS, ID
from telephony.providers.kazoo.fields.words import WORDS

__all__ = ["FACTS", "ID", "WORDS", "derived", "document_fields"]
