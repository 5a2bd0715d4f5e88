"""How far a figure is counted, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from telephony.services.counting_steps import Course


def course_words(course: Course[Any], tenants: int) -> str:
    """ "Counted up to 12 March 2026.", or how many of the tenants are counted."""
    if course.upto is not None:
        return _("Counted up to %(day)s.") % {"day": formats.date_words(course.upto, "j F Y")}
    told = {"count": formats.count(course.tenants), "all": formats.count(tenants)}
    return (
        ngettext(
            "%(count)s of %(all)s tenants counted.", "%(count)s of %(all)s tenants counted.", course.tenants
        )
        % told
    )
