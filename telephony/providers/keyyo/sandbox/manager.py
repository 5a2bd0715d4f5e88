"""The Manager REST API: who may ask, what for, and how answers are wrapped.

The endpoints themselves stand in `services.py`, `profiles.py`, `plugins.py`, `screening.py`, `call_lists.py`,
`voicemail.py` and `directory.py`; each registers with `@answers`. Routes and scopes come from the catalog.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.keyyo.sandbox.formats import read_flag, shown_number
from telephony.providers.keyyo.sandbox.refusals import Refused
from telephony.providers.sandbox.routing import NoRoute, Router, normal_path
from telephony.providers.sandbox.wire import Reply, WireRequest

if TYPE_CHECKING:
    from telephony.providers.keyyo.sandbox.app import KeyyoSandbox

BASE = ("keyyo", "manager", "1.0")
CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "X-Status-Reason, Retry-After"),
]
Document = dict[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """One function and the catalog entry it answers for; `locked` is False where reading may take long."""

    handle: Callable[..., Document | None]
    key: str
    scopes: tuple[str, ...]
    locked: bool = True


_HANDLERS: dict[tuple[str, str], tuple[Callable[..., Document | None], bool]] = {}
# Known from clients, named by no list of endpoints: deleting all profiles, and POST where PUT is documented.
_EXTRA = {
    ("DELETE", "/services/{}/profiles"): (
        "services.profiles.delete_all",
        ("full_access", "voip_profiles_admin"),
    ),
    ("POST", "/directory_branches/{}"): ("directory_branches.update", ("full_access",)),
    ("POST", "/directory_contacts/{}"): ("directory_contacts.update", ("full_access",)),
}


def answers(method: str, path: str, *, locked: bool = True) -> Callable[..., Any]:
    """Register a function for a verb and a path whose variables are written {}."""

    def register(handle: Callable[..., Document | None]) -> Callable[..., Document | None]:
        _HANDLERS[method, path] = (handle, locked)
        return handle

    return register


def build_router() -> Router[Endpoint]:
    """Routes for every Manager operation of the catalog. Raises LookupError when one has no function."""
    router: Router[Endpoint] = Router()
    wanted = {
        (operation.method, normal_path(operation.path)): (operation.key, operation.scopes)
        for operation in CATALOG
        if operation.surface == "manager"
    }
    for (method, path), (key, scopes) in {**wanted, **_EXTRA}.items():
        if (method, path) not in _HANDLERS:
            raise LookupError(f"the sandbox does not answer {method} {path}")
        handle, locked = _HANDLERS[method, path]
        router.add(method, path, Endpoint(handle, key, scopes, locked))
    return router


@dataclass
class Call:
    """One authorised request to the Manager and what its answer needs.

    account   the customer's part of the state; `name` its key
    visible   the services this grant may see, by CSI
    form      body fields, decoded; query  query fields, decoded
    """

    sandbox: "KeyyoSandbox"
    request: WireRequest
    token: dict[str, Any]
    account: dict[str, Any]
    local: bool

    @property
    def name(self) -> str:
        return str(self.token["account"])

    @property
    def query(self) -> dict[str, Any]:
        return self.request.query

    @property
    def form(self) -> dict[str, Any]:
        """Fields of the body. Raises Refused 400 for JSON: Keyyo reads forms, and a client should learn it here."""
        if self.request.body and self.request.header("Content-Type").startswith("application/json"):
            raise Refused(400, "The body must be a form")
        form: dict[str, Any] = self.request.data
        return form

    @property
    def now_s(self) -> int:
        return int(self.sandbox.clock.timestamp())

    @property
    def visible(self) -> dict[str, dict[str, Any]]:
        services: dict[str, dict[str, Any]] = self.account["services"]
        if not self.token["contact"]:
            return services
        return {csi: service for csi, service in services.items() if csi in self.token["services"]}

    def service(self, csi: str, *types: str) -> dict[str, Any]:
        """One visible service. Raises Refused 404 when there is none, or when it has another type than `types`."""
        service = self.visible.get(csi)
        if service is None:
            raise Refused(404, "No such service")
        if types and service["type"] not in types:
            raise Refused(404, f"Not available for a service of type {service['type']}")
        return service

    def number(self, raw: str | None) -> str | None:
        return shown_number(raw, local=self.local)

    def href(self, *segments: str) -> str:
        path = "/".join(quote(segment, safe="@") for segment in (*BASE, *segments))
        return f"{self.request.origin}/{path}"

    def resource(self, kind: str, segments: Iterable[str], fields: Document) -> Document:
        """One object with its type and its absolute link."""
        links = {"self": {"href": self.href(*segments)}}
        return {"_resource_type": kind, **fields, "_links": links}

    def collection(self, segments: Iterable[str], items: Iterable[Document], **links: str) -> Document:
        """A list, grouped by type as Keyyo does, narrowed by `filters[name]=value`."""
        embedded: dict[str, list[Document]] = {}
        for item in self._narrowed(items):
            embedded.setdefault(item["_resource_type"], []).append(item)
        found = {
            "self": {"href": self.href(*segments)},
            **{name: {"href": href} for name, href in links.items()},
        }
        return {"_links": found, "_embedded": embedded}

    def _narrowed(self, items: Iterable[Document]) -> Iterable[Document]:
        filters = self.query.get("filters")
        if not isinstance(filters, dict):
            return items
        wanted = {name: str(value) for name, value in filters.items() if name != "type"}
        return [
            item
            for item in items
            if all(name not in item or str(item[name]) == value for name, value in wanted.items())
        ]


class Manager:
    """Answers everything below `/keyyo/manager/1.0/`."""

    def __init__(self, sandbox: "KeyyoSandbox") -> None:
        self._sandbox = sandbox
        self._router = build_router()

    def operation_of(self, request: WireRequest) -> str:
        try:
            return self._router.find(request.method, request.segments[len(BASE) :])[0].key
        except NoRoute:
            return ""

    def answer(self, request: WireRequest) -> Reply:
        if request.method == "OPTIONS":
            return self._preflight(request)
        try:
            document = self._act(request)
        except Refused as refused:
            return refusal(refused.status, refused.reason)
        if document is None:
            return Reply(200, b"", [("Content-Type", "application/json; charset=utf-8"), *CORS])
        return Reply.json(document, headers=CORS)

    def _act(self, request: WireRequest) -> Document | None:
        try:
            endpoint, values = self._router.find(request.method, request.segments[len(BASE) :])
        except NoRoute as missing:
            if missing.methods:
                raise Refused(405, "Method not allowed here") from None
            raise Refused(404, "No such resource") from None
        store = self._sandbox.store
        with store.lock:
            call = self._authorised(request, endpoint)
            if endpoint.locked:
                document = endpoint.handle(call, *values)
                if request.method != "GET":
                    store.touch()
                    store.save()
                return document
        return endpoint.handle(call, *values)

    def _authorised(self, request: WireRequest, endpoint: Endpoint) -> Call:
        token = self._sandbox.oauth.token_of(request.header("Authorization"))
        if not set(endpoint.scopes) & set(token["scopes"]):
            raise Refused(403, "Insufficient scope: needs " + " or ".join(endpoint.scopes))
        local = read_flag(request.query.get("localized_numbers", "0"), "localized_numbers")
        account = self._sandbox.store.data["accounts"][token["account"]]
        return Call(self._sandbox, request, token, account, bool(local))

    def _preflight(self, request: WireRequest) -> Reply:
        """What a browser asks before it sends the bearer token from another site."""
        wanted = request.header("Access-Control-Request-Headers") or "Authorization, Content-Type"
        return Reply(
            200,
            b"",
            [
                *CORS,
                ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS"),
                ("Access-Control-Allow-Headers", wanted),
                ("Access-Control-Max-Age", "600"),
            ],
        )


def refusal(status: int, reason: str, headers: list[tuple[str, str]] | None = None) -> Reply:
    """An error of the Manager: the reason in `X-Status-Reason` (never the first header) and in the body."""
    ascii_reason = reason.encode("ascii", "replace").decode()
    return Reply.json(
        {"error": ascii_reason}, status, [*CORS, *(headers or []), ("X-Status-Reason", ascii_reason)]
    )
