"""The tenant in the address: who gets in, as what, and that it is written down."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Membership, Person
from accounts.rights import RIGHTS_OF, Role, rights_of
from accounts.scoping import current_scope, tenant_scope

PEOPLE = "/t/corvane/people/"


def test_a_member_gets_in_with_the_rights_of_the_role(client_of, noe, corvane):
    response = client_of(noe).get(PEOPLE)

    assert response.status_code == 200
    assert response.wsgi_request.tenant == corvane
    assert response.wsgi_request.membership.role == "operator"
    assert response.wsgi_request.rights.profiles_edit
    assert not response.wsgi_request.rights.people_manage
    assert current_scope() is None


def test_a_stranger_and_an_unknown_tenant_are_both_not_found(client_of, zora, corvane):
    assert client_of(zora).get(PEOPLE).status_code == 404
    assert client_of(zora).get("/t/nobody/people/").status_code == 404


def test_the_signed_out_are_asked_to_sign_in_and_come_back(client, corvane):
    response = client.get(PEOPLE + "?q=1")

    assert response.status_code == 302
    assert response.url == "/accounts/login/?next=/t/corvane/people/%3Fq%3D1"


def test_a_fragment_of_the_signed_out_moves_the_whole_page(client, corvane):
    response = client.get(
        PEOPLE, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/t/corvane/"}
    )

    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2Ft%2Fcorvane%2F"


def test_a_missing_right_is_refused_with_its_reason_and_written_down(client_of, noe, corvane):
    response = client_of(noe).get("/t/corvane/settings/")

    assert response.status_code == 403
    assert "Administrator" in response.content.decode()
    event = AuditEvent.objects.get(tenant=corvane, verb="refused")
    assert (event.person, event.object_label, event.detail["right"]) == (
        noe,
        "/t/corvane/settings/",
        "settings.edit",
    )


def test_staff_enter_every_tenant_and_are_seen_doing_so(client_of, tom, corvane):
    client = client_of(tom)

    first, second = client.get(PEOPLE), client.get(PEOPLE)

    assert first.status_code == second.status_code == 200
    assert first.wsgi_request.is_entered_as_staff
    assert "platform staff" in second.content.decode()
    entered = AuditEvent.objects.get(tenant=corvane, verb="entered")
    assert entered.person == tom and entered.is_staff_act


def test_staff_without_a_shown_second_factor_do_not_enter(client_of, tom, corvane):
    response = client_of(tom, second_factor=False).get(PEOPLE)

    assert response.url.startswith("/accounts/2fa/reauthenticate/?next=")
    assert not AuditEvent.objects.filter(verb="entered").exists()


def test_staff_who_are_members_show_their_second_factor_too(client_of, tom, corvane):
    Membership.objects.create(tenant=corvane, person=tom, role="viewer")

    assert client_of(tom, second_factor=False).get(PEOPLE).url.startswith("/accounts/2fa/reauthenticate/")
    assert client_of(tom).get(PEOPLE).status_code == 200


def test_staff_without_any_second_factor_are_sent_to_set_one_up(client_of, tom, corvane):
    tom.authenticator_set.all().delete()

    assert client_of(tom, second_factor=False).get(PEOPLE).url == "/accounts/2fa/"


def test_a_lost_membership_ends_access_at_once(client_of, noe, corvane):
    client = client_of(noe)
    assert client.get(PEOPLE).status_code == 200

    Membership.objects.filter(person=noe, tenant=corvane).delete()

    assert client.get(PEOPLE).status_code == 404


def test_who_may_no_longer_sign_in_is_signed_out_at_once(client_of, noe, corvane):
    client = client_of(noe)
    assert client.get("/t/corvane/").status_code == 200
    Person.objects.filter(pk=noe.pk).update(is_active=False)

    assert "/accounts/login/" in client.get("/t/corvane/")["Location"]


def test_a_page_of_a_tenant_reads_person_and_memberships_at_once(client_of, noe, corvane):
    client = client_of(noe)
    with CaptureQueriesContext(connection) as seen:
        client.get("/t/corvane/")

    asked = [query["sql"] for query in seen if 'FROM "accounts_' in query["sql"]]
    assert len([sql for sql in asked if 'FROM "accounts_membership"' in sql]) == 1
    assert not [sql for sql in asked if 'FROM "accounts_person"' in sql]


def test_a_closed_tenant_is_gone_for_its_members(client_of, maud, tom, corvane):
    corvane.closed_at = corvane.created_at
    corvane.save()

    assert client_of(maud).get(PEOPLE).status_code == 404
    assert client_of(tom).get(PEOPLE).status_code == 200


def test_the_last_tenant_is_remembered(client_of, maud, vellard, corvane):
    client = client_of(maud)
    client.get("/t/vellard/people/")

    assert client.get("/").url == "/t/vellard/"
    assert Person.objects.get(pk=maud.pk).last_tenant == vellard


def test_the_page_speaks_the_persons_language_in_their_zone(client_of, maud):
    maud.language, maud.time_zone = "fr", "Asia/Kathmandu"
    maud.save()

    response = client_of(maud).get("/me/")

    assert response.headers["Content-Language"] == "fr"
    assert '<html lang="fr"' in response.content.decode()


def test_an_old_session_ends(client_of, noe, corvane, settings):
    client = client_of(noe)
    client.get(PEOPLE)
    session = client.session
    session["seen_at"] -= settings.SESSION_IDLE_S + 1
    session.save()

    assert client.get(PEOPLE).url.startswith("/accounts/login/")


def test_staff_who_are_members_act_by_their_role_until_they_say_otherwise(client_of, tom, corvane):
    Membership.objects.create(tenant=corvane, person=tom, role=Role.VIEWER)
    client = client_of(tom)

    by_role = client.get("/t/corvane/people/")
    refused = client.get("/t/corvane/audit/")
    began = client.post("/t/corvane/staff-power/", {"on": "1", "next": "/t/corvane/audit/"}, follow=True)
    as_staff = client.get("/t/corvane/people/")
    ended = client.post("/t/corvane/staff-power/", {"on": "0", "next": "/t/corvane/people/"}, follow=True)

    assert not by_role.wsgi_request.is_entered_as_staff
    assert by_role.wsgi_request.rights == rights_of(tom, corvane) == RIGHTS_OF[Role.VIEWER]
    assert "here as platform staff" not in by_role.content.decode()
    assert refused.status_code == 403
    assert "act as platform staff" in refused.content.decode()
    assert began.status_code == 200 and began.wsgi_request.is_entered_as_staff
    assert "here as platform staff" in as_staff.content.decode()
    assert "Back to my role: Viewer" in as_staff.content.decode()
    assert not ended.wsgi_request.is_entered_as_staff
    assert client.get("/t/corvane/audit/").status_code == 403


def test_each_beginning_of_acting_as_staff_is_written_down_and_so_is_what_is_done_then(
    client_of, tom, noe, corvane
):
    own = Membership.objects.create(tenant=corvane, person=tom, role=Role.ADMINISTRATOR)
    client = client_of(tom)
    other = noe.memberships.get(tenant=corvane)

    client.post(f"/t/corvane/people/{other.pk}/", {"role": Role.VIEWER})
    for _again in range(2):
        client.post("/t/corvane/staff-power/", {"on": "1"})
        client.get("/t/corvane/")
        client.post("/t/corvane/staff-power/", {"on": "0"})
    client.post("/t/corvane/staff-power/", {"on": "1"})
    client.post(f"/t/corvane/people/{own.pk}/", {"role": Role.OWNER})

    with tenant_scope(corvane):
        entries = AuditEvent.objects.filter(verb=AuditEvent.Verb.ENTERED)
        acts = AuditEvent.objects.filter(person=tom, verb=AuditEvent.Verb.ROLE_CHANGED).order_by("pk")
        assert entries.count() == 3
        assert all(entry.is_staff_act for entry in entries)
        assert [act.is_staff_act for act in acts] == [False, True]


def test_only_staff_take_staff_power(client_of, maud, corvane):
    assert client_of(maud).post("/t/corvane/staff-power/", {"on": "1"}).status_code == 403
    assert not client_of(maud).get("/t/corvane/").wsgi_request.is_entered_as_staff
