"""`manage.py drain`: take events of calls from the broker into the database, until it is ended."""

from __future__ import annotations

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from telephony.services import hook_draining


class Command(BaseCommand):
    help = "Take events of calls from the broker into the database, until it is ended."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        hook_draining.run(stopping)
