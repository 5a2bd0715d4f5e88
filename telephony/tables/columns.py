"""Columns that several of telephony's tables share."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from portal.ui import parts
from portal.ui.tables import ProviderColumn


class ConnectionColumn(ProviderColumn):
    """Two letters of a connection's provider."""

    def in_file(self, record: Any) -> str:
        return str(record.connection)

    def render(self, value: Any) -> SafeString:
        declared = value.declaration
        return parts.provider(declared.mark, str(declared.label), with_word=False)
