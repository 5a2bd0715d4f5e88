"""Theme and columns, kept for the person or this browser. Both work as plain form posts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from portal.ui.context import THEME_COOKIE, THEMES
from portal.ui.links import next_url

COLUMNS_KEY = "columns"
MOST_TABLES = 80
YEAR_S = 365 * 24 * 3600


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or system: on the person where somebody is signed in, and in this browser."""
    wish = request.POST.get("theme", "")
    response = HttpResponseRedirect(next_url(request))
    if wish in THEMES:
        if request.user.is_authenticated and hasattr(request.user, "theme"):
            request.user.theme = wish
            request.user.save(update_fields=["theme"])
        response.set_cookie(
            THEME_COOKIE, wish, max_age=YEAR_S, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


@require_POST
def set_columns(request: HttpRequest) -> HttpResponse:
    """Remember which columns of one table are shown; `reset` forgets them."""
    table = request.POST.get("table", "")[:80]
    chosen = dict(request.session.get(COLUMNS_KEY, {}))
    if "reset" in request.POST:
        chosen.pop(table, None)
    elif table and (table in chosen or len(chosen) < MOST_TABLES):
        chosen[table] = [name[:60] for name in request.POST.getlist("column")[:60]]
    request.session[COLUMNS_KEY] = chosen
    return HttpResponseRedirect(next_url(request))


def chosen_columns(request: HttpRequest, table: str) -> list[str] | None:
    """The columns chosen for a table, or None where the person never chose."""
    session = getattr(request, "session", None)
    return session.get(COLUMNS_KEY, {}).get(table) if session is not None else None
