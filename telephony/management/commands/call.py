"""`manage.py call CONNECTION KEY [name=value ...]`: any operation by hand; JSON on stdout, errors on stderr."""

from __future__ import annotations

import base64
import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.scoping import tenant_scope, unscoped
from portal.lib.errors import AnswerLost, ChargesRequired, InvalidInput, ProviderError
from telephony.management.commands.connect import pairs
from telephony.models import Change, Connection
from telephony.providers.client import Answer
from telephony.providers.operations import Effect, Operation
from telephony.services import by_hand, editing, request_log
from telephony.services.door import Extras

ACTOR = "manage.py call"
ASKS_FIRST = {Effect.DESTROY, Effect.NEVER_REPEAT}
HAPPENED = {Change.State.APPLIED}


class Command(BaseCommand):
    help = "Ask a connection any operation of its provider's catalog. A write leaves a change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", help="slug of the connection, such as corvane-keyyo")
        parser.add_argument("key", help="operation, such as services.list; `manage.py operations` lists them")
        parser.add_argument("values", nargs="*", metavar="name=value", help="a repeated name makes a list")
        parser.add_argument("--data", metavar="JSON", default="", help="further body fields, a JSON object")
        parser.add_argument("--filter", action="append", default=[], metavar="k=v", dest="filters")
        parser.add_argument("--header", action="append", default=[], metavar="k=v", dest="headers")
        parser.add_argument("--accept-charges", action="store_true", help="let the provider charge for it")
        parser.add_argument(
            "--file", metavar="PATH", type=Path, help="content of the file parameter, or a JSON body"
        )
        parser.add_argument(
            "--output", metavar="PATH", type=Path, help="write the answer there, not to stdout"
        )
        parser.add_argument(
            "--timeout",
            metavar="S",
            type=float,
            default=None,
            help="seconds in all; 30 for a read, 10 for a write if left out",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask before what cannot be undone")

    def handle(self, **options: Any) -> None:
        with unscoped("command"):
            rows = Connection.objects.select_related("credential__application", "tenant")
            connection = rows.filter(slug=options["connection"]).first()
        if connection is None:
            raise CommandError(f"There is no connection {options['connection']}.")
        try:
            operation = by_hand.operation_of(connection, options["key"])
        except KeyError:
            raise CommandError(f"{connection.declaration.label} has no operation {options['key']}.") from None
        asked = asked_of(operation, options)
        with tenant_scope(connection.tenant_id):
            try:
                document = self._ask(connection, operation, asked, options)
            except ProviderError as error:
                raise CommandError(words_of(error)) from error
            finally:
                request_log.flush()
        self._print(document, options["output"])

    def _ask(
        self, connection: Connection, operation: Operation, asked: by_hand.Asked, options: dict[str, Any]
    ) -> Any:
        if operation.is_read:
            return told(by_hand.read(connection, operation, asked, None, options["timeout"]).answer)
        extras = Extras(filters=asked.filters, headers=asked.headers, deadline_s=options["timeout"])
        change = by_hand.draft(
            connection, operation, asked, None, is_sent_now=True, deadline_s=options["timeout"]
        )
        if operation.effect in ASKS_FIRST and not options["yes"]:
            self._confirm(change, operation, extras)
        change.person_label = ACTOR
        change.accepts_charges = options["accept_charges"]
        change.save(update_fields=["person_label", "accepts_charges"])
        change = editing.send(change, None, extras=extras)
        self.stderr.write(f"change {change.pk}: {change.get_state_display()}")
        if change.state == Change.State.CHARGES:
            raise CommandError(charges_of(change))
        if change.state not in HAPPENED:
            raise CommandError(refusal_of(change))
        if change.error:  # written, with an exception
            self.stderr.write(change.error)
        answer = getattr(change, "fresh_answer", None)
        return told(answer) if answer is not None else change.after

    def _confirm(self, change: Change, operation: Operation, extras: Extras) -> None:
        """Show the exact request and ask; without a terminal there is nobody to ask."""
        shown = by_hand.shown_request(change, extras)
        self.stderr.write(f"{shown['method']} {shown['url']}\n{shown.get('body') or ''}")
        if not sys.stdin.isatty():
            editing.discard(change, None)
            raise CommandError(f"{operation.key} cannot be undone; say --yes to send it.")
        self.stderr.write(f"Type {operation.key} to send it: ", ending="")
        if sys.stdin.readline().strip() != operation.key:
            editing.discard(change, None)
            raise CommandError("Nothing was sent.")

    def _print(self, document: Any, output: Path | None) -> None:
        if output is None:
            shown = in_json(document) if isinstance(document, bytes) else document
            self.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False, default=str))
            return
        if isinstance(document, str):
            content = f"{document}\n".encode()
        elif isinstance(document, bytes):
            content = document
        else:
            content = f"{json.dumps(document, indent=2, ensure_ascii=False, default=str)}\n".encode()
        try:
            output.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error


