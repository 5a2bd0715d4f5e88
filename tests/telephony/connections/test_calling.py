"""Starting a call from any number shown: from a line of any provider that can, chosen once and remembered."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.scoping import tenant_scope
from telephony.models import Call, CallSource, Change
from telephony.models.calls import Direction, Medium, Outcome
from telephony.providers.voipcloud.sandbox import seed as voipcloud
from telephony.services import access
from tests.links import link
from tests.telephony.connections.cached_lines import read_lines

pytestmark = pytest.mark.django_db(transaction=True)
START = "/t/alder/calls/start/"
CALLED = "+33639980001"


@pytest.fixture
def page(client_of_person, alice):
    return client_of_person(alice)


@pytest.fixture
def pbx(sandbox, tenant, alice):
    """Alder's connection to VoIPcloud."""
    sandbox.provider("voipcloud").store.reset()
    login = {"base": f"{sandbox.url}/voipcloud", "api_key": voipcloud.fixture("tallow_creek")["api_key"]}
    return link(tenant, alice, "voipcloud", login)


def course(change) -> str:
    """Where an act is done, and how it goes on."""
    return f"/t/alder/calls/acts/{change.pk}/"


def call(page, url=START, **values):
    """Ask for an act, then say yes; the answer to that."""
    asked = page.post(url, values)
    assert asked.status_code == 200, asked.context["form"].errors
    return page.post(course(asked.context["change"]))


def newest(tenant) -> Change:
    with tenant_scope(tenant):
        return Change.objects.latest("pk")


def test_a_keyyo_line_rings_and_is_remembered(page, keyyo_line, sandbox, tenant, alice):
    answer = call(page, number="06 39 98 00 01", source=f"line-{keyyo_line.pk}")

    change = newest(tenant)
    assert answer["Location"] == course(change)
    assert (change.operation, change.state) == ("cti.makecall", Change.State.APPLIED), change.error
    sent = next(one for one in sandbox.requests if one.status == 200 and "makecall" in one.target)
    assert sent.query["CALLEE"] == CALLED.removeprefix("+") and sent.query["ACCOUNT"] == keyyo_line.remote_id
    with tenant_scope(tenant):
        assert CallSource.objects.get(person=alice).line == keyyo_line
    again = page.get(f"{START}?number=%2B33199001001")
    assert again.context["form"]["source"].value() == f"line-{keyyo_line.pk}"


def test_it_is_asked_before_and_a_second_yes_calls_nobody(
    page, client_of_person, carol, keyyo_line, sandbox, tenant, connection
):
    def calls() -> int:
        return sum("makecall" in one.target for one in sandbox.requests)

    asked = page.post(START, {"number": CALLED, "source": f"line-{keyyo_line.pk}"})
    text = asked.content.decode()
    assert calls() == 0
    assert "Rings first" in text and keyyo_line.name in text and "not known" in text
    change = asked.context["change"]
    assert page.post(f"/t/alder/calls/acts/{change.pk + 1}/").status_code == 404
    assert client_of_person(carol).post(course(change)).status_code == 404  # it was not hers to answer

    assert page.post(course(change))["Location"] == course(change)
    made = calls()
    assert made
    again = page.post(course(change), follow=True)
    assert "it is not done twice" in again.content.decode()
    assert calls() == made


def test_a_price_is_told_where_such_calls_were_billed(page, keyyo_line, connection, tenant):
    with tenant_scope(tenant):
        Call.objects.create(
            connection=connection,
            direction=Direction.OUTBOUND,
            medium=Medium.VOICE,
            outcome=Outcome.ANSWERED,
            fold_key="one",
            caller=keyyo_line.number,
            callee="+33639980002",
            started_at=timezone.now(),
            duration_s=120,
            cost_micros=160_000,
        )
    text = page.post(START, {"number": CALLED, "source": f"line-{keyyo_line.pk}"}).content.decode()
    assert "a minute, as calls to such numbers cost" in text and "0.08" in text


def test_a_kazoo_user_is_called_by_all_phones(page, reseller, kazoo, tenant):
    with tenant_scope(tenant):
        owners = {
            one["owner_id"]
            for one in access.client_of(reseller).call("device.list").items
            if one.get("owner_id")
        }
        user = next(one for one in read_lines(reseller, "user") if one.remote_id in owners)
    call(page, number=CALLED, source=f"line-{user.pk}")

    change = newest(tenant)
    assert (change.operation, change.state) == ("user.quickcall", Change.State.APPLIED), change.error


def test_at_voipcloud_the_own_number_rings_and_is_remembered(page, pbx, sandbox, tenant):
    source = f"own-{pbx.pk}"
    missing = page.post(START, {"number": CALLED, "source": source})
    assert "own_number" in missing.context["form"].errors

    own = voipcloud.fixture("tallow_creek")["users"][0]["extension"]
    call(page, number=CALLED, source=source, own_number=own)

    change = newest(tenant)
    assert (change.operation, change.state) == ("call-to-number", Change.State.APPLIED), change.error
    form = page.get(START).context["form"]
    assert (form["source"].value(), form["own_number"].value()) == (source, own)


def test_a_refusal_is_told_and_nothing_is_called(page, pbx, tenant):
    answer = call(page, number=CALLED, source=f"own-{pbx.pk}", own_number="99999")

    change = newest(tenant)
    assert change.state == Change.State.REFUSED
    assert "user_number not found" in page.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("bad", ["", "nobody", "<b>1</b>", "1" * 60, "\x00"])
def test_what_is_no_number_is_refused_at_its_field(page, pbx, tenant, bad):
    answer = page.post(START, {"number": bad, "source": f"own-{pbx.pk}", "own_number": "201"})

    assert "number" in answer.context["form"].errors
    with tenant_scope(tenant):
        assert not Change.objects.exists()


def test_the_act_stands_beside_numbers_for_who_may(page, client_of_person, carol, keyyo_line, tenant):
    search = f"/t/alder/search/?q={keyyo_line.number.replace('+', '%2B')}"
    assert f"{START}?number=%2B{keyyo_line.remote_id}" in page.get(search, follow=True).content.decode()

    text = client_of_person(carol).get(search, follow=True).content.decode()
    assert START not in text


@pytest.mark.parametrize(
    "address", ["lines/", "lines/{line.pk}/", "entities/{line.pk}/", "numbers/{number}/"]
)
def test_the_act_stands_on_every_page_that_shows_the_number(
    address, page, client_of_person, carol, keyyo_line
):
    number = keyyo_line.number.replace("+", "%2B")
    url = "/t/alder/" + address.format(line=keyyo_line, number=number)
    assert f"{START}?number={number}" in page.get(url).content.decode()
    assert START not in client_of_person(carol).get(url).content.decode()


def test_without_a_line_the_page_says_so(page, tenant):
    assert "No line here can start a call" in page.get(START).content.decode()


# ---- the state of the platform on the overview ----


def test_the_overview_shows_the_state_and_asks_once_in_a_while(page, pbx, sandbox):
    url = f"/t/alder/connections/{pbx.pk}/live/status/"
    assert f'hx-get="{url}"' in page.get("/t/alder/").content.decode()

    def asked() -> int:
        return sum("get-system-status" in one.target for one in sandbox.requests)

    before = asked()
    page.get(url)
    page.get(url)
    assert asked() == before + 1
    page.get(f"{url}?now=1")
    assert asked() == before + 2
