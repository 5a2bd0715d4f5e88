"""A callflow brought in from another account, or from a file: each object that it names is mapped to one of this account.

parcel_of(entity)      what travels: the document, and what its objects are called there
proposals(...)         by kind and name, which object here is meant
bring(...)             the draft; what was left empty is marked until its step is changed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person, Tenant
from accounts.scoping import unscoped
from portal.lib.canonical import checksum
from portal.lib.errors import InvalidInput
from portal.lib.names import name_key
from portal.lib.numbers import display
from telephony.models import CallflowDraft, Connection, Entity
from telephony.providers.callflows import edits
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.lint import Fault, Problem
from telephony.providers.callflows.references import LEFT_OUT, Key, Named, bare, mapped, named_by, twice
from telephony.providers.callflows.starting import PATTERNS, asks, picks
from telephony.providers.callflows.tree import FLOW, Flow, read
from telephony.providers.edit_fields import Field
from telephony.providers.phrases import Strong, said
from telephony.services import callflow_drafts, callflow_secrets
from telephony.services.callflow_around import callflows_of, targets_of
from telephony.services.callflow_text import flow_of
from telephony.services.entities import fingerprint, secret_values_of

NAMES = "_names"  # of a file: what the objects are called, by kind and identifier; a server ignores the name
LONGEST = 2_000_000  # characters of a file


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A callflow on its way.

    names    what its objects are called there, by kind and identifier; empty where nobody told
    origin   where it comes from, for people
    into     the draft whose place it is to take; None for a new one
    link     id of the account that it comes from, None for a file; `secrets` are what its marks stand for there, sealed
    """

    document: Mapping[str, Any]
    names: Mapping[str, Mapping[str, str]]
    origin: str = ""
    into: int | None = None
    link: int | None = None
    secrets: str = ""

    @property
    def flow(self) -> Flow:
        return read(self.document)

    def name(self, one: Named) -> str:
        return str(self.names.get(one.kind, {}).get(one.remote_id, ""))

    def said(self) -> dict[str, Any]:
        return {
            "document": self.document,
            "names": self.names,
            "origin": self.origin,
            "into": self.into,
            "link": self.link,
            "secrets": self.secrets,
        }


def parcel_of(entity: Entity) -> Parcel:
    """A callflow of an account, with the names of what it names. Raises portal.lib.secrets.Unreadable."""
    callflows, flow = callflows_of(entity.connection), read(entity.document)
    values = secret_values_of(entity).values()
    return Parcel(
        link=entity.connection_id,
        secrets=callflow_secrets.sealed(entity.connection, {fingerprint(one): one for one in values}),
        document=bare(entity.document),
        names=names_of(entity.connection, flow, callflows),
        origin=f"{entity}, {entity.connection}",
    )


def names_of(connection: Connection, flow: Flow, callflows: Callflows) -> dict[str, dict[str, str]]:
    """What the objects of a callflow are called, by kind and identifier."""
    wanted = {(one.kind, one.remote_id) for one in named_by(flow, callflows)}
    targets = targets_of(connection, [flow], wanted)
    found: dict[str, dict[str, str]] = {}
    for kind, remote_id in sorted(wanted):
        if name := targets[kind, remote_id].name:
            found.setdefault(kind, {})[remote_id] = name
    return found


def parcel_in(document: Any, origin: str = "", into: int | None = None) -> Parcel:
    """What a file holds. Raises InvalidInput for what is no callflow."""
    if not isinstance(document, Mapping) or not isinstance(document.get(FLOW, {}), Mapping):
        raise InvalidInput(_("This is no callflow: a JSON object with a “flow” is needed."))
    told = document.get(NAMES)
    names = {
        str(kind): {str(remote_id): str(name) for remote_id, name in own.items()}
        for kind, own in (told if isinstance(told, Mapping) else {}).items()
        if isinstance(own, Mapping)
    }
    return Parcel(document=bare(document), names=names, origin=origin, into=into)


def lacks(connection: Connection, parcel: Parcel) -> bool:
    """Whether it names something that this account has not."""
    flow = parcel.flow
    wanted = {(one.kind, one.remote_id) for one in named_by(flow, callflows_of(connection))}
    return any(one.is_missing for one in targets_of(connection, [flow], wanted).values())


# ---- where to ----


@dataclass(frozen=True, kw_only=True)
class Destination:
    """An account that the person may bring callflows into."""

    tenant: Tenant
    slug: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.tenant.slug}/{self.slug}"


