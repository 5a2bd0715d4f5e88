"""`manage.py rotate_keys`: put everything that is sealed under the first of FIELD_KEYS. May be stopped and run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from telephony.services.rotating_keys import Rotated, rotate


class Command(BaseCommand):
    help = "Seal every secret anew under the newest of FIELD_KEYS; older keys may be removed afterwards."

    def handle(self, **options: Any) -> None:
        columns: dict[str, Rotated] = {}
        for counts in rotate():
            columns[counts.column] = counts
        for counts in columns.values():
            self.stdout.write(
                f"{counts.column}: {counts.resealed} sealed anew, {counts.newest} under the newest key"
                + (f", {counts.unreadable} open with no key" if counts.unreadable else "")
            )
        if any(counts.unreadable for counts in columns.values()):
            raise CommandError("Some values open with no key that is configured; keep the older keys.")
