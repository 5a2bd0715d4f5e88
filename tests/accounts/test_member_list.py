"""Members and open invitations as lists: order, pages, filters, files, and what stands around them."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Invitation, Membership, Person
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.names import name_key

from ..exported import exported
from ..people import person
from .test_people import PEOPLE, invite, membership

INVITATIONS = f"{PEOPLE}invitations/"
NAMES = ("Élodie", "elsa", "Zoé", "Équipe 12", "Équipe 2", "Bruno", "Åke")
MANY = 130


@pytest.fixture
def crowd(corvane) -> None:
    """Many members, of roles and names in no order."""
    people = Person.objects.bulk_create(
        Person(email=f"p{number}@corvane.example", name=f"{NAMES[number % 7]} {number // 7}")
        for number in range(MANY)
    )
    roles = list(Role)
    Membership.objects.bulk_create(
        Membership(tenant=corvane, person=one, role=roles[place % 4]) for place, one in enumerate(people)
    )


@pytest.fixture
def invited(corvane, maud) -> None:
    """Seven open invitations, the newest first g6, and what is none any more."""
    ends = timezone.now() + timedelta(days=7)
    with tenant_scope(corvane):
        for number in range(7):
            Invitation.objects.create(
                email=f"g{number}@corvane.example",
                role=Role.OPERATOR if number % 2 else Role.VIEWER,
                token_hash=f"{number}",
                invited_by=maud,
                expires_at=ends,
            )
        for name, over in (
            ("late", {"expires_at": timezone.now()}),
            ("back", {"revoked_at": timezone.now()}),
        ):
            fields = {"expires_at": ends, **over}
            Invitation.objects.create(email=f"{name}@corvane.example", token_hash=name, **fields)


def addresses_on(page) -> list[str]:
    return [row.person.email for row in page.context["page"].rows]


def test_members_come_by_role_and_name_each_once_over_all_pages(client_of, maud, corvane, crowd):
    client, seen, cursor = client_of(maud), [], ""
    while not seen or cursor:
        page = client.get(PEOPLE, {"cursor": cursor}).context["page"]
        seen += page.rows
        cursor = page.next_cursor

    ranks = list(reversed(Role))
    assert len(seen) == len({one.pk for one in seen}) == MANY + 1
    assert seen == sorted(
        seen, key=lambda one: (ranks.index(Role(one.role)), name_key(one.person.name), one.pk)
    )


def test_members_are_found_by_name_address_and_role(client_of, idris, bess, noe):
    client = client_of(idris)

    assert addresses_on(client.get(PEOPLE, {"q": "arkw"})) == [bess.email]
    assert addresses_on(client.get(PEOPLE, {"q": "noe@"})) == [noe.email]
    assert addresses_on(client.get(PEOPLE, {"role": "administrator"})) == [idris.email]
    assert addresses_on(client.get(PEOPLE, {"sort": "-name"})) == [noe.email, idris.email, bess.email]
    nobody = client.get(PEOPLE, {"q": "nobody"}).content.decode()
    assert "Nothing matches" in nobody and "Invite somebody" in nobody
    region = client.get(PEOPLE, {"q": "nobody"}, headers={"HX-Request": "true", "HX-Target": "list-region"})
    assert "Nothing matches" in region.content.decode() and "Invite somebody" in region.content.decode()
    odd = client.get(PEOPLE, {"role": "king", "q": "\0"})
    assert len(addresses_on(odd)) == 3  # what is not valid narrows nothing


def test_members_are_exported_whole_over_pages(client_of, maud, corvane, crowd, settings):
    settings.EXPORT_BATCH = 50
    rows = json.loads(exported(client_of(maud), PEOPLE))

    assert len({row["email"] for row in rows}) == len(rows) == MANY + 1
    assert set(rows[0]) == {"name", "email", "role", "last_login"}
    mine = next(row for row in rows if row["email"] == maud.email)
    assert (mine["name"], mine["role"]) == ("Maud Terrasson", "Owner")
    some = json.loads(exported(client_of(maud), f"{PEOPLE}?role=viewer&q=zo%C3%A9"))
    assert {row["role"] for row in some} == {"Viewer"}
    assert all(row["name"].startswith("Zoé") for row in some)


def test_a_viewer_sees_everybody_and_may_only_leave(client_of, bess, corvane, idris, noe):
    page = client_of(bess).get(PEOPLE).content.decode()

    assert "idris@corvane.example" in page and "Noé Castelbrun" in page
    assert "exports/page/" not in page and INVITATIONS not in page
    assert page.count("/remove/") == 1
    assert f"{PEOPLE}{membership(bess, corvane).pk}/remove/" in page
    assert "exports/page/" in client_of(noe).get(PEOPLE).content.decode()
    assert client_of(noe).get(INVITATIONS).status_code == 403


def test_a_row_says_why_it_cannot_be_changed(client_of, maud, idris, corvane):
    page = client_of(idris).get(PEOPLE).content.decode()

    assert "Only owners manage owners." in page
    assert f"{PEOPLE}{membership(maud, corvane).pk}/remove/" not in page
    assert page.count('<span class="sb-quiet">you</span>') == 1


def test_each_row_asks_about_its_own_person(client_of, maud, corvane):
    names = ("100 % Zoé", "<b>Ada</b>")
    rows = [
        membership(person(f"{n}@corvane.example", name, {corvane: Role.VIEWER}), corvane)
        for n, name in enumerate(names)
    ]
    page = client_of(maud).get(PEOPLE).content.decode()

    for row, shown in zip(rows, ("100 % Zoé", "&lt;b&gt;Ada&lt;/b&gt;"), strict=True):
        form = page.partition(f'action="{PEOPLE}{row.pk}/remove/"')[2].partition("</form>")[0]
        assert f"{shown} loses Corvane Habitat at once" in form


def test_who_is_changed_or_removed_leaves_the_list_as_it_stood(client_of, maud, corvane, crowd):
    client = client_of(maud)
    first = client.get(PEOPLE, {"role": "viewer"})
    where = f"{PEOPLE}?{urlencode({'role': 'viewer', 'sort': 'name'})}"
    one, other = first.context["page"].rows[:2]
    page = client.get(where).content.decode()
    role_page = f"{PEOPLE}{one.pk}/?{urlencode({'next': where})}"
    assert role_page in page

    assert client.post(role_page, {"role": "operator"}).url == where
    assert client.post(f"{PEOPLE}{other.pk}/remove/", {"next": where}).url == where
    elsewhere = client.post(f"{PEOPLE}{one.pk}/remove/", {"next": "https://elsewhere.example/"})
    assert elsewhere.url == PEOPLE


def test_a_refused_invitation_keeps_what_was_typed_above_the_list(client_of, idris, bess, noe):
    for email, why in ((bess.email, "already a member"), ("no address", "valid email")):
        response = invite(client_of(idris), email, "operator")
        page = response.content.decode()
        assert response.status_code == 422
        assert f'value="{email}"' in page and why in page
        assert '<option value="operator" selected' in page
        assert "Noé Castelbrun" in page and response.context["count"].value == 3


def test_open_invitations_are_beside_the_members_and_a_list(client_of, maud, noe, invited):
    client = client_of(maud)
    page = client.get(PEOPLE)
    text = page.content.decode()
    assert "7 invited, not yet here" in text and f'href="{INVITATIONS}"' in text
    assert "g6@corvane.example" in text and "g1@corvane.example" not in text

    listed = client.get(INVITATIONS)
    assert [one.email[:2] for one in listed.context["page"].rows] == [f"g{n}" for n in reversed(range(7))]
    assert "late@" not in listed.content.decode() and "back@" not in listed.content.decode()
    found = client.get(INVITATIONS, {"q": "G3@", "role": "operator"}).context["page"].rows
    assert [one.email for one in found] == ["g3@corvane.example"]
    rows = json.loads(exported(client, f"{INVITATIONS}?role=viewer"))
    assert [row["email"][:2] for row in rows] == ["g6", "g4", "g2", "g0"]
    assert {(row["role"], row["invited_by"]) for row in rows} == {("Viewer", "Maud Terrasson")}
    assert set(rows[0]) == {"email", "role", "invited_by", "created_at", "expires_at"}


def test_an_invitation_is_taken_back_from_where_it_is_seen(client_of, maud, corvane, invited):
    with tenant_scope(corvane):
        one = Invitation.objects.get(email="g2@corvane.example")
    address = f"{INVITATIONS}{one.pk}/revoke/"

    answer = client_of(maud).post(address, {"next": f"{INVITATIONS}?role=viewer"}, follow=True)
    assert answer.redirect_chain == [(f"{INVITATIONS}?role=viewer", 302)]
    assert [row.email[:2] for row in answer.context["page"].rows] == ["g6", "g4", "g0"]


def test_a_list_of_nobody_says_what_to_do(client_of, maud, corvane):
    page = client_of(maud).get(INVITATIONS).content.decode()

    assert "Nobody is invited" in page and f'href="{PEOPLE}#invite"' in page


def test_a_telephone_brings_the_invitation_and_keeps_a_question_on_its_screen(telephone, maud, idris):
    telephone.sign_in(maud)
    telephone.open(PEOPLE)

    def ask(page: Page) -> None:
        address = page.locator("#invite input[name=email]")
        expect(address).to_be_hidden()
        page.get_by_role("link", name="Invite somebody").click()
        address.fill(idris.email)
        page.get_by_role("button", name="Send the invitation").click()
        expect(address).to_have_value(idris.email)
        expect(page.get_by_text("is already a member")).to_be_visible()
        page.get_by_text("Remove", exact=True).first.click()
        expect(page.get_by_text("loses Corvane Habitat at once")).to_be_visible()

    telephone(ask)
    assert not telephone.scrolls_sideways()
    assert telephone.serious() == []
    telephone.problems.clear()  # the refused form is answered with 422, which the console reports
