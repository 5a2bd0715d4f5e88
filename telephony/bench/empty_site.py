"""The least that Django can answer: a site of one empty view, without middleware, for `gunicorn telephony.bench.empty_site`.

Beside it stands what the intake is measured against, on the same server with the same options.
"""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [path("empty/", empty)]
settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"], SECRET_KEY="unused" * 10)
application = get_wsgi_application()
