"""Every address of the portal, tried by everybody, with own and foreign ids.

Nothing is listed here but the exceptions: a new page is tried as soon as it has an address. It must say who may
see it: `TenantRightMixin` with `right`, `SignedInMixin`, `StaffRequiredMixin`, or `is_public` with the reason.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Tenant
from accounts.rights import EVERY_RIGHT, RIGHTS_OF, Role
from accounts.scoping import owned_models, tenant_scope
from accounts.views_base import SignedInMixin, StaffRequiredMixin, TenantRightMixin
from telephony.models import Connection

from .people import person, signed_in, staff
from .url_world import NOT_OBJECTS, T, Things, World

# Addresses that other packages, or machines, answer: who may ask is theirs to say. Only "never 500" is tried.
EXPLAINED = {
    "accounts/": "sign-in by django-allauth, which looks at the session itself; tests/accounts/test_sign_in.py",
    "admin/": "the registry: the site lets only staff in who showed a second factor; tests/accounts/test_pages.py",
    "i18n/": "words of the interface, and the choice of language",
    "ui/": "theme and columns of the asker's own browser",
    "healthz": "for machines: says only that the process answers",
    "readyz": "for machines: says only whether database and broker answer",
    "metrics": "for machines on this host, or with a token; tests/telephony/test_health.py",
    "hooks/": "the secret in the path opens it",
}
# Own objects that are rightly not found as they stand in the test's world.
MAY_BE_ABSENT = {
    f"{T}exports/<int:pk>/file/": "the export is not made yet",
    f"{T}exports/page/": "an empty form names no page",
    f"{T}reports/look/logo/": "the tenant has no logo",
    f"{T}reports/outbox/": "only the demo keeps mails as files",
    f"{T}reports/outbox/<slug:key>/": "only the demo keeps mails as files",
    f"{T}reports/outbox/<slug:key>/files/<str:file>": "only the demo keeps mails as files",
    f"{T}reports/outbox/<slug:key>/page/": "only the demo keeps mails as files",
    f"{T}connections/<int:pk>/customers/": "one login of this provider is one account",
    f"{T}connections/<int:pk>/live/<slug:panel>/": "this provider shows nothing live",
    f"{T}entities/<int:pk>/live/<slug:panel>/": "this provider shows nothing live",
    f"{T}companies/new/": "this provider has no companies",
    f"{T}companies/<int:pk>/": "this provider has no companies",
    f"{T}companies/<int:pk>/delete/": "this provider has no companies",
    f"{T}lines/<int:pk>/messages/<slug:folder>/<str:message>/sound.wav": "nobody signed in as a contact",
    f"{T}connections/<int:pk>/cti/rule/": "an empty form names no line of the connection",
    f"{T}entities/<int:pk>/act/<str:operation>/": "nothing that we signed was sent along",
    f"{T}entities/<int:pk>/edit/<str:operation>/json/": "this provider's documents are not written as a whole",
    f"{T}entities/<slug:connection>/<str:kind>/new/": "this provider makes no objects of this kind",
}
# Where a person with the right may still be refused, by what the objects are.
MAY_REFUSE = {
    f"{T}staff-power/": "only platform staff act as such",
    f"{T}calls/acts/<int:pk>/": "it takes the right of the act",
    f"{T}changes/<int:pk>/send/": "it takes the right of the change's operation",
    f"{T}changes/<int:pk>/charges/": "it takes the right of the change's operation",
    f"{T}changes/<int:pk>/discard/": "it takes the right of the change's operation",
    f"{T}changes/<int:pk>/renew/": "it takes the right of the change's operation",
    f"{T}changes/<int:pk>/revert/": "it takes the right of the change's operation",
    f"{T}entities/<int:pk>/operations/<str:key>/": "it takes the right of the operation",
    f"{T}connections/<int:pk>/account/operations/<str:key>/": "it takes the right of the operation",
    f"{T}entities/<int:pk>/do/<str:key>/": "it takes the right of the operation",
    f"{T}connections/<int:pk>/account/do/<str:key>/": "it takes the right of the operation",
    f"{T}entities/<int:pk>/edit/<str:operation>/": "it takes the right of the operation",
    f"{T}entities/<int:pk>/act/<str:operation>/": "it takes the right of the operation",
    f"{T}lines/<int:pk>/bar/": "it takes the right of the operation that bars",
}

# Own objects that a customer does not find where the connection stands on its reseller's login.
ABSENT_ON_A_LENT_LOGIN = {
    f"{T}connections/logins/<int:pk>/": "a login is shown to the tenant that holds it",
}

METHODS = ("get", "post")
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Page:
    """One address: the route as the configuration has it, its parameters, and the view behind it."""

    route: str
    parameters: tuple[str, ...]
    view: Any

    @property
    def view_class(self) -> type | None:
        return getattr(self.view, "view_class", None)

    @property
    def is_of_a_tenant(self) -> bool:
        return self.route.startswith(T)

    @property
    def explained(self) -> str:
        return next((prefix for prefix in EXPLAINED if self.route.startswith(prefix)), "")

    def is_a(self, mixin: type) -> bool:
        return self.view_class is not None and issubclass(self.view_class, mixin)

    def needed(self, method: str) -> Any:
        write = getattr(self.view_class, "right_to_write", None)
        return write if write and method != "get" else self.view_class.right  # type: ignore[union-attr]

    def address(self, values: dict[str, Any]) -> str:
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), self.route)
        return "/" + path

    def __str__(self) -> str:
        return "/" + self.route


def pages(resolver: URLResolver | None = None, above: str = "") -> Iterator[Page]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = above + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            yield from pages(entry, route)
        elif isinstance(entry, URLPattern):
            yield Page(route, tuple(re.findall(r"<(?:\w+:)?(\w+)>", route)), entry.callback)


ALL = list(pages())
OURS = [
    page
    for page in ALL
    if not page.explained or getattr(page.view_class, "__module__", "").startswith("accounts.")
]
OF_TENANTS = [page for page in OURS if page.is_of_a_tenant]
OTHERS = [page for page in OURS if not page.is_of_a_tenant]


@dataclass
class Cast:
    """Everybody with their browsers, and corvane's and morvanne's world as each of them owns it.

    customer   the owner of a tenant whose connections stand on corvane's logins
    """

    browsers: dict[str, Client]
    worlds: dict[str, World]
    foreign: dict[str, World]
    customer: tuple[Client, World]

    def everybody(self) -> Iterator[tuple[str, Client, World]]:
        for name, browser in self.browsers.items():
            yield name, browser, self.worlds[name]


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """Made once for all addresses: what a test writes is undone after it, and all of it at the end."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole._from_testcase = True  # as Django's TestCase marks its own; the outbound gate asks
        with whole:
            made = assemble()
            connection.check_constraints()  # once: what is pending is checked at the end of each test, again and again
            yield made
            transaction.set_rollback(True)


