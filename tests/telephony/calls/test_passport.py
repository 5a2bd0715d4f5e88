"""The page of one number: found from any notation, and with everything that the cache knows of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from telephony.models import Call, Change, Connection, Credential, Entity, NumberName
from telephony.services import blocking
from telephony.services.blocking import Listed
from telephony.services.number_story import months_of
from tests.reading import text_of

from .conftest import LINE

NOVALISE = "+33199006210"
PAGE = f"/t/corvane/numbers/{NOVALISE}/"


@pytest.fixture
def page(maud: Person, keyyo: Connection) -> Client:
    client = Client()
    client.force_login(maud)
    return client


def add_list(keyyo: Connection, csi: str, numbers: list[str]) -> Entity:
    return Entity.objects.create(
        connection=keyyo,
        kind="Blacklist",
        parent_remote_id=csi,
        remote_id="list",
        document={"numbers": numbers},
        checksum="",
        fetched_at=timezone.now(),
    )


def moved(keyyo: Connection, before: list[str], wanted: list[str], summary: str) -> Change:
    return Change.objects.create(
        connection=keyyo,
        operation="services.blacklist.replace",
        state=Change.State.APPLIED,
        before={"numbers": before},
        wanted={"numbers": wanted},
        summary=summary,
    )


@pytest.mark.parametrize(
    "typed", ["0199006210", "01 99 00 62 10", "0033199006210", "+33 (0)1 99 00 62 10", "33199006210"]
)
def test_any_notation_leads_to_the_one_page(page: Client, typed: str) -> None:
    assert page.get(f"/t/corvane/numbers/{typed}/")["Location"] == PAGE
    assert page.get("/t/corvane/search/", {"q": typed})["Location"] == PAGE


def test_what_is_no_number_is_told(page: Client) -> None:
    answer = page.get("/t/corvane/numbers/01 99 00/")
    assert answer.status_code == 404 and "cannot be read as a telephone number" in text_of(answer)
    assert "no whole telephone number" in text_of(page.get("/t/corvane/search/", {"q": "01 99 00 6"}))
    assert "/t/corvane/numbers/204/" in page.get("/t/corvane/search/", {"q": "204"}).content.decode()


def test_a_number_says_all_that_is_known_of_it(
    page: Client, keyyo: Connection, store: Callable[..., Call]
) -> None:
    now = datetime.now(UTC)
    store(started_at=now)
    store(started_at=now - timedelta(days=3), outcome="missed")
    store(started_at=now - timedelta(days=4), direction="outbound", caller=f"+{LINE}", callee=NOVALISE)
    store(started_at=now - timedelta(days=5), direction="outbound", callee=NOVALISE, medium="sms")
    add_list(keyyo, LINE, ["33199006210", "anonymous"])
    add_list(keyyo, "33199001099", ["33199006299"])
    profile = {
        "name": "Astreinte",
        "forward_on_no_answer_number": NOVALISE[1:],
        "backup_number": "33199006299",
    }
    astreinte = Entity.objects.create(
        connection=keyyo,
        kind="VoIPAccountProfile",
        parent_remote_id=LINE,
        remote_id="1",
        name="Astreinte",
        document=profile,
        checksum="",
        fetched_at=now,
    )
    moved(keyyo, [], [NOVALISE], "Put on the list")
    moved(keyyo, [NOVALISE], [], "Let through again")
    moved(keyyo, [NOVALISE], [NOVALISE, "+33199006211"], "Somebody else")

    answer = page.get(PAGE)
    words = text_of(answer)

    assert "=Novalise" in words and "Not one of yours" in words and "Fixed line, France" in words
    assert "3 calls in twelve months" in words and "In: 2, 1 of these answered. Out: 1." in words
    to_it = words.partition("Calls to it")[2]
    assert to_it.count("Answered") == 1 and "SMS" in to_it
    assert "Put on the list" in words and "Let through again" in words and "Somebody else" not in words
    assert [one.line.name for one in answer.context["story"].listed] == ["Accueil Paris"]
    assert "Forwarding profile Astreinte · If nobody answers, to +33 1 99 00 62 10" in words
    assert "Backup" not in words and "out of service" not in words
    assert "No call is forwarded here now." in words and "1 forward to it is not in force" in words
    Entity.objects.filter(pk=astreinte.pk).update(document={**profile, "forced": "1"})
    forced = text_of(page.get(PAGE))
    assert "Forwarded here" in forced
    assert "No call is forwarded" not in forced and "not in force" not in forced
    own = text_of(page.get(f"/t/corvane/numbers/+{LINE}/"))
    assert "Yours" in own and "Hosted PBX line" in own and "its line" in own
    assert "Emergency number, France" in text_of(page.get("/t/corvane/numbers/112/"))


def test_an_internal_number_is_blocked_where_a_list_takes_it_and_else_it_is_said_why_not(
    page: Client, keyyo: Connection
) -> None:
    kazoo = Connection.objects.create(
        credential=Credential.objects.create(provider="kazoo"),
        provider="kazoo",
        slug="corvane-kazoo",
        name="Kazoo",
        capabilities=["blacklist.edit"],
    )
    passport = "/t/corvane/numbers/204/"
    assert "colleagues get through" in text_of(page.get(passport))
    assert "colleagues get through" in text_of(page.get(f"{passport}block/"))

    Connection.objects.exclude(pk=kazoo.pk).update(capabilities=["blacklist.edit"])
    assert f"{passport}block/" in page.get(passport).content.decode()
    assert "/block/" not in page.get("/t/corvane/numbers/112/").content.decode()


def test_no_call_and_no_list_adds_a_query(
    page: Client, keyyo: Connection, store: Callable[..., Call]
) -> None:
    store(started_at=datetime.now(UTC))
    add_list(keyyo, LINE, ["33199006210"])
    counts = []
    for csi in (None, "33199001098", "33199001099"):
        if csi:
            add_list(keyyo, csi, ["33199006210"])
            store(started_at=datetime.now(UTC))
            NumberName.objects.create(number=NOVALISE, name=f"Novalise {csi}", source="contact")
        page.get(PAGE)
        with CaptureQueriesContext(database) as seen:
            page.get(PAGE)
        counts.append(len(seen))
    assert len(set(counts)) == 1, counts


def test_months_are_those_of_the_tenants_calendar(keyyo: Connection, store: Callable[..., Call]) -> None:
    """Half past midnight in Paris is the day before in London."""
    zone, now = ZoneInfo("Europe/Paris"), datetime(2026, 3, 10, 12, tzinfo=UTC)
    store(started_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC))
    store(started_at=datetime(2025, 3, 31, 21, 59, tzinfo=UTC), outcome="missed")

    found = months_of(NOVALISE, zone, now)

    assert len(found) == 12
    assert [one.calls for one in found] == [0] * 11 + [1]
    assert found[-1].reached == 1
    assert all(one.is_known for one in found)

    Call.objects.filter(outcome="missed").delete()
    assert [one.is_known for one in months_of(NOVALISE, zone, now)] == [False] * 11 + [True]


def test_numbers_in_lists_lead_to_their_page(page: Client, store: Callable[..., Call]) -> None:
    store()
    for path in ("calls/", "numbers/", f"calls/{Call.objects.get().pk}/"):
        html = page.get(f"/t/corvane/{path}").content.decode()
        assert re.search(r'<a class="sb-num" href="/t/corvane/numbers/\+33199', html), path
        assert not re.search(r"<a\b[^>]*>(?:(?!</a>).)*<a\b", html, re.DOTALL), (
            f"a link inside of a link: {path}"
        )


def test_what_would_have_been_refused_is_what_counting_by_hand_finds(
    keyyo: Connection, store: Callable[..., Call]
) -> None:
    """Any calls, any numbers, any lists: each call counts once, by line or by account."""
    dice = random.Random(7)
    numbers = [NOVALISE, "+33199006211", "+33199006212"]  # the first is a contact
    lines = [LINE, "33199001002", "33199001003"]
    for csi in lines:
        if csi != LINE:
            Entity.objects.create(
                connection=keyyo,
                kind="UCaaSVoIPAccount",
                facet="line",
                is_line=True,
                remote_id=csi,
                number=f"+{csi}",
                checksum="",
                fetched_at=timezone.now(),
            )
        add_list(keyyo, csi, [])
    for _n in range(40):
        store(
            caller=dice.choice(numbers),
            line_remote_id=dice.choice([*lines, ""]),
            started_at=timezone.now() - timedelta(days=dice.choice([1, 20, 29, 31, 90])),
            outcome=dice.choice(["answered", "missed", "busy", "forwarded"]),
            direction=dice.choice(["inbound", "inbound", "outbound"]),
            medium=dice.choice(["voice", "voice", "sms"]),
        )
    lists = blocking.lists_of(blocking.every_list())
    account = Listed(entity=lists[0].entity, line=None)
    calls = list(Call.objects.all())
    since = timezone.now() - blocking.MONTH

    for _n in range(12):
        asked = dice.sample(numbers, dice.randint(1, 3))
        on = dice.sample(lists, dice.randint(0, 3)) + [account] * dice.randint(0, 1)
        hit = [
            call
            for call in calls
            if call.direction == "inbound"
            and call.medium == "voice"
            and call.caller in asked
            and call.started_at >= since
            and (account in on or call.line_id in {one.line.pk for one in on if one.line})
        ]
        toll = blocking.would_have_refused(asked, on)
        assert toll.calls == len(hit)
        assert toll.reached == sum(call.outcome in ("answered", "forwarded") for call in hit)
        assert toll.from_contacts == sum(call.caller == NOVALISE for call in hit)
        by_list = blocking.calls_by_list(asked[0], on)
        assert sum(by_list.values()) >= blocking.would_have_refused(asked[:1], on).calls
