"""Callflows by the pages that people use: opened and saved each is the same, and what was done is taken back.

Everything is asked by the real addresses, most of it as a browser without script does; the provider is a sandbox.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from accounts.models import Person
from portal.lib.canonical import canonical_json
from portal.ui.links import tenant_url
from telephony.bench.callflow_acts import ACTS, act_by_chance
from telephony.bench.html_forms import form_in
from telephony.models import CallflowDraft, Change, Entity
from telephony.providers.callflows.actions import Action
from telephony.providers.kazoo.sandbox.callflows import steps
from telephony.providers.kazoo.sandbox.modules import MODULES
from telephony.providers.kazoo.sandbox.refusals import Errors
from telephony.providers.kazoo.sandbox.validation import check_part
from telephony.providers.kazoo.sealing import without_secrets
from telephony.services.callflow_around import callflows_of
from telephony.services.callflow_drafts import begun
from telephony.services.callflow_secrets import known_of, revealed, stars
from telephony.services.callflow_text import flow_of

SCRIPTED = {"shown": "", "chosen": ""}  # what a script says of its page: nothing is drawn on it yet
FORM = "application/x-www-form-urlencoded"
ANSWERS = (HTTPStatus.OK, HTTPStatus.FOUND)
PANEL = "flow-panel"  # what a script asks for when a step is chosen
SETTINGS = "sb-flow-settings"  # class of the form of settings
FOOT = 'class="sb-foot"'  # where a review leads on, if anything differs
STOPPED = 'name="move" disabled'  # and where it does not


class Wrong(Exception):
    """A page did not do what it should; the message says which."""


@dataclass
class Desk:
    """One callflow of an account, and a browser in front of it.

    held    where the sandbox keeps it: {"doc": document}
    """

    browser: Client
    person: Person
    entity: Entity
    held: dict[str, Any]

    def url(self, name: str, **more: Any) -> str:
        return tenant_url(self.entity.connection.tenant, f"telephony:{name}", pk=self.entity.pk, **more)

    def put(self, document: Mapping[str, Any]) -> None:
        """At the provider stands this document from now on, and nobody has a draft."""
        CallflowDraft.objects.filter(entity=self.entity).delete()
        self.held["doc"] = json.loads(json.dumps(document))

    def begin(self, document: Mapping[str, Any]) -> None:
        """A draft as one of this document begins, without asking the provider for it."""
        shown, secrets = without_secrets("callflows", document)
        first = begun(self.entity.connection, {"id": self.entity.remote_id, **shown}, secrets)
        CallflowDraft.objects.create(entity=self.entity, person=self.person, **first)

    @property
    def draft(self) -> CallflowDraft:
        return CallflowDraft.objects.get(entity=self.entity, person=self.person)

    def page(self, name: str, query: str = "", *, target: str = "") -> str:
        """A page, or the part of it that a script asks for."""
        headers = {"HX-Request": "true", "HX-Target": target} if target else None
        answer = self.browser.get(f"{self.url(name)}{query}", headers=headers)
        if answer.status_code != HTTPStatus.OK:
            raise Wrong(f"{name}: {answer.status_code}")
        return answer.content.decode()

    def post(self, name: str, data: Mapping[str, Any] | None = None, *, is_scripted: bool = False) -> str:
        """Where it leads, "" where it answers a page. Sent as a browser without script sends a form."""
        said = {**(data or {}), **(SCRIPTED if is_scripted else {})}
        answer = self.browser.post(self.url(name), urlencode(said, doseq=True), content_type=FORM)
        if answer.status_code not in ANSWERS:
            raise Wrong(f"{name} {data}: {answer.status_code}")
        return answer.get("Location", "")


# ---- trips; each gives "" where all is well, else what is not ----


def saved_as_it_is(
    desk: Desk, document: Mapping[str, Any], number: int, *, is_whole: bool = True, with_own: bool = True
) -> str:
    """Open a callflow, save the settings of one step and its own as they are shown, and review.

    is_whole  read it at the provider, open the whole page, and ask the review; else a draft of it is there already,
              only its forms are asked for, as a script does, and the draft itself is compared
    with_own  the callflow's own settings, and not those of the step alone
    """
    desk.put(document)
    if is_whole:
        desk.post("callflow_edit")
    else:
        desk.begin(document)
    shown, _secrets = without_secrets("callflows", document)
    if _said(stars(flow_of(desk.draft.flow).document()["flow"])) != _said(shown["flow"]):
        return "opened it is another"
    own = [("", "" if is_whole else PANEL)] if with_own else []
    for query, target in (*own, (f"?step={number}", PANEL)):
        try:
            settings = form_in(desk.page("callflow_edit", query, target=target), SETTINGS)
        except LookupError:
            continue  # a module that nobody knows has no form
        desk.post("callflow_edit", settings)
    draft = desk.draft
    if draft.revision or _said(flow_of(draft.flow).document()) != _said(json.loads(draft.base)):
        return f"saved as shown, step {number} or the callflow is another"
    return "reviewed it differs" if is_whole and FOOT in desk.page("callflow_review") else ""


def published_under(desk: Desk, document: Mapping[str, Any], name: str) -> str:
    """Open a sound callflow, give it another name, and publish: of all else the provider has the same."""
    desk.put(document)
    desk.post("callflow_edit")
    settings = form_in(desk.page("callflow_edit"), SETTINGS)
    desk.post("callflow_edit", {**settings, "name": name})
    desk.post("callflow_review")
    change = desk.draft.change
    if change is None:
        return "it is not proposed"
    desk.browser.post(tenant_url(change.connection.tenant, "telephony:change_send", pk=change.pk))
    change.refresh_from_db()
    if change.state != Change.State.APPLIED:
        return f"{change.state} {change.error} {change.fields_refused}"
    wanted = {**document, "name": name}
    got = {key: value for key, value in desk.held["doc"].items() if key in wanted}
    if canonical_json(got) != canonical_json(wanted) or _said(got["flow"]) != _said(document["flow"]):
        return "published it is another"
    return "; ".join(broken_rules(desk.held["doc"]))


def taken_back(
    desk: Desk, document: Mapping[str, Any], chance: random.Random, modules: Mapping[str, Action]
) -> str:
    """Acts by chance on a sound callflow, then undo all of them. In between, what breaks a rule is not published."""
    desk.put(document)
    desk.begin(document)
    before = flow_of(desk.draft.flow)
    for _ in range(ACTS):
        draft = desk.draft
        data = act_by_chance(chance, flow_of(draft.flow), modules)
        desk.post("callflow_edit", {**data, "revision": draft.revision}, is_scripted=chance.random() < 0.05)
    draft = desk.draft
    broken = broken_rules(revealed(flow_of(draft.flow), known_of(draft), callflows_of(draft.link)))
    if broken and STOPPED not in desk.page("callflow_review"):
        return f"would be published: {broken[0]}"
    for revision in range(draft.revision, draft.revision + draft.position):
        desk.post("callflow_edit", {"act": "undo", "revision": revision})
    return (
        "" if _said(flow_of(desk.draft.flow).document()) == _said(before.document()) else "undone it differs"
    )


def broken_rules(document: Mapping[str, Any]) -> list[str]:
    """What the sandbox, which judges for itself, finds wrong in the settings of steps."""
    errors = Errors()
    for path, step in steps(document.get("flow")):
        if fields := MODULES.get(str(step.get("module"))):
            check_part(fields, deepcopy(step["data"]), errors, f"{path}.data.")
    return sorted(errors)


def _said(value: Any) -> str:
    """To the letter: the order of keys and the kind of each number count."""
    return json.dumps(value)
