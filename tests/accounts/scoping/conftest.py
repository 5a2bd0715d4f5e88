"""A line of each of two tenants."""

from __future__ import annotations

import pytest

from accounts.models import Tenant
from telephony.models import Entity

from .lines import line_of


@pytest.fixture
def corvane_line(corvane: Tenant) -> Entity:
    return line_of(corvane, "corvane-keyyo", "Accueil Paris")


@pytest.fixture
def morvanne_line(morvanne: Tenant) -> Entity:
    return line_of(morvanne, "morvanne-keyyo", "Atelier")


@pytest.fixture
def both(corvane_line: Entity, morvanne_line: Entity) -> tuple[Entity, Entity]:
    return corvane_line, morvanne_line
