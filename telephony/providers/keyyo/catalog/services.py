"""Services, their use, offers, tasks, terminals and password."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.providers.keyyo.catalog.common import (
    READ_SERVICES,
    SERVICE_TYPES,
    WRITE_ALL,
    listing,
    manager,
    reading,
)
from telephony.providers.operations import Effect, Operation, Param, Place

SERVICES: tuple[Operation, ...] = (
    listing(
        "services.list",
        "/services",
        _("List the services of the account"),
        kind="Service",
        scopes=READ_SERVICES,
        filter_names=("type",),
        params=(
            Param(
                name="type",
                kind="choice",
                place=Place.QUERY,
                choices=SERVICE_TYPES,
                help=_("Only services of this type; the same as the filter of that name."),
            ),
        ),
        note=_(
            "One list per type comes back; an unknown type is ignored, so the answer is filtered again here."
        ),
    ),
    reading(
        "services.read",
        "/services/{csi}",
        _("Read one service"),
        kind="Service",
        scopes=READ_SERVICES,
        identity=(("csi", "csi"),),
    ),
    manager(
        "services.update",
        "POST",
        "/services/{csi}",
        _("Change a service, for example its name"),
        Effect.WRITE,
        kind="Service",
        scopes=WRITE_ALL,
        capability="profiles.edit",
        reads_back="services.read",
        undone_by="services.update",
        identity=(("csi", "csi"),),
        params=(
            Param(name="name", max_length=255, help=_("Name of the service.")),
            Param(
                name="presented_number",
                kind="number",
                max_length=64,
                assumed=True,
                help=_("Number shown to the people that the line calls; empty restores its own."),
            ),
            Param(
                name="incoming_acd_calls_allowed",
                kind="boolean",
                assumed=True,
                help=_("Whether calls to a group ring this line."),
            ),
        ),
    ),
    listing(
        "services.usage_stats.list",
        "/services/{csi}/usage_stats",
        _("List what is used and left of the plans of a service"),
        kind="UsageStatistic",
        note=_("Unlimited plans have no statistics."),
    ),
    listing(
        "services.available_upgrades.list",
        "/services/{csi}/available_upgrades",
        _("List the offers that the service can move to"),
        kind="Offer",
    ),
    manager(
        "services.upgrade.create",
        "POST",
        "/services/{csi}/upgrade",
        _("Order the move to another offer"),
        Effect.NEVER_REPEAT,
        scopes=WRITE_ALL,
        capability="profiles.edit",
        params=(
            Param(
                name="target_offer_id",
                kind="ref:Offer",
                required=True,
                assumed=True,
                max_length=64,
                help=_("Identifier of the offer, out of the available ones."),
            ),
        ),
        note=_("A contract change at Keyyo: it cannot be taken back from here."),
        extra={"charges": True},
    ),
    listing(
        "services.provisioning_tasks.list",
        "/services/{csi}/provisioning_tasks",
        _("List the provisioning tasks of a service"),
        kind="ProvisioningTask",
    ),
    manager(
        "services.reset_password.create",
        "POST",
        "/services/{csi}/reset_password",
        _("Replace the password of a service"),
        Effect.NEVER_REPEAT,
        scopes=WRITE_ALL,
        capability="profiles.edit",
        note=_("The new password is not returned; terminals must be given it before they register again."),
    ),
    listing(
        "services.sip_records.list",
        "/services/{csi}/sip_records",
        _("List the terminals registered on a line"),
        kind="SIPRecord",
    ),
)

PROTECTION: tuple[Operation, ...] = (
    listing(
        "services.call_barring_groups.list",
        "/services/{csi}/call_barring_groups",
        _("List the barring groups that a line may use"),
        kind="CallBarringGroups",
    ),
    listing(
        "services.call_barred_groups.list",
        "/services/{csi}/call_barred_groups",
        _("List the barring groups that are active on a line"),
        kind="CallBarredGroups",
    ),
    manager(
        "services.call_barred_groups.replace",
        "PUT",
        "/services/{csi}/call_barred_groups",
        _("Replace the active barring groups of a line"),
        Effect.WRITE,
        kind="CallBarredGroups",
        collection=True,
        scopes=WRITE_ALL,
        capability="barring.edit",
        reads_back="services.call_barred_groups.list",
        undone_by="services.call_barred_groups.replace",
        params=(
            Param(
                name="groups",
                many=True,
                max_length=128,
                assumed=True,
                help=_("Names of the groups to bar; empty lifts all."),
            ),
        ),
    ),
    listing(
        "services.blacklist.list",
        "/services/{csi}/blacklist",
        _("List the callers that a line refuses"),
        kind="Blacklist",
        note=_("Hosted PBX lines only."),
    ),
    manager(
        "services.blacklist.replace",
        "POST",
        "/services/{csi}/blacklist",
        _("Replace the callers that a line refuses"),
        Effect.WRITE,
        kind="Blacklist",
        collection=True,
        scopes=WRITE_ALL,
        capability="blacklist.edit",
        reads_back="services.blacklist.list",
        undone_by="services.blacklist.replace",
        params=(
            Param(
                name="numbers",
                kind="number",
                many=True,
                max_items=21,
                max_length=64,
                help=_('At most 20 numbers, and "anonymous" for hidden callers; empty clears the list.'),
            ),
        ),
        note=_("Hosted PBX lines only. The whole list is replaced."),
    ),
)
