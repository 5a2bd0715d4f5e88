"""The pages of companies: settings read and written, moving, creating, deleting, by whom and by whom not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Change, Connection, Entity
from telephony.providers.keevio.settings import SETTINGS
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import editing
from tests.telephony.providers.keevio.conftest import ADMIN, run

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/t/alder/companies/"


@pytest.fixture
def at_pbx(reachable: SandboxServer) -> dict[str, Any]:
    """The companies as the sandbox has them."""
    companies: dict[str, Any] = reachable.state("keevio")["companies"]
    return companies


@pytest.fixture
def browser(alice: Person, client: Client) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def synced(connection: Connection) -> Connection:
    run("sync", connection.slug)
    return connection


@pytest.fixture
def bound(connect: Callable[..., Connection]) -> Connection:
    """Brackenfold's own administrator, linked and read."""
    connection = connect(ADMIN)
    run("sync", connection.slug)
    return connection


def place_of(connection: Connection, company: str = "brackenfold") -> str:
    with tenant_scope(connection.tenant_id):
        return f"{LIST}{Entity.objects.get(kind='company', remote_id=company).pk}/"


def as_loaded(page: Any) -> dict[str, Any]:
    """What a browser would send of the form if nothing was touched."""
    form, data = page.context["form"], {}
    for bound in form:
        value = bound.value()
        if not bound.field.disabled and value not in (None, False):
            data[bound.html_name] = value
    return data


def proposed(connection: Connection, answer: Any) -> Change:
    assert answer.status_code == 302, answer.context["form"].errors
    found = re.fullmatch(r"/t/alder/changes/(\d+)/", answer["Location"])
    assert found, answer["Location"]
    with tenant_scope(connection.tenant_id):
        return Change.objects.select_related("connection").get(pk=found[1])


def written(connection: Connection, browser: Client, answer: Any) -> Change:
    change = proposed(connection, answer)
    browser.post(f"/t/alder/changes/{change.pk}/send/")
    with tenant_scope(connection.tenant_id):
        change.refresh_from_db()
    return change


# ---- reading ----


def test_the_list_says_who_shares_a_container(synced: Connection, browser: Client) -> None:
    page = browser.get(LIST).content.decode()
    assert "Brackenfold Ltd" in page and "Pellgrove, Arkwell Yard" in page and "Create a company" in page

    found = browser.get(f"{LIST}?q=harrowmere_no").content.decode()
    assert "Harrowmere Estates, North" in found and "Brackenfold Ltd" not in found


def test_every_setting_stands_on_the_page_with_its_value(synced: Connection, browser: Client) -> None:
    page = browser.get(place_of(synced))
    text = page.content.decode()

    for setting in SETTINGS:
        assert f'id="setting-{setting.name}"' in text
    form = page.context["form"]
    assert form["q_ringtime"].value() == 12 and form["vm_maxmsgs"].value() == "500"
    assert form["noext"].value() == ["t", "x"] and form["vm_callback"].value() == "-1"
    assert "bits 1, 2, 4, 8" in text and "easy to guess: one digit repeated" in text
    assert "4821" not in text and "5555" not in text
    assert not any(one.field.disabled for one in form)


def test_what_is_inherited_says_what_as_far_as_that_is_known(synced: Connection, browser: Client) -> None:
    text = browser.get(place_of(synced, "labs")).content.decode()

    assert "presumably 20 s, as in System default" in text
    assert "system default, not told by keevio" in text
    assert "<b>27 inherit</b>, 0 are set here" in text


@pytest.mark.parametrize(("show", "hidden"), [("own", "barge_pin"), ("inherited", "q_ringtime")])
def test_the_chips_narrow_without_losing_a_field(
    synced: Connection, browser: Client, show: str, hidden: str
) -> None:
    text = browser.get(f"{place_of(synced)}?show={show}").content.decode()
    row = re.search(rf'<div class="sb-setting[^>]*id="setting-{hidden}"[^>]*>', text)

    assert row and row[0].endswith(" hidden>")
    assert 'name="barge_pin"' in text and 'name="q_ringtime"' in text


