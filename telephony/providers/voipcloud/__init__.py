"""VoIPcloud: call lists, call-to-number and the status of the platform, by an API key. Facts and quirks: README.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.providers.calling import Act, Way
from telephony.providers.client import Answer
from telephony.providers.declaration import ConnectField, Pacing, Provider
from telephony.providers.fields import DocumentField
from telephony.providers.live import LivePanel, Rows
from telephony.providers.voipcloud.catalog import BASE, CALL_TO_NUMBER, CATALOG, SYSTEM_STATUS
from telephony.providers.voipcloud.client import VoipcloudClient
from telephony.providers.voipcloud.kinds import KINDS, USER
from telephony.providers.voipcloud.objects import path_values, read_entities, read_entity
from telephony.providers.voipcloud.reading import STREAMS, probe_calls, read_calls
from telephony.providers.voipcloud.sign_in import sign_in

CONNECT_FIELDS = (
    ConnectField(
        name="base",
        label=_("Address of the portal"),
        kind="url",
        address=BASE,
        help=_("Your region's, such as https://au.voipcloud.online, or that of your reseller."),
    ),
    ConnectField(
        name="api_key",
        label=_("API key"),
        kind="secret",
        help=_("One for the whole account; it stands in the billing details of the portal."),
    ),
)


def _status_rows(answer: Answer) -> Rows:
    """What the status says, whatever its form: it is not documented."""
    document: Any = answer.document
    data = document.get("data", document) if isinstance(document, Mapping) else document
    if isinstance(data, Mapping):
        return [data] if data else []
    return [{"status": str(data)}] if data not in (None, "", []) else []


PROVIDER = Provider(
    id="voipcloud",
    label="VoIPcloud",
    mark="Vc",
    catalog=CATALOG,
    kinds=KINDS,
    capabilities=frozenset({"lines.read", "calls.list", "calls.start"}),
    number_ways=(
        Way(
            act=Act.CALL,
            operation=CALL_TO_NUMBER,
            values=lambda wish: {"user_number": wish.first, "number_to_call": wish.number},
        ),
    ),
    connect_fields=CONNECT_FIELDS,
    make_client=VoipcloudClient,
    read_entities=read_entities,
    read_entity=read_entity,
    read_calls=read_calls,
    probe_calls=probe_calls,
    path_values=path_values,
    streams=STREAMS,
    stream_labels={
        "user": _("calls of people"),
        "queue": _("calls of queues"),
        "ringgroup": _("calls of ring groups"),
    },
    call_kinds=(USER,),
    cycle_days=1,
    sign_in=sign_in,
    needs=(
        _("The API key of the account. VoIPcloud gives access to its API on request."),
        _(
            "The address from which this portal reaches the internet, on the IP whitelist of the PBX: one address a line, "
            "then save and apply the configuration."
        ),
        _("The time zone of the PBX, which is set on the connection."),
    ),
    live=(
        LivePanel(
            name="status",
            title=_("State of the platform"),
            operation=SYSTEM_STATUS,
            fields=(
                DocumentField(path="status", label=_("State"), choices=(("operational", _("operational")),)),
                DocumentField(path="message", label=_("Message")),
            ),
            rows=_status_rows,
            is_single=True,
            on_overview=True,
            kept_s=300,
            empty=_("VoIPcloud says nothing about its state."),
        ),
    ),
    # 100 queries in 15 minutes, counted by the provider as they arrive; ten are left for people.
    pacing=Pacing(limit=95, window_s=900, kept=10),
    zone="Australia/Sydney",
    currency="AUD",
)
