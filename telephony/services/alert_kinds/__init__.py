"""The kinds of alerts: each a small module that says what it asks for, what it finds, and what it kept as evidence."""

from __future__ import annotations

from collections.abc import Mapping

from telephony.services.alert_kinds import answer_rate, cost, new_country, quiet, trouble, waiting
from telephony.services.alert_kinds.base import Kind

_MODULES = (trouble, quiet, answer_rate, waiting, cost, new_country)
KINDS: Mapping[str, Kind] = {module.KIND.key: module.KIND for module in _MODULES}
