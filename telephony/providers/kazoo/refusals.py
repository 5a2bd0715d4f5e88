"""What Kazoo's refusals mean: statuses and messages as the errors of portal.lib.errors, validation by field.

Facts: section 4. The words are ours where the rule is known; the server's own stand where it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.errors import (
    AnswerLost,
    ChargesRequired,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    ProviderError,
    Unavailable,
    UnexpectedAnswer,
)
from telephony.providers.operations import Effect, Operation
from telephony.providers.transport import Response

MOST_WORDS = 300  # characters of the server's own text


class TooMuchAtOnce(InvalidInput):
    """A list is too big to be had in one piece (416): ask for pages, or for a shorter span."""


_RULES: Mapping[str, Promise] = {
    "required": lazy("A value is needed."),
    "minLength": lazy("At least %(target)s characters are needed."),
    "maxLength": lazy("At most %(target)s characters are allowed."),
    "minimum": lazy("This must be at least %(target)s."),
    "maximum": lazy("This must be at most %(target)s."),
    "minItems": lazy("At least %(target)s entries are needed."),
    "maxItems": lazy("At most %(target)s entries are allowed."),
    "minProperties": lazy("At least %(target)s entries are needed."),
    "enum": lazy("This must be one of: %(target)s."),
    "type": lazy("This is of the wrong type."),
    "pattern": lazy("This is not of the expected form."),
    "wrong_format": lazy("This is not of the expected form."),
    "uniqueItems": lazy("Something is in it twice."),
    "additionalProperties": lazy("There is no such field."),
    "additionalItems": lazy("There are too many entries."),
    "unique": lazy("This is in use already."),
    "not_found": lazy("There is no such object."),
    "forbidden": lazy("This may not be set."),
    "disabled": lazy("This is disabled."),
    "expired": lazy("This has expired."),
    "date_range": lazy("The span is too long, or ends before it begins."),
    "maxSize": lazy("At most %(target)s bytes are allowed."),
    "encoding": lazy("This is not encoded as it says."),
}
_OWN_WORDS = frozenset({"error", "invalid", "rejected", "not_one_schema_valid"})


def refusal_of(operation: Operation, response: Response) -> ProviderError:
    """The error that an answer means."""
    envelope = envelope_of(response)
    status = _status(response, envelope)
    said: dict[str, Any] = {"status": status, "request_id": str(envelope.get("request_id") or "")[:100]}
    make = _BY_STATUS.get(status)
    if make is not None:
        return make(operation, envelope, said)
    if status == 408 or status >= 500:
        return _failure(operation, envelope, said)
    if status >= 400:
        return InvalidInput(words_of(envelope) or _("Kazoo refused a value."), **said)
    return UnexpectedAnswer(
        _("Kazoo answered with the unexpected status %(status)d.") % {"status": status}, **said
    )


def envelope_of(response: Response) -> Mapping[str, Any]:
    """The envelope of an answer; empty where it is none, as from a proxy before the server."""
    try:
        document = response.json()
    except UnexpectedAnswer:
        return {}
    return document if isinstance(document, dict) else {}


def words_of(envelope: Mapping[str, Any]) -> str:
    """What the server says of an error, in its words: `data.message`, else its `message`."""
    data = envelope.get("data")
    if isinstance(data, Mapping) and isinstance(data.get("message"), str):
        return data["message"][:MOST_WORDS]
    message = envelope.get("message")
    return message[:MOST_WORDS] if isinstance(message, str) else ""


def _status(response: Response, envelope: Mapping[str, Any]) -> int:
    """The HTTP status; where that says success, the error number of the envelope."""
    if response.status >= 400:
        return response.status
    error = str(envelope.get("error") or "")
    return int(error) if error.isascii() and error.isdigit() and len(error) == 3 else response.status


# ---- what each status means ----

Said = Mapping[str, Any]
_SIGNING_IN = frozenset(
    {"auth.userAuth", "auth.sharedAuth", "auth.pinAuth", "auth.apiAuth"}
)  # no token goes with them


def _invalid(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    fields = {_own_name(operation, path): text for path, text in invalid_fields(envelope.get("data"))}
    return InvalidInput(
        _("Kazoo refused a value.") if fields else (words_of(envelope) or _("Kazoo refused a value.")),
        fields=fields,
        **said,
    )


def _unauthorized(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    if operation.key in _SIGNING_IN:
        data = envelope.get("data")
        if isinstance(data, Mapping) and "multi_factor_request" in data:
            return Forbidden(_("Kazoo knows this login, and asks for a second factor."), **said)
        return Forbidden(_("Kazoo does not let this in: it knows no such login."), **said)
    return Unavailable(_("Kazoo refuses a token that it has just issued."), **said)


def _charges(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    data = envelope.get("data")
    if str(envelope.get("message") or "") in ("no_payment_token", "no_credit"):
        return Forbidden(
            _("The account cannot pay: Kazoo knows no card, or there is no credit left."), **said
        )
    return ChargesRequired(
        _("Kazoo asks for money before it does this."),
        quote=data if isinstance(data, Mapping) else {},
        **said,
    )


def _forbidden(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    return Forbidden(_("This connection may not do that at Kazoo."), **said)


def _missing(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    return NotFound(_("Kazoo does not have this object."), **said)


def _no_method(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    return NotFound(_("This Kazoo server does not have this operation."), **said)


def _wrong_form(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    return InvalidInput(_("Kazoo does not take or give this type of file here."), **said)


def _conflict(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    return Conflict(_("The object was changed at Kazoo meanwhile, or is there already."), **said)


def _too_big(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    fields = {_own_name(operation, path): text for path, text in invalid_fields(envelope.get("data"))}
    return InvalidInput(_("The file is too big, or not encoded as it says."), fields=fields, **said)


def _too_much(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    return TooMuchAtOnce(_("This is too much for one answer; ask for pages or a shorter span."), **said)


def _locked(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    return Forbidden(lock_words(envelope), **said)


def lock_words(envelope: Mapping[str, Any]) -> str:
    """Why an account is locked (423)."""
    if any("expired" in (path, *rules) for path, rules in rule_names(envelope.get("data"))):
        return _("The account has expired at Kazoo.")
    return _("The account is disabled at Kazoo.")


def _failure(operation: Operation, envelope: Mapping[str, Any], said: Said) -> ProviderError:
    """5xx: a refusal that is told as one, a fault before anything was done, or, for a write, an answer lost."""
    status, message = said["status"], str(envelope.get("message") or "")
    if message == "account_has_descendants":
        return Conflict(_("There are accounts below this one; they have to be removed first."), **said)
    if operation.key.endswith(".quickcall") and status == 500:
        return NotFound(_("There is no phone that could be called for this."), **said)
    if message in ("quickcall initiation failed",):
        return NotFound(words_of(envelope), **said)
    if status == 501:
        return NotFound(_("This Kazoo server does not have this operation."), **said)
    if operation.effect is not Effect.READ and status != 503:
        return AnswerLost(_("Kazoo failed while it was at it."), **said)
    return Unavailable(_("Kazoo reports a failure of its own."), **said)


_BY_STATUS = {
    400: _invalid,
    401: _unauthorized,
    402: _charges,
    403: _forbidden,
    404: _missing,
    405: _no_method,
    406: _wrong_form,
    409: _conflict,
    410: _missing,
    412: _conflict,
    413: _too_big,
    415: _wrong_form,
    416: _too_much,
    423: _locked,
}


# ---- validation ----


def invalid_fields(data: Any) -> Iterator[tuple[str, str]]:
    """Each refused field by its dotted path ("sip.password", "gateways.0.server"), and why, in words.

    A dot that belongs to a name comes as %2E. Single numbers of a collection are told as fields, too.
    """
    for path, rules in _refused(data):
        yield path.replace("%2E", "."), " ".join(dict.fromkeys(_words(rule, said) for rule, said in rules))


def rule_names(data: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each refused field by its path, and the names of the rules that it broke."""
    for path, rules in _refused(data):
        yield path.replace("%2E", "."), tuple(rule for rule, _said in rules)


