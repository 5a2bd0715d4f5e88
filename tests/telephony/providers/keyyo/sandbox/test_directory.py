"""The directory: folders, contacts, and what changed since."""

from __future__ import annotations

import pytest

ROOT = "1"


def test_there_is_one_root_with_folders_below(corvane):
    branches = corvane.items("/directory_branches")
    roots = [branch for branch in branches if branch["parent_branch_uid"] is None]

    assert [root["uid"] for root in roots] == [ROOT]
    assert {branch["depth"] for branch in branches} == {0, 1, 2}
    below = corvane.items(f"/directory_branches/{ROOT}/sub_branches")
    assert {branch["parent_branch_uid"] for branch in below} == {ROOT}


def test_a_folder_is_made_renamed_moved_and_removed(corvane):
    made = corvane.post(f"/directory_branches/{ROOT}/sub_branches", name="Élagueurs")
    path = f"/directory_branches/{made['uid']}"

    assert (made["depth"], made["parent_branch_uid"]) == (1, ROOT)
    assert corvane("PUT", path, data={"name": "Jardiniers"}).json()["name"] == "Jardiniers"
    assert corvane("PUT", path, data={"parent_branch_uid": "2"}).json()["depth"] == 2
    assert corvane("DELETE", path).status_code == 200
    assert corvane("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "form", "status"),
    [
        ("DELETE", f"/directory_branches/{ROOT}", {}, 403),
        ("DELETE", "/directory_branches/2", {}, 403),
        ("PUT", f"/directory_branches/{ROOT}", {"parent_branch_uid": "2"}, 403),
        ("PUT", "/directory_branches/2", {"parent_branch_uid": "9999"}, 400),
        ("PUT", "/directory_branches/2", {"parent_branch_uid": "2"}, 400),
        ("PUT", "/directory_branches/2", {"name": ""}, 400),
        ("PUT", "/directory_branches/9999", {"name": "x"}, 404),
        ("POST", f"/directory_branches/{ROOT}/sub_branches", {}, 400),
        ("POST", "/directory_branches/9999/sub_branches", {"name": "x"}, 404),
        ("POST", "/directory_branches/2/contacts", {}, 400),
        ("POST", "/directory_branches/2/contacts", {"name": "x", "work_number": "far away"}, 400),
        ("POST", "/directory_branches/2/contacts", {"name": "x", "email": "nowhere"}, 400),
        ("POST", "/directory_branches/2/contacts", {"name": "x", "shoe_size": "43"}, 400),
        ("PUT", "/directory_contacts/101", {"branch_uid": "9999"}, 400),
        ("PUT", "/directory_contacts/9999", {"name": "x"}, 404),
        ("DELETE", "/directory_contacts/9999", {}, 404),
        ("GET", "/directory_branches/2/contacts_diff?since=yesterday", {}, 400),
    ],
)
def test_refusals(corvane, method, path, form, status):
    answer = corvane(method, path, data=form)

    assert answer.status_code == status
    assert answer.headers["X-Status-Reason"]


def test_a_contact_is_made_changed_moved_and_removed(corvane):
    made = corvane.post(
        "/directory_branches/2/contacts",
        name="Œuvrard", first_name="Anaïs", work_number="01 99 00 47 12", zipcode="01000", work_speed_number="042",
    )  # fmt: skip
    path = f"/directory_contacts/{made['uid']}"

    assert (made["work_number"], made["zipcode"], made["work_speed_number"]) == (
        "33199004712",
        "01000",
        "042",
    )
    assert made["branch_uid"] == "2"
    changed = corvane("PUT", path, data={"branch_uid": "3", "job": "Notaire"}).json()
    assert (changed["branch_uid"], changed["job"], changed["name"]) == ("3", "Notaire", "Œuvrard")
    assert made["uid"] in [contact["uid"] for contact in corvane.items("/directory_branches/3/contacts")]
    assert corvane("DELETE", path).status_code == 200
    assert made["uid"] not in [contact["uid"] for contact in corvane.items("/directory_contacts")]


def test_differences_tell_what_changed_and_what_went(corvane, at_noon):
    moment = int(at_noon.clock.timestamp()) + 10
    at_noon.clock.advance(60)
    corvane("PUT", "/directory_contacts/101", data={"job": "Retraité"})
    corvane("DELETE", "/directory_contacts/102")
    empty = corvane.post("/directory_branches/2/sub_branches", name="Vide")
    corvane("DELETE", f"/directory_branches/{empty['uid']}")

    contacts = corvane.items("/directory_branches/2/contacts_diff", since=moment)
    assert {contact["uid"]: contact.get("deleted", 0) for contact in contacts} == {"101": 0, "102": 1}
    branches = corvane.items("/directory_branches/2/sub_branches_diff", since=moment)
    assert [(branch["uid"], branch["deleted"]) for branch in branches] == [(empty["uid"], 1)]
    assert corvane.items("/directory_branches/2/contacts_diff", since=moment + 3600) == []


def test_each_customer_has_a_directory_of_its_own(caller_of):
    assert caller_of("morvanne").get(f"/directory_branches/{ROOT}")["name"] == "Atelier Morvanne"
