"""Every change of a Keyyo line or directory can be taken back, and two people's entries add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Person
from portal.lib.errors import InvalidInput
from telephony.models import Change, Connection, Entity
from telephony.services import comparing, editing
from telephony.services.door import door_of_change

LINE = "33199001011"
UPDATE = "services.profiles.update"


def applied(
    connection: Connection, key: str, address: dict[str, Any], wanted: dict[str, Any], person: Person
) -> Change:
    change = editing.send(editing.propose(connection, key, address, wanted, person=person), person)
    assert change.state == Change.State.APPLIED, change.error
    return change


def taken_back(change: Change, person: Person) -> Change:
    back = editing.send(editing.revert(change, person), person)
    assert back.state == Change.State.APPLIED, back.error
    change.refresh_from_db()
    assert change.state == Change.State.REVERTED
    return back


@pytest.mark.parametrize(
    ("key", "address", "wanted"),
    [
        (UPDATE, {"csi": LINE, "profile_identifier": "default"}, {"forward_delay": 15, "backup_number": ""}),
        (UPDATE, {"csi": LINE, "profile_identifier": "default"}, {"forced": True}),
        ("services.update", {"csi": LINE}, {"name": "Syndic Paris 2", "incoming_acd_calls_allowed": False}),
        ("services.blacklist.replace", {"csi": LINE}, {"numbers": ["+33199007318"], "anonymous": True}),
        ("services.call_barred_groups.replace", {"csi": LINE}, {"groups": ["premium"]}),
        ("services.cti_plugins.update", {"csi": LINE, "plugin_name": "delos"}, {"enabled": True}),
        (
            "services.cti_plugins.parameters.update",
            {"csi": LINE, "plugin_name": "custom", "parameter_name": "url"},
            {"value": "https://hooks.example.org/?caller=_CALLER_&n=_N_TYPE_&x=a%20b+c"},
        ),
    ],
)
def test_an_update_is_taken_back(
    line: Entity, maud: Person, key: str, address: dict[str, Any], wanted: dict[str, Any]
) -> None:
    change = applied(line.connection, key, address, wanted, maud)
    before = change.before

    back = taken_back(change, maud)

    for name in wanted:
        assert back.after[name] == before[name]


def test_a_profile_made_here_is_taken_back_by_removing_it(line: Entity, maud: Person) -> None:
    change = applied(
        line.connection,
        "services.profiles.create",
        {"csi": LINE},
        {"name": "Night", "forward_delay": 5},
        maud,
    )
    assert Entity.objects.filter(parent_remote_id=LINE, name="Night").exists()

    taken_back(change, maud)

    assert not Entity.objects.filter(parent_remote_id=LINE, name="Night").exists()


def test_a_removed_profile_comes_back_under_a_new_identifier(line: Entity, maud: Person) -> None:
    gone = Entity.objects.get(parent_remote_id=LINE, kind="VoIPAccountProfile", name="Télétravail")
    address = {"csi": LINE, "profile_identifier": gone.remote_id}
    change = applied(line.connection, "services.profiles.delete", address, {}, maud)
    assert not Entity.objects.filter(pk=gone.pk).exists()

    back = taken_back(change, maud)

    again = Entity.objects.get(parent_remote_id=LINE, kind="VoIPAccountProfile", name="Télétravail")
    assert again.remote_id == back.answer["created"]
    assert {**back.after} == {**change.before}


def test_the_default_profile_is_never_removed(line: Entity, maud: Person) -> None:
    address = {"csi": LINE, "profile_identifier": "default"}

    with pytest.raises(InvalidInput) as caught:
        editing.propose(line.connection, "services.profiles.delete", address, {}, person=maud)

    assert "default profile" in caught.value.message


def test_forcing_one_profile_releases_the_other_in_the_cache(line: Entity, maud: Person) -> None:
    names = ["Fermeture", "Astreinte"]
    for name in names:
        entity = Entity.objects.get(parent_remote_id=LINE, kind="VoIPAccountProfile", name=name)
        address = {"csi": LINE, "profile_identifier": entity.remote_id}
        if entity.status != "forced":
            applied(line.connection, UPDATE, address, {"forced": True}, maud)

    forced = Entity.objects.filter(parent_remote_id=LINE, kind="VoIPAccountProfile", status="forced")
    assert [entity.name for entity in forced] == ["Astreinte"]


def test_a_group_profile_is_forced_and_released(group: Entity, maud: Person) -> None:
    profile = Entity.objects.filter(parent_remote_id=group.remote_id, kind="ACDProfile").first()
    assert profile is not None
    address = {"csi": group.remote_id, "profile_identifier": profile.remote_id}
    was = group.connection.declaration.editor(UPDATE).read(profile.document)["forced"]

    change = applied(group.connection, UPDATE, address, {"forced": not was}, maud)

    taken_back(change, maud)


def test_two_people_block_different_numbers_and_both_stay(
    line: Entity, maud: Person, at_keyyo: Callable[..., Any]
) -> None:
    address, key = {"csi": LINE}, "services.blacklist.replace"
    applied(line.connection, key, address, {"numbers": ["+33199007318"], "anonymous": False}, maud)
    seen = {"numbers": ["+33199007318"], "anonymous": False}
    at_keyyo(key, address, numbers=["33199007318", "33199007319"])

    change = editing.propose(
        line.connection, key, address, {"numbers": ["+33199007318", "+442079460666"]}, seen=seen, person=maud
    )
    editing.send(change, maud)

    assert set(change.after["numbers"]) == {"+33199007318", "+33199007319", "+442079460666"}


def test_pasted_numbers_are_read_in_any_notation(line: Entity, maud: Person) -> None:
    pasted = (
        "01 99 00 73 18, +44 20 7946 0666\n0033199007319;2001\n33 5 36 49 00 90\nanonymous\n01.99.00.73.18"
    )

    change = applied(line.connection, "services.blacklist.replace", {"csi": LINE}, {"numbers": pasted}, maud)

    assert set(change.after["numbers"]) == {
        "+33199007318",
        "+442079460666",
        "+33199007319",
        "2001",
        "+33536490090",
    }
    assert change.after["anonymous"] is True


@pytest.mark.parametrize("number", ["112", "15", "+33112", "17", "119"])
def test_an_emergency_number_is_never_blocked(line: Entity, maud: Person, number: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        editing.propose(
            line.connection, "services.blacklist.replace", {"csi": LINE}, {"numbers": [number]}, person=maud
        )

    assert list(caught.value.fields) == ["numbers"]


def test_the_twenty_first_number_is_refused_at_its_field(line: Entity, maud: Person) -> None:
    numbers = [f"+331990074{index:02d}" for index in range(21)]

    with pytest.raises(InvalidInput) as caught:
        editing.propose(
            line.connection, "services.blacklist.replace", {"csi": LINE}, {"numbers": numbers}, person=maud
        )

    assert "21" in caught.value.fields["numbers"]


def test_contacts_and_folders_are_made_changed_removed_and_taken_back(
    connection: Connection, maud: Person, at_keyyo: Callable[..., Any]
) -> None:
    branches = at_keyyo("directory_branches.list")
    root = next(str(one["uid"]) for one in branches if not one.get("parent_branch_uid"))
    made = applied(
        connection, "directory_branches.sub_branches.create", {"branch_id": root}, {"name": "Suppliers"}, maud
    )
    branch = made.answer["created"]
    fields = {"name": "Quill", "first_name": "Zora", "work_number": "01 99 00 62 10", "zipcode": "01000"}
    contact = applied(connection, "directory_branches.contacts.create", {"branch_id": branch}, fields, maud)
    uid = contact.answer["created"]
    assert contact.after["work_number"] == "+33199006210"
    changed = applied(connection, "directory_contacts.update", {"uid": uid}, {"job": "Plumber"}, maud)
    taken_back(changed, maud)
    moved = applied(connection, "directory_contacts.update", {"uid": uid}, {"branch_uid": root}, maud)
    assert moved.after["branch_uid"] == root
    taken_back(moved, maud)
    below = applied(
        connection, "directory_branches.sub_branches.create", {"branch_id": root}, {"name": "Roofers"}, maud
    )
    place = {"branch_id": below.answer["created"]}
    inside = applied(connection, "directory_branches.update", place, {"parent_branch_uid": branch}, maud)
    assert inside.after == {"name": "Roofers", "parent_branch_uid": branch}
    taken_back(inside, maud)
    removed = applied(connection, "directory_contacts.delete", {"uid": uid}, {}, maud)
    back = taken_back(removed, maud)
    applied(connection, "directory_contacts.delete", {"uid": back.answer["created"]}, {}, maud)

    taken_back(made, maud)


def test_a_revert_meets_what_others_changed_since(
    line: Entity, maud: Person, at_keyyo: Callable[..., Any]
) -> None:
    address = {"csi": LINE, "profile_identifier": "default"}
    change = applied(line.connection, UPDATE, address, {"forward_delay": 15, "backup_number": ""}, maud)
    at_keyyo(UPDATE, address, forward_delay=33)

    back = editing.revert(change, maud)

    assert back.state == Change.State.CONFLICT
    assert comparing.conflicts_of(back, door_of_change(back)) == ["forward_delay"]


def test_one_field_alone_can_be_taken_back(line: Entity, maud: Person) -> None:
    address = {"csi": LINE, "profile_identifier": "default"}
    change = applied(line.connection, UPDATE, address, {"forward_delay": 15, "backup_number": ""}, maud)

    back = editing.revert(change, maud, names=["forward_delay"])

    assert back.wanted == {"forward_delay": change.before["forward_delay"]}


def test_what_cannot_be_undone_says_so_beforehand(line: Entity, maud: Person) -> None:
    change = editing.propose(
        line.connection, "services.reset_password.create", {"csi": LINE}, {}, person=maud, is_exact=True
    )
    assert not change.is_reversible
    editing.send(change, maud)
    assert change.state == Change.State.APPLIED

    with pytest.raises(editing.Irreversible):
        editing.revert(change, maud)
