"""What a person does with an export or a mail from its page: stop it, have it made or sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, require_right, why_not
from portal.ui.links import tenant_url
from telephony.models import AnyJob, Job
from telephony.services import export_asking, exporting, ledger, mailing

OTHERS = {Job.Kind.EXPORT: Right.SETTINGS_EDIT, Job.Kind.MAIL: Right.CONNECTIONS_MANAGE}
AGAIN = (Job.State.STOPPED, Job.State.DONE, Job.State.FAILED, Job.State.EXPIRED)


def why_not_stop(request: HttpRequest, job: Job) -> str:
    """One's own is anybody's to stop; somebody else's takes a right."""
    return "" if job.person_id == request.user.pk else _lacking(request, OTHERS[Job.Kind(job.kind)])


def why_not_again(request: HttpRequest, job: Job) -> str:
    """A mail is sent again by whoever may do what it is about; an export is made for the person who asked for it."""
    return _lacking(request, Right.CONNECTIONS_MANAGE) if job.kind == Job.Kind.MAIL else ""


def _lacking(request: HttpRequest, right: Right) -> str:
    return "" if right in request.rights else why_not(request, right)  # type: ignore[attr-defined]


def may_be_again(request: HttpRequest, job: Job) -> bool:
    """Whether its page offers it again: of mails only what was given up or stopped."""
    if job.kind == Job.Kind.MAIL:
        return job.state in (Job.State.FAILED, Job.State.STOPPED)
    return job.state in AGAIN and job.person_id == request.user.pk


def acts_of(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What the page of an export or a mail offers, and why not where the person may not."""
    tenant: Any = request.tenant  # type: ignore[attr-defined]
    return {
        "stop_url": tenant_url(tenant, "telephony:job_act", pk=job.pk, act="stop"),
        "again_url": tenant_url(tenant, "telephony:job_act", pk=job.pk, act="again"),
        "may_stop": job.state in (Job.State.WAITING, Job.State.RUNNING),
        "why_not_stop": why_not_stop(request, job),
        "may_again": may_be_again(request, job),
        "why_not_again": why_not_again(request, job),
    }


class JobActView(TenantRightMixin, View):
    right = Right.EXPORTS_MAKE
    http_method_names = ["post"]

    @cached_property
    def job(self) -> Job:
        rows = Job.objects.filter(kind__in=OTHERS).select_related("person", "tenant")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        act = ACTS.get(self.kwargs["act"])
        if act is None:
            raise Http404
        try:
            job: AnyJob = act(self)
        except ledger.NotHeld:
            messages.info(request, _("This went on meanwhile; here is how it stands."))
            job = self.job
        return HttpResponseRedirect(tenant_url(request.tenant, "telephony:job_detail", pk=job.pk))  # type: ignore[attr-defined]

    def stop(self) -> Job:
        if self.job.person_id != self.request.user.pk:
            require_right(self.request, OTHERS[Job.Kind(self.job.kind)])
        (exporting if self.job.kind == Job.Kind.EXPORT else mailing).stop(self.job)
        return self.job

    def again(self) -> AnyJob:
        if not may_be_again(self.request, self.job):
            raise Http404
        if self.job.kind == Job.Kind.EXPORT:
            return export_asking.request_again(self.job, self.request.user, self.request)
        require_right(self.request, Right.CONNECTIONS_MANAGE)
        mailing.send_again(self.job)
        return self.job


ACTS: dict[str, Callable[[JobActView], AnyJob]] = {"stop": JobActView.stop, "again": JobActView.again}
