"""From an object that was made in place back to the form that it was made for."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from telephony.models import Change

SESSION = "ways_back"  # change -> [address of a form, its field]
MADE = "objectMade"  # the event that a dialog ends with
KEPT = 10


def remember(request: HttpRequest, change: Change) -> None:
    """Note where a change is wanted for: `?back=ADDRESS&field=NAME`, an address of ours."""
    back, name = request.GET.get("back", ""), request.GET.get("field", "")[:100]
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        ways = list(request.session.get(SESSION, {}).items())[1 - KEPT :]
        request.session[SESSION] = {**dict(ways), str(change.pk): [back, name]}


def way_back(request: HttpRequest, change: Change) -> str:
    """The form that an applied change made an object for, with the object chosen; "" where there is none."""
    back, name = request.session.get(SESSION, {}).get(str(change.pk), ("", ""))
    if not back or change.state != Change.State.APPLIED:
        return ""
    return f"{back}?{urlencode({'made': f'{name}:{_created(change)}'})}"


def tell_what_was_made(response: HttpResponse, change: Change) -> None:
    """Let the select that a dialog was opened from choose the new object."""
    made = {"value": _created(change), "text": str(change.entity or change.object_label)}
    response["HX-Trigger"] = json.dumps({MADE: made})


def _created(change: Change) -> str:
    return str((change.answer or {}).get("created", ""))
