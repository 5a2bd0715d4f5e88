"""The other pages of people, tenants and staff."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

from accounts import audit, facts
from accounts.explaining import matrix, set_capabilities
from accounts.models import AuditEvent, Person, Tenant
from accounts.rights import RIGHT_LABELS, RIGHTS_OF, Right, Rights, Role, least_role_with, rights_of
from accounts.scoping import current_scope

SETTINGS = {
    "name": "Corvane Habitat SA",
    "time_zone": "Europe/London",
    "region": "gb",
    "language": "fr",
    "mon_opens": "08:30",
    "mon_closes": "18:00",
}


def test_the_home_page_goes_to_the_only_tenant_or_lets_choose(client_of, idris, maud, zora, tom):
    assert client_of(idris).get("/").url == "/t/corvane/"
    assert client_of(maud).get("/").url == "/tenants/"
    assert "Vellard &amp; Brume" in client_of(maud).get("/tenants/").content.decode()
    assert "not a member" in client_of(zora).get("/tenants/").content.decode()
    assert client_of(tom).get("/").url == "/staff/"


def test_the_switcher_keeps_the_kind_of_page(client_of, bess):
    urls = switcher_of(client_of(bess).get("/t/morvanne/people/"))
    assert urls == {"Atelier Morvanne": "/t/morvanne/people/", "Corvane Habitat": "/t/corvane/people/"}


def test_the_switcher_falls_back_from_a_detail_to_its_list(client_of, bess, morvanne):
    pk = morvanne.memberships.get(person=bess).pk
    assert (
        switcher_of(client_of(bess).get(f"/t/morvanne/people/{pk}/"))["Corvane Habitat"]
        == "/t/corvane/people/"
    )


def test_the_switcher_falls_back_to_the_overview_where_the_role_ends(client_of, bess):
    assert switcher_of(client_of(bess).get("/t/morvanne/audit/"))["Corvane Habitat"] == "/t/corvane/"


def switcher_of(response) -> dict[str, str]:
    return {choice.name: choice.url for choice in response.context["shell"].tenants}


def test_the_profile_is_kept(client_of, noe):
    values = {
        "name": "Noé C.",
        "language": "fr",
        "time_zone": "Asia/Tokyo",
        "notation": "national",
        "theme": "dark",
    }
    assert client_of(noe).post("/me/", values).status_code == 302

    changed = Person.objects.get(pk=noe.pk)
    assert (changed.name, changed.language, changed.time_zone, changed.theme) == (
        "Noé C.",
        "fr",
        "Asia/Tokyo",
        "dark",
    )
    assert changed.notation == "national" and not changed.notify_connection_trouble


def test_the_language_switch_is_kept_on_the_person(client_of, client, noe):
    browser = client_of(noe)
    browser.post("/i18n/setlang/", {"language": "fr", "next": "/me/"})

    assert Person.objects.get(pk=noe.pk).language == "fr"
    assert browser.get("/me/").headers["Content-Language"] == "fr"
    client.post("/i18n/setlang/", {"language": "fr"})
    assert client.get("/accounts/login/").headers["Content-Language"] == "fr"


def test_my_rights_say_yes_or_no_and_why(client_of, noe):
    page = client_of(noe).get("/me/rights/").content.decode()

    assert "Your role Operator covers it." in page
    assert "Takes the role Owner." in page


def test_what_no_provider_offers_is_no_right(noe, corvane):
    set_capabilities(lambda tenant: frozenset({"profiles.edit"}) if tenant == corvane else None)
    try:
        rows = {row.right: row.cells for row in matrix(noe).rows}
    finally:
        set_capabilities(lambda tenant: None)
    in_corvane, in_morvanne = 1, 0
    assert rows[Right.PROFILES_EDIT][in_corvane].is_usable
    assert rows[Right.BLACKLIST_EDIT][in_corvane].why == "No connection of this tenant offers it."
    assert not rows[Right.BLACKLIST_EDIT][in_corvane].is_usable
    assert rows[Right.CALLS_LIST][in_morvanne].is_usable
    assert rows[Right.EXPORTS_MAKE][in_corvane].is_usable


def test_roles_grow_and_every_right_has_words(noe, bess, tom, zora, corvane):
    viewer, operator, administrator, owner = (RIGHTS_OF[role] for role in Role)
    assert viewer < operator < administrator < owner
    assert set(RIGHT_LABELS) == set(Right)
    assert least_role_with(Right.CHARGES_ACCEPT) == Role.OWNER
    assert rights_of(noe, corvane) == operator and rights_of(bess, corvane) == viewer
    assert rights_of(tom, corvane) == frozenset(Right) and not rights_of(zora, corvane)
    with pytest.raises(AttributeError):
        _ = Rights().fly_away


def test_settings_are_kept_and_written_down(client_of, idris, corvane):
    assert client_of(idris).post("/t/corvane/settings/", SETTINGS).status_code == 302

    changed = Tenant.objects.get(pk=corvane.pk)
    assert (changed.name, changed.region) == ("Corvane Habitat SA", "GB")
    assert changed.business_hours == {"mon": ["08:30", "18:00"]} and changed.slug == "corvane"
    event = AuditEvent.objects.get(verb="settings")
    assert "business_hours" in event.detail["fields"]
    page = client_of(idris).get("/t/corvane/settings/").content.decode()
    assert 'value="08:30"' in page
    assert 'href="/t/corvane/settings/retention/"' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"mon_closes": ""},
        {"mon_closes": "07:00"},
        {"region": "France"},
        {"time_zone": "Europe/Nowhere"},
        {"name": ""},
    ],
)
def test_wrong_settings_answer_at_the_field(client_of, idris, corvane, wrong):
    response = client_of(idris).post("/t/corvane/settings/", SETTINGS | wrong)

    assert response.status_code == 422 and "sb-field-error" in response.content.decode()
    assert Tenant.objects.get(pk=corvane.pk).name == "Corvane Habitat"


def test_an_owner_closes_the_tenant_by_typing_its_name(client_of, maud, idris, corvane):
    assert client_of(idris).get("/t/corvane/settings/close/").status_code == 403
    client = client_of(maud)
    assert client.post("/t/corvane/settings/close/", {"typed": "corvan"}).status_code == 422
    assert client.post("/t/corvane/settings/close/", {"typed": "corvane"}).url == "/"

    assert Tenant.objects.get(pk=corvane.pk).closed_at
    assert client.get("/t/corvane/people/").status_code == 404


def test_the_audit_page_filters(client_of, idris, noe, corvane):
    audit.record("exported", tenant=corvane, person=noe, object_label="Calls of November")
    audit.record("changed", tenant=corvane, person=idris, object_label="Accueil Paris")
    client = client_of(idris)

    everything = client.get("/t/corvane/audit/").content.decode()
    assert "Calls of November" in everything and "Accueil Paris" in everything
    by_verb = client.get("/t/corvane/audit/", {"verb": "exported"}).content.decode()
    assert "Calls of November" in by_verb and "Accueil Paris" not in by_verb
    by_person = client.get("/t/corvane/audit/", {"person": idris.pk}).content.decode()
    assert "Accueil Paris" in by_person and "Calls of November" not in by_person
    in_time = client.get("/t/corvane/audit/", {"period": "yesterday"}).content.decode()
    assert "Accueil Paris" not in in_time


def test_the_audit_pages_by_key(client_of, idris, corvane):
    for number in range(60):
        audit.record("changed", tenant=corvane, person=idris, object_label=f"line {number:02}")
    client = client_of(idris)

    first = client.get("/t/corvane/audit/")
    assert "line 59" in first.content.decode() and "line 05" not in first.content.decode()
    second = client.get("/t/corvane/audit/", {"cursor": first.context["page"].next_cursor})
    assert "line 05" in second.content.decode()


def test_another_tenants_audit_is_not_shown(client_of, idris, bess, morvanne):
    audit.record("changed", tenant=morvanne, person=bess, object_label="not for corvane")

    assert "not for corvane" not in client_of(idris).get("/t/corvane/audit/").content.decode()


def test_staff_see_all_tenants_with_what_apps_tell(client_of, tom, maud, corvane, vellard, monkeypatch):
    monkeypatch.setattr(facts, "_columns", {})

    def tell(tenants):
        assert (
            current_scope().tenant_ids == {tenant.pk for tenant in tenants} and not current_scope().may_write
        )
        return {corvane.pk: facts.Fact("4,711", "bad")}

    facts.add_column(facts.Column("calls", "Calls today", tell))
    page = client_of(tom).get("/staff/").content.decode()

    assert "Corvane Habitat" in page and "4,711" in page and "Calls today" in page
    assert "Vellard" not in client_of(tom).get("/staff/", {"q": "corv"}).content.decode()


def test_staff_pages_are_not_there_for_others(client_of, client, maud, tom):
    for path in ("/staff/", "/staff/outbox/", "/admin/login/"):
        assert client_of(maud).get(path).status_code == 404
    assert client.get("/staff/").url.startswith("/accounts/login/")
    assert client_of(tom, second_factor=False).get("/staff/").url.startswith("/accounts/2fa/")


def test_the_demos_mails_are_read_by_staff(client_of, tom, settings, tmp_path):
    assert client_of(tom).get("/staff/outbox/").status_code == 404
    settings.PORTAL_ENV, settings.MAIL_DIR = "demo", tmp_path
    backend = EmailBackend(file_path=tmp_path)
    backend.send_messages([EmailMessage("Bonjour à tous", "Un texte é\n<b>", "a@b.example", ["c@d.example"])])

    listed = client_of(tom).get("/staff/outbox/")
    assert "Bonjour à tous" in listed.content.decode()
    [mail] = listed.context["mails"]
    page = client_of(tom).get(f"/staff/outbox/{mail.key}/").content.decode()
    assert "Un texte é" in page and "&lt;b&gt;" in page
    assert client_of(tom).get("/staff/outbox/..-0/").status_code == 404


def test_the_registry_is_for_staff_behind_their_second_factor(client_of, client, tom, maud):
    page = client_of(tom).get("/admin/").content.decode()
    assert "People and tenants" in page and "Sessions" not in page and "Groups" not in page
    assert (
        client_of(tom, second_factor=False)
        .get("/admin/", follow=True)
        .redirect_chain[-1][0]
        .startswith("/accounts/2fa/reauthenticate/")
    )
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    assert client_of(maud).get("/admin/", follow=True).status_code == 404


def test_staff_make_people_tenants_and_memberships(client_of, tom):
    client = client_of(tom)
    person = {
        "name": "Ada New",
        "email": "Ada@New.example",
        "language": "en",
        "time_zone": "UTC",
        "is_active": "on",
    }
    client.post("/admin/accounts/person/add/", person)
    ada = Person.objects.get(email="ada@new.example")
    assert not ada.has_usable_password() and ada.emailaddress_set.get().verified

    tenant = {"slug": "newton", "name": "Newton", "time_zone": "UTC", "region": "GB", "language": "en"}
    forms = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0"}
    row = {"memberships-0-person": ada.pk, "memberships-0-role": "owner"}
    client.post("/admin/accounts/tenant/add/", tenant | forms | row)
    assert ada.memberships.get().tenant.slug == "newton"

    for path in ("person/", "tenant/", "membership/", f"person/{ada.pk}/change/"):
        assert client.get(f"/admin/accounts/{path}").status_code == 200
    assert client.get(f"/admin/accounts/person/{ada.pk}/delete/").status_code == 403


def test_audit_events_have_their_words(client_of, idris, corvane):
    for detail in (
        {"what": "totp"},
        {"before": "viewer", "after": "owner"},
        {"right": "audit.read"},
        {"odd": 1},
    ):
        audit.record("refused", tenant=corvane, person=None, detail=detail)
    page = client_of(idris).get("/t/corvane/audit/").content.decode()

    assert "authenticator app" in page and "Viewer → Owner" in page and "Read who did what" in page
