"""Every operation once over loopback: the request on the wire is the catalog's, the answer has its shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.lib.errors import NotFound
from portal.lib.outbound import OutboundPolicy
from portal.lib.secrets import Secret
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.kazoo.catalog.ways import WAYS
from telephony.providers.kazoo.client import KazooClient
from telephony.providers.kazoo.sandbox.seed import API_KEY, LOGIN
from telephony.providers.kazoo.signing_in import credentials, sign_in
from telephony.providers.kazoo.times import to_gregorian
from telephony.providers.operations import Operation
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.transport import Transport
from tests.telephony.providers.kazoo.against_sandbox.conftest import NOON

NOON_G = to_gregorian(NOON)
SOUND = b"RIFF$\0\0\0WAVEfmt "
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


# Where an object to name in a path is found: a list, and the field of its rows.
FOUND = {
    "userId": "user.list",
    "deviceId": "device.list",
    "groupId": "group.list",
    "directoryId": "directory.list",
    "callflowId": "callflow.list",
    "menuId": "menu.list",
    "mediaId": "media.list",
    "ruleId": "temporalRule.list",
    "ruleSetId": "temporalRuleSet.list",
    "voicemailId": "voicemail.list",
    "conferenceId": "conference.list",
    "phoneNumber": "numbers.list",
    "blacklistId": "blacklist.list",
    "webhookId": "webhook.list",
    "queueId": "queue.list",
    "notificationId": "notification.list",
}
USER, ROOM = {"first_name": "Maud", "last_name": "Arden"}, {"name": "Room"}
RULE = {
    "name": "Noon",
    "cycle": "weekly",
    "wdays": ["monday"],
    "time_window_start": 0,
    "time_window_stop": 43200,
}
GATEWAY = {"name": "Carrier", "gateways": [{"server": "sip.example.com"}]}
BOX = {"name": "Desk", "mailbox": "8877"}
FLOW = {
    "name": "Flow",
    "numbers": ["8878"],
    "flow": {"module": "sleep", "data": {"duration": 1}, "children": {}},
}
HOOK = {"name": "Calls", "hook": "channel_create", "uri": "https://hooks.example.com/calls"}
GIVEN: dict[str, dict[str, Any]] = {
    "auth.userAuth": {
        "credentials": credentials(LOGIN["username"], LOGIN["password"]),
        "method": "md5",
        "account_name": LOGIN["account_name"],
    },
    "auth.apiAuth": {"api_key": API_KEY},
    "auth.sharedAuth": {"shared_token": LOGIN["shared_token"]},
    "auth.pinAuth": {"pin": LOGIN["pin"], "account_name": LOGIN["account_name"]},
    "auth.recover": {
        "username": LOGIN["username"],
        "ui_url": "https://portal.example.com",
        "account_name": LOGIN["account_name"],
    },
    "account.create": {"name": "New customer"},
    "account.update": {"name": "Another name"},
    "account.patch": {"language": "fr-fr"},
    "balance.add": {"amount": 20.0},
    "billing.update": {"company": "Blue"},
    "limits.update": {"twoway_trunks": 1},
    "user.create": USER,
    "user.update": USER,
    "user.patch": {"timezone": "Europe/Paris"},
    "user.quickcall": {"number": "201"},
    "device.create": {"name": "Phone"},
    "device.update": {"name": "Phone"},
    "device.patch": {"name": "Another phone"},
    "device.quickcall": {"number": "201", "timeout": 20},
    "group.create": {"name": "Group", "endpoints": {}},
    "group.update": {"name": "Group", "endpoints": {}},
    "group.patch": {"name": "Group"},
    "directory.create": {"name": "Book"},
    "directory.update": {"name": "Book"},
    "directory.patch": {"min_dtmf": 2},
    "callflow.create": FLOW,
    "callflow.update": FLOW,
    "callflow.patch": {"name": "Flow"},
    "menu.create": {"name": "Menu"},
    "menu.update": {"name": "Menu"},
    "menu.patch": {"retries": 2},
    "media.create": {"name": "Sound", "media_source": "upload"},
    "media.update": {"name": "Sound", "media_source": "upload"},
    "media.upload": {"data": SOUND},
    "temporalRule.create": RULE,
    "temporalRule.update": RULE,
    "temporalRule.patch": {"interval": 2},
    "temporalRuleSet.create": {"name": "Set"},
    "temporalRuleSet.update": {"name": "Set"},
    "temporalRuleSet.patch": {"name": "Set"},
    "voicemail.create": BOX,
    "voicemail.update": BOX,
    "voicemail.patch": {"require_pin": True},
    "voicemail.moveMessage": {"folder": "saved"},
    "cdrs.list": {"created_from": NOON_G - 86_400, "created_to": NOON_G, "page_size": 5},
    "queue.create": {"name": "Queue"},
    "queue.update": {"name": "Queue"},
    "queue.patch": {"agent_wrapup_time": 3},
    "agent.setStatus": {"status": "login"},
    "conference.create": ROOM,
    "conference.update": ROOM,
    "conference.patch": {"name": "Room"},
    "conference.action": {"action": "lock"},
    "conference.addParticipant": {"number": "+33612345678"},
    "conference.createServer": {"name": "Server", "host": "conf.example.com"},
    "conference.updateServer": {"name": "Server", "host": "conf.example.com"},
    "conference.getNotification": {"notificationType": "invite", "contentType": "html"},
    "conference.createNotification": {"notificationType": "invite", "data": b"<p>Hello</p>"},
    "conference.updateNotification": {"notificationType": "invite", "data": b"<p>Hello</p>"},
    "numbers.update": {"cnam": {"display_name": "Blue"}},
    "numbers.patch": {"cnam": {"display_name": "Blue"}},
    "numbers.create": {"phoneNumber": "+33199009001"},
    "numbers.search": {"pattern": "+331", "limit": 3, "offset": 0},
    "numbers.searchBlocks": {"pattern": "+331", "size": 2, "offset": 0, "limit": 2},
    "numbers.searchCity": {"city": "Paris"},
    "port.create": {"name": "Port", "numbers": {"+33199009002": {}}},
    "port.update": {"name": "Port", "numbers": {"+33199009002": {}}},
    "port.patch": {"signee_name": "Maud Arden"},
    "port.changeState": {"state": "submitted"},
    "port.createAttachment": {"documentName": "new.pdf", "data": b"%PDF-1.4"},
    "port.updateAttachment": {"data": b"%PDF-1.4"},
    "port.addComments": {"comments": [{"content": "Hello", "author": "Maud", "timestamp": NOON_G}]},
    "localResources.create": GATEWAY,
    "localResources.update": GATEWAY,
    "localResources.patch": {"weight_cost": 40},
    "globalResources.create": GATEWAY,
    "globalResources.update": GATEWAY,
    "globalResources.patch": {"weight_cost": 40},
    "resourceTemplates.create": GATEWAY,
    "resourceTemplates.update": GATEWAY,
    "resourceTemplates.patch": {"weight_cost": 40},
    "connectivity.create": {"name": "Trunks"},
    "connectivity.update": {"name": "Trunks"},
    "connectivity.patch": {"name": "Trunks"},
    "whitelabel.create": {"domain": "new.example.com", "company_name": "New"},
    "whitelabel.update": {"domain": "new.example.com", "company_name": "New"},
    "whitelabel.uploadLogo": {"data": PICTURE},
    "whitelabel.uploadIcon": {"data": PICTURE},
    "blacklist.create": {"name": "Refused", "numbers": {"+33612345678": {}}},
    "blacklist.update": {"name": "Refused"},
    "blacklist.patch": {"should_block_anonymous": True},
    "webhook.create": HOOK,
    "webhook.update": HOOK,
    "webhook.revive": {"re-enable": True},
}


class Rig:
    """What the operations need to be tried: clients, and objects to name."""

    def __init__(
        self, sandbox: SandboxServer, clients: Callable[..., KazooClient], account: str, master: str
    ) -> None:
        self.sandbox, self.account, self.master = sandbox, account, master
        self.clients = clients
        self.own = clients(account)

    def client(self, operation: Operation) -> KazooClient:
        """Global carriers and the whitelabel of the platform belong to the top account."""
        account = self.account
        if operation.key.startswith("globalResources."):
            account = self.master
        elif operation.key.startswith("whitelabel."):
            account = self.having("whitelabel")
        elif operation.key.startswith(("balance.", "billing.")):
            account = self.having("braintree_customer")
        return self.clients(account, is_old=True)

    def having(self, name: str) -> str:
        """An account that has this document."""
        accounts = self.sandbox.state("kazoo")["accounts"]
        return next(one for one in sorted(accounts) if name in accounts[one]["one"])

    def values(self, operation: Operation) -> dict[str, Any]:
        values = {name: self.find(name, operation) for name in operation.path_names if name != "accountId"}
        values = {name: value for name, value in values.items() if value is not None}
        return {**values, **self.made(operation), **GIVEN.get(operation.key, {})}

    def find(self, name: str, operation: Operation) -> Any:
        if name in FOUND:
            return self.first(FOUND[name])["id"]
        finder = getattr(self, f"_{name}", None)
        return finder(operation) if finder else None

    def first(self, key: str, **values: Any) -> dict[str, Any]:
        rows = self.own.call(key, values).items
        assert rows, f"{key} lists nothing"
        return dict(rows[0])

    def _resourceId(self, operation: Operation) -> str:
        group = operation.key.partition(".")[0]
        client = self.client(operation)
        return str(client.call(f"{group}.create", GATEWAY).document["id"])

    def _jobId(self, operation: Operation) -> str:
        rows = self.client(operation).call(f"{operation.key.partition('.')[0]}.listJobs").items
        return str(rows[0]["id"] if rows else self._new_job(operation))

    def _new_job(self, operation: Operation) -> str:
        group = operation.key.partition(".")[0]
        data = {"resource_id": self._resourceId(operation), "numbers": ["+33199009003"]}
        return str(self.client(operation).call(f"{group}.createJob", data).document["id"])

    def _portRequestId(self, operation: Operation) -> str:
        made = self.own.call("port.create", GIVEN["port.create"]).document["id"]
        if (
            "documentName" in operation.path_names and not operation.key.endswith("createAttachment")
        ) or operation.key == "port.listAttachments":
            values = {"portRequestId": made, "documentName": "bill.pdf", "data": b"%PDF-1.4"}
            self.own.call("port.createAttachment", values)
        return str(made)

    def _documentName(self, operation: Operation) -> str:
        return "bill.pdf"

    def _planId(self, operation: Operation) -> str:
        client = self.client(operation)
        plan = str(client.call("servicePlan.list").items[0]["id"])
        if operation.key.endswith(".remove"):
            client.call("servicePlan.add", {"planId": plan}, accepts_charges=True)
        return plan

    def _connectivityId(self, operation: Operation) -> str:
        return str(self.own.call("connectivity.create", {"name": "Trunks"}).document["id"])

    def _cdrId(self, operation: Operation) -> str:
        return str(self.first("cdrs.list", page_size=1)["id"])

    def _interactionId(self, operation: Operation) -> str:
        return str(self.first("cdrs.list", page_size=1)["interaction_id"])

    def _messageId(self, operation: Operation) -> str:
        return self.message()[1]

    def message(self) -> tuple[str, str]:
        for box in self.own.call("voicemail.list").items:
            rows = self.own.call("voicemail.listMessages", {"voicemailId": box["id"]}).items
            if rows:
                return str(box["id"]), str(rows[0]["media_id"])
        raise AssertionError("no mailbox has a message")

    def _username(self, operation: Operation) -> str:
        return str(self.first("registrations.list")["username"])

    def _domain(self, operation: Operation) -> str:
        return str(self.client(operation).call("whitelabel.getOwn").document["domain"])

    def _serverId(self, operation: Operation) -> str:
        client = self.clients(self.account, is_old=True)
        return str(client.call("conference.createServer", GIVEN["conference.createServer"]).document["id"])

    def _uuid(self, operation: Operation) -> str:
        self.sandbox.provider("kazoo").play("incoming", {"account": self.account, "ring_s": 5, "talk_s": 600})
        self.sandbox.clock.advance(30)
        return str(self.first("channel.list")["uuid"])

    def _participantId(self, operation: Operation) -> str:
        room = self.first("conference.list")["id"]
        self.own.call("conference.addParticipant", {"conferenceId": room, "number": "+33612345678"})
        return str(self.first("conference.listParticipants", conferenceId=room)["participant_id"])

    def made(self, operation: Operation) -> dict[str, Any]:
        """Values that depend on what is there."""
        key = operation.key
        if "messageId" in operation.path_names or key.endswith("Messages"):
            box, message = self.message()
            return (
                {"voicemailId": box}
                | ({"messages": [message]} if operation.param("messages") else {})
                | ({"folder": "saved"} if key == "voicemail.moveMessages" else {})
                | ({"messageId": message} if "messageId" in operation.path_names else {})
            )
        if key in ("numbers.activate", "numbers.delete"):
            found = self.own.call("numbers.search", GIVEN["numbers.search"]).items
            return (
                {"numbers": [found[0]["number"]]}
                if key == "numbers.activate"
                else {"numbers": [self.first("numbers.list")["id"]]}
            )
        if key.endswith(".createJob"):
            return {"resource_id": self._resourceId(operation), "numbers": ["+33199009004"]}
        if key.endswith(".updateCollection"):
            return {"data": [{**GATEWAY, "id": self._resourceId(operation)}]}
        if key == "agent.setQueueStatus":
            return {"action": "login", "queue_id": self.first("queue.list")["id"]}
        if key == "whitelabel.getDnsEntries":
            return {"domain": self._domain(operation)}
        if key == "channel.action":
            return {"action": "hangup"}
        if key == "whitelabel.create":
            self.client(operation).call("whitelabel.delete")
        if key in ("conference.getNotification", "conference.updateNotification"):
            self.clients(self.account, is_old=True).call(
                "conference.createNotification", GIVEN["conference.createNotification"]
            )
        return {}


@pytest.fixture
def rig(sandbox: SandboxServer, client_for: Callable[..., KazooClient], account: str, master: str) -> Rig:
    return Rig(sandbox, client_for, account, master)


@pytest.mark.parametrize("key", [one.key for one in CATALOG])
def test_an_operation_is_sent_as_declared_and_answers_as_declared(key: str, rig: Rig) -> None:
    operation = CATALOG[key]
    client = rig.client(operation)
    values = rig.values(operation)
    if key == "account.delete":
        made = client.call("account.create", {"name": "Short-lived"}, accepts_charges=True).document
        values["accountId"] = made["id"]

    answer = client.call(key, values, accepts_charges=True)

    seen = rig.sandbox.last_request
    assert (seen.operation, seen.method) == (key, operation.method)
    assert seen.status in (200, 201, 202)
    prepared = client.prepare(key, values, accepts_charges=True)
    assert seen.target == prepared.full_url.removeprefix(rig.sandbox.url)
    assert seen.body == (prepared.content() or b"")
    if operation.answers == "file":
        assert answer.content and answer.content_type
    elif operation.answers == "text":
        assert isinstance(answer.document, str)
    elif operation.collection:
        assert all(isinstance(row, dict) for row in answer.items)
    else:
        assert answer.document is not None
    for path_name, document_field in operation.identity:
        if isinstance(answer.document, dict) and path_name in values:
            assert str(answer.document[document_field]) == str(values[path_name])


@pytest.mark.parametrize("key", sorted(WAYS))
@pytest.mark.parametrize("generation", ["3.22", "4.3", "5.x"])
def test_servers_of_every_age_are_asked_in_their_own_way(generation: str, key: str, rig: Rig) -> None:
    operation = CATALOG[key]
    values = rig.values(operation)
    rig.sandbox.state("kazoo")["generation"] = generation
    client = rig.clients(rig.client(operation).account)

    if key == "conference.createNotification" and generation != "3.22":
        with pytest.raises(NotFound):  # no open release makes new notices
            client.call(key, values)
        return
    first = client.call(key, values, accepts_charges=True)
    count = len(rig.sandbox.requests)
    second = client.call(key, values, accepts_charges=True) if operation.is_read else None

    if second is not None:
        assert len(rig.sandbox.requests) == count + 1  # what answered is remembered
        assert type(second.document) is type(first.document)


def test_the_five_ways_in_are_open(sandbox: SandboxServer, policy: OutboundPolicy, master: str) -> None:
    transport = Transport(policy)
    addresses = {"base": f"{sandbox.url}/kazoo/v2"}
    login = {
        "account_name": LOGIN["account_name"],
        "username": LOGIN["username"],
        "password": LOGIN["password"],
    }
    by_user = sign_in(transport, addresses, login)
    ways = [
        login | {"hash": "sha"},
        {"api_key": Secret(API_KEY)},
        {"shared_token": Secret(LOGIN["shared_token"])},
        {"pin": Secret(LOGIN["pin"]), "account_name": LOGIN["account_name"]},
        {"token": by_user.access_token},
    ]

    for way in ways:
        answer = sign_in(transport, addresses, way)
        assert answer.facts["account"] == master
        assert answer.expires_at is not None
