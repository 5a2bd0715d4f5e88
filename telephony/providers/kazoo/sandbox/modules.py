"""What the data of each callflow module may hold: the settings of the actions, as the cluster would judge them."""

from __future__ import annotations

from dataclasses import replace

from telephony.providers.kazoo.callflows.actions import ACTIONS
from telephony.providers.kazoo.schema import Field
from telephony.providers.schema import NO_DEFAULT

# A cluster fills in no defaults here, and misses what is required.
MODULES: dict[str, tuple[Field, ...]] = {
    name: tuple(replace(field, default=NO_DEFAULT) for field in action.settings.fields)
    for name, action in ACTIONS.items()
}
