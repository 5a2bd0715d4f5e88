"""The seven commands on companies: who may, what is refused, what comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from telephony.providers.keevio.catalog import COMPANY_ID, COMPANY_NAME
from telephony.providers.keevio.sandbox.refusals import Refused, denied, invalid, missing
from telephony.providers.keevio.sandbox.seed import DEFAULT
from telephony.providers.keevio.sandbox.sessions import User, company_of_admin, is_system_admin
from telephony.providers.keevio.setting_values import MAX_TEXT, Unfit
from telephony.providers.keevio.settings import BY_NAME, FEATURE_SWITCHES

if TYPE_CHECKING:
    from telephony.providers.keevio.sandbox.app import KeevioSandbox

Document = dict[str, Any]
# As the vendor's example of an update: these are not in its answer.
NOT_ANSWERED = frozenset({"record", "nocallrec", "nokeevio", "noext", "nopickup", "nobarge"})
_SURROGATE = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")


class Companies:
    """Answers commands on companies. Every method takes who asks, the scope and the values."""

    def __init__(self, sandbox: KeevioSandbox) -> None:
        self._sandbox = sandbox
        self.commands: dict[str, Callable[[User, Document, Document], Document]] = {
            "create": self._create,
            "read": self._read,
            "update": self._update,
            "delete": self._delete,
            "readContainer": self._read_container,
            "group": self._group,
            "ungroup": self._ungroup,
        }

    @property
    def _state(self) -> dict[str, Any]:
        return self._sandbox.store.data

    @property
    def _rows(self) -> dict[str, Document]:
        rows: dict[str, Document] = self._state["companies"]
        return rows

    def _create(self, user: User, scope: Document, values: Document) -> Document:
        _only_system_admin(user)
        company, name = _new_id(values.get("company")), values.get("name")
        _refuse_name(name)
        description = _description(values.get("description", ""))
        if company in self._rows:
            raise Refused("Already exists")
        self._rows[company] = {
            "id": str(self._sandbox.next_id()),
            "name": name,
            "description": description,
            "container": "",
            "extensions": 0,
            "data": {},
        }
        self._own_container(company)
        return {"values": {company: self._shown(company)}}

    def _read(self, user: User, scope: Document, values: Document) -> Document:
        if "company" not in scope:
            _only_system_admin(user)
            return {"values": {company: self._shown(company) for company in self._rows}}
        company = self._reachable(user, scope)
        return {"values": {one: self._shown(one) for one in self._with_extras(user, company)}}

    def _update(self, user: User, scope: Document, values: Document) -> Document:
        """All or nothing: a refused value leaves the others unchanged as well."""
        company = self._reachable(user, scope)
        row = self._rows[company]
        changes: Document = {}
        if "name" in values:
            _refuse_name(values["name"])
            changes["name"] = values["name"]
        if "description" in values:
            changes["description"] = _description(values["description"])
        data = dict(row["data"])
        for name, value in values.items():
            if name not in BY_NAME:
                continue
            accepted = _accepted(row, name, value)
            if is_system_admin(user) or name not in FEATURE_SWITCHES:
                data[name] = accepted
        for name in row["data"].keys() & values.keys():
            _remember(row, name)
        row.update(changes, data=data)
        shown = self._shown(company)
        shown["data"] = {name: value for name, value in data.items() if name not in NOT_ANSWERED}
        return {"values": {company: shown}}

    def _delete(self, user: User, scope: Document, values: Document) -> Document:
        _only_system_admin(user)
        company = self._reachable(user, scope)
        if company == DEFAULT:
            raise Refused("The default company cannot be deleted")
        if self._rows[company]["extensions"]:
            raise Refused("The company still has extensions")
        self._leave(company)
        del self._rows[company]
        for login in [login for login, one in self._state["users"].items() if one["company"] == company]:
            del self._state["users"][login]
        return {}

    def _read_container(self, user: User, scope: Document, values: Document) -> Document:
        _only_system_admin(user)
        if not scope.keys() & {"company", "container"}:
            raise invalid("company")
        keys = set()
        if "company" in scope:
            keys.add(self._rows[self._reachable(user, scope)]["container"])
        if "container" in scope:
            container = scope["container"]
            if not isinstance(container, str) or container not in self._state["containers"]:
                raise missing()
            keys.add(container)
        if len(keys) > 1:
            raise missing()
        (key,) = keys
        members = {company: self._shown(company) for company in self._members(key)}
        return {"values": {key: {**self._state["containers"][key], "data": {}, "members": members}}}

    def _group(self, user: User, scope: Document, values: Document) -> Document:
        _only_system_admin(user)
        company, target = self._reachable(user, scope), values.get("company")
        if not isinstance(target, str) or not target:
            raise invalid("company")
        if target not in self._rows:
            raise missing()
        moves = 0
        into = self._rows[target]["container"]
        if into != self._rows[company]["container"]:
            # Who owns a container takes its companies along.
            going = self._members(company) if self._rows[company]["container"] == company else [company]
            for one in going:
                self._leave(one)
                self._rows[one]["container"] = into
            moves = len(going) - 1
        return {"message": "grouped okay", "containermoves": moves}

    def _ungroup(self, user: User, scope: Document, values: Document) -> Document:
        _only_system_admin(user)
        company = self._reachable(user, scope)
        moves = 0
        if self._members(self._rows[company]["container"]) != [company]:
            moves = self._leave(company)
            self._own_container(company)
        return {"message": "un-grouped okay", "containermoves": moves}

    # ---- what they share ----

    def _reachable(self, user: User, scope: Document) -> str:
        """The company of the scope, as far as this user may see it. Raises Refused."""
        company = scope.get("company")
        if not isinstance(company, str) or not company:
            raise invalid("company") if is_system_admin(user) else denied()
        if not is_system_admin(user) and company != company_of_admin(user):
            raise denied()
        if company not in self._rows:
            raise missing()
        return company

    def _shown(self, company: str) -> Document:
        row = self._rows[company]
        return {"id": row["id"], "name": row["name"], "data": dict(row["data"])}

    def _with_extras(self, user: User, company: str) -> list[str]:
        """The company, after the others of its container: a System-Admin's answer may hold more than was asked for."""
        if not is_system_admin(user) or not self._state["settings"]["extra_companies"]:
            return [company]
        others = [one for one in self._members(self._rows[company]["container"]) if one != company]
        return [*others, company]

    def _members(self, container: str) -> list[str]:
        return [company for company, row in self._rows.items() if row["container"] == container]

    def _own_container(self, company: str) -> None:
        """A container named after the company, with it alone."""
        self._rows[company]["container"] = company
        name = self._rows[company]["name"]
        self._state["containers"][company] = {"id": str(self._sandbox.next_id()), "name": name}

    def _leave(self, company: str) -> int:
        """Out of its container, which goes when it is empty and gets another owner when its own leaves; how many moved."""
        container = self._rows[company]["container"]
        self._rows[company]["container"] = ""
        left = self._members(container)
        if left and container != company:
            return 0
        del self._state["containers"][container]
        if left:
            self._own_container(left[0])
            for one in left[1:]:
                self._rows[one]["container"] = left[0]
        return len(left)