def assemble() -> Cast:
    corvane = Tenant.objects.create(slug="corvane", name="Corvane Habitat")
    morvanne = Tenant.objects.create(slug="morvanne", name="Atelier Morvanne")
    person("first@corvane.example", "First Member", {corvane: Role.OPERATOR})
    person("second@corvane.example", "Second Owner", {corvane: Role.OWNER})
    people = {
        "signed out": person("nobody@corvane.example", "No Body", {}),
        "stranger": person("stranger@morvanne.example", "A Stranger", {morvanne: Role.OWNER}),
        "staff": staff("tom@telvane.example", "Tom Pelworth"),
    }
    for role in Role:
        people[role.value] = person(f"{role}@corvane.example", str(role.label), {corvane: role})
    things, theirs = Things(corvane), Things(morvanne)
    worlds = {name: World(things, one) for name, one in people.items()}
    foreign = {name: World(theirs, one) for name, one in people.items()}
    tessandre = Tenant.objects.create(slug="tessandre", name="Tessandre")
    customer = person("owner@tessandre.example", "A Customer", {tessandre: Role.OWNER})
    lent = World(Things(tessandre, lender=corvane), customer)
    for world in (*worlds.values(), *foreign.values(), lent):
        world.make_all()
    browsers = {name: Client() if name == "signed out" else signed_in(one) for name, one in people.items()}
    for client in browsers.values():  # what a session notes at first is noted once, not by each request
        client.get(f"/t/{corvane.slug}/")
    return Cast(browsers, worlds, foreign, (signed_in(customer), lent))


