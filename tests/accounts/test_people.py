"""Members, roles, invitations: who may do what to whom, and that an owner always stays."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.utils import timezone

from accounts import inviting, members
from accounts.models import AuditEvent, Invitation, Membership, Person
from accounts.rights import Role, rights_of
from accounts.scoping import tenant_scope, unscoped

from ..people import PASSWORD

PEOPLE = "/t/corvane/people/"


def membership(person, tenant) -> Membership:
    return Membership.objects.get(person=person, tenant=tenant)


def invite(client: Client, email: str = "new@corvane.example", role: str = "operator"):
    return client.post(f"{PEOPLE}invite/", {"email": email, "role": role})


def link_in(mail) -> str:
    return re.search(r"https?://[^/]+(/accounts/invitation/\S+/)", mail.body)[1]


def test_a_viewer_sees_who_is_here_and_changes_nothing(client_of, bess, idris):
    page = client_of(bess).get(PEOPLE).content.decode()

    assert "Idris Vallorne" in page
    assert (
        "Invite somebody" not in page
        and f"/people/{membership(idris, idris.tenants.get()).pk}/remove/" not in page
    )
    assert invite(client_of(bess)).status_code == 403


def test_an_invitation_makes_an_account_once(client_of, idris, corvane, mailoutbox):
    assert invite(client_of(idris)).status_code == 302
    [mail] = mailoutbox
    assert mail.to == ["new@corvane.example"] and "Idris Vallorne" in mail.subject
    link = link_in(mail)

    guest = Client()
    assert guest.get(link).url == "/accounts/invitation/"
    assert "Join Corvane Habitat" in guest.get("/accounts/invitation/").content.decode()
    weak = guest.post("/accounts/invitation/", {"name": "Ada New", "password": "12345"})
    assert weak.status_code == 422
    response = guest.post("/accounts/invitation/", {"name": "Ada New", "password": "a-fine-long-one"})

    assert response.url == "/t/corvane/"
    person = Person.objects.get(email="new@corvane.example")
    assert membership(person, corvane).role == Role.OPERATOR
    assert guest.get(PEOPLE).status_code == 200
    verbs = set(AuditEvent.objects.filter(tenant=corvane).values_list("verb", flat=True))
    assert {"invited", "joined", "signed_in"} <= verbs

    late = Client()
    late.get(link)
    assert late.get("/accounts/invitation/").status_code == 404


def test_only_the_hash_of_the_link_is_kept(client_of, idris, corvane, mailoutbox):
    invite(client_of(idris))
    token = link_in(mailoutbox[0]).split("/")[-2]
    with tenant_scope(corvane):
        row = Invitation.objects.values().get()
    assert token not in str(row)


def test_an_invitation_lets_an_existing_person_join(client_of, idris, zora, corvane, mailoutbox):
    invite(client_of(idris), zora.email, "viewer")
    link = link_in(mailoutbox[0])

    guest = Client()
    guest.get(link)
    page = guest.get("/accounts/invitation/").content.decode()
    assert "/accounts/login/?next=/accounts/invitation/" in page
    login = {"login": zora.email, "password": PASSWORD, "next": "/accounts/invitation/"}
    assert guest.post("/accounts/login/", login).url == "/accounts/invitation/"
    assert guest.post("/accounts/invitation/").url == "/t/corvane/"

    assert membership(zora, corvane).role == Role.VIEWER


def test_an_invitation_is_for_its_address_only(client_of, idris, zora, corvane, mailoutbox):
    invite(client_of(idris))
    other = client_of(zora)
    other.get(link_in(mailoutbox[0]))

    assert "You are signed in as" in other.get("/accounts/invitation/").content.decode()
    assert other.post("/accounts/invitation/").status_code == 403
    assert not Membership.objects.filter(person=zora).exists()


@pytest.mark.parametrize("end", ["expired", "revoked", "replaced", "closed"])
def test_a_link_stops_working(client_of, idris, corvane, mailoutbox, end):
    invite(client_of(idris))
    link = link_in(mailoutbox[0])
    with tenant_scope(corvane):
        invitation = Invitation.objects.get()
    if end == "expired":
        with tenant_scope(corvane):
            Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "revoked":
        revoke = f"{PEOPLE}invitations/{invitation.pk}/revoke/"
        assert client_of(idris).post(revoke).status_code == 302
    elif end == "replaced":
        invite(client_of(idris))
    else:
        corvane.closed_at = timezone.now()
        corvane.save()

    guest = Client()
    guest.get(link)
    assert guest.get("/accounts/invitation/").status_code == 404
    assert (
        guest.post("/accounts/invitation/", {"name": "A", "password": "a-fine-long-one"}).status_code == 404
    )


def test_an_invitation_works_for_seven_days(corvane, idris):
    with tenant_scope(corvane):
        invitation = inviting.invite(corvane, "new@corvane.example", "viewer", idris)
    assert timedelta(days=6, hours=23) < invitation.expires_at - timezone.now() <= timedelta(days=7)


def test_a_member_is_not_invited_again(client_of, idris, bess, mailoutbox):
    response = invite(client_of(idris), bess.email)

    assert response.status_code == 422 and "already a member" in response.content.decode()
    assert not mailoutbox


def test_an_administrator_makes_no_owner(client_of, idris, bess, corvane):
    assert invite(client_of(idris), role="owner").status_code == 422
    page = f"{PEOPLE}{membership(bess, corvane).pk}/"
    assert client_of(idris).post(page, {"role": "owner"}).status_code == 422
    assert membership(bess, corvane).role == Role.VIEWER


def test_an_administrator_leaves_owners_alone(client_of, idris, maud, corvane):
    page = f"{PEOPLE}{membership(maud, corvane).pk}/"

    assert client_of(idris).post(page, {"role": "viewer"}).status_code == 422
    client_of(idris).post(f"{page}remove/")
    assert membership(maud, corvane).role == Role.OWNER


def test_a_role_is_changed_and_written_down(client_of, idris, noe, corvane):
    client_of(idris).post(f"{PEOPLE}{membership(noe, corvane).pk}/", {"role": "administrator"})

    assert membership(noe, corvane).role == Role.ADMINISTRATOR
    event = AuditEvent.objects.get(tenant=corvane, verb="role_changed")
    assert event.detail == {"before": "operator", "after": "administrator"}


def test_the_last_owner_stays(client_of, maud, idris, corvane):
    mine = membership(maud, corvane)
    client = client_of(maud)

    assert client.post(f"{PEOPLE}{mine.pk}/", {"role": "viewer"}).status_code == 422
    client.post(f"{PEOPLE}{mine.pk}/remove/")
    assert membership(maud, corvane).role == Role.OWNER

    client.post(f"{PEOPLE}{membership(idris, corvane).pk}/", {"role": "owner"})
    client.post(f"{PEOPLE}{mine.pk}/remove/")
    assert not Membership.objects.filter(person=maud, tenant=corvane).exists()


def test_who_is_removed_is_signed_out_everywhere(client_of, idris, noe, corvane):
    theirs = Client()
    theirs.post("/accounts/login/", {"login": noe.email, "password": PASSWORD})
    assert theirs.get(PEOPLE).status_code == 200

    client_of(idris).post(f"{PEOPLE}{membership(noe, corvane).pk}/remove/")

    assert theirs.get("/me/").status_code == 302
    assert AuditEvent.objects.filter(tenant=corvane, verb="removed", object_label=noe.email).exists()


def test_everybody_may_leave(client_of, noe, corvane):
    assert client_of(noe).post(f"{PEOPLE}{membership(noe, corvane).pk}/remove/").url == "/"
    assert not Membership.objects.filter(person=noe, tenant=corvane).exists()


def test_a_member_of_another_tenant_is_not_found(client_of, idris, bess, morvanne):
    theirs = membership(bess, morvanne).pk

    assert client_of(idris).get(f"{PEOPLE}{theirs}/").status_code == 404
    assert client_of(idris).post(f"{PEOPLE}{theirs}/remove/").status_code == 404


def test_two_owners_cannot_remove_each_other_at_once(maud, idris, corvane):
    other = membership(idris, corvane)
    other.role = Role.OWNER
    other.save()
    rights = rights_of(maud, corvane)
    stale = membership(maud, corvane)

    members.remove(other, maud, rights)
    with pytest.raises(members.CannotChange, match="last owner"):
        members.remove(stale, idris, rights)


def test_a_used_invitation_joins_nobody(corvane, idris, zora):
    with tenant_scope(corvane):
        invitation = inviting.invite(corvane, zora.email, "viewer", idris)
    assert inviting.join(invitation, zora) is not None
    Membership.objects.filter(person=zora).delete()

    assert inviting.join(invitation, zora) is None
    with unscoped("check"):
        assert Invitation.objects.filter(accepted_at=None).count() == 0


class FullMailServer(BaseEmailBackend):
    """The wire to a mail server that takes nothing for now."""

    def send_messages(self, email_messages):
        raise smtplib.SMTPServerDisconnected("try later")


def test_a_mail_that_was_not_sent_is_said_and_sent_again(client_of, idris, corvane, mailoutbox, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.FullMailServer"
    browser = client_of(idris)
    response = browser.post(
        f"{PEOPLE}invite/", {"email": "new@corvane.example", "role": "operator"}, follow=True
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "the mail could not be sent" in page
    assert "Send again" in page
    with tenant_scope(corvane):
        first = Invitation.objects.get()

    settings.EMAIL_BACKEND = working
    page = browser.post(f"{PEOPLE}invitations/{first.pk}/resend/", follow=True).content.decode()
    assert "on its way to new@corvane.example" in page
    [mail] = mailoutbox
    guest = Client()
    guest.get(link_in(mail))
    assert "Join Corvane Habitat" in guest.get("/accounts/invitation/").content.decode()
    with tenant_scope(corvane):
        first.refresh_from_db()
        assert first.revoked_at is not None  # its link, which nobody has, opens nothing
        assert Invitation.objects.get(revoked_at=None).role == "operator"


def test_only_owners_send_an_owners_invitation_again(client_of, maud, idris, corvane, mailoutbox):
    invite(client_of(maud), "boss@corvane.example", "owner")
    with tenant_scope(corvane):
        first = Invitation.objects.get()
    page = client_of(idris).post(f"{PEOPLE}invitations/{first.pk}/resend/", follow=True).content.decode()
    assert "Only somebody who may give this role" in page
    assert len(mailoutbox) == 1