def _refused(data: Any, prefix: str = "") -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    if not isinstance(data, Mapping):
        return
    for name, value in data.items():
        path = f"{prefix}{name}"
        if not isinstance(value, Mapping):
            continue
        if _is_number_error(value):
            yield path, [("error", value)]
        elif _are_rules(value):
            yield path, list(value.items())
        else:  # older branches nest objects instead of dotting their names
            yield from _refused(value, f"{path}.")


def _are_rules(value: Mapping[str, Any]) -> bool:
    return bool(value) and all(
        isinstance(said, str) or (isinstance(said, Mapping) and isinstance(said.get("message"), str))
        for said in value.values()
    )


def _is_number_error(value: Mapping[str, Any]) -> bool:
    """One number of a collection: {"code": 404, "error": "not_found", "message": "...", "cause": ...}."""
    return "code" in value and isinstance(value.get("message"), str)


def _words(rule: str, said: Any) -> str:
    target = said.get("target") if isinstance(said, Mapping) else None
    own = said.get("message") if isinstance(said, Mapping) else said
    if rule in _OWN_WORDS or rule not in _RULES or ("%(target)s" in str(_RULES[rule]) and target is None):
        return str(own or rule)[:MOST_WORDS]
    if isinstance(target, list):
        target = ", ".join(map(str, target))
    text = str(_RULES[rule])
    return text % {"target": str(target)[:MOST_WORDS]} if "%(target)s" in text else text


def _own_name(operation: Operation, path: str) -> str:
    """A file is called `file` by the server and `data` by the catalog."""
    return "data" if path == "file" and operation.param("data") else path
