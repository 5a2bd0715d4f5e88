"""`manage.py check_all`: everything that can be said of the sources without running them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal import icons, translations
from portal.static_files import ICON_PACKAGE

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Check formatting, lint, types, migrations, templates, icons and translations. Status 1 if one fails."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        checks: dict[str, Callable[[], str]] = {
            "formatting": lambda: run("ruff", "format", "--check", "."),
            "lint": lambda: run("ruff", "check", "."),
            "types": lambda: run("mypy"),
            "migrations": lambda: run("django", "makemigrations", "--check", "--dry-run"),
            "templates": lambda: run("djlint", "templates", "--lint", "--quiet"),
            "icons": unknown_icons,
            "translations": untranslated,
        }
        failed = []
        for name, check in checks.items():
            began = time.monotonic()
            problems = check()
            self.stdout.write(f"{'FAILED' if problems else 'ok':<7}{name} ({time.monotonic() - began:.1f} s)")
            if problems:
                failed.append(name)
                self.stdout.write(problems)
        if failed:
            sys.exit(1)


def run(module: str, *arguments: str) -> str:
    """What a tool has to say when it is not content; empty when it is."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::RuntimeWarning", "-m", module, *arguments],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout if done.returncode else ""


def unknown_icons() -> str:
    bodies = icons.read_set(settings.NODE_MODULES / ICON_PACKAGE)
    return "\n".join(icons.unknown_names(settings.BASE_DIR, bodies))


def untranslated() -> str:
    """Per language, how many texts lack a translation, and the first of them."""
    found = translations.extract()
    lines = []
    for source in sorted(translations.LOCALE.glob("*/LC_MESSAGES/django.po")):
        missing = translations.untranslated(source, found)
        if missing:
            lines.append(f"{source.parent.parent.name}: {len(missing)} of {len(found)} texts untranslated")
            lines += [f"    {text!r}" for text in missing[:SHOWN]]
    return "\n".join(lines)
