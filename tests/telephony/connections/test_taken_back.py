"""Every reversible kind of change of Kazoo that is no edit of a document is taken back, and all is as it was.

Documents are made, edited and removed sort by sort in tests/telephony/editors/test_every_sort.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Change, Connection
from telephony.providers.client import ProviderClient
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.registry import PROVIDERS
from telephony.providers.schema_editing import SchemaEditor
from telephony.services import access, by_hand, editing

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = {
    "conference.createServer", "conference.updateServer", "servicePlan.add", "servicePlan.remove",  # test_act_forms.py
    "localResources.updateCollection", "globalResources.updateCollection",  # test_act_forms.py
    "numbers.create", "numbers.activate",  # test_numbers.py
}  # fmt: skip
Told = Mapping[str, Any]
VOLATILE = {"id", "duration", "updated_at"}


def _first(client: ProviderClient, key: str, **values: Any) -> Any:
    return client.call(key, values).items[0]["id"]


def _in_room(*first: str) -> Callable[[ProviderClient], Told]:
    """Somebody in a room, to whom something was done before: who joins is muted."""

    def make(client: ProviderClient) -> Told:
        made = client.call("conference.create", data={"name": "Monday", "member": {}}).document
        room = {"conferenceId": made["id"]}
        client.call("conference.addParticipant", room, data={"number": "+33199005512"})
        person = client.call("conference.listParticipants", room).items[0]["participant_id"]
        values = {**room, "participantId": str(person)}
        for verb in first:
            client.call(f"conference.{verb}Participant", values)
        return values

    return make


def _server(client: ProviderClient) -> dict[str, str]:
    made = client.call("conference.createServer", data={"name": "one", "host": "one.example"}).document
    return {"serverId": made["id"]}


def _paper(client: ProviderClient) -> dict[str, Any]:
    made = client.call("port.create", data={"name": "Old", "numbers": {"+33199005511": {}}}).document
    return {"portRequestId": made["id"], "documentName": "bill.pdf", "data": b"%PDF-1.4 signed"}


def _user(client: ProviderClient) -> dict[str, str]:
    return {"userId": _first(client, "user.list")}


def _plan(client: ProviderClient) -> dict[str, str]:
    return {"planId": _first(client, "services.listAvailable")}


def _plan_in_force(client: ProviderClient) -> dict[str, str]:
    plan = _plan(client)
    client.call("services.add", plan)
    return plan


MADE: Mapping[str, tuple[Callable[[ProviderClient], Told], Told]] = {
    "billing.update": (lambda client: {}, {"first_name": "Bess"}),
    "user.patch": (_user, {"first_name": "Bess"}),
    "conference.muteParticipant": (_in_room("unmute"), {}),
    "conference.unmuteParticipant": (_in_room(), {}),
    "conference.deafParticipant": (_in_room(), {}),
    "conference.undeafParticipant": (_in_room("deaf"), {}),
    "conference.deleteServer": (_server, {}),
    "port.createAttachment": (_paper, {}),
    "services.add": (_plan, {}),
    "services.remove": (_plan_in_force, {}),
}
"""What makes the object of an operation and says where it is, and what is asked for."""


@pytest.fixture
def client(top: Connection) -> Iterator[ProviderClient]:
    with tenant_scope(top.tenant_id):
        yield access.client_of(top, is_person=True)


def shown(client: ProviderClient, key: str, values: Told) -> Any:
    """What the provider shows of it, without what an identifier and a clock say."""
    reading = CATALOG[CATALOG[key].reads_back]
    answer = client.call(reading.key, {name: values[name] for name in reading.path_names if name in values})
    return _settled(list(answer.items) or answer.document)


def _settled(value: Any) -> Any:
    if isinstance(value, list):
        return [_settled(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _settled(one) for name, one in value.items() if name not in VOLATILE}
    return value


def test_each_is_taken_back(top: Connection, client: ProviderClient, alice: Person) -> None:
    wrong = {}
    for key, (make, wanted) in MADE.items():
        values = {**make(client), **wanted}
        before = shown(client, key, values)
        change = by_hand.draft(top, CATALOG[key], by_hand.Asked(values=values), alice)
        assert editing.send(change, alice).state == Change.State.APPLIED, (key, change.error)
        back = editing.send(editing.revert(change, alice), alice)
        if (back.state, shown(client, key, values)) != (Change.State.APPLIED, before):
            wrong[key] = (back.state, back.error, before, shown(client, key, values))
    assert wrong == {}


def test_no_reversible_kind_is_left_out() -> None:
    declared = PROVIDERS["kazoo"]
    editors = {one.key: declared.editor(one.key) for one in CATALOG if not one.is_read}
    others = {
        key
        for key, editor in editors.items()
        if not editor.irreversible and not isinstance(editor, SchemaEditor) and not key.endswith(".patch")
    }
    assert others == (MADE.keys() | ELSEWHERE) - {"user.patch"}
