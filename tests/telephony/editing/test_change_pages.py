"""What the pages of one change say: before it is sent, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from telephony.models import Change, Connection, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import editing, settling
from tests.reading import text_of

LINE = "33199001011"
DEFAULT = {"csi": LINE, "profile_identifier": "default"}
UPDATE, CREATE, DELETE = (f"services.profiles.{verb}" for verb in ("update", "create", "delete"))
Page = Callable[[Change], str]


@pytest.fixture
def page(browser: Callable[[Person], Client], maud: Person) -> Page:
    """The words of a change's page, as Maud reads them."""
    return lambda change: text_of(browser(maud).get(f"/t/corvane/changes/{change.pk}/"))


@pytest.fixture
def draft(line: Entity, maud: Person) -> Callable[..., Change]:
    def make(wanted: dict[str, Any], operation: str = UPDATE, **address: str) -> Change:
        place = address or (DEFAULT if operation == UPDATE else {"csi": LINE})
        return editing.propose(line.connection, operation, place, wanted, person=maud)

    return make


def test_making_and_removing_are_taken_back_as_a_whole(
    draft: Callable[..., Change], maud: Person, page: Page
) -> None:
    made = draft({"name": "Night", "forward_delay": 15}, CREATE)

    assert "Taking it back from Changes removes it again." in page(made)
    editing.send(made, maud)
    assert "Keyyo has it." in page(made)
    removed = draft({}, DELETE, csi=LINE, profile_identifier=made.answer["created"])
    assert "one by one" not in page(removed)
    assert "Taking it back from Changes makes it anew." in page(removed)
    editing.send(removed, maud)
    assert "Keyyo does not have it any more." in page(removed)


def test_what_was_not_written_is_not_shown_as_if_it_were(
    sandbox: SandboxServer, draft: Callable[..., Change], maud: Person, page: Page
) -> None:
    change = draft({"forward_delay": 33})
    sandbox.faults.add("keyyo", match=UPDATE, drop="before")
    editing.send(change, maud)
    settling.settle(change, change.sent_at + timedelta(seconds=60))

    words = page(change)

    assert change.state == Change.State.NOT_APPLIED
    assert "BeforeWanted" in words and "33 s" in words
    assert "Any caller" not in words  # the drawing shows a way that calls take


def test_an_unknown_end_shows_what_was_wanted_and_what_was_found(
    sandbox: SandboxServer, draft: Callable[..., Change], maud: Person, at_keyyo: Any, page: Page
) -> None:
    change = draft({"forward_delay": 33})
    sandbox.faults.add("keyyo", match=UPDATE, drop="before")
    editing.send(change, maud)
    at_keyyo(UPDATE, DEFAULT, forward_delay=41)
    settling.settle(change, change.sent_at + timedelta(seconds=60))

    words = page(change)

    assert change.state == Change.State.UNKNOWN
    assert "BeforeWantedFound" in words
    assert "33 s41 s" in words


def test_an_expired_preview_keeps_why_and_says_when_it_was_compared(
    draft: Callable[..., Change], maud: Person, browser: Callable[[Person], Client]
) -> None:
    change = draft({"forward_delay": 15})
    long_ago = timezone.now() - timedelta(hours=3)
    Change.objects.filter(pk=change.pk).update(expires_at=long_ago, created_at=long_ago)

    answer = browser(maud).post(
        f"/t/corvane/changes/{change.pk}/send/", {"why": "On call", "ticket": "TEL-1"}, follow=True
    )

    assert "too old" in text_of(answer)
    assert 'value="On call"' in answer.content.decode() and 'value="TEL-1"' in answer.content.decode()
    compared = answer.context["change"].compared_at
    assert timezone.now() - compared < timedelta(minutes=5) < timedelta(seconds=settings.PREVIEW_LIFETIME_S)


def test_why_is_kept_when_nothing_could_be_sent(
    sandbox: SandboxServer,
    draft: Callable[..., Change],
    maud: Person,
    connection: Connection,
    browser: Callable[[Person], Client],
) -> None:
    change = draft({"forward_delay": 15})
    sandbox.faults.add("keyyo", status=503, times=None)

    answer = browser(maud).post(f"/t/corvane/changes/{change.pk}/send/", {"why": "On call"}, follow=True)

    assert "Nothing was sent." in text_of(answer)
    assert 'value="On call"' in answer.content.decode()


def test_the_page_says_when_it_was_written_not_when_it_was_thought_of(
    draft: Callable[..., Change], maud: Person, browser: Callable[[Person], Client]
) -> None:
    change = draft({"forward_delay": 15})
    editing.send(change, maud)
    Change.objects.filter(pk=change.pk).update(created_at=timezone.now() - timedelta(days=400))

    page = browser(maud).get(f"/t/corvane/changes/{change.pk}/")

    assert change.sent_at.isoformat()[:16] in page.content.decode()


def test_a_conflict_says_who_wrote_it_from_here(
    draft: Callable[..., Change], maud: Person, idris: Person, at_keyyo: Any, page: Page
) -> None:
    mine = draft({"forward_delay": 30})
    hers = draft({"forward_delay": 40})
    editing.send(hers, idris)
    editing.send(mine, maud)

    assert mine.state == Change.State.CONFLICT
    assert "Idris Vallorne wrote it from here" in page(mine)
    at_keyyo(UPDATE, DEFAULT, forward_delay=50)
    editing.renew(mine, maud)
    assert "It was not done from here; who did it is not told." in page(mine)


def test_when_theirs_stays_everywhere_the_preview_is_gone(
    draft: Callable[..., Change], maud: Person, at_keyyo: Any, browser: Callable[[Person], Client]
) -> None:
    change = draft({"forward_delay": 30})
    at_keyyo(UPDATE, DEFAULT, forward_delay=40)
    editing.send(change, maud)

    answer = browser(maud).post(
        f"/t/corvane/changes/{change.pk}/send/", {"pick-forward_delay": "theirs"}, follow=True
    )

    assert "Theirs stays." in text_of(answer)
    assert answer.request["PATH_INFO"].startswith("/t/corvane/lines/")
    assert not Change.objects.filter(pk=change.pk).exists()


def test_a_button_for_what_vanished_says_so_in_our_words(
    line: Entity, maud: Person, at_keyyo: Any, browser: Callable[[Person], Client]
) -> None:
    profile = Entity.objects.get(parent_remote_id=LINE, kind="VoIPAccountProfile", name="Astreinte")
    at_keyyo(DELETE, {"csi": LINE, "profile_identifier": profile.remote_id})

    answer = browser(maud).post(f"/t/corvane/entities/{profile.pk}/act/{DELETE}/", follow=True)

    assert "This is not at Keyyo any more" in text_of(answer)


def test_the_menu_of_the_default_profile_shows_remove_with_the_reason(
    line: Entity, maud: Person, browser: Callable[[Person], Client]
) -> None:
    page = browser(maud).get(f"/t/corvane/lines/{line.pk}/").content.decode()

    button, _, rest = page.partition("The default profile cannot be removed")
    assert button.rindex("disabled>") > button.rindex("<button")
    assert rest


def test_without_the_scope_a_form_cannot_be_reviewed(
    connect: Callable[..., Connection], line: Entity, maud: Person, browser: Callable[[Person], Client]
) -> None:
    line.connection.credential.scopes = ["full_access_read_only"]
    line.connection.credential.save()

    page = browser(maud).get(f"/t/corvane/entities/{line.pk}/edit/services.update/").content.decode()

    assert 'form="edit" disabled' in page
