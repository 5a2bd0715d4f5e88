"""Sign-in by e-mail, second factors, sessions, password reset, and their limits."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import AuditEvent, Person

from ..people import PASSWORD, TOTP_SECRET, totp_code

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str):
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_front_door_leads_to_sign_in(client, db):
    assert client.get("/").url == LOGIN
    page = client.get(LOGIN).content.decode()
    assert "Use a passkey" in page and "invitation" in page


def test_email_and_password_sign_in_and_are_written_down(client, maud):
    response = sign_in(client, "Maud@Corvane.example")

    assert response.url == "/" and is_signed_in(client)
    events = AuditEvent.objects.filter(verb="signed_in", person=maud)
    assert {event.tenant.slug for event in events} == {"corvane", "vellard"}
    assert events[0].address == "127.0.0.1"


def test_a_wrong_password_is_refused_and_written_down(client, maud):
    response = sign_in(client, maud.email, "not-this-one")

    assert response.status_code == 200 and not is_signed_in(client)
    assert AuditEvent.objects.filter(verb="refused", person=maud, detail={"what": "sign_in"}).count() == 2


def test_signing_in_goes_on_to_where_one_wanted_and_never_elsewhere(client, maud):
    wanted = client.post(LOGIN, {"login": maud.email, "password": PASSWORD, "next": "/t/corvane/people/"})
    assert wanted.url == "/t/corvane/people/"

    elsewhere = Client().post(
        LOGIN, {"login": maud.email, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert elsewhere.url == "/"


def test_an_inactive_person_does_not_get_in(client, maud):
    Person.objects.filter(pk=maud.pk).update(is_active=False)

    sign_in(client, maud.email)
    assert not is_signed_in(client)


def test_totp_is_asked_for(client, tom):
    assert sign_in(client, tom.email).url == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)

    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200 and not is_signed_in(client)
    assert AuditEvent.objects.filter(verb="refused", person=tom, detail={"what": "second_factor"}).exists()

    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert is_signed_in(client)
    assert client.get("/staff/").status_code == 200


def test_a_totp_code_works_once(client, tom):
    code = totp_code()
    sign_in(client, tom.email)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_signed_in(client)

    again = Client()
    sign_in(again, tom.email)
    again.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_signed_in(again)


def test_a_recovery_code_signs_in_once(client, tom):
    [code, *_rest] = RecoveryCodes.activate(tom).get_unused_codes()
    sign_in(client, tom.email)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_signed_in(client)

    again = Client()
    sign_in(again, tom.email)
    again.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_signed_in(again)


@pytest.mark.django_db(transaction=True)
def test_totp_is_set_up_after_the_password_is_shown_again(client, maud):
    sign_in(client, maud.email)
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked.url.startswith("/accounts/reauthenticate/")
    client.post(asked.url, {"password": PASSWORD})

    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret)})

    kinds = set(Authenticator.objects.filter(user=maud).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    assert AuditEvent.objects.filter(verb="security_changed", person=maud, detail={"what": "totp"}).exists()


@pytest.mark.django_db(transaction=True)
def test_another_second_factor_ends_the_other_sessions(client, maud):
    other = Client()
    sign_in(other, maud.email)
    sign_in(client, maud.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    client.post("/accounts/2fa/totp/activate/", {"code": totp_code(page.context["form"].secret)})

    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302


def test_another_password_ends_the_other_sessions(client, maud):
    other = Client()
    sign_in(other, maud.email)
    sign_in(client, maud.email)
    new = "quite-another-4711"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302
    assert UserSession.objects.filter(user=maud).count() == 1


def test_a_forgotten_password_is_chosen_anew_by_mail(client, maud, mailoutbox):
    client.post("/accounts/password/reset/", {"email": maud.email})
    [mail] = mailoutbox
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.body)[1]

    form = client.get(link).url
    new = "quite-another-4711"
    client.post(form, {"password1": new, "password2": new})
    assert sign_in(Client(), maud.email, new).url == "/"
    assert client.get(link).status_code == 200  # the link was used up: the page says so


def test_nobody_learns_whether_an_address_has_an_account(client, maud, mailoutbox):
    known = client.post("/accounts/password/reset/", {"email": maud.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@corvane.example"})

    assert known.url == unknown.url
    assert [mail.to for mail in mailoutbox] == [[maud.email], ["nobody@corvane.example"]]


def test_sessions_are_listed_and_ended_everywhere_else(client, maud):
    other = Client(headers={"User-Agent": "The other browser"})
    sign_in(other, maud.email)
    sign_in(client, maud.email)
    assert "The other browser" in client.get("/accounts/sessions/").content.decode()

    client.post("/accounts/sessions/")

    assert other.get("/me/").status_code == 302
    assert client.get("/me/").status_code == 200


def test_guessing_one_account_is_limited(client, maud):
    for _try in range(5):
        sign_in(client, maud.email, "wrong-password")

    response = sign_in(client, maud.email)
    assert not is_signed_in(client)
    assert "Too many" in response.content.decode()


def test_guessing_from_one_address_is_limited(client, maud, idris):
    for number in range(10):
        sign_in(client, f"nobody{number}@corvane.example", "wrong-password")

    sign_in(client, idris.email)
    assert not is_signed_in(client)


def test_the_address_is_the_one_the_trusted_proxy_tells(maud, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client()
    sign_in(client, maud.email, headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.7"})
    assert AuditEvent.objects.filter(person=maud, verb="signed_in").first().address == "198.51.100.7"

    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    other = Client()
    sign_in(other, maud.email, headers={"X-Forwarded-For": "192.0.2.1"})
    assert AuditEvent.objects.filter(person=maud, verb="signed_in").last().address == "127.0.0.1"


def test_nobody_signs_up_alone(client, db):
    assert "By invitation only" in client.get("/accounts/signup/").content.decode()
    new = "quite-another-4711"
    client.post("/accounts/signup/", {"email": "new@corvane.example", "password1": new, "password2": new})
    assert not Person.objects.filter(email="new@corvane.example").exists()


def test_signing_out_is_a_post(client, maud):
    sign_in(client, maud.email)
    client.get("/accounts/logout/")
    assert is_signed_in(client)

    client.post("/accounts/logout/")
    assert not is_signed_in(client)
    assert AuditEvent.objects.filter(verb="signed_out", person=maud).count() == 2


def test_passkey_options_are_told_without_an_account(client, db):
    options = client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["challenge"]


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/sessions/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/reauthenticate/",
        "/accounts/2fa/reauthenticate/",
    ],
)
def test_every_page_of_security_opens_in_the_house_look(client, bess, tom, path):
    if "totp/activate" in path:
        someone = bess
    else:
        someone = tom
        RecoveryCodes.activate(tom)
    sign_in(client, someone.email)
    if someone is tom:
        client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    response = client.get(path)

    assert response.status_code == 200, response.get("Location")
    assert "css/tokens.css" in response.content.decode()
    assert TOTP_SECRET not in response.content.decode()


@pytest.mark.parametrize(
    ("page", "labels"),
    [
        ("/accounts/login/", {"Adresse e-mail", "Mot de passe"}),
        ("/accounts/password/reset/", {"Adresse e-mail"}),
        (
            "/accounts/password/change/",
            {"Mot de passe actuel", "Nouveau mot de passe", "Nouveau mot de passe, encore une fois"},
        ),
    ],
)
def test_fields_are_called_in_our_words(page, labels, maud):
    there = Client(headers={"accept-language": "fr"})
    if "change" in page:
        there.force_login(maud)
        Person.objects.filter(pk=maud.pk).update(language="fr")
    shown = there.get(page)

    assert {str(one.label) for one in shown.context["form"] if not one.is_hidden} >= labels
    assert "placeholder" not in "".join(str(one) for one in shown.context["form"])
