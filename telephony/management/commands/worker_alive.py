"""`manage.py worker_alive [QUEUE ...]`: for health checks of containers and units. Status 1 when a worker has stopped."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from telephony.services import worker_health


class Command(BaseCommand):
    help = "Fail when a queue is not being worked on, so that its worker can be started again."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "queues",
            nargs="*",
            metavar="QUEUE",
            help=f"{', '.join(worker_health.QUEUES)}; all when none is named",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["queues"] or list(worker_health.QUEUES)
        for queue in wanted:
            if queue not in worker_health.QUEUES:
                raise CommandError(f"No queue {queue!r}. There are: {', '.join(worker_health.QUEUES)}.")
        silent = [queue for queue in worker_health.silent(timezone.now()) if queue in wanted]
        if silent:
            raise CommandError(f"Nobody works on: {', '.join(silent)}. Start that worker again.")
        self.stdout.write(f"Being worked on: {', '.join(wanted)}.")
