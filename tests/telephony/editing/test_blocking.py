"""A number is blocked from where it is seen: on one line, on several, for a while; and what never is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from telephony.models import BlockEnd, Call, Change, Connection, Entity, Job, NumberName
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, block_ending, blocking, blocking_acts, bulk, editing, entities, ledger
from telephony.services.blocking import Listed
from telephony.services.blocking_acts import Place
from tests.reading import text_of

from .conftest import LINE
from .test_bulk import begin, work

STRANGER = "+33199006299"
PAGE = f"/t/corvane/numbers/{STRANGER}/block/"
FULL = "33199001002"
Browser = Callable[[Person], Client]


@pytest.fixture
def lists(connection: Connection) -> dict[str, Listed]:
    """The lists of every line of Corvane, by line."""
    client = access.client_of(connection)
    for page in connection.declaration.read_entities(client, kinds=["UCaaSVoIPAccount", "Blacklist"]):
        entities.store(connection, page, timezone.now())
    return {one.line.remote_id: one for one in blocking.lists_of(blocking.every_list()) if one.line}


def at_provider(at_keyyo: Callable[..., Any], csi: str) -> list[str]:
    found = at_keyyo("services.blacklist.list", {"csi": csi})
    return (
        [f"+{one['number']}" for one in found] if isinstance(found, list) else []
    )  # an empty list has no items


def come_to_its_time(end: BlockEnd) -> None:
    BlockEnd.objects.filter(pk=end.pk).update(due_at=timezone.now(), lease_until=None, lease_owner="")
    with ledger.leased(BlockEnd, end.tenant_id, end.pk) as held:
        block_ending.advance(held)


def test_a_number_is_blocked_on_the_line_it_called_for_a_while_and_goes_by_itself(
    lists: dict[str, Listed], at_keyyo: Any, idris: Person, browser: Browser
) -> None:
    page = browser(idris)
    listed = lists[LINE]
    assert listed.line is not None
    url = f"{PAGE}?where=line&line={listed.line.pk}"
    shown = text_of(page.get(url))
    assert "would have refused no call" in shown and listed.line.name in shown

    answer = page.post(url, {"list": listed.entity.pk, "until": "7", "why": "Nuisance"}, follow=True)

    change, end = Change.objects.get(), BlockEnd.objects.get()
    assert STRANGER not in at_provider(at_keyyo, LINE), "a preview sends nothing"
    assert "goes off the list by itself" in text_of(answer) and change.why == "Nuisance"
    assert editing.send(change, idris).state == Change.State.APPLIED
    assert STRANGER in at_provider(at_keyyo, LINE)
    assert "until" in text_of(page.get(f"/t/corvane/numbers/{STRANGER}/"))
    assert "until" in text_of(page.get(f"/t/corvane/lines/{listed.line.pk}/"))

    with pytest.raises(ledger.NotHeld), ledger.leased(BlockEnd, end.tenant_id, end.pk):
        pass  # it is not time yet
    come_to_its_time(end)

    assert STRANGER not in at_provider(at_keyyo, LINE)
    assert not BlockEnd.objects.exists()
    assert Change.objects.latest("pk").why == "Its time on the list is over."


def test_what_ends_it_may_die_and_be_refused_and_is_done_once(
    lists: dict[str, Listed], at_keyyo: Any, idris: Person, sandbox: SandboxServer
) -> None:
    until = timezone.now() + timedelta(days=1)
    change = blocking_acts.block(STRANGER, [Place(listed=lists[LINE])], until=until, person=idris)
    assert isinstance(change, Change)
    editing.send(change, idris)
    end = BlockEnd.objects.get()
    # A worker wrote down what it was going to send, and died.
    (fresh,) = blocking.listed(STRANGER)
    removal = blocking_acts.propose_one(fresh, [], person=idris, why="")
    BlockEnd.objects.update(removal=removal)
    sandbox.faults.add("keyyo", "blacklist", status=503, times=3)

    come_to_its_time(end)
    end.refresh_from_db()
    assert end.error and end.tries == 1 and end.due_at > timezone.now()
    assert not Change.objects.filter(pk=removal.pk).exists()

    sandbox.faults.clear()
    come_to_its_time(end)
    assert STRANGER not in at_provider(at_keyyo, LINE)
    assert Change.objects.filter(state=Change.State.APPLIED).count() == 2


def test_an_end_means_nothing_where_the_number_was_taken_off_or_never_came(
    lists: dict[str, Listed], at_keyyo: Any, idris: Person
) -> None:
    until = timezone.now() + timedelta(days=1)
    place = Place(listed=lists[LINE])
    never_sent = blocking_acts.block(STRANGER, [place], until=until, person=idris)
    come_to_its_time(BlockEnd.objects.get())
    assert not BlockEnd.objects.exists() and isinstance(never_sent, Change)

    change = blocking_acts.block(STRANGER, [place], until=until, person=idris)
    assert isinstance(change, Change)
    editing.send(change, idris)
    for value in ([], [STRANGER]):  # off by hand, and on again for good
        (fresh,) = blocking.lists_of(
            Entity.objects.select_related("connection").filter(pk=lists[LINE].entity.pk)
        )
        editing.send(blocking_acts.propose_one(fresh, value, person=idris, why=""), idris)
    come_to_its_time(BlockEnd.objects.get())
    assert STRANGER in at_provider(at_keyyo, LINE) and not BlockEnd.objects.exists()


def test_a_full_list_takes_a_number_only_for_one_that_was_named(
    lists: dict[str, Listed], at_keyyo: Any, idris: Person, browser: Browser
) -> None:
    listed, page = lists[FULL], browser(idris)
    assert listed.is_full and listed.line is not None
    url = f"{PAGE}?where=line&line={listed.line.pk}"
    Call.objects.create(
        connection=listed.connection,
        line=listed.line,
        fold_key="c1",
        started_at=timezone.now(),
        direction="inbound",
        caller=STRANGER,
        caller_reversed=STRANGER[::-1],
    )
    form = page.get(url)
    (row,) = form.context["rows"]
    assert not row.is_ticked and [one.number for one in row.spares] != []
    assert form.context["toll"].calls == 1, "nothing is ticked yet, and what it would cost is told"
    assert "suggested" in text_of(form)

    refused = page.post(url, {"list": listed.entity.pk})
    assert refused.status_code == 422 and "say which entry gives way" in text_of(refused)
    assert not Change.objects.exists()

    spared = row.spares[0].number
    page.post(url, {"list": listed.entity.pk, f"way-{listed.entity.pk}": spared})
    editing.send(Change.objects.get(), idris)
    now = at_provider(at_keyyo, FULL)
    assert STRANGER in now and spared not in now and len([one for one in now if one != "+anonymous"]) == 20


def test_several_lists_are_one_job_that_takes_back_and_comes_off_everywhere(
    lists: dict[str, Listed], at_keyyo: Any, idris: Person, browser: Browser
) -> None:
    page = browser(idris)
    some = [one for one in lists.values() if not one.is_full][:2]
    page.post(f"{PAGE}?where=all", {"list": [one.entity.pk for one in some], "until": "1"})
    job = Job.objects.get()

    work(begin(job, idris))

    lines = [one.line.remote_id for one in some if one.line]
    assert job.state == Job.State.DONE
    assert all(STRANGER in at_provider(at_keyyo, csi) for csi in lines)
    assert BlockEnd.objects.count() == 2
    assert len(blocking.listed(STRANGER)) == 2
    first = BlockEnd.objects.earliest("pk")
    come_to_its_time(first)
    assert len(blocking.listed(STRANGER)) == 1

    page.post(f"/t/corvane/numbers/{STRANGER}/unblock/")
    editing.send(Change.objects.latest("pk"), idris)
    assert not any(STRANGER in at_provider(at_keyyo, csi) for csi in lines)


def test_who_is_never_blocked_and_who_on_a_second_word(
    lists: dict[str, Listed], idris: Person, bess: Person, browser: Browser
) -> None:
    page, own = browser(idris), lists[LINE]
    assert own.line is not None
    given = {"list": own.entity.pk}
    for never in ("15", "112"):
        assert "never blocked" in text_of(page.get(f"/t/corvane/numbers/{never}/block/"))
        page.post(f"/t/corvane/numbers/{never}/block/?where=all", given)
    with pytest.raises(bulk.NothingChosen):
        blocking_acts.block(STRANGER, [], until=None, person=idris)
    NumberName.objects.create(number=STRANGER, name="Novalise", source="contact")
    for number in (STRANGER, own.line.number):
        url = f"/t/corvane/numbers/{number}/block/?where=all"
        assert "somebody you know" in text_of(page.get(url))
        for typed in ("", "0199006298"):
            assert page.post(url, {**given, "typed": typed}).status_code == 422
    assert not Change.objects.exists()
    assert page.post(f"{PAGE}?where=all", {**given, "typed": "01 99 00 62 99"}).status_code == 302
    assert Change.objects.count() == 1
    colleague = "/t/corvane/numbers/204/block/?where=all"
    assert page.post(colleague, {**given, "typed": "204"}).status_code == 302
    assert "204" in Change.objects.latest("pk").wanted["numbers"]
    assert browser(bess).get(PAGE).status_code == 403
