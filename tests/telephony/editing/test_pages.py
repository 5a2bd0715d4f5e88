"""The pages of editing: a line, its forms, the preview, a conflict, the outcome, taking back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from telephony.models import Change, Connection, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.views.barring import barred_by
from tests.reading import text_of

UPDATE = "services.profiles.update"
BLACKLIST = "services.blacklist.replace"


def profile_of(line: Entity, name: str = "") -> Entity:
    return Entity.objects.get(parent_remote_id=line.remote_id, kind="VoIPAccountProfile", name=name)


def url(entity: Entity, operation: str, verb: str = "edit") -> str:
    return f"/t/corvane/entities/{entity.pk}/{verb}/{operation}/"


def as_loaded(client: Client, address: str) -> dict[str, str]:
    """The form's data as a browser would send it back."""
    form = client.get(address).context["form"]
    data = {}
    for field in form:
        value = field.value()
        if value is True:
            data[field.html_name] = "on"
        elif value not in (False, None):
            data[field.html_name] = value
    return data


def test_a_line_says_what_callers_get(line: Entity, maud: Person, browser: Callable[..., Client]) -> None:
    page = browser(maud).get(f"/t/corvane/lines/{line.pk}/")

    words = text_of(page)
    assert page.status_code == 200
    assert "Every call goes to the voicemail at once. Nothing rings." in words
    assert "Blacklist" in words and "Barring" in words and "Plugins" in words
    assert 'style="' not in page.content.decode()


def test_the_telephones_are_a_fragment_of_their_own(
    line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    page = browser(maud).get(f"/t/corvane/lines/{line.pk}/terminals/", headers={"HX-Request": "true"})

    assert page.status_code == 200
    assert b"Telephones" in page.content


def test_from_form_to_preview_to_written_to_taken_back(
    line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client, profile = browser(maud), profile_of(line)
    data = as_loaded(client, url(profile, UPDATE))
    data |= {"forward_on_no_answer_number": "06 39 98 00 01", "forward_delay": "15"}

    answer = client.post(url(profile, UPDATE), data)
    change = Change.objects.get()
    review = client.get(answer["Location"])

    words = text_of(review)
    assert "Calls to this line will ring" in words and "after 15 s" in words
    assert re.search(r"Write \d fields to Keyyo", words)
    assert "<svg" in review.content.decode()
    sent = client.post(
        f"/t/corvane/changes/{change.pk}/send/", {"why": "On call", "ticket": "TEL-1"}, follow=True
    )
    assert "Written and read back" in text_of(sent)
    change.refresh_from_db()
    assert (change.state, change.why, change.ticket) == ("applied", "On call", "TEL-1")
    back = client.post(f"/t/corvane/changes/{change.pk}/revert/", {"field": ["forward_delay"]}, follow=True)
    assert "Takes a change back" in text_of(back)
    assert Change.objects.get(reverts=change).wanted == {"forward_delay": change.before["forward_delay"]}


def test_the_second_person_sees_both_values_and_picks(
    line: Entity, maud: Person, idris: Person, browser: Callable[..., Client]
) -> None:
    profile, first, second = profile_of(line), browser(maud), browser(idris)
    hers, his = as_loaded(first, url(profile, UPDATE)), as_loaded(second, url(profile, UPDATE))
    first.post(url(profile, UPDATE), {**hers, "forward_delay": "30"})
    first.post(f"/t/corvane/changes/{Change.objects.get().pk}/send/")

    answer = second.post(url(profile, UPDATE), {**his, "forward_delay": "15"}, follow=True)

    words = text_of(answer)
    assert "changed at Keyyo while you were editing" in words
    assert "30 s" in words and "15 s" in words
    change = Change.objects.get(state="conflict")
    undecided = second.post(f"/t/corvane/changes/{change.pk}/send/", follow=True)
    assert "Choose for each field" in text_of(undecided)
    second.post(f"/t/corvane/changes/{change.pk}/send/", {"pick-forward_delay": "mine"})
    change.refresh_from_db()
    assert (change.state, change.after["forward_delay"]) == ("applied", 15)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("forward_on_no_answer_number", "call me", "This is not a telephone number"),
        ("forward_delay", "500", "Between 0 and 120"),
        ("forward_unconditionally_number", "15", "emergency"),
    ],
)
def test_bad_input_answers_at_its_field_and_keeps_what_was_typed(
    line: Entity, maud: Person, browser: Callable[..., Client], name: str, value: str, says: str
) -> None:
    client, profile = browser(maud), profile_of(line)
    data = as_loaded(client, url(profile, UPDATE)) | {name: value, "backup_number": "0199001040"}

    answer = client.post(url(profile, UPDATE), data)

    assert answer.status_code == 200
    assert says in " ".join(answer.context["form"].errors[name])
    assert answer.context["form"]["backup_number"].value() == "0199001040"
    assert not Change.objects.exists()


