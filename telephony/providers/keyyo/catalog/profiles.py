"""Forwarding profiles, CTI tokens and CTI plugins of a line."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.keyyo.catalog.common import (
    READ_CTI,
    READ_PROFILES,
    WRITE_CTI,
    WRITE_PROFILES,
    listing,
    manager,
    path_param,
    reading,
)
from telephony.providers.operations import Effect, Operation, Param

_PROFILE = path_param(
    "profile_identifier", "ref:VoIPAccountProfile", _('"default", or the number of the profile.')
)
_PROFILE_FIELDS = (
    Param(name="name", max_length=255, help=_("Name of the profile; the default one has none.")),
    Param(
        name="forced",
        kind="boolean",
        help=_("Impose this profile now, whatever the schedule says."),
    ),
    Param(
        name="backup_number",
        kind="number",
        max_length=64,
        help=_("Number to ring when the line is out of service. Lines only; empty clears it."),
    ),
    Param(
        name="forward_unconditionally_number",
        kind="number",
        max_length=64,
        help=_("Number that gets every call. Lines only; empty clears it."),
    ),
    Param(
        name="forward_on_no_answer_number",
        kind="number",
        max_length=64,
        help=_("Number that gets the calls that are busy or not answered. Lines only; empty clears it."),
    ),
    Param(
        name="forward_delay",
        kind="duration_s",
        minimum=0,
        maximum=120,
        help=_("Seconds of ringing before that forward. Lines only."),
    ),
    Param(
        name="forward_to_voicemail",
        kind="boolean",
        help=_("Send calls to the voicemail. Lines only."),
    ),
    Param(
        name="forward_use_account_callerid_presentation",
        kind="boolean",
        help=_("Show the line's own number, instead of the caller's, on a forwarded call. Lines only."),
    ),
)

PROFILES: tuple[Operation, ...] = (
    listing(
        "services.profiles.list",
        "/services/{csi}/profiles",
        _("List the profiles of a line or group"),
        kind="VoIPAccountProfile",
        scopes=READ_PROFILES,
    ),
    manager(
        "services.profiles.create",
        "POST",
        "/services/{csi}/profiles",
        _("Add a profile to a line or group"),
        Effect.WRITE,
        kind="VoIPAccountProfile",
        scopes=WRITE_PROFILES,
        capability="profiles.edit",
        reads_back="services.profiles.list",
        undone_by="services.profiles.delete",
        params=_PROFILE_FIELDS,
    ),
    reading(
        "services.profiles.read",
        "/services/{csi}/profiles/{profile_identifier}",
        _("Read one profile"),
        kind="VoIPAccountProfile",
        scopes=READ_PROFILES,
        params=(_PROFILE,),
        identity=(("profile_identifier", "identifier"),),
    ),
    manager(
        "services.profiles.update",
        "POST",
        "/services/{csi}/profiles/{profile_identifier}",
        _("Change one profile, or force it"),
        Effect.WRITE,
        kind="VoIPAccountProfile",
        scopes=WRITE_PROFILES,
        capability="profiles.edit",
        reads_back="services.profiles.read",
        undone_by="services.profiles.update",
        identity=(("profile_identifier", "identifier"),),
        params=(_PROFILE, *_PROFILE_FIELDS),
    ),
    manager(
        "services.profiles.delete",
        "DELETE",
        "/services/{csi}/profiles/{profile_identifier}",
        _("Remove one profile"),
        Effect.DESTROY,
        kind="VoIPAccountProfile",
        scopes=WRITE_PROFILES,
        capability="profiles.edit",
        reads_back="services.profiles.list",
        undone_by="services.profiles.create",
        params=(_PROFILE,),
        note=_("The default profile cannot be removed."),
    ),
)

_PLUGIN = path_param("plugin_name", "ref:CTIPlugin", _('Name of the plugin, such as "custom".'))
_PARAMETER = path_param(
    "parameter_name", "ref:CTIPluginParameter", _('Name of the parameter, such as "url".')
)

CTI_PLUGINS: tuple[Operation, ...] = (
    manager(
        "services.csi_token.create",
        "POST",
        "/services/{csi}/csi_token",
        _("Make a token for the browser CTI library, valid for one hour"),
        Effect.NEVER_REPEAT,
        scopes=WRITE_CTI,
        capability="plugins.edit",
        params=(
            Param(
                name="domain_masks",
                many=True,
                max_length=255,
                pattern=r"(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*",
                help=_("Web sites that may use the token: domain.ext or *.domain.ext."),
            ),
        ),
        note=_("Hosted PBX lines only."),
        extra={"secret_answer": ("token",), "shown_once": "token"},
    ),
    listing(
        "services.cti_plugins.list",
        "/services/{csi}/cti_plugins",
        _("List the CTI plugins of a line"),
        kind="CTIPlugin",
        scopes=READ_CTI,
    ),
    reading(
        "services.cti_plugins.read",
        "/services/{csi}/cti_plugins/{plugin_name}",
        _("Read one CTI plugin"),
        kind="CTIPlugin",
        scopes=READ_CTI,
        params=(_PLUGIN,),
        identity=(("plugin_name", "name"),),
    ),
    manager(
        "services.cti_plugins.update",
        "POST",
        "/services/{csi}/cti_plugins/{plugin_name}",
        _("Switch one CTI plugin on or off"),
        Effect.WRITE,
        kind="CTIPlugin",
        scopes=WRITE_CTI,
        capability="plugins.edit",
        reads_back="services.cti_plugins.read",
        undone_by="services.cti_plugins.update",
        identity=(("plugin_name", "name"),),
        params=(_PLUGIN, Param(name="enabled", kind="boolean", required=True, help=_("On or off."))),
    ),
    listing(
        "services.cti_plugins.parameters.list",
        "/services/{csi}/cti_plugins/{plugin_name}/parameters",
        _("List the parameters of a CTI plugin"),
        kind="CTIPluginParameter",
        scopes=READ_CTI,
        params=(_PLUGIN,),
    ),
    reading(
        "services.cti_plugins.parameters.read",
        "/services/{csi}/cti_plugins/{plugin_name}/parameters/{parameter_name}",
        _("Read one parameter of a CTI plugin"),
        kind="CTIPluginParameter",
        scopes=READ_CTI,
        params=(_PLUGIN, _PARAMETER),
        identity=(("parameter_name", "name"),),
    ),
    manager(
        "services.cti_plugins.parameters.update",
        "POST",
        "/services/{csi}/cti_plugins/{plugin_name}/parameters/{parameter_name}",
        _("Set the value of one parameter of a CTI plugin"),
        Effect.WRITE,
        kind="CTIPluginParameter",
        scopes=WRITE_CTI,
        capability="plugins.edit",
        reads_back="services.cti_plugins.parameters.read",
        undone_by="services.cti_plugins.parameters.update",
        identity=(("parameter_name", "name"),),
        params=(
            _PLUGIN,
            _PARAMETER,
            Param(name="value", required=True, holds_secrets=True, help=_("New value; empty clears it.")),
        ),
    ),
)
