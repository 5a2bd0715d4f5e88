"""`manage.py sandbox`: the provider stand-ins alone, without a database."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from telephony.providers.sandbox import SandboxServer
from telephony.providers.sandbox.discovery import sandbox_names

DEFAULT_PORT = 8100


class Command(BaseCommand):
    help = "Serve the provider sandboxes on 127.0.0.1. State is kept under $DATA_DIR/sandbox/."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        port = int(os.environ.get("SANDBOX_PORT") or DEFAULT_PORT)
        parser.add_argument("--port", type=int, default=port, help="port on 127.0.0.1; 0 takes a free one")
        parser.add_argument("--only", metavar="NAME", action="append", help="serve only this provider")
        parser.add_argument(
            "--fresh", action="store_true", help="forget the saved state and start from the seed"
        )
        parser.add_argument(
            "--redirect",
            metavar="URL",
            action="append",
            default=[],
            help="one more OAuth redirect address to accept",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = sandbox_names()
        names = options["only"] or known
        for name in names:
            if name not in known:
                raise CommandError(f"No sandbox of {name!r}. There are: {', '.join(known)}.")
        folder = Path(os.environ.get("DATA_DIR") or "var") / "sandbox"
        if options["fresh"]:
            shutil.rmtree(folder, ignore_errors=True)
        try:
            server = SandboxServer(options["port"], names, folder)
        except OSError as error:
            raise CommandError(
                f"Port {options['port']} cannot be used ({error.strerror}). Choose another with --port or SANDBOX_PORT."
            ) from error
        for provider in server.providers.values():
            for address in (*_own_redirects(provider.name), *options["redirect"]):
                provider.allow_redirect(address)
        self.stdout.write(
            f"Sandboxes of {', '.join(names)} at {server.url}, control at {server.url}/_control/"
        )
        self.stdout.flush()
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")


def _own_redirects(provider: str) -> list[str]:
    """Where the portal of this machine wants to be sent back, from PUBLIC_URL or PORT."""
    public_url = os.environ.get("PUBLIC_URL") or f"http://localhost:{os.environ.get('PORT') or 8000}"
    return [f"{public_url.rstrip('/')}/oauth/{provider}/callback/"]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
