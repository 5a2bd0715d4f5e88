"""Names to ids and secrets: everything in the seed follows from names, so that it is the same each time."""

import hashlib
import random

DAY_S = 86400


def doc_id(*names: str) -> str:
    """32 hexadecimal characters that stand for these names."""
    return hashlib.blake2b("/".join(names).encode(), digest_size=16).hexdigest()


def chance_of(*names: str) -> random.Random:
    """A source of choices that belongs to these names alone."""
    return random.Random("kazoo/" + "/".join(names))


def credentials(username: str, password: str) -> dict[str, str]:
    """The digests by which Crossbar knows a login; the user name counts in lower case."""
    text = f"{username.lower()}:{password}".encode()
    return {
        "md5": hashlib.md5(text, usedforsecurity=False).hexdigest(),
        "sha1": hashlib.sha1(text, usedforsecurity=False).hexdigest(),
    }
