"""Finds a Chromium for browser tests and pictures, and gets one where it can. Standard library only at import."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from portal.bootstrap import apt_install
from portal.embedded import CannotStart

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# No look-ups of hosts that are not the page's, and no reliance on a roomy /dev/shm.
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
)


def find_chromium() -> str | None:
    """Its path, or None: the environment's choice, PATH, the usual macOS places, a browser Playwright has fetched."""
    for variable in ("PORTAL_CHROMIUM", "CHROMIUM"):
        if chosen := os.environ.get(variable):
            if not Path(chosen).exists():
                raise CannotStart(f"{variable} names {chosen}, which does not exist: correct or unset it.")
            return chosen
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if sys.platform == "darwin":
        for application in MAC_APPLICATIONS:
            if Path(application).exists():
                return application
    return _playwrights_own()


def provide_chromium() -> str:
    """Its path, installing Debian's when run as root. Raises CannotStart with the line to type."""
    found = find_chromium()
    if not found and apt_install(["chromium", "fonts-dejavu-core"]):
        found = shutil.which("chromium")
    if not found:
        raise CannotStart(
            "There is no Chromium for the browser tests: install one (`sudo apt-get install chromium`, or "
            "`.venv/bin/playwright install chromium`), or set CHROMIUM to its path."
        )
    return found


def _playwrights_own() -> str | None:
    caches = {"darwin": Path.home() / "Library/Caches/ms-playwright"}
    cache = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
        or caches.get(sys.platform, Path.home() / ".cache/ms-playwright")
    )
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
        if found := sorted(cache.glob(pattern)):
            return str(found[-1])
    return None
