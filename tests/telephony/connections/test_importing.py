"""One login, many customers: who may import, what is offered, what is made, and that nothing is made twice."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.isolation import leaks
from accounts.models import AuditEvent, Membership, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope, unscoped
from portal.lib.errors import Forbidden
from telephony.models import Change, Connection, Credential, Job, SyncRun
from telephony.providers.declaration import RemoteAccount
from telephony.services import access, importing
from telephony.services.importing import Wish, as_tree, free_slug
from tests.exported import asked, exported

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(reseller):
    return f"/t/alder/connections/{reseller.pk}/customers/"


def offered(reseller, person):
    with tenant_scope(reseller.tenant_id):
        return importing.candidates(reseller, person)


def by_name(found):
    return {one.account.name: one for one in found}


def test_the_accounts_are_offered_as_a_tree(reseller, alice):
    found = offered(reseller, alice)
    names = by_name(found)

    assert found[0].account.name == "Telmarine Services" and found[0].is_taken
    assert len(found) == 15  # the reseller, twelve customers, two of them below one
    assert (names["Transports Galdraine"].depth, names["Galdraine Nord"].depth) == (1, 2)
    assert names["Garage Pontavre"].slug == "garage-pontavre"


def test_three_customers_become_tenants_that_are_kept_apart(reseller, alice, url, client_of_person):
    page = client_of_person(alice)
    names = by_name(offered(reseller, alice))
    wanted = [names[name].account for name in ("Garage Pontavre", "Sagarhill Treks", "Galdraine Nord")]
    form = {f"take-{one.remote_id}": "1" for one in wanted} | {
        f"name-{one.remote_id}": one.name for one in wanted
    }

    review = page.post(url, {**form, "step": "review"}).content.decode()
    assert "the new customer Sagarhill Treks" in review and "/t/sagarhill-treks/" in review
    assert Tenant.objects.count() == 1

    answer = page.post(url, {**form, "step": "import"}, follow=True)
    assert "3 customers are imported" in answer.content.decode()
    made = Tenant.objects.exclude(slug="alder")
    assert {one.slug for one in made} == {"garage-pontavre", "sagarhill-treks", "galdraine-nord"}
    assert Tenant.objects.get(slug="sagarhill-treks").time_zone == "Asia/Kathmandu"
    assert set(Membership.objects.filter(person=alice).values_list("role", flat=True)) == {Role.OWNER}
    for tenant in made:
        with tenant_scope(tenant):
            connection = Connection.objects.get()
            assert not Credential.objects.exists()  # it stays with the reseller
            assert SyncRun.objects.filter(what="entities").exists()
            document = access.client_of(connection).call("account.get").document
            assert (document["id"], document["name"]) == (connection.remote_account, tenant.name)
            events = AuditEvent.objects.filter(tenant=tenant, verb=AuditEvent.Verb.CONNECTED)
            assert events.get().detail["imported_from"] == "alder-kazoo"
    assert leaks() == []


def test_nothing_is_imported_twice(reseller, alice, url, client_of_person):
    account = by_name(offered(reseller, alice))["Garage Pontavre"].account
    with tenant_scope(reseller.tenant_id):
        first = importing.import_accounts(reseller, [Wish(account=account, name="Pontavre")], alice)
        again = importing.import_accounts(reseller, [Wish(account=account, name="Pontavre")], alice)

    assert (len(first), again) == (1, [])
    assert by_name(offered(reseller, alice))["Garage Pontavre"].taken_by.tenant.name == "Pontavre"
    assert "Pontavre</a>" in client_of_person(alice).get(url).content.decode()


def test_the_commands_work_on_the_resellers_login(reseller, alice, tmp_path):
    account = by_name(offered(reseller, alice))["Garage Pontavre"].account
    with tenant_scope(reseller.tenant_id):
        [made] = importing.import_accounts(reseller, [Wish(account=account, name="Pontavre")], alice)
    slug = made.slug

    users = json.loads(run("call", slug, "user.list"))
    path = f"userId={users[0]['id']}"
    assert json.loads(run("call", slug, "user.patch", path, "--data", '{"first_name": "Noor"}'))
    run("export", "pontavre", "calls", output=str(tmp_path / "calls.csv"))
    with tenant_scope(made.tenant_id):
        assert Change.objects.get().state == Change.State.APPLIED


def run(*words, **options):
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def test_an_account_may_go_into_a_tenant_that_is_there(reseller, alice, dora, url, client_of_person):
    account = by_name(offered(reseller, alice))["Garage Pontavre"].account
    form = {f"take-{account.remote_id}": "1", f"name-{account.remote_id}": "", "step": "import"}

    foreign = client_of_person(alice).post(url, {**form, f"into-{account.remote_id}": "doe"})
    assert foreign.status_code == 422 and "none of your customers" in foreign.content.decode()

    assert (
        client_of_person(alice).post(url, {**form, f"into-{account.remote_id}": "alder"}).status_code == 302
    )
    with tenant_scope(reseller.tenant_id):
        assert Connection.objects.count() == 2


def test_a_customer_without_a_name_is_refused_where_the_name_belongs(reseller, alice, url, client_of_person):
    account = by_name(offered(reseller, alice))["Garage Pontavre"].account
    form = {f"take-{account.remote_id}": "1", f"name-{account.remote_id}": " ", "step": "import"}
    answer = client_of_person(alice).post(url, form)

    assert answer.status_code == 422 and f'id="error-{account.remote_id}"' in answer.content.decode()


def test_only_owners_and_staff_import(reseller, alice, bob, url, client_of_person):
    assert client_of_person(bob).get(url).status_code == 404
    account = by_name(offered(reseller, alice))["Garage Pontavre"].account
    with tenant_scope(reseller.tenant_id), pytest.raises(Forbidden):
        importing.import_accounts(reseller, [Wish(account=account, name="x")], bob)


def test_a_foreign_holder_is_not_named(reseller, alice, dora):
    account = by_name(offered(reseller, alice))["Garage Pontavre"].account
    doe = Tenant.objects.get(slug="doe")
    with tenant_scope(reseller.tenant_id):
        made = importing.import_accounts(reseller, [Wish(account=account, name="x")], alice)[0]
    with unscoped("demo"):
        Membership.objects.filter(tenant=made.tenant).delete()
        Membership.objects.create(tenant=made.tenant, person=dora, role=Role.OWNER)

    one = by_name(offered(reseller, alice))["Garage Pontavre"]
    assert one.is_taken and one.taken_by is None
    with tenant_scope(reseller.tenant_id):
        served = importing.served_by(reseller, alice)
        assert (served.connections, served.hidden) == ([], 1)
    assert doe.pk


def test_a_provider_that_does_not_answer_is_said_on_the_page(reseller, kazoo, alice, url, client_of_person):
    kazoo.faults.add("kazoo", "descendants", status=503, times=None)
    page = client_of_person(alice)
    text = page.get(url).content.decode()
    job = asked(page, url, figure="list")

    assert "The accounts could not be listed" in text
    assert job.state == Job.State.FAILED and job.error and job.error in text


def test_the_accounts_are_a_file(reseller, alice, bob, url, client_of_person):
    rows = json.loads(exported(client_of_person(alice), url, figure="list"))["rows"]
    own, *others = rows
    below = {one["account"]: one["below"] for one in others}

    assert (len(rows), own["here_as"]) == (15, reseller.tenant.name)
    assert (below["Galdraine Nord"], below["Transports Galdraine"]) == (
        "Transports Galdraine",
        "Telmarine Services",
    )
    with tenant_scope(reseller.tenant_id):
        importing.import_accounts(
            reseller,
            [Wish(account=by_name(offered(reseller, alice))["Garage Pontavre"].account, name="x")],
            alice,
        )
    again = json.loads(exported(client_of_person(alice), url, figure="list"))["rows"]
    assert {one["account"]: one["here_as"] for one in again}["Garage Pontavre"] == "x"
    asked_for = {"path": url, "query": "", "figure": "list", "format": "csv"}
    assert client_of_person(bob).post("/t/alder/exports/page/", asked_for).status_code == 404


ACCOUNTS = st.lists(
    st.builds(
        RemoteAccount,
        remote_id=st.sampled_from("abcdefgh"),
        name=st.text(max_size=5),
        parent_id=st.sampled_from(["", *"abcdefgh"]),
    ),
    max_size=8,
    unique_by=lambda one: one.remote_id,
)


@given(ACCOUNTS)
def test_every_account_that_hangs_from_the_top_stands_once_below_its_parent(accounts):
    found = as_tree(accounts)
    places = {account.remote_id: place for place, (account, _depth) in enumerate(found)}

    assert len(places) == len(found)
    depths = {account.remote_id: depth for account, depth in found}
    for account, depth in found:
        if account.parent_id in places and account.parent_id != account.remote_id and depth:
            assert places[account.parent_id] < places[account.remote_id]
            assert depths[account.parent_id] == depth - 1


@given(st.lists(st.sampled_from(["Ab & Co", "ab co", "", "ünïcode", "x" * 90]), max_size=12))
def test_slugs_are_free_and_fit(names):
    taken: set[str] = set()
    for name in names:
        slug = free_slug(name, taken)
        assert slug not in taken and 0 < len(slug) <= 40
        taken.add(slug)
