"""An act on a number that somebody was asked about: doing it once, when it is its line's turn, and how it goes on."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, require_right
from portal.lib.errors import ProviderError
from portal.ui.links import tenant_url
from telephony.models import Change
from telephony.providers.calling import Act
from telephony.services import calling, editing
from telephony.services.call_following import course_of
from telephony.services.door import right_for
from telephony.services.line_turns import Turn
from telephony.services.number_names import names_of

WAITS_S = 6.0  # for its turn, where no script asks again
PAGES = {
    Act.CALL: "telephony:call_start",
    Act.JOIN: "telephony:call_join",
    Act.TEXT: "telephony:text_send",
}


class ActCourseView(TenantRightMixin, TemplateView):
    """How an act of the person's own stands. POST does it, or with `discard` leaves it."""

    right = Right.LINES_READ
    menu_entry = "telephony:call_list"

    def get_template_names(self) -> list[str]:
        return ["telephony/_act_course.html" if self.request.htmx else "telephony/act_course.html"]

    @cached_property
    def change(self) -> Change:
        found = calling.asked(self.request.user, self.kwargs["pk"])
        if found is None:
            raise Http404
        return found

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self._answer(None)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        change = self.change
        require_right(request, right_for(change.connection.declaration.catalog[change.operation]))
        if "discard" in request.POST:
            return self._discard()
        turn = self._turn()
        if not turn.is_now:
            return self._answer(turn)
        try:
            calling.start(change, request.user, request)  # type: ignore[arg-type]
        except editing.NotOpen:
            messages.info(request, _("This was asked for already; it is not done twice."))
        except (editing.PreviewExpired, editing.Discarded):
            messages.info(request, _("That was asked too long ago. Nothing was done."))
            return HttpResponseRedirect(self._again_url)
        except ProviderError as error:
            messages.error(request, error.message)
        return self._answer(None)

    def _turn(self) -> Turn:
        """Without script the request itself waits for a while."""
        until = time.monotonic() + WAITS_S
        while not (turn := calling.turn_of(self.change)).is_now:
            if self.request.htmx or time.monotonic() > until:
                return turn
            time.sleep(0.2)
        return turn

    def _discard(self) -> HttpResponse:
        home = self._again_url
        try:
            editing.discard(self.change, self.request.user, home=home)
        except (editing.NotOpen, editing.Discarded):
            messages.info(self.request, _("This was done meanwhile, or was left already."))
        if self.request.htmx:
            return HttpResponse(status=204)
        return HttpResponseRedirect(home)

    def _answer(self, turn: Turn | None) -> HttpResponse:
        if self.request.method == "POST" and not self.request.htmx:
            waits = "?waits=1" if turn is not None else ""
            return HttpResponseRedirect(f"{self._url}{waits}")
        course = course_of(self.change, turn)
        seen = (self.request.POST if self.request.method == "POST" else self.request.GET).get("seen", "")
        if seen == course.mark and self.request.htmx:
            return HttpResponse(status=204)
        wish = calling.wish_of(self.change)
        context = self.get_context_data(
            course=course,
            change=self.change,
            wish=wish,
            names=names_of(one for one in (wish["number"], wish["second"]) if one),
            is_fragment=bool(self.request.htmx),
            is_let_in_by_line=self.change.connection.declaration.acts_for_lines,
            may_set=Right.CONNECTIONS_MANAGE in self.request.rights,
            again_url=self._again_url,
            title=self.change.summary,
        )
        return self.render_to_response(context)

    @property
    def _url(self) -> str:
        return tenant_url(self.request.tenant, "telephony:act_course", pk=self.change.pk)

    @property
    def _again_url(self) -> str:
        return tenant_url(self.request.tenant, PAGES[Act(calling.wish_of(self.change)["act"])])
