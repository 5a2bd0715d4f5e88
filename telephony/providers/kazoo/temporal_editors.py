"""Rules of time and their sets: made and removed so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from telephony.providers.editing import Done, Editor, Fields, GenericEditor, Inverse, Surroundings
from telephony.providers.kazoo.catalog import CATALOG

IDS = {"temporalRule": "ruleId", "temporalRuleSet": "ruleSetId"}


class _Temporal(GenericEditor):
    @property
    def noun(self) -> str:
        return self.operation.key.rpartition(".")[0]

    def read(self, document: Mapping[str, Any]) -> Fields:
        return {name: value for name, value in super().read(document).items() if name != "id"}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        name = (before or {}).get("name")
        return str(name) if name else super().object_label(address, before, around)


class TemporalCreate(_Temporal):
    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("a new rule") if self.noun == "temporalRule" else _("a new set of rules")

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("“%(name)s” added") % {"name": wanted.get("name", "")}

    def inverse(self, done: Done) -> Inverse | None:
        if not done.created:
            return None
        return Inverse(operation=f"{self.noun}.delete", address={IDS[self.noun]: done.created}, wanted={})


class TemporalDelete(_Temporal):
    """It is read as one document, so that it can be made anew as it was."""

    def __init__(self, operation: Any) -> None:
        super().__init__(operation, CATALOG)
        self.reading = CATALOG[f"{self.noun}.get"]

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("“%(name)s” removed") % {"name": (before or {}).get("name", "")}

    def inverse(self, done: Done) -> Inverse | None:
        if done.before is None:
            return None
        return Inverse(operation=f"{self.noun}.create", address={}, wanted=dict(done.before))


def temporal_editors() -> dict[str, Editor]:
    found: dict[str, Editor] = {}
    for noun in IDS:
        found[f"{noun}.create"] = TemporalCreate(CATALOG[f"{noun}.create"], CATALOG)
        found[f"{noun}.delete"] = TemporalDelete(CATALOG[f"{noun}.delete"])
    return found
