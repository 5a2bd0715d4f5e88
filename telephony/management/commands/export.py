"""`manage.py export TENANT calls`: the call history of one tenant into a file or to standard output."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Tenant
from accounts.scoping import tenant_scope
from portal.lib.days import midnight
from telephony.models.call_search import CallSearch
from telephony.services import exporting


class Command(BaseCommand):
    help = "Export a tenant's calls. csv, xlsx and json: calls; jsonl: every provider record with its raw document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="the tenant's slug")
        parser.add_argument("what", choices=["calls"])
        parser.add_argument(
            "--from", dest="first", type=_day, help="first day, YYYY-MM-DD, in the tenant's zone"
        )
        parser.add_argument("--to", dest="last", type=_day, help="last day, included")
        parser.add_argument("--format", choices=["csv", "xlsx", "json", "jsonl"], default="csv")
        parser.add_argument("--output", help="file to write; standard output when left out")

    def handle(self, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"there is no tenant {options['tenant']}")
        zone = ZoneInfo(tenant.time_zone)
        first, last = options["first"], options["last"]
        search = CallSearch(
            start_at=midnight(first, zone) if first else None,
            end_at=midnight(last + timedelta(days=1), zone) if last else None,
        )
        with tenant_scope(tenant):
            target = open(options["output"], "wb") if options["output"] else sys.stdout.buffer  # noqa: SIM115
            try:
                for done in exporting.write_now(search, options["format"], zone, target, timezone.now()):
                    self.stderr.write(f"\r{done} rows", ending="")
            finally:
                if options["output"]:
                    target.close()
            self.stderr.write("")
            detail = {"filter": search.to_parameters(), "format": options["format"]}
            audit.record(
                AuditEvent.Verb.EXPORTED,
                tenant=tenant,
                person=None,
                object_label="calls, by command",
                detail=detail,
            )


def _day(text: str) -> date:
    return date.fromisoformat(text)
