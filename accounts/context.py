"""Context processor: what the person may do, and whether they are here as platform staff."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.rights import NO_RIGHTS


def people(request: HttpRequest) -> dict[str, Any]:
    is_entered = getattr(request, "is_entered_as_staff", False)
    is_member = getattr(request, "membership", None) is not None
    return {
        "tenant": getattr(request, "tenant", None),
        "rights": getattr(request, "rights", NO_RIGHTS),
        "is_entered_as_staff": is_entered,
        "may_act_as_staff": is_member and request.user.is_staff and not is_entered,
    }