def _accepted(row: Document, name: str, value: Any) -> Any:
    """The value as it is held. Raises Refused for one that fits nowhere, unless the company had it before."""
    if value in row.get("had", {}).get(name, ()):
        return value
    try:
        return BY_NAME[name].accept(value)
    except Unfit:
        raise invalid(name) from None


def _remember(row: Document, name: str) -> None:
    """Keep a value that came from another release and would be refused now: keevio takes back what it held itself."""
    value = row["data"][name]
    try:
        BY_NAME[name].accept(value)
    except Unfit:
        had = row.setdefault("had", {}).setdefault(name, [])
        had[:] = [one for one in had if one != value] + [value]


def _only_system_admin(user: User) -> None:
    if not is_system_admin(user):
        raise denied()


def _new_id(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(COMPANY_ID, value):
        raise invalid("company")
    return value


def _refuse_name(value: Any) -> None:
    if not isinstance(value, str) or not re.fullmatch(COMPANY_NAME, value):
        raise invalid("name")


def _description(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or _SURROGATE.search(value):
        raise invalid("description")
    return value


def scope_of(body: Mapping[str, Any]) -> Document:
    """The scope of a body, empty where there is none. Raises Refused where it is no object."""
    return _part(body, "scope")


def values_of(body: Mapping[str, Any]) -> Document:
    """The values of a body, empty where there are none. Raises Refused where they are no object."""
    return _part(body, "values")


def _part(body: Mapping[str, Any], name: str) -> Document:
    value = body.get(name)
    if value in (None, []):
        return {}
    if not isinstance(value, dict):
        raise invalid(name)
    return value
