"""The pages that begin a callflow in a real browser: fit for everybody, on a telephone too."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Person
from telephony.models import Entity
from telephony.services.callflow_findings import judge

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/t/corvane/callflows/"


def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    visitor: Any, reception: Entity, maud: Person
) -> None:
    judge(reception.connection)
    visitor.sign_in(maud)

    def send_on(page: Page) -> None:
        page.goto(f"{visitor.base}{HOME}{reception.pk}/copy/")
        page.locator(".sb-foot .btn-primary").click()
        page.wait_for_url("**/bring/corvane-kazoo/")

    visitor(send_on)
    visitor(lambda page: page.set_viewport_size({"width": 390, "height": 844}))
    for path in ("", "new/", "new/corvane-kazoo/reception/", "bring/", "bring/corvane-kazoo/"):
        visitor.open(f"{visitor.base}{HOME}{path}")
        assert visitor.serious() == [], path
        assert not visitor.scrolls_sideways(), path
