"""A large callflow in the editor: until it can be used, until an edit is drawn, and what both take of the server.

The browser is a real one, and so is the web server, a process of its own as in production. What the server takes is
processor time, measured in this process. The page's weight is that of everything a first visit loads, compressed.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.chromium import FLAGS, provide_chromium
from portal.embedded.supervisor import Supervisor
from portal.ui.links import tenant_url
from telephony.bench.crowd import database_url
from telephony.bench.measuring import Figure, p95
from telephony.models import CallflowDraft, Connection, Credential, Entity
from telephony.providers.callflows.tree import read
from telephony.providers.drafts import EntityPage
from telephony.providers.kazoo.objects import draft_of
from telephony.providers.registry import provider
from telephony.services import entities
from telephony.services.callflow_text import text_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

SLUG = "bench-callflows"
STEPS, OPENINGS, EDITS = 500, 7, 5
WHOLE = "?fold=-"  # all steps are there from the beginning, though a page folds most of so many at first
PEOPLE, MENUS = 60, 8
ACTS: tuple[dict[str, str], ...] = ({"module": "play"}, {"key": "undo"}, {"key": "redo"}, {"key": "undo"})
CHOSEN = ("root", "3")  # edits above all steps, which all of them move by, and below a menu
DRAWN = re.compile(r'data-drawn="([^"]*)"><a [^>]*data-step="([^"]*)"')  # what a page says of its steps
OPEN_S, EDIT_MS, WEIGHT_KB = 1.5, 200, 250
PATIENCE_S = 60
# Both answer milliseconds: since the address was asked, and since the key was pressed. They look at the beginning of each
# frame; what is there by then, that frame lays out and paints, and the next begins after it.
PAINTED = "await new Promise(requestAnimationFrame);"
USABLE = f"""async () => {{
  while (!document.querySelector("[role=treeitem][tabindex='0']")) await new Promise(requestAnimationFrame);
  {PAINTED}
  return performance.now();
}}"""
REDRAWN = f"""async (act) => {{
  const work = () => document.getElementById("flow-work"), before = work().dataset.revision, began = performance.now();
  if (act.module) document.getElementById("flow-add").requestSubmit(document.querySelector(`[data-module=${{act.module}}]`));
  else document.querySelector(`.sb-draftbar [data-key=${{act.key}}]`).click();
  while (work().dataset.revision === before || work().hasAttribute("aria-busy")) await new Promise(requestAnimationFrame);
  {PAINTED}
  return performance.now() - began;
}}"""


def measure(steps: int = STEPS, openings: int = OPENINGS, edits: int = EDITS) -> list[Figure]:
    """Opening and editing in Chromium, the weight of the page, and the server's part of it."""
    connection, person = _account()
    with tenant_scope(connection.tenant_id):
        draft = begin(connection, person, large(steps))
        path = tenant_url(connection.tenant, "telephony:callflow_edit", pk=draft.entity_id)
        page_ms, edit_ms = _served(person, path, draft, edits)
    seen = _looked_at(person, path, openings, edits)
    detail = {"steps": steps, "each_ms": [round(one) for one in seen.opened_ms]}
    edited = {
        "steps": steps,
        "p95_ms": round(p95(seen.edited_ms)),
        "each_ms": [round(one) for one in seen.edited_ms],
    }
    name = f"callflow of {steps} steps"
    return [
        Figure(
            f"{name}: open until usable",
            median(seen.opened_ms) / 1000,
            OPEN_S,
            "s",
            is_floor=False,
            detail=detail,
        ),
        Figure(
            f"{name}: one edit until redrawn",
            median(seen.edited_ms),
            EDIT_MS,
            "ms",
            is_floor=False,
            detail=edited,
        ),
        Figure(
            "its editor compressed, scripts and styles included",
            sum(seen.weights.values()) / 1000,
            WEIGHT_KB,
            "kB",
            is_floor=False,
            detail=seen.weights,
        ),
        Figure("processor time of the server for the page", median(page_ms), None, "ms"),
        Figure("processor time of the server for an edit", median(edit_ms), None, "ms"),
    ]


# ---- the callflow ----
def large(steps: int) -> dict[str, Any]:
    """A callflow of so many steps: menus below menus, and people whose calls go on to their mailboxes."""
    menus, people = count(), count()
    first = _menu(next(menus))
    unfilled, made = [first], 1
    while made < steps:
        menu = unfilled.pop(0)
        for key in ("_", "1", "2", "3", "4", "5", "6"):
            if made >= steps:
                break
            if key in ("1", "2") and len(unfilled) < MENUS:
                step = _menu(next(menus))
                unfilled.append(step)
                made += 1
            else:
                step = _person(next(people), with_mailbox=made + 2 <= steps)
                made += 1 + len(step["children"])
            menu["children"][key] = step
    return {"id": "f" * 32, "name": "Head office", "numbers": ["+33199001001"], "patterns": [], "flow": first}


def _menu(number: int) -> dict[str, Any]:
    return {"module": "menu", "data": {"id": f"{number % MENUS:032x}"}, "children": {}}


def _person(number: int, *, with_mailbox: bool) -> dict[str, Any]:
    own = f"{number % PEOPLE:032x}"
    mailbox = {"module": "voicemail", "data": {"id": own}, "children": {}}
    below = {"_": mailbox} if with_mailbox else {}
    return {"module": "user", "data": {"id": own, "timeout": 20}, "children": below}