def told(answer: Answer) -> Any:
    """The decoded document, or the bytes of a file."""
    return answer.document if answer.content is None else answer.content


def in_json(content: bytes) -> dict[str, Any]:
    """A file as JSON can hold it; --output writes it as it is."""
    return {"size": len(content), "base64": base64.b64encode(content).decode()}


def asked_of(operation: Operation, options: dict[str, Any]) -> by_hand.Asked:
    """The words of the command line as values. Raises CommandError for what cannot be read."""
    asked = by_hand.Asked(
        values=values_of(operation, options["values"]),
        filters=pairs(options["filters"]),
        headers=pairs(options["headers"]),
    )
    if options["data"]:
        asked.data = json_object(options["data"], "--data")
    if options["file"]:
        take_file(operation, asked, options["file"])
    return asked


def values_of(operation: Operation, words: Sequence[str]) -> dict[str, Any]:
    """name=value words by name: a name that is repeated, or declared as a list, makes a list."""
    values: dict[str, Any] = {}
    for word in words:
        (name, value), *_rest = pairs([word]).items()
        param = operation.param(name)
        if param is not None and param.kind == "json":
            values[name] = json_value(value, name)
        elif param is not None and param.many:
            values.setdefault(name, []).extend([value] if value else [])
        elif name in values:
            raise CommandError(f"{name} is given twice, and is no list.")
        else:
            values[name] = value
    return values


def take_file(operation: Operation, asked: by_hand.Asked, path: Path) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    param = next((one for one in operation.params if one.kind == "file"), None)
    if param is not None:
        asked.values[param.name] = content
        return
    try:
        asked.data = {**json_object(content.decode(), str(path)), **asked.data}
    except UnicodeDecodeError as error:
        raise CommandError(f"{operation.key} takes no file, and {path} is not JSON.") from error


def json_object(text: str, where: str) -> dict[str, Any]:
    document = json_value(text, where)
    if not isinstance(document, dict):
        raise CommandError(f"{where} must be a JSON object.")
    return document


def json_value(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandError(f"{where} is not JSON: {error}.") from error


def words_of(error: ProviderError) -> str:
    """The error in one or more lines: its message, and the reason of each field."""
    lines = [error.message or type(error).__name__]
    if isinstance(error, InvalidInput):
        lines += [f"  {name}: {reason}" for name, reason in error.fields.items()]
    if isinstance(error, ChargesRequired):
        lines.append("  Say --accept-charges to agree.")
    if isinstance(error, AnswerLost):
        lines.append("  It may have happened; read it back before asking again.")
    return "\n".join(lines)


def charges_of(change: Change) -> str:
    """What the provider asks for, and how to agree."""
    quote = json.dumps((change.answer or {}).get("quote"), indent=2, ensure_ascii=False)
    return (
        f"{change.error or 'The provider asks for money first.'}\n{quote}\n  Say --accept-charges to agree."
    )


def refusal_of(change: Change) -> str:
    reasons = [f"  {name}: {reason}" for name, reason in (change.fields_refused or {}).items()]
    return "\n".join([change.error or change.get_state_display(), *reasons])
