"""A Keyyo line as its page shows it: profiles as sentences, blacklist, barring, plugins, telephones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from telephony.providers.barring import AbroadBar
from telephony.providers.keyyo.documents import flag, text
from telephony.providers.keyyo.editors.plugins import PLUGIN_WORDS
from telephony.providers.keyyo.editors.profile_fields import ALWAYS, DEFAULT, KINDS, read_profile, sentence
from telephony.providers.keyyo.editors.protection import (
    PLACES,
    abroad_barred,
    bars_abroad,
    group_label,
    read_blacklist,
)
from telephony.providers.keyyo.kinds import GROUP, MOBILE, SIP_LINE
from telephony.providers.line_page import (
    Act,
    Barring,
    Blacklist,
    Cached,
    LinePage,
    LineParts,
    PluginRow,
    ProfileRow,
)

PROFILE_UPDATE, PROFILE_DELETE = "services.profiles.update", "services.profiles.delete"
BARRED = "services.call_barred_groups.replace"
BARS_ABROAD = {
    kind: AbroadBar(operation=BARRED, wanted=abroad_barred, field="groups", bars=bars_abroad)
    for kind in (SIP_LINE, MOBILE)
}


def parts(line_kind: str, cached: Sequence[Cached]) -> LineParts:
    """What is known of a line of this kind, out of the objects below it."""
    by_kind: dict[str, list[Cached]] = {}
    for one in cached:
        by_kind.setdefault(one.kind, []).append(one)
    writes = {"settings": "services.update"}
    if line_kind in (SIP_LINE, GROUP):
        writes["profile"] = "services.profiles.create"
    if line_kind == SIP_LINE:
        writes["blacklist"] = "services.blacklist.replace"
        writes["parameter"] = "services.cti_plugins.parameters.update"
    if line_kind in BARS_ABROAD:
        writes["barring"] = BARRED
    profiles = [one for kind in KINDS for one in by_kind.get(kind, ())]
    return LineParts(
        profiles=_profiles(profiles) if "profile" in writes else None,
        blacklist=_blacklist(by_kind.get("Blacklist", ())) if "blacklist" in writes else None,
        barring=_barring(by_kind) if "barring" in writes else None,
        plugins=_plugins(by_kind) if line_kind == SIP_LINE else None,
        writes=writes,
        acts=_acts(line_kind),
    )


def _acts(line_kind: str) -> list[Act]:
    """What is done to the line at once, and never taken back."""
    acts = [Act(label=_("Order another offer"), operation="services.upgrade.create")]
    if line_kind in (SIP_LINE, MOBILE):
        acts.append(
            Act(label=_("Replace the SIP password"), operation="services.reset_password.create", wanted={})
        )
    if line_kind == SIP_LINE:
        acts.append(Act(label=_("Make a token for a browser"), operation="services.csi_token.create"))
    return acts


def _profiles(profiles: Sequence[Cached]) -> list[ProfileRow]:
    is_any_forced = any(flag(one.document, "forced") for one in profiles)
    rows = [_profile(one, is_any_forced) for one in profiles]
    return sorted(
        rows, key=lambda row: (not row.is_forced, not row.is_on, row.name != _("Default"), row.name)
    )


def _profile(one: Cached, is_any_forced: bool) -> ProfileRow:
    fields = read_profile(one.document)
    is_default, is_forced = one.remote_id == DEFAULT, fields["forced"]
    switch = (
        Act(label=_("Release"), operation=PROFILE_UPDATE, wanted={"forced": False})
        if is_forced
        else Act(label=_("Force"), operation=PROFILE_UPDATE, wanted={"forced": True})
    )
    acts = [
        switch,
        Act(label=_("Edit"), operation=PROFILE_UPDATE),
        Act(
            label=_("Remove"),
            operation=PROFILE_DELETE,
            wanted={},
            why_not=_("The default profile cannot be removed: every line has one.") if is_default else "",
        ),
    ]
    note = _("forced") if is_forced else _("when none is forced") if is_default else ""
    return ProfileRow(
        entity_id=one.entity_id,
        name=fields["name"] or _("Default"),
        note=note,
        sentence=sentence(fields),
        is_on=is_forced or (is_default and not is_any_forced),
        is_forced=is_forced,
        switch=switch,
        acts=acts,
    )


def _blacklist(found: Sequence[Cached]) -> Blacklist | None:
    if not found:
        return None
    fields = read_blacklist(found[0].document)
    return Blacklist(numbers=fields["numbers"], refuses_withheld=fields["anonymous"], places=PLACES)


def _barring(by_kind: Mapping[str, Sequence[Cached]]) -> Barring | None:
    if not by_kind.get("CallBarredGroups"):
        return None
    barred = _groups(by_kind.get("CallBarredGroups", ()))
    known = _groups(by_kind.get("CallBarringGroups", ()))
    return Barring(
        barred=[group_label(name) for name in barred],
        allowed=[group_label(name) for name in known if name not in barred],
    )


def _groups(found: Sequence[Cached]) -> list[str]:
    return [str(name) for one in found for name in one.document.get("groups", ())]


def _plugins(by_kind: Mapping[str, Sequence[Cached]]) -> list[PluginRow]:
    parameters = by_kind.get("CTIPluginParameter", ())
    return [_plugin(one, parameters) for one in by_kind.get("CTIPlugin", ())]


def _plugin(one: Cached, parameters: Sequence[Cached]) -> PluginRow:
    is_on = flag(one.document, "enabled")
    meaning = PLUGIN_WORDS.get(one.remote_id, "")
    parent = f"{one.parent_remote_id}/{one.remote_id}"
    own = [each for each in parameters if each.parent_remote_id == parent]
    filled = [each for each in own if text(each.document, "value")]
    if not meaning:
        note = _("Unknown to the portal; kept as it is.")
    elif not is_on:
        note = _("Switched off.")
    elif one.remote_id == "custom":
        note = _("Sends events to an address.") if filled else _("No address is set: nothing is sent.")
    else:
        note = _("Enabled.")
    toggle = _("Switch off") if is_on else _("Switch on")
    return PluginRow(
        entity_id=one.entity_id,
        name=one.remote_id,
        meaning=meaning,
        note=note,
        is_on=is_on,
        icon="bolt" if one.remote_id == "custom" and is_on else "plug-connected" if is_on else "plug",
        acts=[Act(label=toggle, operation="services.cti_plugins.update", wanted={"enabled": not is_on})],
        parameters=[(each.entity_id, each.remote_id, text(each.document, "value")) for each in own],
    )


def sends_all_to(documents: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """The number that the profile in force gives every call to, "" for none."""
    profiles = [document for kind, document in documents if kind in KINDS]
    ruling = [one for one in profiles if flag(one, "forced")]
    ruling = ruling or [one for one in profiles if text(one, "identifier") == DEFAULT]
    return read_profile(ruling[0]).get(ALWAYS, "") if ruling else ""


def terminal_words(document: Mapping[str, Any]) -> tuple[str, str]:
    """A registered telephone: what it is, where it is."""
    places = dict.fromkeys(filter(None, (text(document, "private_ip"), text(document, "public_ip"))))
    return text(document, "user_agent") or _("Telephone"), ", ".join(places)


LINE_PAGE = LinePage(
    kinds=(*KINDS, "Blacklist", "CallBarringGroups", "CallBarredGroups", "CTIPlugin"),
    below={"CTIPlugin": "CTIPluginParameter"},
    parts=parts,
    sends_all_to=sends_all_to,
    terminals="services.sip_records.list",
    terminal_words=terminal_words,
)
