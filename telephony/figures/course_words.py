"""How far a figure is counted, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portal.ui import formats
from telephony.services.counting_steps import Course


def course_words(course: Course[Any], tenants: int) -> str:
    """ "Counted up to 12 March 2026.", and of which tenant where there are several one after the other."""
    told = {"day": formats.date_words(course.upto, "j F Y")}
    if course.tenant is None or tenants == 1:
        return _("Counted up to %(day)s.") % told
    told |= {"number": formats.count(course.tenant), "all": formats.count(tenants)}
    return _("Tenant %(number)s of %(all)s, counted up to %(day)s.") % told
