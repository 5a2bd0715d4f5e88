"""The pages of an edit of many objects: chosen in a list, said, looked over, started; who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Person
from accounts.rights import Role
from telephony.models import BulkRow, Job
from telephony.services import ledger
from telephony.services.bulk_sending import advance

UPDATE = "services.profiles.update"
LIST = "/t/corvane/entities/{}/VoIPAccountProfile/"


@pytest.fixture
def idris_there(browser: Callable[[Person], Client], idris: Person) -> Client:
    return browser(idris)


def test_ticked_rows_are_edited_and_every_step_is_a_page(
    idris_there: Client, idris: Person, profiles: Any
) -> None:
    page = idris_there.get(LIST.format(profiles[0].connection.slug)).content.decode()
    assert f'value="{profiles[0].pk}" form="choose"' in page

    chosen = {
        "which": "ticked",
        "list": "objects",
        "selected": [profiles[0].pk, profiles[1].pk],
        "connection": profiles[0].connection.slug,
        "kind": "VoIPAccountProfile",
    }
    form = idris_there.post("/t/corvane/bulk/choose/", chosen, follow=True)
    assert "Edit 2 objects" in form.content.decode()
    job = Job.objects.get()
    address = f"/t/corvane/jobs/{job.pk}/"
    refused = idris_there.post(f"{address}edit/?operation={UPDATE}", {"forward_delay": "17"})
    assert "Tick at least one field" in refused.content.decode()
    number = "forward_on_no_answer_number"
    wanted = {number: "01 99 00 17 39", f"_change_{number}": "on"}
    wanted |= {"forward_delay": "17", "_change_forward_delay": "on"}
    review = idris_there.post(f"{address}edit/?operation={UPDATE}", wanted, follow=True).content.decode()
    assert "Write 2 objects" in review
    assert review.count("<del>") == 4
    written = review.replace("\u00a0", " ")
    assert written.count("<ins>+33 1 99 00 17 39</ins>") == written.count("typed: 01 99 00 17 39") == 2
    idris_there.post(f"{address}do/start/", {"why": "Winter"})
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        advance(held)
    done = idris_there.get(address).content.decode()
    assert "Take all of it back" in done
    results = b"".join(idris_there.get(f"{address}results/").streaming_content).decode()  # type: ignore[attr-defined]
    assert results.count("Applied") == 4
    assert {row.change.why for row in job.rows.all()} == {"Winter"}
    back = idris_there.post(f"{address}do/revert/", follow=True).content.decode()
    assert "Takes back" in back


def test_all_of_a_filter_is_chosen_in_the_order_of_the_list(idris_there: Client, profiles: Any) -> None:
    link = profiles[0].connection.slug
    chosen = {
        "which": "all",
        "list": "objects",
        "connection": link,
        "kind": "VoIPAccountProfile",
        "query": "q=Astreinte",
    }

    idris_there.post("/t/corvane/bulk/choose/", chosen)

    rows = list(BulkRow.objects.order_by("position").values_list("entity", flat=True))
    assert set(profiles.filter(name="Astreinte").values_list("pk", flat=True)) <= set(rows)
    assert len(rows) < profiles.count()
    assert rows == list(profiles.filter(pk__in=rows).values_list("pk", flat=True))


def test_who_may_not_edit_many_sees_no_box_and_starts_nothing(
    browser: Callable[[Person], Client], corvane: Any, profiles: Any
) -> None:
    oda = Person.objects.create_user("oda@corvane.example", "switchboard-demo", name="Oda Kerrien")
    Membership.objects.create(tenant=corvane, person=oda, role=Role.OPERATOR)
    operator = browser(oda)

    page = operator.get(LIST.format(profiles[0].connection.slug)).content.decode()
    answer = operator.post("/t/corvane/bulk/choose/", {"which": "all"})

    assert 'form="choose"' not in page
    assert answer.status_code == 403
    assert not Job.objects.exists()