def destinations(tenants: Iterable[Tenant], callflows: Callflows) -> list[Destination]:
    """The accounts of these tenants whose callflows are of the same sort; the person has the right in each of them."""
    known = {one.pk: one for one in tenants}
    with unscoped("membership"):
        rows = Connection.objects.filter(tenant__in=known, unlinked_at=None)
        links = list(rows.order_by("tenant__name_key", "name_key", "pk"))
    return [
        Destination(tenant=known[one.tenant_id], slug=one.slug, name=str(one))
        for one in links
        if one.declaration.callflows is callflows and one.can("callflows.edit")
    ]


# ---- which object is meant ----


def proposals(connection: Connection, parcel: Parcel, wanted: Sequence[Named]) -> dict[Key, str]:
    """The object of this account for each: itself where it is of this account, else the only one of its kind and name."""
    names = {(one.kind, one.remote_id): name_key(parcel.name(one)) for one in wanted}
    rows = Entity.objects.present().filter(connection=connection, kind__in={one.kind for one in wanted})
    fitting = Q(remote_id__in=[one.remote_id for one in wanted])
    fitting |= Q(name_key__in={name for name in names.values() if name})
    by_name: dict[Key, list[str]] = {}
    own: set[Key] = set()
    for kind, remote_id, key in rows.filter(fitting).values_list("kind", "remote_id", "name_key"):
        own.add((kind, remote_id))
        by_name.setdefault((kind, key), []).append(remote_id)
    found: dict[Key, str] = {}
    for (kind, remote_id), name in names.items():
        alike = by_name.get((kind, name), []) if name else []
        if (kind, remote_id) in own:
            found[kind, remote_id] = remote_id
        elif len(alike) == 1:
            found[kind, remote_id] = alike[0]
    return found


def fields_for(connection: Connection, parcel: Parcel, wanted: Sequence[Named]) -> tuple[Field, ...]:
    """What the form of a callflow on its way asks: itself, then each object by its kind ("target_3" is the third)."""
    callflows, kinds = callflows_of(connection), connection.declaration.kinds
    had = {name: _listed(parcel.document.get(name)) for name in LEFT_OUT}
    own = [
        replace(one, help=_("Not copied. There it has: %(values)s") % {"values": had[one.name]})
        if one.name in LEFT_OUT and had[one.name]
        else one
        for one in callflows.itself
    ]
    patterns = asks(
        PATTERNS,
        _("Patterns"),
        "texts",
        help=_("Not copied. There it has: %(values)s") % {"values": had[PATTERNS]},
    )
    words = _steps_in_words(parcel.flow, callflows)
    fields = []
    for at, one in enumerate(wanted):
        kind = kinds.get(one.kind)
        said = ", ".join(dict.fromkeys(words.get(step, str(_("the callflow itself"))) for step in one.steps))
        if one.is_key:
            said = _("%(steps)s. A branch hangs on it: left empty, it stays and is marked.") % {"steps": said}
        label = parcel.name(one) or _("without a name: %(start)s…") % {"start": one.remote_id[:8]}
        group = str(kind.plural) if kind is not None else one.kind
        fields.append(picks(f"target_{at}", label, one.kind, group=group, help=said))
    fields.sort(key=lambda one: str(one.group))
    if parcel.into is not None:  # a draft keeps its own name and numbers
        return tuple(fields)
    return (*own, *([patterns] if had[PATTERNS] else []), *fields)


def _steps_in_words(flow: Flow, callflows: Callflows) -> dict[int | None, str]:
    found: dict[int | None, str] = {}
    for number, node in flow.walk():
        action = callflows.actions.get(node.module)
        found[number] = str(action.label) if action else node.module
    return found


def _listed(value: Any) -> str:
    told = map(str, value if isinstance(value, list) else ())
    return ", ".join(display(one) if one.startswith("+") else one for one in told)


# ---- bringing it in ----


def bring(
    connection: Connection,
    person: Person,
    parcel: Parcel,
    others: Mapping[Key, str],
    *,
    root: Mapping[str, Any],
) -> CallflowDraft:
    """The draft of a new callflow; nothing is sent.

    others   the object of this account for each, "" for none
    root     its name, numbers and patterns

    Raises InvalidInput (fields by the identifier there) where two branches of a step would be the same rule.
    """
    made, left, known = _mapped(connection, parcel, others)
    document = Flow(root={**made.root, **root}, nodes=made.nodes, top=made.top, fresh=made.fresh).document()
    return callflow_drafts.begin_new(connection, person, document, left_empty=left, known=known)


