"""Retry, quota, breaker and what the observer sees, with clocks that do not tick by themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import outbound
from portal.lib.errors import AnswerLost, RateLimited, TimedOutBeforeSending, Unavailable
from portal.lib.outbound import OutboundPolicy, RawAnswer
from portal.lib.secrets import Secret
from telephony.providers.breaker import MemoryBreaker
from telephony.providers.operations import Effect
from telephony.providers.pace import Pace
from telephony.providers.transport import Deadline, Request, Transport, retry_after_s

ASK = Request(method="GET", url="https://api.example/things", operation="things.list")


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Wire:
    """Stands where the gate is: gives the answers it was told, in order."""

    def __init__(self, *answers: int | Exception | tuple[int, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.sent: list[dict[str, object]] = []

    def send(self, method, url, **kwargs):
        self.sent.append({"method": method, "url": url, **kwargs})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        return RawAnswer(status, headers, b"{}", 0.01)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def on_wire(monkeypatch):
    def put(*answers) -> Wire:
        wire = Wire(*answers)
        monkeypatch.setattr(outbound, "send", wire.send)
        return wire

    return put


def transport(clock: Clock, **parts) -> Transport:
    return Transport(OutboundPolicy(), clock=clock, sleep=clock.sleep, chance=lambda: 1.0, **parts)


def test_a_read_is_tried_three_times_with_growing_pauses(clock, on_wire):
    wire = on_wire(503, Unavailable("down"), 200)

    response = transport(clock).send(ASK, effect=Effect.READ)

    assert response.status == 200 and len(wire.sent) == 3
    assert clock.slept == [1.0, 2.0]


def test_the_third_failure_of_a_read_is_the_answer(clock, on_wire):
    on_wire(500, 502, 504)
    assert transport(clock).send(ASK, effect=Effect.READ).status == 504

    on_wire(AnswerLost("gone"), AnswerLost("gone"), AnswerLost("gone"))
    with pytest.raises(Unavailable):
        transport(clock).send(ASK, effect=Effect.READ)


@pytest.mark.parametrize("effect", [Effect.WRITE, Effect.DESTROY, Effect.NEVER_REPEAT])
def test_whatever_changes_something_is_sent_once(clock, on_wire, effect):
    for failure, raised in ((AnswerLost("gone"), AnswerLost), (Unavailable("refused"), Unavailable)):
        wire = on_wire(failure)
        with pytest.raises(raised):
            transport(clock).send(ASK, effect=effect)
        assert len(wire.sent) == 1
    wire = on_wire(503)
    assert transport(clock).send(ASK, effect=effect).status == 503
    wire = on_wire((429, {"Retry-After": "1"}))
    with pytest.raises(RateLimited):
        transport(clock).send(ASK, effect=effect)
    assert not clock.slept


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 301])
def test_other_answers_are_never_asked_for_again(clock, on_wire, status):
    wire = on_wire(status)
    assert transport(clock).send(ASK, effect=Effect.READ).status == status
    assert len(wire.sent) == 1


def test_a_pause_that_fits_the_deadline_is_kept_and_a_longer_one_is_told(clock, on_wire):
    on_wire((429, {"Retry-After": "3"}), 200)
    assert transport(clock).send(ASK, effect=Effect.READ).status == 200
    assert clock.slept == [pytest.approx(3.05)]

    wire = on_wire((429, {"Retry-After": "120"}))
    with pytest.raises(RateLimited) as limited:
        transport(clock).send(ASK, effect=Effect.READ)
    assert limited.value.retry_after_s == 120 and len(wire.sent) == 1


def test_tries_end_with_the_total_deadline(clock, on_wire):
    wire = on_wire(503, 503, 503)
    assert transport(clock).send(ASK, effect=Effect.READ, deadline_s=1.5).status == 503
    assert len(wire.sent) == 2


def test_each_try_gets_what_is_left_of_the_deadline(clock, on_wire):
    wire = on_wire(503, 200)
    transport(clock).send(ASK, effect=Effect.READ, deadline_s=10)
    assert [one["deadline_s"] for one in wire.sent] == [10, 9]


def test_the_pause_of_one_call_holds_the_whole_credential(clock, on_wire):
    pace = Pace(100, 1, clock=clock, sleep=clock.sleep)
    ours = transport(clock, quota=pace)
    wire = on_wire((429, {}), 200)
    with pytest.raises(RateLimited) as first:
        ours.send(ASK, effect=Effect.WRITE)
    with pytest.raises(RateLimited) as second:
        ours.send(ASK, effect=Effect.WRITE)

    assert first.value.retry_after_s == 60 and second.value.retry_after_s == 60
    assert len(wire.sent) == 1
    clock.now += 61
    assert ours.send(ASK, effect=Effect.WRITE).status == 200


def test_pauses_of_unknown_length_double_up_to_a_quarter_of_an_hour(clock):
    pace = Pace(1, 1, clock=clock)
    assert [pace.pause("", None) for _ in range(6)] == [60, 120, 240, 480, 900, 900]
    assert pace.pause("", 5) == 5
    assert pace.pause("", None) == 60


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 5))
def test_no_window_ever_holds_more_calls_than_allowed(gaps, limit):
    """A token bucket would let nearly twice as many through."""
    clock = Clock()
    pace = Pace(limit, 2.0, clock=clock, sleep=clock.sleep)
    taken = []
    for gap in gaps:
        clock.now += gap
        pace.acquire("", 1, "worker", Deadline(1000, clock))
        taken.append(clock.now)
    for index, start in enumerate(taken):
        inside = [at for at in taken[index:] if at < start + 2.0 - 1e-6]
        assert len(inside) <= limit


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=60), st.integers(2, 6))
def test_a_bucket_gives_what_it_holds_and_what_flows_in(gaps, limit):
    clock = Clock()
    pace = Pace(limit, 2.0, refills=True, kept=1, clock=clock, sleep=clock.sleep)
    taken = []
    for gap, is_person in gaps:
        clock.now += gap
        asked_at = clock.now
        pace.acquire("", 1, "person" if is_person else "worker", Deadline(1000, clock))
        assert clock.now - asked_at <= 2 * 2.0 / limit + 0.01  # of one call, and of the one that is kept
        taken.append(clock.now)
    for index, start in enumerate(taken):
        for count, end in enumerate(taken[index:], 1):
            assert count <= limit + (end - start) * limit / 2.0 + 1e-6


def test_a_bucket_keeps_calls_for_people(clock):
    pace = Pace(10, 10, refills=True, kept=3, clock=clock, sleep=clock.sleep)
    assert held_back(pace, clock, 7) == 0
    began = clock.now
    for _ in range(3):
        pace.acquire("", 1, "person", Deadline(10, clock))
    assert clock.now == began
    assert held_back(pace, clock, 1) >= 3


def test_waiting_for_room_ends_at_the_deadline(clock):
    pace = Pace(1, 60, clock=clock, sleep=clock.sleep)
    pace.acquire("", 1, "worker", Deadline(1, clock))
    with pytest.raises(TimedOutBeforeSending):
        pace.acquire("", 1, "worker", Deadline(10, clock))
    pace.acquire("another", 1, "worker", Deadline(1, clock))


def test_a_known_limit_stands_whatever_is_refused(clock):
    pace = Pace(4, 1, clock=clock, sleep=clock.sleep)
    pace.ease("")
    assert held_back(pace, clock, 4) == 0


def test_refusals_halve_a_guessed_limit_down_to_its_floor(clock, on_wire):
    pace = Pace(60, 6, 5, clock=clock, sleep=clock.sleep)
    assert held_back(pace, clock, 60) == 0
    on_wire(503, 503)
    ours = transport(clock, quota=pace)
    clock.now += 6
    ours.send(ASK, effect=Effect.WRITE)
    ours.send(ASK, effect=Effect.WRITE)  # an answer to the same pace: it counts once
    clock.now += 6
    assert held_back(pace, clock, 36) == 0
    assert held_back(pace, clock, 2) > 0
    for _ in range(9):
        pace.ease("")
        clock.now += 6
    assert held_back(pace, clock, 11) == 0
    assert held_back(pace, clock, 2) > 0


def test_a_limit_that_was_halved_grows_back_within_a_minute(clock):
    pace = Pace(60, 1, 5, clock=clock, sleep=clock.sleep)
    pace.pause("", 0)
    clock.now += 10
    assert held_back(pace, clock, 40) == 0
    clock.now += 60
    assert held_back(pace, clock, 60) == 0
    assert held_back(pace, clock, 1) > 0


def held_back(pace, clock, calls):
    """Seconds that so many calls have to wait."""
    begin = clock.now
    for _ in range(calls):
        pace.acquire("", 1, "worker", Deadline(1000, clock))
    return clock.now - begin


def test_the_breaker_opens_after_five_failures_and_lets_one_probe_through(clock, on_wire):
    breaker = MemoryBreaker(clock=clock)
    ours = transport(clock, breaker=breaker)
    wire = on_wire(*[Unavailable("down")] * 6, 200, 200)
    for _ in range(5):
        with pytest.raises(Unavailable):
            ours.send(ASK, effect=Effect.WRITE)
    with pytest.raises(Unavailable):
        ours.send(ASK, effect=Effect.WRITE)
    assert len(wire.sent) == 5

    clock.now += 61
    with pytest.raises(Unavailable):
        ours.send(ASK, effect=Effect.WRITE)  # the probe fails
    with pytest.raises(Unavailable):
        ours.send(ASK, effect=Effect.WRITE)  # open again
    assert len(wire.sent) == 6

    clock.now += 61
    assert ours.send(ASK, effect=Effect.WRITE).status == 200
    assert ours.send(ASK, effect=Effect.WRITE).status == 200


def test_the_observer_sees_every_try_and_no_secret(clock, on_wire):
    seen = []
    on_wire(503, 200)
    request = Request(
        method="GET",
        url="https://api.example/things",
        query=(("api_key", Secret("canary-1")),),
        headers={"Authorization": Secret("Bearer canary-2")},
        operation="things.list",
    )

    transport(clock, observer=seen.append).send(request, effect=Effect.READ)

    assert [(one.operation, one.status, one.attempt) for one in seen] == [
        ("things.list", 503, 1),
        ("things.list", 200, 2),
    ]
    assert "canary" not in repr(seen) + repr(request) + repr(request.shown())


def test_secrets_reach_the_wire(clock, on_wire):
    wire = on_wire(200)
    request = Request(
        method="POST",
        url="https://api.example/things",
        query=(("key", Secret("a b")),),
        form=(("secret", Secret("x&y")),),
        headers={"Authorization": Secret("Bearer z")},
    )
    transport(clock).send(request, effect=Effect.WRITE)

    assert wire.sent[0]["url"] == "https://api.example/things?key=a%20b"
    assert wire.sent[0]["body"] == b"secret=x%26y"
    assert wire.sent[0]["headers"]["Authorization"] == "Bearer z"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("120", 120), ("999999", 3600), ("Sun, 01 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0), ("Mon, 02 Nov 2026 12:00:00 GMT", 3600),
        ("soon", None), ("", None), ("-5", None), ("1.5", None), ("²", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_a_date(text, seconds):
    assert retry_after_s(text, datetime(2026, 11, 1, 12, tzinfo=UTC)) == seconds


@given(st.text(max_size=40))
def test_retry_after_never_raises_and_never_exceeds_an_hour(text):
    seconds = retry_after_s(text)
    assert seconds is None or 0 <= seconds <= 3600


def test_a_document_travels_as_json_and_shows_its_secrets_masked():
    request = Request(
        method="PUT", url="https://api.example/v2/x", document={"data": {"pin": Secret("4711")}}
    )

    assert request.content() == b'{"data": {"pin": "4711"}}'
    assert request.shown()["body"] == '{"data": {"pin": "***"}}'


def test_bytes_are_shown_by_their_number():
    request = Request(method="PUT", url="https://api.example/v2/x", body=b"\xff" * 12)

    assert (request.content(), request.shown()["body"]) == (b"\xff" * 12, "12 bytes")
