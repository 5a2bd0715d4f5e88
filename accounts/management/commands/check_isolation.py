"""`manage.py check_isolation`: fails, and says where, if a row points to another tenant's row."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.isolation import leaks
from accounts.scoping import owned_models, parent_fields


class Command(BaseCommand):
    help = "Compares both sides' tenant of every foreign key between tenant-owned tables, by SQL."

    def handle(self, *args: Any, **options: Any) -> None:
        if found := leaks():
            raise CommandError("\n".join(str(leak) for leak in found))
        checked = sum(len(parent_fields(model)) for model in owned_models())
        self.stdout.write(f"{checked} foreign keys checked: every row stays with its tenant.")
