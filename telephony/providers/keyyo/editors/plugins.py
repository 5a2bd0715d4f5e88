"""CTI plugins of a line: on or off, and the parameters behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.redaction import is_secret_name
from telephony.providers.edit_effects import Consequence
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Editor, Place
from telephony.providers.keyyo.documents import flag, text
from telephony.providers.keyyo.editors.common import quoted
from telephony.providers.phrases import said

# What a plugin is for; any other is shown by its own name and kept as it is.
PLUGIN_WORDS = {
    "custom": lazy("live calls"),
    "websocket": lazy("calls by click"),
}


class PluginUpdate(Editor):
    title = lazy("Switch a plugin")
    kind = "CTIPlugin"
    id_field = "name"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (
            Field(
                name="enabled",
                label=lazy("Enabled"),
                kind="boolean",
                words=lambda value, _around: lazy("on") if value else lazy("off"),
            ),
        )

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(
            kind=self.kind,
            parent_remote_id=str(address.get("csi", "")),
            remote_id=str(address.get("plugin_name", "")),
        )

    def read(self, document: Mapping[str, Any]) -> Fields:
        return {"enabled": flag(document, "enabled")}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("plugin %(name)s") % {"name": quoted(str(address.get("plugin_name", "")))}

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Plugin switched on") if wanted.get("enabled") else _("Plugin switched off")

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        if wanted.get("enabled"):
            text_said = said(_("Programs that use this plugin work with this line from now on."))
            return (Consequence(icon="plug-connected", text=text_said),)
        return (
            Consequence(
                icon="plug-connected-x",
                tone="warn",
                text=said(
                    _("What relies on this plugin **stops**: live calls, or calls by a click, of this line.")
                ),
            ),
        )


class ParameterUpdate(Editor):
    title = lazy("Set a plugin parameter")
    kind = "CTIPluginParameter"
    id_field = "name"

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (
            Field(
                name="value",
                label=lazy("Value"),
                kind="exact",
                max_length=2000,
                empty=lazy("empty"),
                secret=is_secret_name(str(around.address.get("parameter_name", ""))),
                help=lazy(
                    "Sent exactly as typed, blanks and signs included. Empty clears it. Where *** stands, a secret is "
                    "kept: leave the three stars, and it stays."
                ),
            ),
        )

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(
            kind=self.kind,
            parent_remote_id=parameter_parent(address),
            remote_id=str(address.get("parameter_name", "")),
        )

    def address_of(self, place: Place) -> dict[str, str]:
        csi, _slash, plugin = place.parent_remote_id.rpartition("/")
        return {"csi": csi, "plugin_name": plugin, "parameter_name": place.remote_id}

    def read(self, document: Mapping[str, Any]) -> Fields:
        return {"value": text(document, "value")}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return _("parameter %(name)s of plugin %(plugin)s") % {
            "name": quoted(str(address.get("parameter_name", ""))),
            "plugin": quoted(str(address.get("plugin_name", ""))),
        }

    def summary(self, before: Fields | None, wanted: Fields, around: Surroundings) -> str:
        return _("Plugin parameter set") if wanted.get("value") else _("Plugin parameter cleared")

    def consequences(
        self, before: Fields | None, wanted: Fields, around: Surroundings
    ) -> tuple[Consequence, ...]:
        return (
            Consequence(
                icon="plug-connected",
                text=said(_("Keyyo uses the new value from the next call on; **nothing checks it** before.")),
            ),
        )


def parameter_parent(address: Mapping[str, Any]) -> str:
    """The parent id under which a plugin's parameters are cached."""
    return f"{address.get('csi', '')}/{address.get('plugin_name', '')}"
