"""Callflows of Kazoo: the actions of their steps, and how they are kept."""

from functools import partial

from telephony.providers.callflows.declaration import Callflows
from telephony.providers.kazoo.callflows.actions import ACTIONS
from telephony.providers.kazoo.callflows.starts import ITSELF, STARTS
from telephony.providers.kazoo.pointers import pointers_of_root, pointers_of_step
from telephony.providers.kazoo.sealing import without_secrets

CALLFLOWS = Callflows(
    kind="callflow",
    actions=ACTIONS,
    pointers=pointers_of_step,
    rule_kind="temporal_rule",
    switch="enabled",
    ending="hangup",
    refuge="voicemail",
    update="callflow.update",
    note="ui_metadata.note",  # inside of `data`: other editors write anew what stands beside it
    secrets=partial(without_secrets, "callflows"),
    itself=ITSELF,
    starts=STARTS,
    owner="owner_id",
    root_pointers=pointers_of_root,
)
