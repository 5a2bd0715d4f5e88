"""The frame: menus as data, error pages, theme."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from portal.ui import navigation
from portal.ui.context import Shell, configure
from portal.ui.navigation import Badge, Entry


@pytest.fixture
def menu(monkeypatch, site):
    """An empty tenant menu, put back afterwards."""
    monkeypatch.setitem(navigation._menus, "tenant", [])
    return lambda *entries: navigation.add("tenant", *entries)


def request_for(path: str, rights: tuple[str, ...] = ()):
    request = RequestFactory().get(path)
    request.rights = rights
    return request


def test_an_entry_shows_only_with_its_right_and_where_it_applies(menu):
    menu(
        Entry(label="People", url_name="people", order=20, right="people"),
        Entry(label="Figures", url_name="figures", order=10, shown=lambda request: False),
        Entry(label="Components", url_name="components", order=30),
        Entry(label="Elsewhere", url_name="no_such_page", order=40),
    )

    assert [item.entry.label for item in navigation.items(request_for("/"), "tenant")] == ["Components"]
    seen = navigation.items(request_for("/", ("people",)), "tenant")
    assert [item.entry.label for item in seen] == ["People", "Components"]


def test_the_deepest_entry_is_where_the_page_belongs(menu):
    menu(
        Entry(label="People", url_name="people", order=1),
        Entry(label="Figures", url_name="figures", order=2, badge=lambda request: Badge("4", "bad")),
    )
    current = [
        item.entry.label for item in navigation.items(request_for("/people/7/"), "tenant") if item.is_current
    ]

    assert current == ["People"]
    assert navigation.items(request_for("/"), "tenant")[1].badge == Badge("4", "bad")


def test_the_shell_refuses_a_hook_it_does_not_know():
    with pytest.raises(TypeError, match="no hook"):
        configure(serach_url_name="x")


@pytest.mark.parametrize(
    ("cookie", "person", "theme"),
    [("", "", "system"), ("dark", "", "dark"), ("light", "dark", "dark"), ("pink", "", "system")],
)
def test_the_persons_theme_goes_before_that_of_the_browser(cookie, person, theme):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    request.user = SimpleNamespace(is_authenticated=bool(person), theme=person)

    assert Shell(request).theme == theme


def test_a_refusal_says_its_reason(page_of):
    page = page_of("/refused/")

    assert page.status_code == 403
    assert "Only owners may close a tenant." in page.content.decode()


def test_a_page_that_does_not_exist_is_drawn_in_the_house_look(page_of, client):
    assert "Nothing answers here" in page_of("/nowhere/").content.decode()
    client.logout()
    signed_out = client.get("/nowhere/")
    assert signed_out.status_code == 404
    assert "sb-out" in signed_out.content.decode()


def test_a_fault_shows_no_detail(page_of, client):
    client.raise_request_exception = False
    page = page_of("/broken/")

    assert page.status_code == 500
    assert "Something broke on our side" in page.content.decode()
    assert "secret detail" not in page.content.decode()


def test_a_page_may_say_which_entry_it_belongs_to(menu):
    menu(
        Entry(label="People", url_name="people", order=1),
        Entry(label="Figures", url_name="figures", order=2),
    )
    request = request_for("/people/7/")
    request.menu_entry = "figures"

    assert [item.entry.label for item in navigation.items(request, "tenant") if item.is_current] == [
        "Figures"
    ]
