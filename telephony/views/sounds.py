"""A recording on its page: heard through us, byte ranges included, and read aloud from a text."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.errors import InvalidInput, NotFound, ProviderError
from portal.ui.links import tenant_url
from telephony.forms.sounds import SpeakForm
from telephony.models import Entity
from telephony.providers.sounds import Sounds
from telephony.services import sounds

AUDIO = frozenset({"audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/wav", "audio/x-wav", "audio/ogg"})
_RANGE = re.compile(r"bytes=([0-9]{0,12})-([0-9]{0,12})")


class RecordingMixin(TenantRightMixin):
    """One recording of the tenant; any other object is 404."""

    kwargs: dict[str, Any]

    @cached_property
    def entity(self) -> Entity:
        rows = Entity.objects.select_related("connection", "connection__credential", "connection__tenant")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def sounds(self) -> Sounds:
        found = sounds.sounds_of(self.entity)
        if found is None:
            raise Http404
        return found


class SoundView(RecordingMixin, View):
    """The sound. Its address says nothing of the provider's."""

    right = Right.LINES_READ
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            answer = sounds.listen(self.entity, self.sounds)
        except NotFound:
            raise Http404 from None
        except ProviderError as error:
            return HttpResponse(error.message, status=424, content_type="text/plain; charset=utf-8")
        kind = answer.content_type if answer.content_type in AUDIO else "application/octet-stream"
        return ranged(answer.content or b"", kind, request.headers.get("Range", ""))


def ranged(content: bytes, kind: str, wanted: str) -> HttpResponse:
    """The bytes, or the part of them that a `Range` header asks for (206), or that there is no such part (416)."""
    total = len(content)
    found = _RANGE.fullmatch(wanted.strip())
    if not found or found[1] == found[2] == "":
        response = HttpResponse(content, content_type=kind)
    else:
        first = int(found[1]) if found[1] else max(0, total - int(found[2]))
        last = min(int(found[2]), total - 1) if found[1] and found[2] else total - 1
        if first > last:
            response = HttpResponse(status=416, content_type=kind)
            response["Content-Range"] = f"bytes */{total}"
        else:
            response = HttpResponse(content[first : last + 1], status=206, content_type=kind)
            response["Content-Range"] = f"bytes {first}-{last}/{total}"
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=60"
    return response


class SpeakView(RecordingMixin, TemplateView):
    """A text for the server to read aloud, in place of the recording's sound. Ends in the preview."""

    right = Right.CALLFLOWS_EDIT
    template_name = "telephony/sound_speak.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        document = self.entity.document
        initial = {"text": self.sounds.said(document), "voice": self.sounds.voice(document)}
        return super().get_context_data(
            entity=self.entity,
            form=kwargs.pop("form", None) or SpeakForm(self.sounds, initial=initial),
            title=_("Let the server read a text aloud"),
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = SpeakForm(self.sounds, request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        person: Any = request.user
        text, voice = form.cleaned_data["text"], form.cleaned_data["voice"]
        tenant: Any = request.tenant  # type: ignore[attr-defined]
        try:
            change = sounds.speak(self.entity, self.sounds, text, voice, person)
        except InvalidInput as error:
            form.add_error(None, error.message)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(tenant_url(tenant, "telephony:entity_detail", pk=self.entity.pk))
        return HttpResponseRedirect(tenant_url(tenant, "telephony:change_detail", pk=change.pk))
