"""HTTP Digest as the CTI functions ask for it: MD5, qop auth, nonces that are ours, fresh and counted."""

import hashlib
import re
import secrets

REALM = "keyyo"
NONCE_LIFE_S = 300
_PAIR = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


class Digest:
    """Issues nonces and judges answers to them."""

    def __init__(self) -> None:
        self._nonces: dict[str, tuple[float, int]] = {}

    def challenge(self, now_s: float, *, stale: bool = False) -> str:
        """A value for WWW-Authenticate with a fresh nonce."""
        self._nonces = {nonce: held for nonce, held in self._nonces.items() if held[0] > now_s}
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = (now_s + NONCE_LIFE_S, 0)
        return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"' + (
            ", stale=true" if stale else ""
        )

    def is_stale(self, header: str, now_s: float) -> bool:
        """The nonce is one that ran out, or is not ours."""
        held = self._nonces.get(_fields(header).get("nonce", ""))
        return held is None or held[0] <= now_s

    def accepts(self, header: str, method: str, target: str, user: str, password: str, now_s: float) -> bool:
        """Whether this Authorization header proves the password for this very request. A nonce count is used once."""
        fields = _fields(header)
        nonce = fields.get("nonce", "")
        held = self._nonces.get(nonce)
        if held is None or held[0] <= now_s or not re.fullmatch(r"[0-9a-fA-F]{8}", fields.get("nc", "")):
            return False
        if fields.get("username") != user or fields.get("realm") != REALM or fields.get("uri") != target:
            return False
        count = int(fields["nc"], 16)
        if fields.get("qop") != "auth" or not fields.get("cnonce") or count <= held[1]:
            return False
        first = _md5(f"{user}:{REALM}:{password}")
        second = _md5(f"{method}:{target}")
        expected = _md5(f"{first}:{nonce}:{fields['nc']}:{fields['cnonce']}:auth:{second}")
        if not secrets.compare_digest(expected.encode(), fields.get("response", "").encode()):
            return False
        self._nonces[nonce] = (held[0], count)
        return True


def _fields(header: str) -> dict[str, str]:
    kind, _, rest = header.partition(" ")
    if kind.lower() != "digest":
        return {}
    return {
        match[1].lower(): match[2] if match[2] is not None else match[3] for match in _PAIR.finditer(rest)
    }


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
