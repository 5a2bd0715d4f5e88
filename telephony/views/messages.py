"""Voice messages of a line: listed and heard as the person's own contact, erased through a preview."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.errors import Forbidden, NotFound, ProviderError
from portal.ui.links import tenant_url
from telephony.models import Entity
from telephony.providers.mailbox import Folder, Mailbox
from telephony.services import voicemail
from telephony.services.number_names import names_of

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class MailboxMixin(TenantRightMixin):
    """A line with a mailbox; any other is 404."""

    right = Right.VOICEMAIL_READ
    menu_entry = "telephony:line_list"
    kwargs: dict[str, Any]
    request: Any

    @cached_property
    def line(self) -> Entity:
        rows = Entity.objects.filter(is_line=True).select_related(
            "connection", "connection__credential", "connection__tenant"
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def mailbox(self) -> Mailbox:
        mailbox = voicemail.mailbox_of(self.line)
        if mailbox is None:
            raise Http404
        return mailbox

    @property
    def folder(self) -> Folder:
        try:
            return voicemail.folder_named(self.mailbox, self.kwargs["folder"])
        except NotFound:
            raise Http404 from None

    @property
    def home(self) -> str:
        return tenant_url(self.request.tenant, "telephony:line_messages", pk=self.line.pk)


class MessagesView(MailboxMixin, TemplateView):
    """Every message of the line, asked of the provider now."""

    template_name = "telephony/line_messages.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailbox, person = self.mailbox, self.request.user
        is_signed_in = voicemail.is_signed_in(self.line.connection, person)
        folders = voicemail.messages_of(self.line, mailbox, person) if is_signed_in else []
        errors = {folder.error for folder in folders}
        callers = [one.caller for folder in folders for one in folder.found if one.caller]
        return super().get_context_data(
            **kwargs,
            line=self.line,
            connection=self.line.connection,
            is_signed_in=is_signed_in,
            why_not_erase=voicemail.why_not_erase(self.line.connection, mailbox, person),
            trouble=errors.pop() if len(errors) == 1 else "",
            folders=folders,
            names=names_of(callers),
            title=_("Messages of %(line)s") % {"line": self.line},
        )


class SoundView(MailboxMixin, View):
    """The sound of one message, served through us: the browser never speaks to the provider. Ranges are understood."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            content = voicemail.sound_of(
                self.line,
                self.mailbox,
                self.folder,
                kwargs["message"],
                request.user,  # type: ignore[arg-type]
            )
        except (NotFound, Forbidden):
            raise Http404 from None
        except ProviderError as error:
            return HttpResponse(error.message, status=502, content_type="text/plain; charset=utf-8")
        return _sound(content, request.headers.get("Range", ""))


def _sound(content: bytes, wanted: str) -> HttpResponse:
    """The bytes, or the range of them that a player asks for; kept by no cache."""
    first, last, status = 0, len(content) - 1, 200
    if (found := _RANGE.fullmatch(wanted)) and int(found[1]) < len(content):
        first, status = int(found[1]), 206
        last = min(int(found[2] or last), last)
    response = HttpResponse(content[first : last + 1], status=status, content_type="audio/wav")
    response["Accept-Ranges"], response["Cache-Control"] = "bytes", "private, no-store"
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return response


class EraseView(MailboxMixin, View):
    """The preview of erasing one message."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            change = voicemail.propose_erasing(
                self.line,
                self.folder,
                kwargs["message"],
                request.user,  # type: ignore[arg-type]
            )
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(self.home)
        url = tenant_url(self.request.tenant, "telephony:change_detail", pk=change.pk)
        return HttpResponseRedirect(url)
