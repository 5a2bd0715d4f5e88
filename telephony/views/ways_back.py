"""From an object that was made in place back to the form that it was made for, with all that was typed there.

What was typed stays in the session, sealed: it may hold a password. The form's own address leads back to it
(`?kept=TOKEN`), with the new object chosen once there is one (`&made=FIELD:ID`).
"""

from __future__ import annotations

import json
import secrets

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from portal.lib.secrets import Unreadable, seal, unseal
from telephony.models import Change

SESSION = "ways_back"  # change -> [address of a form, its field]
TYPED = "typed_forms"  # token -> what was typed, sealed
MADE = "objectMade"  # the event that a dialog ends with
KEPT = 10
FORMS_KEPT = 5
FIELD = "new_object_for"  # the name of the button beside a field; no provider has a field of this name


def way_out(request: HttpRequest, new_url: str, field: str) -> str:
    """Keep what was typed into a form; where a new object for one of its fields is made, with the way back."""
    token = secrets.token_urlsafe(9)
    typed = request.POST.copy()
    for name in ("csrfmiddlewaretoken", FIELD):
        typed.pop(name, None)
    forms = list(request.session.get(TYPED, {}).items())[1 - FORMS_KEPT :]
    sealed = seal(request.tenant.pk, token, typed.urlencode())  # type: ignore[attr-defined]
    request.session[TYPED] = {**dict(forms), token: sealed}
    query = request.GET.copy()
    query.pop("made", None)
    query["kept"] = token
    return f"{new_url}?{urlencode({'back': f'{request.path}?{query.urlencode()}', 'field': field})}"


def typed_before(request: HttpRequest) -> QueryDict | None:
    """What was typed into this form before an object was made for it."""
    token = request.GET.get("kept", "")
    sealed = request.session.get(TYPED, {}).get(token)
    if not sealed:
        return None
    try:
        return QueryDict(unseal(request.tenant.pk, token, sealed).reveal())  # type: ignore[attr-defined]
    except Unreadable:
        return None


def form_of(request: HttpRequest) -> tuple[str, str]:
    """The form that an object is made for, `?back=ADDRESS&field=NAME`: an address of ours, and the field."""
    back = request.GET.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return (back, request.GET.get("field", "")[:100]) if is_ours else ("", "")


def remember(request: HttpRequest, change: Change) -> None:
    """Note where a change is wanted for."""
    back, name = form_of(request)
    if back:
        ways = list(request.session.get(SESSION, {}).items())[1 - KEPT :]
        request.session[SESSION] = {**dict(ways), str(change.pk): [back, name]}


def form_behind(request: HttpRequest, change: Change) -> tuple[str, str]:
    """The address of the form that a change makes an object for, and its field; both "" where there is none."""
    back, name = request.session.get(SESSION, {}).get(str(change.pk), ("", ""))
    return back, name


def way_back(request: HttpRequest, change: Change) -> str:
    """The form that a change makes an object for, with the object chosen once there is one; "" where there is none, or
    where nobody knows yet how it ends."""
    back, name = form_behind(request, change)
    if change.state != Change.State.APPLIED:
        return "" if change.state == Change.State.SENDING else back
    return with_more(back, made=f"{name}:{_created(change)}") if back else ""


def further(request: HttpRequest, change: Change, form: str) -> str:
    """The form of a change that makes an object, to go on with: it leads back to where the object is wanted."""
    back, name = form_behind(request, change)
    return with_more(form, back=back, field=name) if form and back else form


def with_more(address: str, **query: str) -> str:
    """An address with more in its query."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def tell_what_was_made(response: HttpResponse, change: Change) -> None:
    """Let the select that a dialog was opened from choose the new object."""
    made = {"value": _created(change), "text": str(change.entity or change.object_label)}
    response["HX-Trigger"] = json.dumps({MADE: made})


def _created(change: Change) -> str:
    return str((change.answer or {}).get("created", ""))