# ---- the account ----
def _account() -> tuple[Connection, Person]:
    """A customer's Kazoo account as a sync has it, with the objects that the callflow names."""
    tenant = Tenant.objects.create(slug=SLUG, name="Bench Callflows")
    person = Person.objects.create_user(f"owner@{SLUG}.example", "unused-but-long-enough", name="Bench Owner")
    Membership.objects.create(tenant=tenant, person=person, role=Role.OWNER)
    with tenant_scope(tenant):
        connection = Connection.objects.create(
            credential=Credential.objects.create(provider="kazoo"),
            provider="kazoo",
            slug=f"{SLUG}-kazoo",
            name="Bench Callflows",
            capabilities=sorted(provider("kazoo").capabilities),
        )
        for kind, documents in _objects().items():
            drafts = [draft_of(kind, {"id": f"{number:032x}", **one}) for number, one in enumerate(documents)]
            entities.store(connection, EntityPage(kind=kind, drafts=drafts), timezone.now())
    return connection, person


def _objects() -> dict[str, list[dict[str, Any]]]:
    people = range(PEOPLE)
    return {
        "user": [{"first_name": "Person", "last_name": f"Number {one}"} for one in people],
        "vmbox": [{"name": f"Mailbox {one}", "mailbox": str(2000 + one)} for one in people],
        "menu": [{"name": f"Menu {one}"} for one in range(MENUS)],
        "callflow": [
            {"name": f"Extension {one}", "numbers": [str(2000 + one)], "flow": {}} for one in people
        ],
    }


def begin(connection: Connection, person: Person, document: dict[str, Any]) -> CallflowDraft:
    """The person's draft of a callflow that was just read."""
    entities.store(
        connection, EntityPage(kind="callflow", drafts=[draft_of("callflow", document)]), timezone.now()
    )
    entity = Entity.objects.get(connection=connection, kind="callflow", remote_id=document["id"])
    return CallflowDraft.objects.create(
        entity=entity, person=person, base=json.dumps(document), flow=text_of(read(document))
    )


# ---- in this process ----
def _served(person: Person, path: str, draft: CallflowDraft, edits: int) -> tuple[list[float], list[float]]:
    """Milliseconds of processor time for pages, and for edits as the script sends them."""
    client = Client()
    client.force_login(person)
    pages, acts = [], []
    for number in range(1 + edits):
        page_ms, page = _taken(lambda: client.get(f"{path}{WHOLE}"))
        shown = " ".join(f"{step}:{digest}" for digest, step in DRAWN.findall(page.content.decode()))
        act = "undo" if number % 2 else "add"
        draft.refresh_from_db()
        said = {"act": act, "module": "play", "to": "0", "revision": draft.revision, "shown": shown}
        act_ms, _answer = _taken(lambda said=said: client.post(f"{path}{WHOLE}", said))
        if number:  # the first of each fills caches
            pages.append(page_ms)
            acts.append(act_ms)
    return pages, acts


def _taken(ask: Any) -> tuple[float, Any]:
    began = time.process_time()
    answer = ask()
    took = (time.process_time() - began) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"the editor answered {answer.status_code}")
    return took, answer


# ---- in a browser ----
@dataclass(frozen=True)
class Seen:
    """What a browser saw: milliseconds, and the compressed size of each thing that it loaded."""

    opened_ms: list[float]
    edited_ms: list[float]
    weights: dict[str, int]


def _looked_at(person: Person, path: str, openings: int, edits: int) -> Seen:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    with (
        _web() as base,
        ThreadPoolExecutor(1) as thread,
    ):  # Playwright's loop would keep the ORM out of this one
        cookie = {"name": name, "value": client.cookies[name].value, "url": base}
        return thread.submit(_look, f"{base}{path}{WHOLE}", cookie, openings, edits).result()


def _look(url: str, cookie: Any, openings: int, edits: int) -> Seen:
    from playwright.sync_api import sync_playwright  # a package of development

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=provide_chromium(), args=list(FLAGS))
        weights: dict[str, int] = {}
        _opened(browser, url, cookie, weights)
        opened = [_opened(browser, url, cookie, None) for _ in range(openings)]
        page = _page(browser, cookie)
        edited = []
        for step in CHOSEN:
            page.goto(f"{url}&step={step}")
            page.evaluate(USABLE)
            each = [page.evaluate(REDRAWN, act) for _ in range(1 + edits) for act in ACTS]
            edited += each[len(ACTS) :]  # the first of each fill caches
        browser.close()
    return Seen(opened, edited, weights)


def _page(browser: Browser, cookie: Any) -> Page:
    """A first visit: nothing is in the cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_cookies([cookie])
    return context.new_page()


def _opened(browser: Browser, url: str, cookie: Any, weights: dict[str, int] | None) -> float:
    page = _page(browser, cookie)
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))
    page.goto(url, wait_until="commit")
    took: float = page.evaluate(USABLE)
    if weights is not None:
        page.wait_for_load_state("networkidle")
        for one in answers:
            body = one.body()
            kept = body if one.url.endswith(".woff2") else gzip.compress(body)
            weights[one.url.split("/", 3)[3]] = len(kept)
    page.context.close()
    return took


@contextmanager
def _web() -> Iterator[str]:
    """The base address of a web server as in the demo, over the bench's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    base = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database_url(),
        "PORT": str(port),
        "PUBLIC_URL": base,
    }
    with (
        tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder,
        Supervisor(Path(folder), durable=False) as supervisor,
    ):
        options = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "12", "--preload"]
        supervisor.start("web", "gunicorn", "portal.wsgi", *options, environment=environment)
        _await(port)
        yield base


def _await(port: int) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/accounts/login/", headers={"Host": f"localhost:{port}"})
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        finally:
            connection.close()
