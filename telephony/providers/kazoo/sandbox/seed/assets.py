"""Small files made by code: a logo, a letter, a beep. Valid, and the same each time."""

import base64
import math
import struct
import zlib
from functools import cache


def attachment(kind: str, content: bytes) -> dict[str, str]:
    """A file as documents keep it: media type and base64."""
    return {"type": kind, "data": base64.b64encode(content).decode()}


@cache
def logo(red: int, green: int, blue: int, width: int = 120, height: int = 40) -> bytes:
    """A PNG: a coloured field with a lighter wave."""
    rows = []
    for y in range(height):
        line = bytearray([0])
        for x in range(width):
            lighter = abs(y - height / 2 - 9 * math.sin(x / 11)) < 4
            line += bytes(min(255, part + 90 * lighter) for part in (red, green, blue))
        rows.append(bytes(line))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 9)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def letter(title: str) -> bytes:
    """A PDF of one page with one line; letters outside Latin-1 are left out."""
    text = title.encode("latin-1", "ignore").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    stream = b"BT /F1 18 Tf 72 720 Td (" + text + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    content, offsets = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%btrailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            table,
            size,
            len(content),
        )
    )


@cache
def beep(milliseconds: int = 120, hertz: int = 440) -> bytes:
    """A WAV of 8 kHz, 8 bit, one channel."""
    frames = bytes(
        128 + int(80 * math.sin(2 * math.pi * hertz * frame / 8000)) for frame in range(8 * milliseconds)
    )
    size = len(frames)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE")
        + form
        + struct.pack("<4sI", b"data", size)
        + frames
    )
