"""Where a number leads that somebody dials: told for the draft of a callflow, else for the callflow as it is."""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.rights import Right
from telephony.providers.callflows.tree import Flow, read
from telephony.services import callflow_drafts
from telephony.services.callflow_numbers import tried
from telephony.services.callflow_text import flow_of
from telephony.views.callflow_new import NewDraftMixin
from telephony.views.callflow_pages import CallflowPage
from telephony.views.lines import FragmentOrPageMixin


class CallflowTryView(FragmentOrPageMixin, CallflowPage, TemplateView):
    """`?number=DIGITS`."""

    fragment = "telephony/_callflow_try.html"
    request: Any

    @cached_property
    def flow(self) -> Flow:
        draft = None
        if Right.CALLFLOWS_EDIT in self.request.rights:
            draft = callflow_drafts.draft_of(self.entity, self.request.user)
        return read(self.entity.document) if draft is None else flow_of(draft.flow)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = self.request.GET.get("number", "")[:60].replace("\0", "").strip()
        found = None
        if number:
            found = tried(self.flow, self.link, self.network, self.entity.remote_id, number)
        return super().get_context_data(
            object=self.entity,
            title=str(self.entity),
            try_url=self.request.path,
            tried=found,
            typed=number,
            **kwargs,
        )


class NewCallflowTryView(NewDraftMixin, CallflowTryView):
    """The same for a callflow that is not made yet."""

    @cached_property
    def flow(self) -> Flow:
        return flow_of(self.row.flow)
