"""What a sync reads from Keyyo: pages in, drafts out. Entities here, call records in records.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from portal.lib.errors import Forbidden, NotFound
from telephony.providers.drafts import EntityDraft, EntityPage
from telephony.providers.keyyo.client import KeyyoClient
from telephony.providers.keyyo.kinds import KINDS, SERVICE_KINDS
from telephony.providers.keyyo.objects import Services, draft_of, drafts_of
from telephony.providers.kinds import EntityKind

PLUGIN, PARAMETER = "CTIPlugin", "CTIPluginParameter"
REFUSALS = 3  # lists of one kind; then the grant does not cover the kind

# Names in the path of an operation, by kind, for the object itself.
_OWN_NAME = {
    "VoIPAccountProfile": "profile_identifier",
    "ACDProfile": "profile_identifier",
    PLUGIN: "plugin_name",
    PARAMETER: "parameter_name",
    "DirectoryBranch": "branch_id",
    "DirectoryContact": "uid",
    **dict.fromkeys(SERVICE_KINDS, "csi"),
}

Parents = Mapping[str, Sequence[str]]


def path_values(kind: str, parent_remote_id: str, remote_id: str = "") -> dict[str, str]:
    """The path values under which Keyyo knows an object: {"csi": ..., "profile_identifier": ...}.

    Without `remote_id`, those of the list it stands in. A plugin parameter's parent is "CSI/plugin".
    """
    values: dict[str, str] = {}
    if kind == PARAMETER:
        values["csi"], _slash, values["plugin_name"] = parent_remote_id.rpartition("/")
    elif parent_remote_id:
        values["csi"] = parent_remote_id
    if remote_id and (name := _OWN_NAME.get(kind)):
        values[name] = remote_id
    return values


def read_entities(
    client: KeyyoClient,
    kinds: Iterable[str] | None = None,
    parents: Parents | None = None,
    known: Services | None = None,
    since: datetime | None = None,
) -> Iterator[EntityPage]:
    """Every object of the wanted kinds, one page per list; whole whatever `since` is, for lists are whole here.

    parents   remote ids by kind, where they are known already ({"UCaaSVoIPAccount": [csi, ...],
              "CTIPlugin": ["csi/custom", ...]}); read otherwise

    known     kind of objects that are cached, by remote id: what documents point to, where `parents` are few

    The pages of one kind stand together, in the order of the kinds table. A list that the grant does not cover
    gives no page, so that nothing of it counts as missing; a line without such a list gives an empty one.
    """
    wanted = [KINDS[name] for name in KINDS if kinds is None or name in set(kinds)]
    reader = _Reader(client, parents, known)
    for kind in wanted:
        yield from reader.pages(kind)


def read_entity(client: KeyyoClient, kind: str, parent_remote_id: str, remote_id: str) -> EntityDraft:
    """One object as a sync would store it, read now. Raises NotFound when it is gone."""
    declared = KINDS[kind]
    if declared.read_operation:
        values = path_values(kind, parent_remote_id, remote_id)
        document = client.call(declared.read_operation, values).document
        if kind in SERVICE_KINDS and document.get("_resource_type", kind) != kind:
            raise NotFound(f"{remote_id} is of another type")
        return draft_of(declared, parent_remote_id, document, _services_of(client, declared))
    items = client.call(declared.list_operation, path_values(kind, parent_remote_id)).items
    for draft in drafts_of(declared, parent_remote_id, items, {}):
        if draft.remote_id == remote_id:
            return draft
    raise NotFound(f"{kind} {remote_id} is not in its list")


def _services_of(client: KeyyoClient, kind: EntityKind) -> Services:
    """The services that this kind may point to; only profiles do, and only they cost the extra read."""
    if kind.kind != "VoIPAccountProfile":
        return {}
    return {service.csi: service.type for service in client.services()}


class _Reader:
    """Reads lists, remembering what later kinds hang below."""

    def __init__(self, client: KeyyoClient, parents: Parents | None, known: Services | None) -> None:
        self.client = client
        self._known = known
        self._given = {kind: list(ids) for kind, ids in (parents or {}).items()}
        self._services: list[Mapping[str, Any]] | None = None
        self._plugins: list[str] | None = None

    def pages(self, kind: EntityKind) -> Iterator[EntityPage]:
        if kind.kind in SERVICE_KINDS:
            items = [item for item in self._service_documents() if item.get("_resource_type") == kind.kind]
            yield self._page(kind, "", items)
        elif kind.parent_kind == "":
            yield from self._list(kind, [""])
        else:
            yield from self._list(kind, self._parents(kind))

    def _list(self, kind: EntityKind, parents: Sequence[str]) -> Iterator[EntityPage]:
        """One page per parent. After three refusals, and none allowed before, the rest of the kind is left out."""
        allowed, refused = False, 0
        for parent in parents:
            try:
                items = self.client.call(kind.list_operation, path_values(kind.kind, parent)).items
            except Forbidden:
                refused += 1
                if not allowed and refused >= REFUSALS:
                    return
                continue
            except NotFound:
                items = ()
            allowed = True
            yield self._page(kind, parent, items)

    def _page(self, kind: EntityKind, parent: str, items: Sequence[Mapping[str, Any]]) -> EntityPage:
        drafts = drafts_of(kind, parent, items, self._types())
        if kind.kind == PLUGIN:
            self._plugins = (self._plugins or []) + [f"{parent}/{draft.remote_id}" for draft in drafts]
        return EntityPage(
            kind=kind.kind,
            parent_remote_id=parent,
            drafts=drafts,
            is_complete=True,
            expected_total=len(drafts),
        )

    def _service_documents(self) -> list[Mapping[str, Any]]:
        if self._services is None:
            answer = self.client.call("services.list")
            self._services = sorted(answer.items, key=lambda item: str(item.get("csi", "")))
        return self._services

    def _types(self) -> Services:
        """CSI to type: from what was read, else what is known, else from the parents given."""
        if self._services is None and self._known is not None:
            return self._known
        if self._services is None and self._given:
            return {csi: kind for kind, ids in self._given.items() if kind in SERVICE_KINDS for csi in ids}
        if self._services is None:
            return {}
        return {str(item.get("csi", "")): str(item["_resource_type"]) for item in self._services}

    def _parents(self, kind: EntityKind) -> list[str]:
        if kind.kind == PARAMETER:
            return self._plugin_ids()
        found: list[str] = []
        for name in kind.parent_kinds:
            if name in self._given:
                found += self._given[name]
            else:
                found += [
                    str(item["csi"])
                    for item in self._service_documents()
                    if item.get("_resource_type") == name
                ]
        return found

    def _plugin_ids(self) -> list[str]:
        if PLUGIN in self._given:
            return self._given[PLUGIN]
        if self._plugins is None:
            self._plugins = []
            for _page in self.pages(KINDS[PLUGIN]):
                pass
        return self._plugins
