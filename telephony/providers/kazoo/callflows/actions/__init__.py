"""The 78 modules that a callflow of Kazoo can have, by category. Facts: kazoo-callflow-actions.json."""

from __future__ import annotations

from telephony.providers.callflows.actions import Actions
from telephony.providers.kazoo.callflows.actions import (
    caller_id,
    centre,
    choices,
    conferences,
    control,
    data,
    features,
    ringing,
    sounds,
)

ACTIONS = Actions(
    (
        *ringing.ACTIONS,
        *choices.ACTIONS,
        *sounds.ACTIONS,
        *centre.ACTIONS,
        *caller_id.ACTIONS,
        *conferences.ACTIONS,
        *features.ACTIONS,
        *data.ACTIONS,
        *control.ACTIONS,
    )
)