def test_a_value_on_no_list_is_shown_and_kept(
    connection: Connection, browser: Client, at_pbx: dict[str, Any]
) -> None:
    at_pbx["brackenfold"]["data"] |= {
        "vm_maxmsgs": "400",
        "hs_access": "abroad",
        "noext": "hz",
        "record": 271,
    }
    run("sync", connection.slug)
    place = place_of(connection)
    page = browser.get(place)
    assert page.content.decode().count("is on no list; kept as it is") == 3

    change = written(connection, browser, browser.post(place, as_loaded(page) | {"q_ringtime": "13"}))

    assert change.wanted == {"q_ringtime": 13}
    data = at_pbx["brackenfold"]["data"]
    kept = {name: data[name] for name in ("vm_maxmsgs", "hs_access", "noext", "record", "q_ringtime")}
    assert kept == {
        "vm_maxmsgs": "400",
        "hs_access": "abroad",
        "noext": "hz",
        "record": 271,
        "q_ringtime": "13",
    }


def test_settings_newer_than_the_server_are_left_out_until_asked_for(
    connect: Callable[..., Connection], browser: Client
) -> None:
    connection = connect(version="6.3.22")
    run("sync", connection.slug)
    place = place_of(connection)

    text = browser.get(place).content.decode()
    assert "2 settings are newer than the server, which was declared as 6.3.22" in text
    assert re.search(r'id="setting-nobarge"[^>]* hidden', text)
    newer = browser.get(f"{place}?newer=1")
    assert not re.search(r'id="setting-nobarge"[^>]* hidden', newer.content.decode())
    answer = browser.post(place, {k: v for k, v in as_loaded(newer).items() if k != "nobarge"})
    review = browser.get(answer["Location"]).content.decode()
    assert "Newer than the server" in review


# ---- writing ----


def test_changes_are_previewed_written_and_read_back(
    synced: Connection, browser: Client, at_pbx: dict[str, Any]
) -> None:
    place = place_of(synced)
    page = browser.get(place)
    typed = {"q_ringtime": "", "q_wraptime": "60", "vm_silent": "yes", "noext": ["h", "x"], "nobarge": ""}
    change = written(synced, browser, browser.post(place, as_loaded(page) | typed))

    assert change.state == Change.State.APPLIED
    data = at_pbx["brackenfold"]["data"]
    assert (data["q_ringtime"], data["q_wraptime"], data["vm_silent"]) == ("", "60", "yes")
    assert (data["noext"], data["nobarge"], data["vm_maxmsgs"]) == ("hx", False, "500")
    assert browser.get(f"/t/alder/changes/{change.pk}/").status_code == 200


def test_nothing_touched_is_nothing_written(synced: Connection, browser: Client) -> None:
    place = place_of(synced)
    answer = browser.post(place, as_loaded(browser.get(place)))

    assert "Nothing differs" in answer.content.decode()
    with tenant_scope(synced.tenant_id):
        assert not Change.objects.exists()


