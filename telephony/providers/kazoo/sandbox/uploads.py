"""Files as clients send them: raw bytes, a data URL in base64, or one part of a multipart form."""

from __future__ import annotations

import base64
import binascii
import re
from email.parser import BytesParser
from email.policy import HTTP

from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.refusals import wrong

_DATA_URL = re.compile(rb"\s*data:([^;,\s]*)(?:;[^,]*)?,", re.ASCII)


def uploaded(call: Call, default_type: str) -> tuple[str, bytes]:
    """Type and bytes of what was sent. Raises Refused 413 when it is too big or no base64."""
    kind, body = call.message.content_type, call.request.body
    if kind.startswith("multipart/"):
        kind, body = _part(call.request.header("Content-Type"), body)
    match = _DATA_URL.match(body)
    if match or kind == "application/x-base64":
        kind, body = (match[1].decode("latin-1") if match else "") or default_type, _decoded(body, match)
    limit = int(call.setting("upload_limit"))
    if len(body) > limit:
        raise wrong("file", "maxSize", f"Files must not be more than {limit} bytes", status=413, target=limit)
    if not kind or kind in ("application/json", "application/octet-stream"):
        kind = default_type
    return kind, body


def _decoded(body: bytes, match: re.Match[bytes] | None) -> bytes:
    coded = b"".join((body[match.end() :] if match else body).split())
    try:
        return base64.b64decode(coded + b"=" * (-len(coded) % 4), validate=True)
    except binascii.Error:
        raise wrong("file", "encoding", "The file is not in base64", status=413) from None


def _part(content_type: str, body: bytes) -> tuple[str, bytes]:
    """The first part that is a file, or else the first."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        return "", b""
    parts = list(message.iter_parts())
    chosen = next((part for part in parts if part.get_filename()), parts[0] if parts else None)
    payload = chosen.get_payload(decode=True) if chosen is not None else None
    return (chosen.get_content_type() if chosen is not None else ""), payload if isinstance(
        payload, bytes
    ) else b""
