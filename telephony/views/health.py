"""For machines: is the process up, can it work, and what it measures."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from accounts.scoping import unscoped
from telephony.models import Connection, Credential, Job, SyncRun, SyncState

LOOPBACK = ("127.0.0.1", "::1")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database and the broker answer; 503 names what does not."""
    state = {"database": _database_answers(), "broker": _broker_answers()}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. With METRICS_TOKEN set, for who bears it; else for this machine only."""
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise PermissionDenied
    elif request.META.get("REMOTE_ADDR") not in LOOPBACK or "HTTP_X_FORWARDED_FOR" in request.META:
        raise PermissionDenied
    with unscoped("staff"):
        lines = "\n".join(_measures())
    return HttpResponse(lines + "\n", content_type="text/plain; version=0.0.4")


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        return bool(Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping())
    except (RedisError, OSError):
        return False


def _measures() -> Iterator[str]:
    now = timezone.now()
    yield "# TYPE switchboard_credentials gauge"
    for row in (
        Credential.objects.values("provider", "state").annotate(n=Count("pk")).order_by("provider", "state")
    ):
        yield f'switchboard_credentials{{provider="{row["provider"]}",state="{row["state"]}"}} {row["n"]}'
    yield "# TYPE switchboard_connections gauge"
    for row in Connection.objects.filter(unlinked_at=None).values("provider").annotate(n=Count("pk")):
        yield f'switchboard_connections{{provider="{row["provider"]}"}} {row["n"]}'
    yield "# TYPE switchboard_sync_runs gauge"
    open_runs = SyncRun.objects.filter(
        state__in=[SyncRun.State.WAITING, SyncRun.State.RUNNING, SyncRun.State.PARKED]
    )
    for row in open_runs.values("what", "state").annotate(n=Count("pk")):
        yield f'switchboard_sync_runs{{what="{row["what"]}",state="{row["state"]}"}} {row["n"]}'
    yield "# TYPE switchboard_oldest_due_seconds gauge"
    for name, model in (("sync_run", SyncRun), ("job", Job)):
        oldest = model.objects.filter(due_at__lte=now).aggregate(at=Min("due_at"))["at"]
        yield f'switchboard_oldest_due_seconds{{work="{name}"}} {(now - oldest).total_seconds() if oldest else 0:.0f}'
    yield "# TYPE switchboard_last_sync_age_seconds gauge"
    for row in SyncState.objects.values("stream").annotate(at=Max("last_success_at")):
        if row["at"]:
            yield f'switchboard_last_sync_age_seconds{{stream="{row["stream"]}"}} {(now - row["at"]).total_seconds():.0f}'
