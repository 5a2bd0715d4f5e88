"""`manage.py screenshots`: pictures of a fixed list of pages of the demo.

It fails where a page scrolls sideways, cuts a text off, has no heading or an error in its script; with `--axe` also
where axe finds something serious.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import running
from portal.chromium import FLAGS
from portal.demo import PASSWORD, TOTP_SECRET
from portal.demo.pictures import SHOTS, SIZES, TOM, Shot

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Texts whose end is hidden: outside a box that clips and cannot be scrolled. What says the whole text in its title
# is meant to be cut.
CUT = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!text.data.trim() || parent.closest(".visually-hidden, .sb-skip, script, style, template, svg")) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const right = Math.max(...[...range.getClientRects()].map((box) => box.right));
    if (parent.closest("[title]")?.title.includes(text.data.trim())) continue;
    for (let box = parent; box && box !== document.body; box = box.parentElement) {
      const overflow = getComputedStyle(box).overflowX;
      if (overflow === "auto" || overflow === "scroll") break;
      if (overflow !== "visible" && right > box.getBoundingClientRect().right + 1) {
        found.push(text.data.trim().slice(0, 60));
        break;
      }
    }
  }
  return [...new Set(found)].slice(0, 5);
}"""
SERIOUS = {"serious", "critical"}
JUDGED = {"light", "dark"}
STARTS_WITHIN_S = 300


class Command(BaseCommand):
    help = "Picture pages of the demo, light, dark and 390 px wide, into $DATA_DIR/screenshots."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, default=1, help="device pixels per CSS pixel, 1 unless told")
        parser.add_argument("--axe", action="store_true", help="let axe judge each page, in light and dark")
        parser.add_argument("names", nargs="*", metavar="NAME", help="only these pages")

    def handle(self, *args: Any, **options: Any) -> None:
        from playwright.sync_api import sync_playwright

        unknown = set(options["names"]) - {shot.name for shot in SHOTS}
        if unknown:
            raise CommandError(f"No such page: {', '.join(sorted(unknown))}.")
        self.scale, self.judge = options["scale"], options["axe"]
        signal.signal(
            signal.SIGTERM, signal.default_int_handler
        )  # so that a demo of ours is ended in every case
        shots = [shot for shot in SHOTS if not options["names"] or shot.name in options["names"]]
        folder = settings.DATA_DIR / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        with self._demo() as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ["CHROMIUM"], args=[*FLAGS, "--font-render-hinting=none"]
            )
            found = 0
            for problem in self._take(browser, base, shots, folder):
                self.stdout.write(f"  {problem}")
                found += 1
            browser.close()
        self.stdout.write(f"{len(shots) * len(SIZES)} pictures in {folder}")
        if found:
            raise CommandError(f"{found} things are not as they should be.")

    def _take(self, browser: Browser, base: str, shots: list[Shot], folder: Path) -> Iterator[str]:
        """Take the pictures; yields what is wrong with a page."""
        for person in dict.fromkeys(shot.person for shot in shots):
            state = signed_in(browser, base, person) if person else None
            for size, width, height, theme in SIZES:
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    device_scale_factor=self.scale,
                    color_scheme=theme,  # type: ignore[arg-type]
                    storage_state=state,
                    base_url=base,
                    locale="en-GB",
                    timezone_id="Europe/Paris",
                )
                page = context.new_page()
                for shot in shots:
                    if shot.person == person:
                        yield from picture(page, shot, size, folder, judge=self.judge and size in JUDGED)
                context.close()

    @contextmanager
    def _demo(self) -> Iterator[str]:
        """Where the demo answers: the one that runs over this data folder, or one for the time being."""
        environment = running.running_demo(settings.DATA_DIR)
        if environment:
            yield environment.get("PUBLIC_URL") or f"http://localhost:{environment['PORT']}"
            return
        demo = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo"], start_new_session=True
        )
        try:
            give_up = time.monotonic() + STARTS_WITHIN_S
            while not (settings.DATA_DIR / "demo.json").exists():
                if demo.poll() is not None or time.monotonic() > give_up:
                    raise CommandError("The demo did not start.")
                time.sleep(0.5)
            yield f"http://localhost:{settings.PORT}"
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)


def signed_in(browser: Browser, base: str, email: str) -> Any:
    """The cookies of a person who has signed in."""
    from portal.demo.check import one_time_code

    context = browser.new_context(base_url=base)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("load")
    if email == TOM:
        page.fill("input[name=code]", one_time_code(TOTP_SECRET))
        page.press("input[name=code]", "Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    state = context.storage_state()
    context.close()
    return state


def picture(page: Page, shot: Shot, size: str, folder: Path, *, judge: bool = False) -> Iterator[str]:
    """Go there and take it; yields why it is not as it should be."""
    errors: list[str] = []

    def hear(error: Any) -> None:
        errors.append(str(error))

    page.on("pageerror", hear)
    try:
        missing = reach(page, shot)
        if missing:
            yield f"{shot.name}-{size}: {missing}"
            return
        page.wait_for_timeout(250)  # fragments that load after the page
        page.screenshot(path=folder / f"{shot.name}-{size}.png")
        yield from (f"{shot.name}-{size}: {wrong}" for wrong in [*faults(page, judge=judge), *errors])
        if shot.undo:
            page.click(shot.undo)
            page.wait_for_load_state("load")
    finally:
        page.remove_listener("pageerror", hear)


def reach(page: Page, shot: Shot) -> str:
    """Go to the page of a shot, through links and a form where it says so; answers what is missing on the way."""
    answer = page.goto(shot.path, wait_until="load")
    for pattern in shot.follow:
        target = first_link(page, pattern)
        if not target:
            return f"no link like {pattern} on {page.url}"
        answer = page.goto(target, wait_until="load")
    if answer is not None and answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"{page.url} answers {answer.status}"
    for selector, value in shot.fill:
        page.fill(selector, value)
    if shot.press:
        before = page.url
        page.click(shot.press)
        page.wait_for_load_state("load")
        if page.url == before:
            return f"the form of {page.url} was not taken"
    return ""


def faults(page: Page, *, judge: bool) -> Iterator[str]:
    """What is wrong with the page as it stands."""
    if page.evaluate(WIDER):
        yield "scrolls sideways"
    if cut := page.evaluate(CUT):
        yield "cuts off " + ", ".join(f"“{text}”" for text in cut)
    if page.locator("h1").count() == 0:
        yield "has no heading"
    if judge:
        from axe_playwright_python.sync_playwright import Axe

        for one in Axe().run(page).response["violations"]:
            if one["impact"] in SERIOUS:
                yield f"{one['id']}: {one['nodes'][0]['html'][:120]}"


def first_link(page: Page, pattern: str) -> str | None:
    links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    targets = [urljoin(page.url, link) for link in links]
    return next((target for target in targets if re.search(pattern, urlsplit(target).path)), None)
