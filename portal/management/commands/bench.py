"""`manage.py bench`: every figure of the benchmark table as a ratio within one run, printed and written to bench.json."""

from __future__ import annotations

import json
import platform
import shutil
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection as database
from django.utils import timezone

from portal import bootstrap
from telephony.bench.measuring import Figure
from telephony.bench.suites import SUITES

DISK_MB = 3_000


class Command(BaseCommand):
    help = "Measure the figures that the project promises."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", action="append", choices=SUITES, help="one suite; may be repeated")
        parser.add_argument("--quick", action="store_true", help="a tenth of the rows, for trying out")

    def handle(self, **options: Any) -> None:
        names = options["only"] or list(SUITES)
        folder = settings.DATA_DIR
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free // 2**20
        self.stdout.write(
            f"Needs about {DISK_MB:,} MB of disk for a database of its own; {free:,} MB are free."
        )
        if free < DISK_MB:
            raise CommandError("Free some space, or set DATA_DIR to a folder on another disk.")
        figures: list[Figure] = []
        with scratch_database():
            for name in names:
                self.stdout.write(f"\n{name}")
                for figure in SUITES[name](is_quick=options["quick"]):
                    self.stdout.write(f"  {figure}")
                    figures.append(figure)
        if "demo" in names and (steps := bootstrap.steps_taken()):
            name = "set-up of this clone with its downloads, before the first start"
            figures.append(Figure(name, sum(steps.values()), None, "s", detail={"steps": steps}))
            self.stdout.write(f"  {figures[-1]}")
        self._keep(figures, is_quick=options["quick"])

    def _keep(self, figures: list[Figure], *, is_quick: bool) -> None:
        document = {
            "at": timezone.now().isoformat(),
            "python": platform.python_version(),
            "is_quick": is_quick,
            "figures": [
                {
                    "name": one.name,
                    "value": round(one.value, 4),
                    "goal": one.goal,
                    "unit": one.unit,
                    "is_met": one.is_met,
                    "detail": one.detail,
                }
                for one in figures
            ],
        }
        path = settings.DATA_DIR / "bench.json"
        path.write_text(json.dumps(document, indent=2, default=str) + "\n", encoding="utf-8")
        missed = [one for one in figures if not one.is_met]
        self.stdout.write(f"\n{len(figures) - len(missed)} of {len(figures)} figures met; {path}")


@contextmanager
def scratch_database() -> Iterator[None]:
    """A database beside the real one, made for this run and dropped at its end."""
    settings.DATABASES["default"].setdefault("TEST", {})
    database.settings_dict["TEST"]["NAME"] = "portal_bench"
    real = database.settings_dict["NAME"]
    database.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        database.close()
        database.creation.destroy_test_db(real, verbosity=0)
