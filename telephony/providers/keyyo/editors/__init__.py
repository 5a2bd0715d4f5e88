"""How each write of Keyyo is edited, by operation key."""

from __future__ import annotations

from telephony.providers.editing import editors
from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.keyyo.editors.at_once import BrowserToken, OfferUpgrade, PasswordReset
from telephony.providers.keyyo.editors.directory import (
    BranchCreate,
    BranchDelete,
    BranchUpdate,
    ContactCreate,
    ContactDelete,
    ContactUpdate,
)
from telephony.providers.keyyo.editors.plugins import ParameterUpdate, PluginUpdate
from telephony.providers.keyyo.editors.profiles import ProfileCreate, ProfileDelete, ProfileUpdate
from telephony.providers.keyyo.editors.protection import BarringReplace, BlacklistReplace
from telephony.providers.keyyo.editors.services import ServiceUpdate

EDITORS = editors(
    CATALOG,
    {
        "services.update": ServiceUpdate,
        "services.reset_password.create": PasswordReset,
        "services.upgrade.create": OfferUpgrade,
        "services.csi_token.create": BrowserToken,
        "services.profiles.create": ProfileCreate,
        "services.profiles.update": ProfileUpdate,
        "services.profiles.delete": ProfileDelete,
        "services.blacklist.replace": BlacklistReplace,
        "services.call_barred_groups.replace": BarringReplace,
        "services.cti_plugins.update": PluginUpdate,
        "services.cti_plugins.parameters.update": ParameterUpdate,
        "directory_branches.sub_branches.create": BranchCreate,
        "directory_branches.update": BranchUpdate,
        "directory_branches.delete": BranchDelete,
        "directory_branches.contacts.create": ContactCreate,
        "directory_contacts.update": ContactUpdate,
        "directory_contacts.delete": ContactDelete,
    },
)
