"""`manage.py rollups`: count what is marked, count everything anew, or compare the roll-ups with the calls."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from telephony.services import rollups


class Command(BaseCommand):
    help = "Keep the roll-ups of calls equal to the calls."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", default="", help="slug of a tenant; all of them if left out")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--rebuild", action="store_true", help="count everything anew")
        what.add_argument(
            "--check",
            action="store_true",
            help="compare the days that are counted with the calls, and fail where something differs",
        )

    def handle(self, **options: Any) -> None:
        tenants = Tenant.objects.order_by("slug")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants:
                raise CommandError(f"There is no tenant {options['tenant']}.")
        if options["rebuild"]:
            for tenant in tenants:
                with tenant_scope(tenant):
                    days = rollups.rebuild()
                self.stdout.write(f"{tenant.slug}: {days} days of connections counted anew")
            return
        found = {tenant.slug: rollups.compare(tenant) for tenant in tenants}
        for slug, one in found.items():
            for side, *keys, calls in one.differences:
                words = " ".join("-" if key in (None, "") else str(key) for key in keys)
                self.stdout.write(f"{slug}: only in the {side}: {words}: {calls} calls")
            if one.left_aside:
                aside = "1 day" if one.left_aside == 1 else f"{one.left_aside} days"
                self.stdout.write(f"{slug}: {aside} of connections left aside, to be counted yet")
        if any(one.differences for one in found.values()):
            raise CommandError("The roll-ups are not what the calls give; `rollups --rebuild` mends that.")
        self.stdout.write(f"{len(found)} tenants: every cell is what the calls give.")
