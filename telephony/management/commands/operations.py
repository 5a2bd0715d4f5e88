"""List what can be asked of each provider: the catalogs, without a database."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from telephony.providers.operations import Operation, Param
from telephony.providers.registry import PROVIDERS, Provider


class Command(BaseCommand):
    help = "List every operation of the providers' catalogs."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", metavar="NAME", help="only this provider")
        parser.add_argument("--json", action="store_true", help="as a JSON list, with the parameters")

    def handle(self, *args: Any, provider: str | None, **options: Any) -> None:
        if provider and provider not in PROVIDERS:
            raise CommandError(f"There is no provider {provider!r}; known: {', '.join(sorted(PROVIDERS))}.")
        chosen = [PROVIDERS[provider]] if provider else list(PROVIDERS.values())
        rows = [(one, operation) for one in chosen for operation in one.catalog]
        if options["json"]:
            documents = [described(one, operation) for one, operation in rows]
            self.stdout.write(json.dumps(documents, indent=2, ensure_ascii=False))
            return
        width = max(len(operation.key) for _one, operation in rows)
        for one, operation in rows:
            self.stdout.write(
                f"{one.id:10} {operation.key:{width}}  {operation.effect.value:12} "
                f"{operation.method:6} {operation.path}"
            )


def described(provider: Provider, operation: Operation) -> dict[str, Any]:
    """One operation as plain data."""
    return {
        "provider": provider.id,
        "key": operation.key,
        "method": operation.method,
        "path": operation.path,
        "surface": operation.surface,
        "summary": str(operation.summary),
        "effect": operation.effect.value,
        "origin": operation.origin.value,
        "paging": operation.paging.value,
        "kind": operation.kind,
        "capability": operation.capability,
        "scopes": list(operation.scopes),
        "reads_back": operation.reads_back or None,
        "undone_by": operation.undone_by or None,
        "params": [_described(param) for param in operation.params],
        "note": str(operation.note),
        "source": operation.source,
    }


def _described(param: Param) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": param.name,
        "kind": param.kind,
        "place": param.place.value,
        "required": param.required,
        "many": param.many,
        "help": str(param.help),
    }
    limits = {
        "choices": list(param.choices) or None,
        "minimum": param.minimum,
        "maximum": param.maximum,
        "max_length": param.max_length,
        "max_items": param.max_items,
        "pattern": param.pattern or None,
    }
    document.update({name: value for name, value in limits.items() if value is not None})
    return document | ({"assumed": True} if param.assumed else {})