def ask(
    client: Client, method: str, address: str, then: Callable[[], Any] = lambda: None
) -> tuple[HttpResponse, Any]:
    """The answer and what `then` sees after it; everything that the request wrote, cookies too, is undone."""
    point, cookies = transaction.savepoint(), client.cookies.copy()
    try:
        response = getattr(client, method)(address)
        return response, then()
    finally:
        transaction.savepoint_rollback(point)
        client.cookies = cookies


def values_of(page: Page, world: World) -> dict[str, Any]:
    return {name: world.value(page.route, name) for name in page.parameters}


def is_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", ALL, ids=str)
def test_every_address_says_who_may_see_it(page: Page):
    if page not in OURS:
        return
    if page.is_of_a_tenant:
        assert page.is_a(TenantRightMixin), (
            f"{page} is under a tenant: its view needs TenantRightMixin and `right`"
        )
        assert hasattr(page.view_class, "right"), (
            f"{page}: `right` is not declared (None is for every member)"
        )
        return
    declared = page.is_a(SignedInMixin) or page.is_a(StaffRequiredMixin) or _public_reason(page)
    assert declared, f"{page} does not say who may see it: SignedInMixin, StaffRequiredMixin or `is_public`"


def _public_reason(page: Page) -> str:
    return getattr(page.view_class or page.view, "is_public", "") or _redirect_reason(page)


def _redirect_reason(page: Page) -> str:
    name = getattr(page.view_class, "__name__", "")
    return "it only redirects" if name == "RedirectView" else ""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", OF_TENANTS, ids=str)
def test_a_tenants_page_opens_for_its_right_alone(page: Page, method: str, cast: Cast):
    needed = page.needed(method)
    for name, client, world in cast.everybody():
        response, _ = ask(client, method, page.address(values_of(page, world)))
        told = f"{method.upper()} {page} as {name}: {response.status_code}"
        if name == "signed out":
            assert is_sign_in(response), told
        elif name == "stranger":
            assert response.status_code == 404, told
        elif needed is not None and needed not in rights_of(name):
            assert response.status_code == 403, told
        else:
            assert response.status_code < 500, told
            assert response.status_code != 403 or page.route in MAY_REFUSE, told
            assert response.status_code != 404 or page.route in MAY_BE_ABSENT, told


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", OF_TENANTS, ids=str)
def test_a_tenants_page_opens_on_its_resellers_login(page: Page, method: str, cast: Cast):
    """The credential is then outside the scope of the page, and whatever is asked of it has to come along the key."""
    client, world = cast.customer
    response, _ = ask(client, method, page.address(values_of(page, world)))
    told = f"{method.upper()} {page}: {response.status_code}"
    assert response.status_code < 500, told
    assert response.status_code != 404 or page.route in MAY_BE_ABSENT | ABSENT_ON_A_LENT_LOGIN, told


def rights_of(name: str) -> frozenset:
    return EVERY_RIGHT if name == "staff" else RIGHTS_OF[name]