def test_the_twenty_first_number_answers_at_the_field(
    line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client = browser(maud)
    data = as_loaded(client, url(line, BLACKLIST))
    data["numbers"] = "\n".join(f"01 99 00 74 {index:02d}" for index in range(21))

    answer = client.post(url(line, BLACKLIST), data)

    assert answer.status_code == 200
    assert "20 places" in " ".join(answer.context["form"].errors["numbers"])
    assert "01 99 00 74 20" in answer.content.decode()


def test_a_profile_that_vanished_keeps_what_was_typed(
    line: Entity, maud: Person, browser: Callable[..., Client], at_keyyo: Callable[..., Any]
) -> None:
    client, profile = browser(maud), profile_of(line, "Astreinte")
    data = as_loaded(client, url(profile, UPDATE)) | {"forward_delay": "44"}
    at_keyyo("services.profiles.delete", {"csi": line.remote_id, "profile_identifier": profile.remote_id})

    answer = client.post(url(profile, UPDATE), data)

    assert answer.status_code == 200
    assert "This is not at Keyyo any more" in text_of(answer)
    assert answer.context["form"]["forward_delay"].value() == "44"


def test_a_refusal_comes_back_to_the_form_at_its_field(
    sandbox: SandboxServer, line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client, profile = browser(maud), profile_of(line)
    data = as_loaded(client, url(profile, UPDATE)) | {"forward_delay": "15"}
    client.post(url(profile, UPDATE), data)
    change = Change.objects.get()
    sandbox.faults.add("keyyo", match=UPDATE, status=400)
    Change.objects.filter(pk=change.pk).update(fields_refused={})

    answer = client.post(f"/t/corvane/changes/{change.pk}/send/", follow=True)

    change.refresh_from_db()
    assert change.state == "refused"
    assert "refused" in text_of(answer).lower() or answer.context["form"].errors


def test_an_expired_preview_is_compared_anew_and_not_sent(
    sandbox: SandboxServer, line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client, profile = browser(maud), profile_of(line)
    client.post(url(profile, UPDATE), as_loaded(client, url(profile, UPDATE)) | {"forward_delay": "15"})
    change = Change.objects.get()
    Change.objects.filter(pk=change.pk).update(expires_at=timezone.now() - timedelta(hours=1))

    answer = client.post(f"/t/corvane/changes/{change.pk}/send/", follow=True)

    change.refresh_from_db()
    assert "too old" in text_of(answer)
    assert change.state == "draft" and change.expires_at > timezone.now()


def test_keep_editing_keeps_what_was_typed(
    line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client, profile = browser(maud), profile_of(line)
    client.post(url(profile, UPDATE), as_loaded(client, url(profile, UPDATE)) | {"forward_delay": "15"})
    change = Change.objects.get()

    again = client.get(f"{url(profile, UPDATE)}?change={change.pk}")

    assert again.context["form"]["forward_delay"].value() == 15


def test_force_needs_one_click_and_a_preview(
    line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client, profile = browser(maud), profile_of(line, "Astreinte")
    page = client.get(f"/t/corvane/lines/{line.pk}/").content.decode()
    address = url(profile, UPDATE, "act")
    token = re.search(rf'action="{re.escape(address)}".*?name="act" value="([^"]+)"', page)
    assert token is not None

    answer = client.post(address, {"act": token[1]}, follow=True)

    assert Change.objects.get().wanted == {"forced": True}
    assert "decides what every caller gets" in text_of(answer)
    assert client.post(address, {"act": "bent"}).status_code == 404


def test_a_viewer_sees_the_line_and_may_write_nothing(
    line: Entity, maud: Person, bess: Person, browser: Callable[..., Client]
) -> None:
    profile, client = profile_of(line), browser(bess)

    assert client.get(f"/t/corvane/lines/{line.pk}/").status_code == 200
    assert client.get(url(profile, UPDATE)).status_code == 403
    assert client.post(url(profile, UPDATE, "act"), {"act": "x"}).status_code == 403


def test_without_the_scope_the_buttons_say_why(
    connect: Callable[..., Connection], maud: Person, browser: Callable[..., Client]
) -> None:
    connection = connect(("full_access_read_only",))
    line = Entity.objects.create(
        connection=connection,
        kind="UCaaSVoIPAccount",
        is_line=True,
        facet="line",
        remote_id="33199001011",
        number="+33199001011",
        name="Syndic Paris",
        checksum="",
        fetched_at=timezone.now(),
    )

    page = browser(maud).get(f"/t/corvane/lines/{line.pk}/")

    assert "was not granted" in text_of(page)
    assert "Widen the grant" in text_of(page)


def test_changes_are_listed_and_filtered(line: Entity, maud: Person, browser: Callable[..., Client]) -> None:
    client, profile = browser(maud), profile_of(line)
    client.post(url(profile, UPDATE), as_loaded(client, url(profile, UPDATE)) | {"forward_delay": "15"})
    change = Change.objects.get()

    assert change.summary not in client.get("/t/corvane/changes/").content.decode()
    client.post(f"/t/corvane/changes/{change.pk}/send/")
    page = client.get(f"/t/corvane/changes/?line={line.pk}&state=applied&person={maud.pk}&q=Default")

    assert f"/t/corvane/changes/{change.pk}/" in page.content.decode()
    assert (
        f"/t/corvane/changes/{change.pk}/"
        not in client.get("/t/corvane/changes/?state=refused").content.decode()
    )


def test_the_exact_request_is_shown_without_the_token(
    line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client, profile = browser(maud), profile_of(line)
    client.post(url(profile, UPDATE), as_loaded(client, url(profile, UPDATE)) | {"forward_delay": "15"})

    page = client.get(
        f"/t/corvane/changes/{Change.objects.get().pk}/request/", headers={"HX-Request": "true"}
    )

    assert "forward_delay=15" in page.content.decode()
    assert "Bearer" not in page.content.decode()


@pytest.mark.parametrize(
    ("operation", "typed"),
    [
        ("services.update", {"name": "Syndic Paris, 2nd floor"}),
        ("services.profiles.create", {"name": "Night", "forward_delay": "5"}),
        ("services.call_barred_groups.replace", {"groups": ["premium"]}),
        (BLACKLIST, {"numbers": "+33 1 99 00 73 18"}),
    ],
)
def test_every_form_of_a_line_ends_in_a_preview(
    line: Entity, maud: Person, browser: Callable[..., Client], operation: str, typed: dict[str, Any]
) -> None:
    client = browser(maud)
    address = url(line, operation)

    answer = client.post(address, as_loaded(client, address) | typed, follow=True)

    assert answer.status_code == 200
    assert Change.objects.get().state == "draft"
    assert "Nothing has been sent yet" in text_of(answer)


def test_one_button_prepares_to_bar_calls_abroad_and_says_where_they_are_barred(
    line: Entity, maud: Person, bess: Person, browser: Callable[..., Client]
) -> None:
    client, address = browser(maud), f"/t/corvane/lines/{line.pk}/bar/"
    held = Entity.objects.get(kind="CallBarredGroups", parent_remote_id=line.remote_id)

    assert "International barred" in text_of(client.post(address, follow=True))
    change = Change.objects.get()
    assert set(change.wanted["groups"]) == {*held.document["groups"], "international"}
    assert barred_by([line]) == {}
    client.post(f"/t/corvane/changes/{change.pk}/send/")
    assert barred_by([line]) == {line.pk: change}

    assert "barred already" in text_of(client.post(address, follow=True))
    assert Change.objects.count() == 1
    assert browser(bess).post(address).status_code == 403


def test_the_directory_lists_contacts_and_folders_and_adds_one(
    connection: Connection, maud: Person, browser: Callable[..., Client]
) -> None:
    from telephony.services import access, entities

    keyyo = access.client_of(connection)
    for page in connection.declaration.read_entities(keyyo, kinds=["DirectoryBranch", "DirectoryContact"]):
        entities.store(connection, page, timezone.now())
    client = browser(maud)

    listed = client.get("/t/corvane/directory/")
    branch = Entity.objects.filter(kind="DirectoryBranch").first()
    assert branch is not None
    address = url(branch, "directory_branches.contacts.create")
    data = as_loaded(client, address) | {
        "name": "Quill",
        "first_name": "Zora",
        "work_number": "01 99 00 62 10",
    }
    client.post(address, data)
    change = Change.objects.get()
    client.post(f"/t/corvane/changes/{change.pk}/send/")

    assert listed.status_code == 200
    change.refresh_from_db()
    assert change.state == "applied"
    home = f"/t/corvane/directory/?folder={branch.remote_id}"
    contact = f"/t/corvane/entities/{change.entity_id}/"
    for page in (
        address,
        f"/t/corvane/changes/{change.pk}/",
        contact,
        url(change.entity, "directory_contacts.update"),
    ):
        assert f'href="{home}">Directory</a>' in client.get(page).content.decode()
    assert "Quill" in client.get("/t/corvane/directory/?q=Quill").content.decode()


def test_a_group_has_profiles_and_no_blacklist(
    group: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client = browser(maud)
    words = text_of(client.get(f"/t/corvane/lines/{group.pk}/"))
    profile = Entity.objects.filter(parent_remote_id=group.remote_id, kind="ACDProfile").first()
    assert profile is not None
    form = client.get(url(profile, UPDATE)).context["form"]

    assert "What callers get" in words and "Blacklist" not in words
    assert [field.name for field in form.visible_fields()] == ["forced"], "a name that it has not is no field"


def test_a_mobile_line_has_barring_and_settings(
    cached: Callable[[str, str], Entity], maud: Person, browser: Callable[..., Client]
) -> None:
    mobile = cached("MobileAccount", "33639980001")
    client = browser(maud)

    words = text_of(client.get(f"/t/corvane/lines/{mobile.pk}/"))
    form = client.get(url(mobile, "services.update")).context["form"]

    assert "Barring" in words and "What callers get" not in words
    assert "presented_number" in form.fields


def test_reading_a_line_again_follows_what_changed_elsewhere(
    line: Entity, maud: Person, browser: Callable[..., Client], at_keyyo: Callable[..., Any]
) -> None:
    at_keyyo(UPDATE, {"csi": line.remote_id, "profile_identifier": "default"}, forward_delay=77)

    page = browser(maud).post(f"/t/corvane/lines/{line.pk}/refresh/", follow=True)

    assert "Rings here for 77 s" in text_of(page)


def test_reading_a_line_again_asks_for_nothing_of_other_lines(
    cached: Callable[[str, str], Entity], maud: Person, browser: Callable[..., Client], sandbox: SandboxServer
) -> None:
    """Barring hangs below lines of several kinds."""
    mobile = cached("MobileAccount", "33639980001")
    sandbox.requests.clear()

    browser(maud).post(f"/t/corvane/lines/{mobile.pk}/refresh/")

    asked = [one.path for one in sandbox.requests]
    assert any("barring" in path or "barred" in path for path in asked)
    assert not [path for path in asked if "/services/" in path and mobile.remote_id not in path]


def current_entry(response: Any) -> str:
    """The entry of the menu that is marked on a page."""
    menu = re.search(r'<ul class="sb-nav">.*?</ul>', response.content.decode(), re.DOTALL)
    assert menu is not None
    found = re.search(r'aria-current="page">.*?([\w ]+)</a>', menu[0], re.DOTALL)
    return found[1] if found else ""


def test_the_menu_marks_lines_while_a_line_is_edited(
    line: Entity, maud: Person, browser: Callable[..., Client]
) -> None:
    client = browser(maud)
    form = url(profile_of(line), UPDATE)
    review = client.post(form, {**as_loaded(client, form), "forward_delay": "35"}, follow=True)
    change = Change.objects.get()

    assert current_entry(client.get(form)) == "Lines"
    assert current_entry(review) == "Lines"
    outcome = client.post(f"/t/corvane/changes/{change.pk}/send/", follow=True)
    assert current_entry(outcome) == "Changes"
