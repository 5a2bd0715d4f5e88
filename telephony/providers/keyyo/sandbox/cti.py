"""The CTI server functions: makecall, connect, sendsms, setprofil. GET with upper-case names, answered in plain text."""

import re
from typing import TYPE_CHECKING, Any

from telephony.providers.keyyo.sandbox.digest import Digest
from telephony.providers.keyyo.sandbox.formats import read_number
from telephony.providers.keyyo.sandbox.profiles import force_by_name
from telephony.providers.keyyo.sandbox.refusals import Refused
from telephony.providers.keyyo.sandbox.rows import INCOMING, OUTGOING
from telephony.providers.sandbox.wire import Reply, WireRequest

if TYPE_CHECKING:
    from telephony.providers.keyyo.sandbox.app import KeyyoSandbox

PAGES = {"makecall.html": "cti.makecall", "sendsms.html": "cti.sendsms", "setprofil.html": "cti.setprofil"}
BETWEEN_S = 1.0
LONGEST_TEXT = 160
_TYPES = ("UCaaSVoIPAccount", "MobileAccount")


class Cti:
    """Answers the three pages below `/keyyo/`."""

    def __init__(self, sandbox: "KeyyoSandbox") -> None:
        self._sandbox = sandbox
        self._digest = Digest()

    def operation_of(self, request: WireRequest) -> str:
        key = PAGES.get(request.segments[-1], "")
        return "cti.connect" if key == "cti.makecall" and request.query.get("CALLER") else key

    def answer(self, request: WireRequest) -> Reply:
        if request.method != "GET":
            return Reply.text("Method Not Allowed", 405)
        try:
            with self._sandbox.store.lock:
                self._act(request)
                self._sandbox.store.save()
        except Refused as refused:
            if refused.status == 401:
                return self._challenge(request, refused.reason)
            reason = refused.reason if refused.status == 500 else ""
            return Reply.text(refused.reason, refused.status, reason)
        return Reply.text("OK")

    def _act(self, request: WireRequest) -> None:
        account = str(request.query.get("ACCOUNT", "")).lstrip("+")
        if not account:
            raise Refused(400, "Missing parameter ACCOUNT")
        customer, service = self._sandbox.line(account)
        if service is None or service["type"] not in _TYPES:
            raise Refused(401, "Unknown line or wrong credentials")
        self._authorise(request, account, service)
        operation = self.operation_of(request)
        if operation == "cti.setprofil":
            work = self._set_profile(request, service)
        elif operation == "cti.sendsms":
            work = self._send_text(request, account)
        else:
            work = self._make_call(request, account)
        self._pace(account)
        work(customer)

    def _authorise(self, request: WireRequest, account: str, service: dict[str, Any]) -> None:
        """The line's address rule lets in, else HTTP Digest with its SIP password. Raises Refused 401."""
        rule = service.get("plugins", {}).get("custom", {}).get("parameters", {}).get("ip_regexp", "")
        try:
            if rule and re.fullmatch(rule, request.client_address):
                return
        except re.error:
            pass  # an invalid rule lets nobody in; Digest still does
        header, now_s = request.header("Authorization"), self._sandbox.clock.timestamp()
        if not self._digest.accepts(
            header, request.method, request.target, account, service["password"], now_s
        ):
            raise Refused(401, "Unknown line or wrong credentials")

    def _challenge(self, request: WireRequest, reason: str) -> Reply:
        now_s, header = self._sandbox.clock.timestamp(), request.header("Authorization")
        stale = header.lower().startswith("digest ") and self._digest.is_stale(header, now_s)
        reply = Reply.text(reason, 401)
        reply.headers.append(("WWW-Authenticate", self._digest.challenge(now_s, stale=stale)))
        return reply

    def _pace(self, account: str) -> None:
        """One action a second for each line, no queue; a refused one does not count."""
        now_s = self._sandbox.clock.timestamp()
        last_actions = self._sandbox.store.data["last_actions"]
        last_s = last_actions.get(account)
        if last_s is not None and 0 <= now_s - last_s < BETWEEN_S:
            raise Refused(500, "Come Back Later")
        last_actions[account] = now_s
        self._sandbox.store.touch()

    def _set_profile(self, request: WireRequest, service: dict[str, Any]) -> Any:
        name = _needed(request, "PROFIL", 64)
        if not any(
            name == (profile["name"] or "default") for profile in service.get("profiles", {}).values()
        ):
            raise Refused(404, "Unknown profile")

        def force(customer: str) -> None:
            force_by_name(service, name)
            self._sandbox.store.touch()

        return force

    def _send_text(self, request: WireRequest, account: str) -> Any:
        callee = self._number(request, "CALLEE")
        _needed(request, "MSG", LONGEST_TEXT)

        def send(customer: str) -> None:
            self._sandbox.add_record(
                customer, csi=account, direction=OUTGOING, other=callee, quantity=1, unit="sms"
            )
            if self._sandbox.line(callee)[0] == customer:
                self._sandbox.add_record(
                    customer, csi=callee, direction=INCOMING, other=account, quantity=1, unit="sms"
                )

        return send

    def _make_call(self, request: WireRequest, account: str) -> Any:
        callee = self._number(request, "CALLEE")
        caller = self._number(request, "CALLER") if request.query.get("CALLER") else account
        recorded = str(request.query.get("RECORD", "0")) == "1"

        def place(customer: str) -> None:
            if caller == account:
                self._sandbox.scenarios.call(customer, account, callee, silent=recorded)
            else:
                self._sandbox.scenarios.connect(customer, account, caller, callee, silent=recorded)

        return place

    def _number(self, request: WireRequest, name: str) -> str:
        number = read_number(_needed(request, name, 64), name, short=True)
        if not number:
            raise Refused(400, f"Missing parameter {name}")
        return number


def _needed(request: WireRequest, name: str, most: int) -> str:
    value = str(request.query.get(name, "")).strip()
    if not value:
        raise Refused(400, f"Missing parameter {name}")
    if len(value) > most:
        raise Refused(400, f"{name} is longer than {most} characters")
    return value
