"""How the writes of keevio are edited: a company's settings in words, containers, what a deletion means."""

from __future__ import annotations

from telephony.providers.editing import editors
from telephony.providers.keevio.catalog import CATALOG
from telephony.providers.keevio.editors.companies import CompanyCreate, CompanyDelete, CompanyUpdate
from telephony.providers.keevio.editors.containers import CompanyGroup, CompanyUngroup

EDITORS = editors(
    CATALOG,
    {
        "company.update": CompanyUpdate,
        "company.create": CompanyCreate,
        "company.delete": CompanyDelete,
        "company.group": CompanyGroup,
        "company.ungroup": CompanyUngroup,
    },
)
