"""What the page of a company shows, as data: its settings in groups, who shares its container, and what writes them.

A provider that has companies declares a `CompanyPage`; `telephony/services/company_story.py` puts it together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telephony.providers.edit_fields import Document, Login
from telephony.providers.operations import Text


@dataclass(frozen=True, kw_only=True)
class CompanySetting:
    """One setting of one company, as its page shows it.

    look       how it is set: choice, range, text, zone, pin, switch, letters, number
    is_own     set here; otherwise the system decides
    inherits   what the system decides, in words; "" where nobody tells
    shown      the value in words
    unknown    a stored value that is on no known list, "" otherwise: it is shown and kept
    locked     why this login cannot move it, "" if it can
    newer      the release that brought it, where the server was declared to be older; "" otherwise
    note       what else is to be known of the value: "bits 1, 2, 4, 8"
    doubt      what of the setting is inferred, "" where nothing is
    """

    name: str
    label: Text
    look: str
    is_own: bool
    inherits: Text = ""
    shown: Text = ""
    unknown: str = ""
    locked: Text = ""
    newer: str = ""
    deprecated: bool = False
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    help: Text = ""
    note: Text = ""
    doubt: Text = ""


@dataclass(frozen=True, kw_only=True)
class SettingGroup:
    key: str
    label: Text
    note: Text = ""
    settings: Sequence[CompanySetting] = ()


@dataclass(frozen=True, kw_only=True)
class CompanyPage:
    """The others are keys of operations.

    whole_account    account of a connection that reaches every company; the others reach one, and only update it
    default_company  company whose settings the others inherit, as far as is known; "" where there is none
    groups           the settings of a company's document; `defaults` is the document of the default company, if cached
    members          who sits in a container, by its document: identifier to name
    pin_weakness     why a PIN is easy to guess, "" if it is not
    """

    company_kind: str
    container_kind: str
    whole_account: str
    default_company: str
    create: str
    update: str
    delete: str
    group: str
    ungroup: str
    groups: Callable[[Document, Document | None, Login], Sequence[SettingGroup]]
    members: Callable[[Mapping[str, Any]], Mapping[str, str]]
    pin_weakness: Callable[[str], Text]
