"""The pages of the authorization server, walked as a browser without script would: cookies, forms, redirects."""

from __future__ import annotations

import urllib.error
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from telephony.providers.keyyo.sandbox.seed import CLIENT_ID, REDIRECT_URI


class Forms(HTMLParser):
    """Collects the form, its fields and its buttons, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.method = "", ""
        self.fields: dict[str, str] = {}
        self.labels: set[str] = set()
        self.ids: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if tag == "form":
            self.action, self.method = names["action"], names["method"]
        if tag == "input":
            self.fields[names["name"]] = names.get("value") or ""
            if names.get("type") != "hidden":
                self.ids.add(names["id"])
        if tag == "label":
            self.labels.add(names["for"])

    def handle_data(self, data):
        self.text.append(data)


class Browser:
    """A person's browser that stops at the portal's door: redirects to another host are kept, not followed."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies, _Stay())
        self.status, self.page, self.left_for = 0, "", ""
        self.headers: dict[str, str] = {}

    def open(self, url: str, form: dict[str, str] | None = None) -> Browser:
        body = urlencode(form).encode() if form is not None else None
        try:
            with self._opener.open(urljoin(self.base, url), body, timeout=5) as answer:
                self.status, self.page = answer.status, answer.read().decode()
                self.headers = dict(answer.headers)
        except urllib.error.HTTPError as error:
            self.status, self.page = error.code, error.read().decode()
            self.left_for = error.headers.get("Location") or ""
            error.close()
        return self

    @property
    def forms(self) -> Forms:
        forms = Forms()
        forms.feed(self.page)
        return forms

    def press(self, action: str, **typed: str) -> Browser:
        forms = self.forms
        return self.open(forms.action, {**forms.fields, **typed, "action": action})

    def sign_in(self, login: str) -> Browser:
        return self.press("login", login=login, password="keyyo-demo")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, fp, code, msg, headers, newurl):
        if urlsplit(newurl).path.startswith("/keyyo/"):
            return super().redirect_request(request, fp, code, msg, headers, newurl)
        return None


@pytest.fixture
def at_keyyo(sandbox):
    """Opens the authorization page for some scopes in a fresh browser."""

    def open_page(scopes="full_access_read_only,voip_profiles_admin", **more):
        query = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "state": "s 1&2",
            "redirect_uri": REDIRECT_URI,
        }
        query |= {"scopes": scopes} if scopes else {}
        return Browser(sandbox.url).open("/keyyo/oauth2/authorize.php?" + urlencode({**query, **more}))

    return open_page


def test_a_customer_signs_in_and_allows(at_keyyo, fake_keyyo):
    browser = at_keyyo().sign_in("corvane")
    assert "Corvane Habitat" in browser.page
    assert "60 services" in browser.page
    assert "See everything" in browser.page
    assert "Manage forwarding profiles" in browser.page
    browser.press("allow")

    assert browser.status == 302
    answer = parse_qs(urlsplit(browser.left_for).query)
    assert browser.left_for.startswith(REDIRECT_URI)
    assert answer["state"] == ["s 1&2"]
    held = fake_keyyo.store.data["codes"][answer["code"][0]]
    assert (held["login"], held["scopes"]) == ("corvane", ["full_access_read_only", "voip_profiles_admin"])


def test_a_contact_signs_in(at_keyyo):
    browser = at_keyyo().sign_in("maud.terrasson")

    assert "Maud Terrasson" in browser.page
    assert "contact of Corvane Habitat" in browser.page
    assert "4 services" in browser.page


def test_refusing_goes_back_with_access_denied(at_keyyo):
    browser = at_keyyo().sign_in("corvane").press("refuse")

    answer = parse_qs(urlsplit(browser.left_for).query)
    assert (answer["error"], answer["state"]) == (["access_denied"], ["s 1&2"])
    assert "code" not in answer


def test_without_scopes_the_application_gets_what_it_is_configured_for(at_keyyo):
    assert "full_access_read_only" in at_keyyo(scopes="").sign_in("corvane").page


def test_the_singular_scope_is_ignored(at_keyyo):
    page = at_keyyo(scopes="", scope="full_access").sign_in("corvane").page

    assert "<code>full_access</code>" not in page
    assert "<code>full_access_read_only</code>" in page


def test_a_wrong_password_says_so_and_keeps_the_login(at_keyyo):
    browser = at_keyyo().press("login", login="corvane", password="guess")

    assert browser.status == 403
    assert "wrong password" in browser.page
    assert browser.forms.fields["login"] == "corvane"


def test_a_form_cannot_be_sent_twice(at_keyyo, fake_keyyo):
    browser = at_keyyo().sign_in("corvane")
    forms = browser.forms
    browser.open(forms.action, {**forms.fields, "action": "allow"})
    assert browser.status == 302
    browser.open(forms.action, {**forms.fields, "action": "allow"})

    assert browser.status == 403
    assert "sent already" in browser.page
    assert len(fake_keyyo.store.data["codes"]) == 1


def test_another_browsers_form_token_is_refused(at_keyyo):
    mine, theirs = at_keyyo().sign_in("corvane"), at_keyyo().sign_in("morvanne")
    mine.open(mine.forms.action, {"csrf": theirs.forms.fields["csrf"], "action": "allow"})

    assert (mine.status, mine.left_for) == (403, "")


def test_allowing_needs_a_sign_in(at_keyyo):
    assert at_keyyo().press("allow").status == 403


def test_somebody_else_may_sign_in(at_keyyo):
    browser = at_keyyo().sign_in("corvane").press("logout")
    assert "password" in browser.forms.fields

    assert "Atelier Morvanne" in browser.sign_in("morvanne").page


def test_signing_in_changes_the_session(at_keyyo):
    browser = at_keyyo()
    before = {cookie.value for cookie in browser.jar}
    browser.sign_in("corvane")

    assert before
    assert not before & {cookie.value for cookie in browser.jar}


def test_pages_say_sandbox_and_label_every_field(at_keyyo):
    browser = at_keyyo()

    assert "Keyyo sandbox" in browser.page
    assert browser.forms.ids == browser.forms.labels
    assert '<html lang="en">' in browser.page
    assert browser.headers["X-Frame-Options"] == "DENY"
    assert "Keyyo sandbox" in browser.sign_in("corvane").page


def test_what_came_in_the_address_is_escaped(at_keyyo):
    assert "<script>" not in at_keyyo(state="<script>alert(1)</script>").page
