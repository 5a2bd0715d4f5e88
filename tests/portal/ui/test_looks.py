"""The sample pages in a real browser: contrast and names judged by axe, no sideways scroll, keys that work.

PICTURES=FOLDER keeps a picture of each page, to be looked at beside the mockups.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.portal.ui.pages import Person

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
# What reaches beyond the right edge, to be named by a failing test.
WIDER = """() => [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 8).map((one) => one.outerHTML.slice(0, 120))"""
pytestmark = pytest.mark.browser


@pytest.fixture
def seat(visitor, site, people, tom):
    """Tom at a browser window, signed in."""
    visitor.sign_in(tom)
    return visitor


def picture(seat, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        seat(lambda page: page.screenshot(path=f"{folder}/{name}.png", full_page=True))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["people", "components", "figures"])
def test_pages_fit_and_axe_finds_nothing_serious(seat, name, width, theme):
    Person.objects.filter(is_staff=True).update(theme=theme)
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    seat(lambda page: page.set_viewport_size(size))
    seat.open(f"/{name}/?bad")
    seat(lambda page: page.wait_for_load_state("networkidle"))
    picture(seat, f"{name}-{width}-{theme}")

    assert seat.serious() == []
    assert not seat.scrolls_sideways(), seat(lambda page: page.evaluate(WIDER))


def test_keys_move_and_open(seat):
    seat.open("/people/")
    seat(lambda page: page.keyboard.press("j"))
    seat(lambda page: page.keyboard.press("j"))
    assert seat(lambda page: page.locator("tr[data-row]").nth(1).get_attribute("aria-current")) == "true"

    seat(lambda page: page.keyboard.press("?"))
    assert seat(lambda page: page.locator("dialog[data-keys]").is_visible())
    picture(seat, "keys")


def test_a_choice_in_a_filter_shows_at_once_without_a_new_page(seat):
    seat.open("/people/")
    seat(lambda page: page.evaluate("window.stayed = true"))
    seat(lambda page: page.get_by_text("Theme any", exact=True).click())
    picture(seat, "filter")
    seat(lambda page: page.get_by_label("Dark", exact=True).first.check())
    seat(lambda page: page.wait_for_url("**/people/?theme=dark"))

    assert seat(lambda page: page.evaluate("window.stayed")) is True
    assert seat(lambda page: page.locator("tr[data-row]").count()) == 4


def test_typing_in_the_search_keeps_its_place(seat):
    seat.open("/people/")
    seat(lambda page: page.locator("[data-find]").press_sequentially("Person 1"))
    seat(lambda page: page.wait_for_url("**q=Person%201"))
    seat(lambda page: page.wait_for_function("document.querySelectorAll('tr[data-row]').length === 2"))

    assert seat(lambda page: page.evaluate("document.activeElement.name")) == "q"


def test_the_menu_of_a_telephone_opens_without_script(seat):
    seat(lambda page: page.set_viewport_size({"width": 390, "height": 844}))
    seat.open("/people/#menu")
    seat(lambda page: page.wait_for_timeout(300))
    picture(seat, "drawer")

    assert seat(lambda page: page.locator("[data-drawer]").is_visible())


def test_a_live_part_asks_until_it_has_ended(seat):
    asked = []
    seat(lambda page: page.on("request", lambda request: asked.append(request.url)))
    seat.open("/components/")
    seat(lambda page: page.get_by_text("all rows are here").wait_for())
    seat(lambda page: page.wait_for_timeout(2500))

    assert len([url for url in asked if url.endswith("/part/")]) == 1


def test_a_typed_confirmation_waits_for_the_text(seat):
    seat.open("/components/")
    seat(lambda page: page.locator("summary", has_text="Delete profile").click())
    button = "button:has-text('Delete profile')"
    assert seat(lambda page: page.locator(button).is_disabled())

    seat(lambda page: page.locator("[data-typed]").fill("Astreinte 2"))
    assert seat(lambda page: page.locator(button).is_enabled())
