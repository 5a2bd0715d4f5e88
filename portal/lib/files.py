"""Files as people send them: what they are by their first bytes, and how one is handed out safely."""

from __future__ import annotations

_BEGINNINGS = (
    (b"ID3", "audio/mp3"),
    (b"\xff\xfb", "audio/mp3"),
    (b"\xff\xf3", "audio/mp3"),
    (b"\xff\xf2", "audio/mp3"),
    (b"RIFF", "audio/wav"),
    (b"OggS", "audio/ogg"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "image/svg+xml"),
    (b"\0\0\x01\0", "image/x-icon"),
    (b"%PDF", "application/pdf"),
)
_ENDINGS = {
    "audio/mp3": ".mp3",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/ogg": ".ogg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/svg+xml": ".svg",
    "image/x-icon": ".ico",
    "application/pdf": ".pdf",
    "text/csv": ".csv",
    "text/html": ".html",
}
_BYTE_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Uploaded(bytes):
    """The content of a file that somebody chose, with the name that it has there."""

    name: str = ""


def media_type_of(content: bytes) -> str:
    """The media type of a file by its first bytes, "" where they tell none."""
    start = content.lstrip()[:16] if content[:1].isspace() else content[:16]
    return next((kind for beginning, kind in _BEGINNINGS if start.startswith(beginning)), "")


def ending_of(media_type: str) -> str:
    """How the name of such a file ends: ".pdf"; "" for an unknown type."""
    return _ENDINGS.get(media_type, "")


def decoded(content: bytes) -> str:
    """Text in any usual encoding; what is no character becomes a replacement character."""
    encoding = next((one for mark, one in _BYTE_MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252" if encoding == "utf-8" else encoding, errors="replace")