@pytest.mark.parametrize("page", [page for page in OF_TENANTS if set(page.parameters) - NOT_OBJECTS], ids=str)
def test_foreign_ids_are_not_found_and_not_touched(page: Page, cast: Cast):
    """Each parameter in turn is that of an object of morvanne, under corvane's own slug; then all of them."""
    objects = [name for name in page.parameters if name not in NOT_OBJECTS]
    tenant = cast.foreign["staff"].things.tenant
    before = rows_of(tenant)
    for name in (*Role.values, "staff"):
        world, foreign = cast.worlds[name], cast.foreign[name]
        own = values_of(page, world)
        strange = {one: foreign.value(page.route, one) for one in objects}
        each = [{one: strange[one]} for one in objects]
        for swapped, method in itertools.product([*each, strange] if len(each) > 1 else each, METHODS):
            address, count = page.address(own | swapped), written()
            response, after = ask(
                cast.browsers[name],
                method,
                address,
                lambda count=count: before if written() == count else rows_of(tenant),
            )
            told = f"{method.upper()} {page} with {swapped} as {name}: {response.status_code}"
            lacks = page.needed(method) is not None and page.needed(method) not in rights_of(name)
            assert response.status_code in ((403, 404) if lacks else (404, 405)), told
            assert before == after, f"{told} changed rows of another tenant"


def rows_of(tenant: Tenant) -> list[tuple[str, str, str]]:
    """The place and the version of each row of the tenant: a row that is written gets others."""
    tables = [model._meta.db_table for model in owned_models()]
    each = (f"SELECT '{table}', ctid::text, xmin::text FROM {table} WHERE tenant_id = %s" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each), [tenant.pk] * len(tables))
        return sorted(cursor.fetchall())


def written() -> int:
    """How many rows of any table this transaction has written up to here, those that were undone too: whether it is
    worth the while to compare all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])


def test_a_row_that_is_written_is_another(cast: Cast):
    tenant = cast.foreign["staff"].things.tenant
    before, count = rows_of(tenant), written()
    with tenant_scope(tenant):
        Connection.objects.update(name=F("name"))
    assert before and rows_of(tenant) != before
    assert written() > count


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", [page for page in OTHERS if page.is_a(StaffRequiredMixin)], ids=str)
def test_a_staff_page_is_there_for_staff_alone(page: Page, method: str, cast: Cast):
    for name, client, world in cast.everybody():
        parameters = {
            one: world.value(page.route, one) if _known(page, one) else "no-such" for one in page.parameters
        }
        response, _ = ask(client, method, page.address(parameters))
        told = f"{method.upper()} {page} as {name}: {response.status_code}"
        if name == "signed out":
            assert is_sign_in(response), told
        elif name == "staff":
            assert response.status_code < 500 and response.status_code != 403, told
        else:
            assert response.status_code == 404, told


def _known(page: Page, name: str) -> bool:
    return name in ("slug", "provider", "pk")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", [page for page in OTHERS if page.is_a(SignedInMixin)], ids=str)
def test_a_persons_page_asks_for_a_sign_in(page: Page, method: str, cast: Cast):
    for name, client, world in cast.everybody():
        response, _ = ask(client, method, page.address(values_of(page, world)))
        told = f"{method.upper()} {page} as {name}: {response.status_code}"
        assert is_sign_in(response) if name == "signed out" else response.status_code < 500, told


@pytest.mark.parametrize("page", [page for page in ALL if page.explained or _public_reason(page)], ids=str)
def test_an_explained_page_never_breaks(page: Page, cast: Cast):
    if "(" in page.route:
        return  # a regular expression of a package: its own tests try it
    for name in ("signed out", "viewer", "staff"):
        client, world = cast.browsers[name], cast.worlds[name]
        parameters = {one: _any_value(page, one, world) for one in page.parameters}
        for method in METHODS:
            response, _ = ask(client, method, page.address(parameters))
            told = f"{method.upper()} {page} as {name}: {response.status_code}"
            assert response.status_code < 500, told
            if page.route.startswith("admin/") and name != "staff":
                assert response.status_code in (302, 404), told


def _any_value(page: Page, name: str, world: World) -> Any:
    return {"slug": "corvane", "provider": "keyyo", "pk": 1}.get(name, "1")
