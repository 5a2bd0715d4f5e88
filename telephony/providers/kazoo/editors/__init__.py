"""How Kazoo's documents are edited: each sort with its operations, by operation key."""

from __future__ import annotations

from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.editors.sorts import SORTS
from telephony.providers.schema_editing import schema_editors

EDITORS = schema_editors(CATALOG, SORTS)