def bring_into(draft: CallflowDraft, parcel: Parcel, others: Mapping[Key, str]) -> None:
    """Put it in the place of what a draft has, as one act; the draft keeps its name, its numbers and its patterns.

    Raises InvalidInput as `bring` does.
    """
    made, left, known = _mapped(draft.link, parcel, others)
    own = flow_of(draft.flow)
    kept = {name: value for name, value in own.root.items() if name in (*LEFT_OUT, "id", "name")}
    document = {**made.document(), **kept}
    draft.left_empty = [{**one, "step": one["step"] + own.fresh} for one in left]  # its steps get new numbers
    draft.save(update_fields=["left_empty"])
    callflow_drafts.act(draft, None, "replace", lambda flow: edits.replace_all(flow, document), known=known)


def note_lost(draft: CallflowDraft, lost: Sequence[tuple[int, str]], first: int) -> None:
    """Remember which secrets of a part that came from another account were left behind; its steps begin at `first`."""
    flow, callflows = flow_of(draft.flow), callflows_of(draft.link)
    draft.left_empty = [*draft.left_empty, *_lost_secrets(flow, callflows, lost, first)]
    draft.save(update_fields=["left_empty"])


def _lost_secrets(
    flow: Flow, callflows: Callflows, lost: Sequence[tuple[int, str]], first: int = 0
) -> list[dict[str, Any]]:
    found = []
    for step, name in lost:
        action = callflows.actions.get(flow[first + step].module)
        fields = action.settings.fields if action else ()
        label = next((one.label for one in fields if one.parts[-1] == name), name)
        held = checksum(flow[first + step].data)
        found.append({"step": first + step, "kind": SECRET, "name": str(label), "held": held})
    return found


def _mapped(
    connection: Connection, parcel: Parcel, others: Mapping[Key, str]
) -> tuple[Flow, list[dict[str, Any]], callflow_secrets.Known]:
    """The callflow with the objects of this account, what was left empty of it, and what its marks stand for: nothing
    where it comes from another account, which no secret leaves."""
    callflows, flow = callflows_of(connection), parcel.flow
    known: callflow_secrets.Known = {}
    lost: list[tuple[int, str]] = []
    if parcel.link == connection.pk:
        known = callflow_secrets.opened(connection, parcel.secrets)
    elif flow.top is not None:
        part, lost = callflow_secrets.left_behind(flow.part(flow.top))
        flow = read({**flow.root, FLOW: part})
    by_id = {remote_id: other for (_kind, remote_id), other in others.items()}
    if same := twice(flow, callflows, by_id):
        clashing = [there for there, here in by_id.items() if here in same]
        reason = _("Two branches of one step would go by the same rule.")
        raise InvalidInput(reason, fields=dict.fromkeys(clashing, reason))
    made = mapped(flow, callflows, by_id)
    left = [
        {
            "step": step,
            "kind": one.kind,
            "name": parcel.name(one) or one.remote_id[:8],
            "held": checksum(made[step].data),
        }
        for one in named_by(flow, callflows)
        if others.get((one.kind, one.remote_id)) == "" and not one.is_key
        for step in one.steps
        if step is not None
    ]
    return made, [*left, *_lost_secrets(made, callflows, lost)], known


SECRET = "$secret"  # in the place of a kind
LEFT_BEHIND = gettext_lazy("**{action}** is without its {name}: a secret stays in its account.")
WAS_THERE = gettext_lazy("**{action}** is left empty; where it came from it was {name}.")


def left_empty(draft: CallflowDraft, flow: Flow, callflows: Callflows) -> list[Problem]:
    """What was left empty when the callflow was brought in, of steps that nobody has changed since."""
    found = []
    for one in draft.left_empty:
        step = one["step"]
        if step not in flow or checksum(flow[step].data) != one["held"]:
            continue
        action = callflows.actions.get(flow[step].module)
        label = action.label if action else flow[step].module
        words = LEFT_BEHIND if one["kind"] == SECRET else WAS_THERE
        says = said(words, action=label, name=Strong(one["name"]))
        found.append(Problem(fault=Fault.LEFT_EMPTY, says=says, number=step))
    return found
