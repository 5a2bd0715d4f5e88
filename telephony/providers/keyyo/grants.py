"""What a person may let the portal do at Keyyo, least first. A scope cannot be added later without a new round."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.oauth import ScopeBundle

_NO_MORE = _("Cannot touch blacklists, barring or contracts.")

SCOPE_BUNDLES = (
    ScopeBundle(
        name="look",
        scopes=("full_access_read_only",),
        label=_("Look only"),
        allows=_("Sees lines, calls, profiles, blacklists, directory and voicemail settings."),
        refuses=_("Cannot change anything at Keyyo."),
        is_default=True,
    ),
    ScopeBundle(
        name="profiles",
        scopes=("full_access_read_only", "voip_profiles_admin"),
        label=_("Look, and switch profiles"),
        allows=_("Also makes, edits, forces and deletes forwarding profiles."),
        refuses=_NO_MORE,
    ),
    ScopeBundle(
        name="live",
        scopes=("full_access_read_only", "voip_profiles_admin", "cti_admin"),
        label=_("Look, profiles, and live calls"),
        allows=_(
            "Also sets the notification address of each line, so that calls are seen as they ring, and starts calls for you."
        ),
        refuses=_NO_MORE,
    ),
    ScopeBundle(
        name="everything",
        scopes=("full_access",),
        label=_("Everything"),
        allows=_(
            "Also blacklists, barring, directory and line names. Contract changes can cost money; the portal asks each time."
        ),
        refuses=_("Can change everything that the pages here show."),
    ),
)
