"""`manage.py drain`: take events of calls from the broker into the database, and read the running calls of providers that
tell of none while somebody watches, until it is ended."""

from __future__ import annotations

import signal
from threading import Event, Thread
from typing import Any

from django.core.management.base import BaseCommand

from telephony.services import hook_draining, live_polling


class Command(BaseCommand):
    help = "Take events of calls from the broker into the database, until it is ended."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        reading = Thread(target=live_polling.run, args=(stopping,), name="live-polling")
        reading.start()
        hook_draining.run(stopping)
        reading.join()
