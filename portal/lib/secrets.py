"""Secrets at rest and in hand.

A secret is sealed together with the tenant and field it belongs to, so that a value copied to
another row does not open there. In memory it is a `Secret`, which never prints itself.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from portal.lib.errors import Permanent


class Unreadable(Permanent):
    """The sealed value does not open with any key, or belongs to another tenant or field.

    `message` says to a person what to do; the text of the exception says to an operator which value it is.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(
            _(
                "A secret kept here does not open with this installation's keys. Put the earlier keys back, or "
                "connect the account again."
            )
        )
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


class Secret:
    """Text that shows as `***` wherever it is printed, logged or formatted."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not pickled")


def seal(tenant_id: int | None, field: str, value: str | Secret) -> str:
    """Encrypt `value` for one tenant and field; the newest key is used."""
    text = value.reveal() if isinstance(value, Secret) else value
    content = json.dumps({"tenant": tenant_id, "field": field, "value": text}).encode()
    return _fernet().encrypt(content).decode()


def unseal(tenant_id: int | None, field: str, sealed: str) -> Secret:
    """Open what `seal` made for the same tenant and field. Raises Unreadable."""
    try:
        content = json.loads(_fernet().decrypt(sealed.encode()))
    except (InvalidToken, ValueError) as error:
        raise Unreadable(f"{field} does not open with the configured keys") from error
    if content["tenant"] != tenant_id or content["field"] != field:
        raise Unreadable(f"{field} was sealed for something else")
    return Secret(content["value"])


def is_newest(sealed: str) -> bool:
    """Whether the newest key opens it. False also for what no key opens."""
    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def reseal(sealed: str) -> str:
    """The same content under the newest key. Raises Unreadable where no key opens it."""
    try:
        return _fernet().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("the sealed value does not open with the configured keys") from error


def keyed_hash(text: str | Secret) -> str:
    """64 hex digits that are the same for the same text, and tell nothing without our key."""
    value = text.reveal() if isinstance(text, Secret) else text
    return hmac.new(_hash_key(), value.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _multi(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _fernet() -> MultiFernet:
    return _multi(tuple(settings.FIELD_KEYS))


def _hash_key() -> bytes:
    return hashlib.sha256(b"keyed-hash:" + settings.SECRET_KEY.encode()).digest()
