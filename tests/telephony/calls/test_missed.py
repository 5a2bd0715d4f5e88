"""The board of callers who were not answered and not spoken to since."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from telephony.forms.missed import MissedFilterForm
from telephony.models import Call, Connection, Entity, MissedMark, OpeningHours
from telephony.models.calls import REACHED, UNANSWERED
from telephony.models.missed import MissedSearch, MissedState
from telephony.models.rollups import Part
from telephony.providers.hours import Hours, week_of
from telephony.services import call_figures, missed_calls, missed_sql
from telephony.services.open_time import OpenTime
from telephony.services.opening_hours import OFFICE

from .conftest import LINE, NOON

Store = Callable[..., Call]
BOARD = "/t/corvane/calls/missed/"
CALLER, OTHER = "+33639980001", "+33639980002"
SPAN = MissedSearch(start_at=NOON, end_at=NOON + timedelta(hours=1))


@pytest.fixture
def client(maud: Person) -> Client:
    client = Client()
    client.force_login(maud)
    return client


def waiting(search: MissedSearch = SPAN) -> list[str]:
    return [call.caller for call in search.narrow(Call.objects.all()).order_by("-started_at", "-pk")]


def miss(store: Store, caller: str = CALLER, **values: object) -> Call:
    return store(outcome="missed", duration_s=0, caller=caller, **values)


def call_back(store: Store, duration_s: int) -> Call:
    return store(
        direction="outbound", stream="outgoing", caller=f"+{LINE}", callee=CALLER, duration_s=duration_s
    )


def ago(**span: int) -> datetime:
    return timezone.now() - timedelta(**span)


# ---- who waits ----


@dataclass(frozen=True)
class Event:
    minute: int
    number: str
    kind: str  # an outcome of an incoming call; "back" and "in vain" are calls back; "done" and "taken" are marks


EVENTS = st.builds(
    Event,
    minute=st.integers(-3, 12),
    number=st.sampled_from([CALLER, OTHER, ""]),
    kind=st.sampled_from(
        ["missed", "voicemail", "busy", "answered", "forwarded", "back", "in vain", "done", "taken"]
    ),
)


def read_plainly(events: list[Event], state: str) -> dict[str, tuple[int, datetime]]:
    """How often each number that waits tried, of minutes 0 to 9, and when first: the same said without a database."""
    found = {}
    for number in (CALLER, OTHER):
        own = [one for one in events if one.number == number]
        spoken = max((one.minute for one in own if one.kind in (*REACHED, "back")), default=-99)
        tries = [one.minute for one in own if one.kind in UNANSWERED and 0 <= one.minute < 10]
        tries = [minute for minute in tries if minute >= spoken]
        done = max((one.minute for one in own if one.kind == "done"), default=-99)
        is_taken = any(one.kind == "taken" for one in own)
        is_of_state = {
            MissedState.DONE: bool(tries) and done >= max(tries),
            MissedState.OPEN: bool(tries) and done < max(tries),
            MissedState.MINE: bool(tries) and done < max(tries) and is_taken,
            MissedState.FREE: bool(tries) and done < max(tries) and not is_taken,
        }
        if is_of_state[MissedState(state)]:
            found[number] = len(tries), NOON + timedelta(minutes=min(tries))
    return found


def keep(keyyo: Connection, maud: Person, events: list[Event]) -> None:
    for at, event in enumerate(events):
        moment = NOON + timedelta(minutes=event.minute)
        if event.kind in ("done", "taken"):
            if event.number:
                said = {"done_at": moment} if event.kind == "done" else {"owner": maud}
                MissedMark.objects.update_or_create(number=event.number, defaults=said)
            continue
        is_back = event.kind in ("back", "in vain")
        sides = (f"+{LINE}", event.number) if is_back else (event.number, f"+{LINE}")
        Call.objects.create(
            connection=keyyo,
            fold_key=f"c{at}",
            started_at=moment,
            direction="outbound" if is_back else "inbound",
            outcome="answered" if event.kind == "back" else "missed" if is_back else event.kind,
            caller=sides[0],
            caller_reversed=sides[0][::-1],
            callee=sides[1],
            callee_reversed=sides[1][::-1],
            duration_s=0 if event.kind in (*UNANSWERED, "in vain") else 60,
        )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS, max_size=9))
def test_any_calls_give_the_board_that_a_plain_reading_gives(
    keyyo: Connection, maud: Person, events: list[Event]
) -> None:
    Call.objects.all().delete()
    MissedMark.objects.all().delete()
    keep(keyyo, maud, sorted(events, key=lambda one: one.minute))

    span = {"start_at": NOON, "end_at": NOON + timedelta(minutes=10)}
    for state in MissedState:
        search = MissedSearch(**span, state=state, person=maud.pk)
        rows = list(search.narrow(Call.objects.all()))
        told = missed_calls.missed_of(rows, search, NOON + timedelta(minutes=20))
        assert {number: (one.tries, one.first_at) for number, one in told.items()} == read_plainly(
            events, state
        )
        total = missed_sql.total_of(keyyo.tenant_id, search, 99, 1)
        assert len(rows) == len(told) == total.waiting
        newest = sorted(rows, key=lambda one: (one.started_at, one.pk), reverse=True)
        assert {one.pk for one in newest if one.started_at == newest[0].started_at} == {*total.newest}


def test_a_call_back_that_nobody_took_leaves_the_caller_there_and_is_told(store: Store) -> None:
    last = miss(store)
    back = call_back(store, 0)
    assert waiting() == [CALLER]
    assert missed_calls.missed_of([last], SPAN, NOON)[CALLER].tried_at == back.started_at

    call_back(store, 20)
    assert waiting() == []


def test_withheld_callers_are_counted_and_not_listed(store: Store, keyyo: Connection) -> None:
    miss(store, caller="")
    miss(store, caller="anonymous")
    store(caller="")

    assert waiting() == []
    assert missed_sql.total_of(keyyo.tenant_id, SPAN, 9, 9).withheld == 2


def test_a_line_narrows_to_numbers_that_missed_it(store: Store, keyyo: Connection) -> None:
    first = miss(store)
    miss(store, line_remote_id="")  # on no line that is known
    miss(store, caller=OTHER, line_remote_id="")

    of_line = replace(SPAN, part=Part(line=first.line_id))
    assert waiting() == [OTHER, CALLER] and waiting(of_line) == [CALLER]
    counted = [missed_sql.total_of(keyyo.tenant_id, search, 99, 9).waiting for search in (SPAN, of_line)]
    assert counted == [2, 1] and missed_sql.total_of(keyyo.tenant_id, SPAN, 1, 9).waiting == 1


def test_a_group_that_is_a_line_too_narrows_to_whoever_it_was_offered(
    store: Store, keyyo: Connection, maud: Person
) -> None:
    group = Entity.objects.create(
        connection=keyyo, kind="ACDService", facet="group", is_line=True, remote_id="33199001000", name="Welcome",
        checksum="", fetched_at=NOON,
    )  # fmt: skip
    miss(store, group_remote_id=group.remote_id)  # two of its lines rang
    miss(store, caller=OTHER)

    form = MissedFilterForm({"line": str(group.pk)}, zone=ZoneInfo("Europe/Paris"), person=maud.pk)
    form.full_clean()
    of_group = replace(SPAN, part=form.as_search().part)
    assert waiting(of_group) == [CALLER]
    assert missed_sql.total_of(keyyo.tenant_id, of_group, 99, 9).waiting == 1


def test_the_overview_counts_as_the_board_does(store: Store, maud: Person) -> None:
    miss(store)
    store(outcome="voicemail", duration_s=0, caller=OTHER)
    now = NOON + timedelta(hours=1)
    assert [one.number for one in call_figures.missed_not_called_back(now)] == [OTHER, CALLER]

    missed_calls.close(OTHER, maud)
    assert [one.number for one in call_figures.missed_not_called_back(now)] == [CALLER]


# ---- how long ----


def test_a_wait_counts_where_any_schedule_is_open() -> None:
    office = Hours(week=week_of(OFFICE), zone="Europe/Paris")
    paris = ZoneInfo("Europe/Paris")
    friday = datetime(2026, 3, 6, 17, 30, tzinfo=paris)
    monday = datetime(2026, 3, 9, 10, 0, tzinfo=paris)

    assert OpenTime([office], friday, monday).seconds_since(friday) == 90 * 60
    assert OpenTime([office, office], friday, monday).seconds_since(friday) == 90 * 60
    assert OpenTime([], friday, monday).seconds_since(friday) == (monday - friday).total_seconds()


def test_a_wait_over_a_change_of_clocks_is_as_long_as_it_was() -> None:
    always = Hours(week=week_of([[(0, 1440)]] * 7), zone="Europe/Paris")
    start, end = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)

    assert OpenTime([always], start, end).seconds_since(start) == 24 * 3600


# ---- the pages ----


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"{BOARD}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_number_is_taken_noted_done_and_opened_by_a_new_call(
    client: Client, store: Store, maud: Person
) -> None:
    miss(store, started_at=ago(hours=3))
    assert CALLER[-4:] in shown(client)
    client.post(f"{BOARD}{CALLER}/take/")
    assert "data-row" in shown(client, "?state=mine") and "data-row" not in shown(client, "?state=free")
    answer = client.post(
        f"{BOARD}{CALLER}/?state=mine", {"owner": maud.pk, "note": "Wants the invoice again"}
    )
    assert answer["Location"] == f"{BOARD}?state=mine"
    assert "Wants the invoice again" in shown(client)

    client.post(f"{BOARD}{CALLER}/done/")
    assert "data-row" not in shown(client)
    assert "Done by Maud Terrasson" in shown(client, "?state=done")
    miss(store, started_at=timezone.now() + timedelta(seconds=1))
    assert "Wants the invoice again" in shown(client)


def test_the_next_page_goes_on_where_the_first_ended(client: Client, keyyo: Connection) -> None:
    """Many call at one instant; the first page is found on the way of the count, the others are not."""
    numbers = [f"+3363998{n:04}" for n in range(70)]
    at = ago(hours=3)
    Call.objects.bulk_create(
        Call(
            connection=keyyo,
            fold_key=number,
            started_at=at - timedelta(minutes=n // 60),
            direction="inbound",
            outcome="missed",
            caller=number,
            caller_reversed=number[::-1],
        )
        for n, number in enumerate(numbers)
    )
    first = shown(client)
    (cursor,) = set(re.findall(r"cursor=([^&\"]+)", first))
    second = shown(client, f"?cursor={cursor}")
    backwards = shown(client, "?sort=started_at")
    pages = [re.findall(r'data-panel="[^"]*missed/([^/]+)/', page) for page in (first, second, backwards)]
    assert sorted(pages[0] + pages[1]) == numbers and pages[2] == (pages[0] + pages[1])[::-1][:50]


def test_who_only_looks_on_marks_nothing(store: Store, corvane: Tenant) -> None:
    miss(store, started_at=ago(hours=3))
    person = Person.objects.create_user("ines@corvane.example", "switchboard-demo", name="Inès")
    Membership.objects.create(tenant=corvane, person=person, role=Role.VIEWER)
    client = Client()
    client.force_login(person)

    assert "/done/" not in shown(client)
    assert client.post(f"{BOARD}{CALLER}/done/").status_code == 403
    assert client.post(f"{BOARD}{CALLER}/", {"note": "x"}).status_code == 403
    assert not MissedMark.objects.exists()


def test_a_number_is_given_to_members_only(client: Client, store: Store) -> None:
    miss(store)
    stranger = Person.objects.create_user("eve@elsewhere.example", "switchboard-demo", name="Eve")

    assert client.post(f"{BOARD}{CALLER}/", {"owner": stranger.pk}).status_code == 422
    assert client.post(f"{BOARD}{OTHER}/", {"note": "never called"}).status_code == 404
    assert not MissedMark.objects.exists()


def test_a_page_tells_withheld_callers_and_open_hours(
    client: Client, store: Store, keyyo: Connection
) -> None:
    OpeningHours.objects.create(name="Accueil", week=OFFICE)
    miss(store, started_at=ago(hours=3))
    miss(store, caller="", started_at=ago(hours=2))

    page = shown(client)
    assert "1 call more with the number withheld" in page
    assert "counted in your opening hours" in page
    assert "data-row" not in shown(client, "?period=yesterday&q=999999")