def test_a_pin_is_kept_replaced_or_cleared(
    synced: Connection, browser: Client, at_pbx: dict[str, Any]
) -> None:
    place = place_of(synced)
    data = as_loaded(browser.get(place)) | {"ivr_password": "918273", "clear-nm_password": "on"}
    change = written(synced, browser, browser.post(place, data | {"barge_pin": ""}))

    now = at_pbx["brackenfold"]["data"]
    assert (now["ivr_password"], now["nm_password"], now["barge_pin"]) == ("918273", "", "")
    assert "918273" not in browser.get(f"/t/alder/changes/{change.pk}/").content.decode()
    assert sorted(change.wanted) == ["ivr_password", "nm_password"]


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("name", "Café"),
        ("name", ""),
        ("name", "a" * 241),
        ("name", "<b>bold</b>"),
        ("description", "a" * 241),
        ("record", "some"),
        ("record", "-1"),
        ("record", "9" * 12),
        ("nm_password", "12ab"),
        ("nm_password", "1" * 33),
        ("q_ringtime", "4"),
        ("q_ringtime", "31"),
        ("q_ringtime", "soon"),
        ("q_pausetime", "11"),
        ("q_wraptime", "241"),
        ("pre_queue_ring", "1000"),
        ("vm_maxmsgs", "400"),
        ("vm_silent", "loud"),
        ("vm_callback", "2"),
        ("hs_nm", "10"),
        ("hs_access", "<script>"),
        ("fid", "2"),
        ("crm_url", "javascript:alert(1)"),
        ("crm_url", "https://crm.example/" + "a" * 300),
        ("phonebook", "4"),
        ("callerid", "+44 1632"),
        ("callerid", "\x00"),
        ("hs_webrtc", "maybe"),
        ("noext", ["z"]),
        ("zone", "Mars/Olympus"),
    ],
)
def test_a_bad_value_is_refused_at_its_field_and_nothing_typed_is_lost(
    synced: Connection, browser: Client, reachable: SandboxServer, name: str, bad: Any
) -> None:
    place = place_of(synced)
    data = as_loaded(browser.get(place)) | {"q_wraptime": "77", name: bad}
    reachable.requests.clear()
    answer = browser.post(place, data)

    form = answer.context["form"]
    assert list(form.errors) == [name], form.errors
    assert str(form["q_wraptime"].value()) == ("241" if name == "q_wraptime" else "77")
    assert not [one for one in reachable.requests if one.operation == "company.update"]
    with tenant_scope(synced.tenant_id):
        assert not Change.objects.exists()


def test_every_bad_value_is_told_at_once_and_kept(synced: Connection, browser: Client) -> None:
    place = place_of(synced)
    bad = {"q_ringtime": "soon", "q_wraptime": "241", "nm_password": "12ab", "name": "Évil & Söns"}
    form = browser.post(place, as_loaded(browser.get(place)) | bad).context["form"]

    assert form.errors.keys() == bad.keys()
    assert 'type="text" name="q_ringtime" value="soon"' in str(form["q_ringtime"])


def test_keep_editing_shows_what_was_typed(synced: Connection, browser: Client) -> None:
    place = place_of(synced)
    data = as_loaded(browser.get(place)) | {"q_ringtime": "13", "nocallrec": "on"}
    change = proposed(synced, browser.post(place, data))
    review = browser.get(f"/t/alder/changes/{change.pk}/").content.decode()
    again = re.search(r'href="(/t/alder/companies/\d+/\?change=\d+)"', review)

    assert again, "the review leads back to the page of the company"
    form = browser.get(again[1]).context["form"]
    assert str(form["q_ringtime"].value()) == "13" and form["nocallrec"].value()
    assert not form["nokeevio"].value() and not form.errors


# ---- who may what ----


def test_a_company_administrator_sees_why_switches_do_not_move(
    bound: Connection, browser: Client, at_pbx: dict[str, Any]
) -> None:
    place = place_of(bound)
    page = browser.get(place)
    text, form = page.content.decode(), page.context["form"]

    assert "Only a System-Admin can move these; this login is the administrator of a company." in text
    locked = {one.name for one in form if one.field.disabled}
    assert locked == {"hs_webrtc", "nocallrec", "nokeevio", "noext", "nopickup", "nobarge"}
    assert "The connection was not granted “System-Admin” at keevio." in text
    sent = as_loaded(page) | {"nocallrec": "on", "noext": ["h"], "q_ringtime": "13"}
    change = written(bound, browser, browser.post(place, sent))
    assert change.wanted == {"q_ringtime": 13} and change.state == Change.State.APPLIED
    assert at_pbx["brackenfold"]["data"]["nocallrec"] is None


