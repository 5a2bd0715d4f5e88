"""A provider's file handed on: as a download, never as a page of ours."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from portal.lib.files import ending_of
from telephony.providers.client import Answer

# What a browser may be told a file is; whatever else a provider says travels as bytes without a meaning.
HANDED_ON = frozenset(
    {"application/pdf", "audio/mpeg", "audio/mp3", "audio/wav", "audio/x-wav", "audio/ogg"}
    | {"image/png", "image/jpeg", "image/gif", "text/csv"}
)


def file_response(answer: Answer, name: str) -> HttpResponse:
    """The bytes of an answer as a download. `name` without an ending gets that of its kind."""
    kind = answer.content_type if answer.content_type in HANDED_ON else "application/octet-stream"
    response = HttpResponse(answer.content or b"", content_type=kind)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=file_name(name, answer.content_type)
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def file_name(name: str, media_type: str) -> str:
    """A name that every system takes, with the ending of its kind."""
    cleaned = re.sub(r"[^-\w.]+", "_", name).strip("._")[:120] or "file"
    ending = ending_of(media_type)
    return cleaned if not ending or cleaned.lower().endswith(ending) else cleaned + ending
