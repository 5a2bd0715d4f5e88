"""The suites by name, each with its own tenant in the scratch database."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core.management import call_command

from telephony.bench import backfilling as _backfilling
from telephony.bench import bulk_edits as _bulk_edits
from telephony.bench import callflow_losses as _callflow_losses
from telephony.bench import callflows as _callflows
from telephony.bench import crowd as _crowd
from telephony.bench import dashboards as _dashboards
from telephony.bench import demo as _demo
from telephony.bench import editors as _editors
from telephony.bench import exporting as _exporting
from telephony.bench import intake as _intake
from telephony.bench import kazoo_legs as _kazoo_legs
from telephony.bench import listing as _listing
from telephony.bench import missed as _missed
from telephony.bench import outage as _outage
from telephony.bench import replaying as _replaying
from telephony.bench import reports as _reports
from telephony.bench import rollups as _rollups
from telephony.bench import storing as _storing
from telephony.bench import streams as _streams
from telephony.bench.measuring import Figure
from telephony.bench.world import make_connection


def storing(*, is_quick: bool) -> Iterable[Figure]:
    """Drafts in memory to committed rows."""
    return _storing.measure(make_connection("bench-storing"), *((10_000, 3) if is_quick else ()))


def replay(*, is_quick: bool) -> Iterable[Figure]:
    """A provider's pages to stored calls."""
    return _replaying.measure(make_connection("bench-replay"), *((10_000, 3) if is_quick else ()))


def kazoo(*, is_quick: bool) -> Iterable[Figure]:
    """Kazoo's pages to stored calls, of several legs each."""
    return _kazoo_legs.measure(*((40, 3) if is_quick else ()))


def lists(*, is_quick: bool) -> Iterable[Figure]:
    """The first page of calls in a small and in a large table."""
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name files by their hash
    return _listing.measure(make_connection("bench-lists"), *((100_000,) if is_quick else ()))


def rollups(*, is_quick: bool) -> Iterable[Figure]:
    """Roll-ups beside the calls that they are made of."""
    return _rollups.measure(make_connection, *((10_000, 3, 20) if is_quick else ()))


def dashboards(*, is_quick: bool) -> Iterable[Figure]:
    """The overview of a large tenant among many, beside SQL over the calls."""
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name files by their hash
    return _dashboards.measure(*((1_000_000,) if is_quick else ()))


def reports(*, is_quick: bool) -> Iterable[Figure]:
    """Reports made, and many that are due at once."""
    return _reports.measure(make_connection, *((20, 10_000) if is_quick else ()))


def export(*, is_quick: bool) -> Iterable[Figure]:
    """A million calls as files."""
    return _exporting.measure(make_connection("bench-export"), *((50_000,) if is_quick else ()))


def missed(*, is_quick: bool) -> Iterable[Figure]:
    """The board of missed callers beside a year of calls."""
    call_command("collectstatic", interactive=False, verbosity=0)
    return _missed.measure(make_connection("bench-missed"), *((100_000,) if is_quick else ()))


def intake(*, is_quick: bool) -> Iterable[Figure]:
    """Events of lines through the web server of production."""
    return _intake.measure(make_connection("bench-intake"), *((1.0, 1, 3) if is_quick else ()))


def outage(*, is_quick: bool) -> Iterable[Figure]:
    """Events while servers are killed."""
    return _outage.measure(*((4_000, 6.0) if is_quick else ()))


def streams(*, is_quick: bool) -> Iterable[Figure]:
    """Boards of calls that many watch."""
    call_command("collectstatic", interactive=False, verbosity=0)
    return _streams.measure(*((2, 5, 8) if is_quick else ()))


def quota(*, is_quick: bool) -> Iterable[Figure]:
    """A year of calls from a provider that allows 100 queries in 15 minutes."""
    return _backfilling.measure(*((3,) if is_quick else ()))


def crowd(*, is_quick: bool) -> Iterable[Figure]:
    """The start of syncs beside a slow and a failing provider."""
    return _crowd.measure(*((10, 2) if is_quick else ()))


def editors(*, is_quick: bool) -> Iterable[Figure]:
    """Documents through their forms, races, the page of the largest."""
    call_command("collectstatic", interactive=False, verbosity=0)
    return _editors.measure(*((100, 10) if is_quick else ()))


def bulk(*, is_quick: bool) -> Iterable[Figure]:
    """An edit of many profiles in one job, and its preview."""
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name files by their hash
    return _bulk_edits.measure(make_connection("bench-bulk"), *((5, 1) if is_quick else ()))


def callflows(*, is_quick: bool) -> Iterable[Figure]:
    """A large callflow in the editor, in a real browser."""
    call_command("collectstatic", interactive=False, verbosity=0)
    return _callflows.measure(*((500, 2, 2) if is_quick else ()))


def losses(*, is_quick: bool) -> Iterable[Figure]:
    """That nothing of any callflow is lost in the editor."""
    call_command("collectstatic", interactive=False, verbosity=0)
    return _callflow_losses.measure(*((100, 20, 10, 200) if is_quick else ()))


def demo(*, is_quick: bool) -> Iterable[Figure]:
    """Start and stop of the demo."""
    return _demo.measure(1 if is_quick else 5)


SUITES: dict[str, Callable[..., Iterable[Figure]]] = {
    "storing": storing,
    "replay": replay,
    "kazoo": kazoo,
    "lists": lists,
    "rollups": rollups,
    "dashboards": dashboards,
    "reports": reports,
    "export": export,
    "missed": missed,
    "intake": intake,
    "outage": outage,
    "streams": streams,
    "quota": quota,
    "crowd": crowd,
    "editors": editors,
    "bulk": bulk,
    "callflows": callflows,
    "losses": losses,
    "demo": demo,
}
