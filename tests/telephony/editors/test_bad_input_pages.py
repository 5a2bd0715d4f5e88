"""Bad input once through the page of every editor and act of every provider: all of it told and kept, nothing sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.ui.links import tenant_url
from telephony.models import Change, Connection, Credential, Entity
from telephony.providers.act_forms import AskingEditor
from telephony.providers.edit_fields import Field, Surroundings
from telephony.providers.editing import Editor
from telephony.providers.generic_editing import GenericEditor
from telephony.providers.registry import PROVIDERS
from telephony.providers.schema_editing import SchemaEditor
from telephony.services import company_story

from .bad_by_hand import bad_by_hand, bad_files
from .bad_values import CONTROL, MARKUP, bad_values, is_kept, typed
from .conftest import as_loaded

# Nothing is typed there: a button leads to the preview.
WITHOUT_FORM = {
    *("services.reset_password.create", "port.changeState", "numbers.activate", "company.ungroup"),
    *(f"conference.{act}Participant" for act in ("mute", "unmute", "deaf", "undeaf")),
}
EDITORS = {
    f"{provider.id} {key}": editor
    for provider in PROVIDERS.values()
    for key, editor in provider.editors.items()
    if not editor.removes
    and not isinstance(editor, GenericEditor)
    and key not in {*WITHOUT_FORM, "numbers.create"}  # the latter has a page of its own, see below
}
PARENTS = {  # what a new one is made below, where that is not the account
    "services.profiles.create": "UCaaSVoIPAccount",
    "directory_branches.sub_branches.create": "DirectoryBranch",
    "directory_branches.contacts.create": "DirectoryBranch",
}
OWN_PAGES = {"company.create": "telephony:company_create"}


@pytest.fixture
def tenant(db: None) -> Iterator[Tenant]:
    tenant = Tenant.objects.create(slug="telmarine", name="Telmarine Services")
    with tenant_scope(tenant):
        yield tenant


@pytest.fixture
def browser(tenant: Tenant) -> Client:
    maud = Person.objects.create_user("maud@telmarine.example", "switchboard-demo", name="Maud Terrasson")
    Membership.objects.create(tenant=tenant, person=maud, role=Role.OWNER)
    client = Client()
    client.force_login(maud)
    return client


def connection_of(provider: str) -> Connection:
    """Whatever is asked there is refused by the outbound gate: nobody is allowed."""
    link = Connection.objects.create(
        credential=Credential.objects.create(provider=provider),
        provider=provider,
        slug=f"telmarine-{provider}",
        name=provider,
        capabilities=sorted(PROVIDERS[provider].capabilities),
        remote_account="0" * 32,
    )
    if (page := company_story.page_of(link)) is not None:
        link.remote_account = page.whole_account  # a system's, where companies are made
        link.save()
    return link


def page_of(tenant: Tenant, link: Connection, key: str, editor: Editor) -> str:
    kind = PARENTS.get(key, editor.kind)
    entity = Entity.objects.create(
        connection=link,
        kind=kind,
        remote_id="f" * 32,
        document={},
        facet=link.declaration.kinds[kind].facet if kind else Entity.Facet.OTHER,
        is_line=True,
        fetched_at=timezone.now(),
    )
    if key in OWN_PAGES:
        return tenant_url(tenant, OWN_PAGES[key])
    if isinstance(editor, AskingEditor):
        return tenant_url(tenant, "telephony:object_act", pk=entity.pk, key=key)
    if editor.makes and key not in PARENTS:
        return tenant_url(tenant, "telephony:new", connection=link.slug, kind=editor.kind)
    return tenant_url(tenant, "telephony:edit", pk=entity.pk, operation=key)


def mistakes_in(editor: Editor, fields: Sequence[Field]) -> list[tuple[Field, Any]]:
    """One wrong value for each field that has any."""
    found = []
    for one in fields:
        if one.is_fixed or one.shown_for is not None:
            continue
        wrong = bad_values(one) if isinstance(editor, SchemaEditor) else (*bad_by_hand(one), *_files(one))
        found += [(one, value) for _what, value in islice(wrong, 1)]
    return found


def _files(one: Field) -> Iterator[tuple[str, Any]]:
    return bad_files(one) if one.kind == "file" else iter(())


@pytest.mark.parametrize("name", EDITORS)
def test_a_page_full_of_mistakes_tells_and_keeps_them_and_sends_nothing(
    name: str, tenant: Tenant, browser: Client
) -> None:
    provider, key = name.split(" ", 1)
    editor = EDITORS[name]
    link = connection_of(provider)
    page = page_of(tenant, link, key, editor)
    loaded = browser.get(page)
    fields = loaded.context["form"].declared if loaded.status_code == 200 else editor.fields(Surroundings())
    made = mistakes_in(editor, fields)
    assert made, fields
    data = as_loaded(loaded) if loaded.status_code == 200 else {}
    sent = {field: value for one, wrong in made for field, value in typed(one, wrong).items()}

    answer = browser.post(page, data | sent)

    assert answer.status_code == 200, answer.headers.get("Location")
    form = answer.context["form"]
    assert set(form.errors) >= {one.name for one, _value in made}, form.errors
    for one, value in made:
        assert one.kind == "file" or is_kept(one, value, form[one.name].value()), one.name
    assert MARKUP not in answer.content.decode()
    assert not Change.objects.exists()


@pytest.mark.parametrize("number", ["", "call me", MARKUP, CONTROL, "+331990", "9" * 40])
def test_a_number_that_is_none_is_not_added(number: str, tenant: Tenant, browser: Client) -> None:
    link = connection_of("kazoo")

    answer = browser.post(tenant_url(tenant, "telephony:number_bring"), {"at": link.slug, "number": number})

    form = answer.context["form"]
    assert list(form.errors) == ["number"]
    assert form["number"].value() == number
    assert MARKUP not in answer.content.decode()
    assert not Change.objects.exists()