def test_a_switch_that_was_ignored_is_told_at_its_line(bound: Connection, browser: Client) -> None:
    with tenant_scope(bound.tenant_id):
        wish = {"nobarge": False, "q_ringtime": 25}
        editing.send(
            editing.propose(bound, "company.update", {"company": "brackenfold"}, wish, person=None), None
        )
    text = re.sub(r"<[^>]+>|\s+", " ", browser.get(place_of(bound)).content.decode())

    assert "keevio ignored “shown”," in text


def test_a_viewer_reads_and_may_not_write(synced: Connection, alice: Person, client: Client) -> None:
    viewer = Person.objects.create_user("vera@alder.example", "a-long-password", name="Vera")
    Membership.objects.create(tenant=Tenant.objects.get(slug="alder"), person=viewer, role=Role.VIEWER)
    client.force_login(viewer)
    place = place_of(synced)
    page = client.get(place)

    assert page.status_code == 200 and all(one.field.disabled for one in page.context["form"])
    assert client.post(place, {"q_ringtime": "13"}).status_code == 403
    assert client.post(f"{place}delete/", {"typed": "brackenfold"}).status_code == 403
    assert client.get(f"{LIST}new/").status_code == 403


# ---- creating, moving, deleting ----


def test_a_company_is_created_and_its_names_are_judged(
    synced: Connection, browser: Client, at_pbx: dict[str, Any]
) -> None:
    form = browser.get(f"{LIST}new/").content.decode()
    assert 'pattern="[A-Za-z0-9_]{1,32}"' in form
    bad = browser.post(f"{LIST}new/", {"company": "fern ltd", "name": "Fougère"})
    assert set(bad.context["form"].errors) == {"company", "name"}

    answer = browser.post(f"{LIST}new/", {"company": "fern", "name": "Fern Ltd", "description": "New"})
    change = written(synced, browser, answer)
    assert change.state == Change.State.APPLIED and at_pbx["fern"]["name"] == "Fern Ltd"
    assert "has a container of its own" in browser.get(place_of(synced, "fern")).content.decode()


def test_a_move_is_drawn_before_it_is_made(
    synced: Connection, browser: Client, at_pbx: dict[str, Any]
) -> None:
    with tenant_scope(synced.tenant_id):
        labs = Entity.objects.get(kind="company", remote_id="labs")
    edit = f"/t/alder/entities/{labs.pk}/edit/company.group/"
    assert ">Quillon Freight</option>" in browser.get(edit).content.decode()
    change = proposed(synced, browser.post(edit, {"target": "quillon_drivers"}))
    review = browser.get(f"/t/alder/changes/{change.pk}/").content.decode()

    finding = re.search(r'role="img" aria-label="([^"]+)"', review)
    assert finding and finding[1].endswith(
        "afterwards: System default, Training room / "
        "Quillon Freight, Quillon Customs, Quillon Depot 2, Quillon Drivers, Labs."
    )
    browser.post(f"/t/alder/changes/{change.pk}/send/")
    assert at_pbx["labs"]["container"] == "quillon"
    assert "Quillon Depot 2" in browser.get(place_of(synced, "labs")).content.decode()


def test_a_deletion_takes_the_identifier_typed(
    synced: Connection, browser: Client, at_pbx: dict[str, Any]
) -> None:
    place = place_of(synced, "velmont")
    browser.post(f"{place}delete/", {"typed": "velmond"})
    with tenant_scope(synced.tenant_id):
        assert not Change.objects.exists()

    change = written(synced, browser, browser.post(f"{place}delete/", {"typed": "velmont"}))
    assert change.state == Change.State.APPLIED and "velmont" not in at_pbx


def test_what_is_no_company_has_no_company_page(synced: Connection, browser: Client) -> None:
    with tenant_scope(synced.tenant_id):
        container = Entity.objects.filter(kind="container").first()
        assert container
    assert browser.get(f"{LIST}{container.pk}/").status_code == 404
