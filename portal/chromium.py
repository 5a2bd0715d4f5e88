"""Finds a Chromium for browser tests and pictures, and gets one where it can. Standard library only at import."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from portal.bootstrap import VENV, apt_install, install_browser_package
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
    """Its path, installing Debian's when run as root, else npm's build. Raises CannotStart with the line to type."""
    found = find_chromium()
    if not found and apt_install(["chromium", "fonts-dejavu-core"]):
        found = shutil.which("chromium")
    if not found and sys.platform == "linux":
        found = _npm_build()
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


def _npm_build() -> str | None:
    """The Chromium inside an npm package, unpacked into `.venv`; None where it does not run.

    Its files are compressed with brotli: the browser, a software renderer, and libraries that a bare machine lacks.
    """
    folder = VENV / "chromium"
    starter = folder / "start"
    if not starter.exists():
        try:
            packed = install_browser_package(folder) / "@sparticuz" / "chromium" / "bin"
            _unpack(packed, folder)
            shutil.rmtree(folder / "node_modules")
        except CannotStart as problem:
            print(problem, file=sys.stderr)
            return None
        starter.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{folder}/lib" exec "{folder}/chromium" "$@"\n')
        starter.chmod(0o755)
    runs = subprocess.run([str(starter), "--version"], capture_output=True).returncode == 0
    return str(starter) if runs else None


def _unpack(packed: Path, folder: Path) -> None:
    import brotli  # a package of `.venv`, in which this runs

    browser = folder / "chromium"
    browser.write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    browser.chmod(0o755)
    for name in ("al2023.tar.br", "swiftshader.tar.br", "fonts.tar.br"):
        with tarfile.open(fileobj=io.BytesIO(brotli.decompress((packed / name).read_bytes()))) as archive:
            archive.extractall(folder, filter="data")
