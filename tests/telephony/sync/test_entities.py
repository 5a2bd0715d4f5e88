"""Entities: written when they differ, pointing to each other, without secrets, and slow to go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from telephony.models import AlertRule, Call, Connection, Entity, EntityReference, Report
from telephony.providers.drafts import EntityDraft, EntityPage, ReferenceDraft
from telephony.services import entities, number_names
from tests.telephony.sync.conftest import LINE, NOON

HOUR = timedelta(hours=1)


def page(*drafts: EntityDraft, kind: str = "DirectoryContact", parent: str = "") -> EntityPage:
    return EntityPage(kind=kind, parent_remote_id=parent, drafts=drafts, is_complete=True)


def contact(uid: str, **values: Any) -> EntityDraft:
    given = {"name": f"Contact {uid}", "number": f"+3326191{int(uid):04d}", "document": {"uid": uid}}
    return EntityDraft(kind="DirectoryContact", remote_id=uid, **{**given, **values})


def test_what_is_the_same_keeps_its_content_and_gets_younger(in_alice: Connection) -> None:
    first = entities.store(in_alice, page(contact("1"), contact("2")), NOON)
    again = entities.store(in_alice, page(contact("1"), contact("2", name="Renamed")), NOON + HOUR)

    assert (first.new, first.changed) == (2, 0)
    assert (again.new, again.changed, again.unchanged) == (0, 1, 1)
    assert set(Entity.objects.filter(facet="contact").values_list("fetched_at", flat=True)) == {NOON + HOUR}


def test_secrets_leave_the_document(in_alice: Connection) -> None:
    draft = EntityDraft(
        kind="VirtualFaxAccount", remote_id="fax1", document={"password": "***", "csi": "fax1"},
        secrets={"password": "canary-7261"},
    )  # fmt: skip
    entities.store(in_alice, page(draft, kind="VirtualFaxAccount"), NOON)

    fax = Entity.objects.get(remote_id="fax1")
    assert fax.document == {"csi": "fax1", "password": entities.placeholder("canary-7261")}
    assert "canary" not in fax.secrets_sealed
    assert entities.secrets_of(fax)["password"].reveal() == "canary-7261"
    assert entities.store(in_alice, page(draft, kind="VirtualFaxAccount"), NOON).unchanged == 1
    draft.secrets = {"password": "canary-7262"}
    assert entities.store(in_alice, page(draft, kind="VirtualFaxAccount"), NOON).changed == 1


def test_a_pointer_finds_its_target_whichever_comes_first(in_alice: Connection) -> None:
    pointer = ReferenceDraft(path="branch_uid", target_kind="DirectoryBranch", target_remote_id="b1")
    entities.store(in_alice, page(contact("1", references=[pointer])), NOON)
    assert EntityReference.objects.get().target is None

    branch = EntityDraft(kind="DirectoryBranch", remote_id="b1", name="Paris")
    entities.store(in_alice, page(branch, kind="DirectoryBranch"), NOON)

    assert EntityReference.objects.get().target == Entity.objects.get(kind="DirectoryBranch")
    entities.store(in_alice, page(contact("1")), NOON)
    assert not EntityReference.objects.exists()


def test_an_object_goes_after_two_readings_without_it(in_alice: Connection) -> None:
    entities.store(in_alice, page(contact("1"), contact("2")), NOON)
    entities.store(in_alice, page(contact("1")), NOON + HOUR, run_started_at=NOON + HOUR)
    assert Entity.objects.get(remote_id="2").missing_since == NOON + HOUR
    assert not Entity.objects.present().filter(remote_id="2").exists()

    result = entities.store(in_alice, page(contact("1")), NOON + 2 * HOUR, run_started_at=NOON + 2 * HOUR)

    assert result.removed == 1
    assert not Entity.objects.filter(remote_id="2").exists()


def test_what_calls_belong_to_stays_with_its_name_and_what_names_it(in_alice: Connection) -> None:
    """Its report, its rule and its past calls go on; what hangs below it is gone, and so is it from every list."""
    line = EntityDraft(kind="UCaaSVoIPAccount", remote_id=LINE, name="Accueil")
    profile = EntityDraft(kind="VoIPAccountProfile", parent_remote_id=LINE, remote_id="default")
    entities.store(in_alice, page(line, kind="UCaaSVoIPAccount"), NOON)
    entities.store(in_alice, page(profile, kind="VoIPAccountProfile", parent=LINE), NOON)
    kept = Entity.objects.get(remote_id=LINE)
    days = {
        "report": Report.objects.create(line=kept),
        "rule": AlertRule.objects.create(kind="cost", place=kept),
    }
    call = Call.objects.create(connection=in_alice, line=kept, fold_key="1", started_at=NOON)

    for hours in (1, 2, 3):
        at = NOON + hours * HOUR
        result = entities.store(in_alice, page(kind="UCaaSVoIPAccount"), at, run_started_at=at)
        assert (result.removed, result.held_back) == (0, 0)

    kept.refresh_from_db()
    call.refresh_from_db()
    assert (kept.missing_since, call.line) == (NOON + HOUR, kept)
    assert not Entity.objects.lines().exists() and not Entity.objects.filter(parent_remote_id=LINE).exists()
    assert all(type(one).objects.filter(pk=one.pk).exists() for one in days.values())
    entities.store(in_alice, page(line, kind="UCaaSVoIPAccount"), NOON + 4 * HOUR)
    assert Entity.objects.lines().get(remote_id=LINE) == kept


def test_an_object_that_comes_back_was_never_gone(in_alice: Connection) -> None:
    entities.store(in_alice, page(contact("1"), contact("2")), NOON)
    entities.store(in_alice, page(contact("1")), NOON + HOUR)
    entities.store(in_alice, page(contact("1"), contact("2")), NOON + 2 * HOUR)
    assert Entity.objects.get(remote_id="2").missing_since is None


@pytest.mark.parametrize("left", [0, 7])
def test_a_list_that_suddenly_lacks_much_is_not_believed(in_alice: Connection, left: int) -> None:
    everybody = [contact(str(number)) for number in range(10)]
    entities.store(in_alice, page(*everybody), NOON)

    result = entities.store(in_alice, page(*everybody[:left]), NOON + HOUR)
    assert result.held_back == 10 - left
    assert Entity.objects.present().filter(facet="contact").count() == 10

    agreed = entities.store(in_alice, page(*everybody[:left]), NOON + HOUR, accepts_removal=True)
    assert agreed.held_back == 0
    assert Entity.objects.present().filter(facet="contact").count() == left


def test_what_hangs_below_goes_with_its_parent(in_alice: Connection) -> None:
    profile = EntityDraft(kind="VoIPAccountProfile", parent_remote_id=LINE, remote_id="default")
    entities.store(in_alice, page(profile, kind="VoIPAccountProfile", parent=LINE), NOON)
    line = EntityDraft(kind="UCaaSVoIPAccount", remote_id="33199001002", number="+33199001002")
    for hour in (1, 2):
        at = NOON + hour * HOUR
        entities.store(in_alice, page(line, kind="UCaaSVoIPAccount"), at, run_started_at=at)

    assert not Entity.objects.filter(kind="VoIPAccountProfile").exists()


def test_numbers_get_the_names_of_lines_and_contacts(in_alice: Connection) -> None:
    document = {"uid": "1", "work_number": "01 99 00 50 01", "mobile_number": "+33639980001"}
    entities.store(in_alice, page(contact("1", name="Ada", document=document)), NOON)
    Entity.objects.filter(remote_id=LINE).update(name="Reception")

    number_names.refresh(in_alice)

    names = number_names.names_of([f"+{LINE}", "+33639980001", "+33199005001", "+33999999999", ""])
    assert names == {f"+{LINE}": "Reception", "+33639980001": "Ada", "+33199005001": "Ada"}
    entities.store(in_alice, page(contact("1", name="Ada B.", document={"uid": "1"})), NOON)
    number_names.refresh(in_alice)
    assert number_names.names_of(["+33639980001", "+33261910001"]) == {"+33261910001": "Ada B."}
