"""A callflow brought in: copied into the same or another account, or from a file, with its objects mapped one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import CallflowDraft, Connection, Credential, Entity
from telephony.providers.callflows.lint import Fault
from telephony.providers.drafts import EntityPage
from telephony.providers.kazoo.objects import draft_of
from telephony.providers.registry import PROVIDERS
from telephony.services import entities
from telephony.services.callflow_text import flow_of
from tests.people import signed_in

from .conftest import identifier

HOME, ELSEWHERE = "/t/corvane/callflows/", "another tenant of hers"


@pytest.fixture
def there(maud: Person) -> tuple[Tenant, Connection]:
    """Another tenant of Maud's, with a person and a menu of the same names, and two rules of one name."""
    tenant = Tenant.objects.create(slug="vellard", name="Vellard")
    Membership.objects.create(tenant=tenant, person=maud, role=Role.ADMINISTRATOR)
    with tenant_scope(tenant, reason=ELSEWHERE):
        link = Connection.objects.create(
            credential=Credential.objects.create(provider="kazoo"),
            provider="kazoo",
            slug="vellard-kazoo",
            name="Vellard, Kazoo",
            capabilities=sorted(PROVIDERS["kazoo"].capabilities),
        )
        for kind, document in (
            ("user", {"id": "1" * 32, "first_name": "Bess", "last_name": "Arkwell"}),
            ("menu", {"id": "2" * 32, "name": "welcome"}),
            ("temporal_rule", {"id": "3" * 32, "name": "Office hours", "cycle": "weekly"}),
            ("temporal_rule", {"id": "4" * 32, "name": "Office hours", "cycle": "daily"}),
        ):
            entities.store(link, EntityPage(kind=kind, drafts=[draft_of(kind, document)]), timezone.now())
    return tenant, link


def marks(page: Any) -> set[str]:
    """The steps that are told to be left empty."""
    return {
        str(one.says.values["action"]) for one in page.context["problems"] if one.fault == Fault.LEFT_EMPTY
    }


def proposed(browser: Client, address: str) -> dict[str, Any]:
    """The fields of the mapping page as it proposes them, by label."""
    form = browser.get(address).context["form"]
    return {str(one.label): form.initial.get(one.name) for one in form.declared}


def typed(browser: Client, address: str, **others: str) -> dict[str, Any]:
    """What its form sends as it stands, with some fields changed, by label."""
    form = browser.get(address).context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None and name != "_seen"}
    by_label = {str(one.label): one.name for one in form.declared}
    return data | {by_label[label]: value for label, value in others.items()}


def test_a_copy_goes_into_another_tenant_with_its_objects_by_name(
    reception: Entity, maud: Person, there: tuple[Tenant, Connection]
) -> None:
    browser = signed_in(maud)
    assert "Vellard" in browser.get(f"{HOME}{reception.pk}/copy/").content.decode()
    answer = browser.post(f"{HOME}{reception.pk}/copy/", {"to": "vellard/vellard-kazoo"})
    address = "/t/vellard/callflows/bring/vellard-kazoo/"
    assert answer["Location"] == address
    with tenant_scope(there[0], reason=ELSEWHERE):
        found = proposed(browser, address)
        assert found["Bess Arkwell"] == "1" * 32
        assert found["Welcome"] == "2" * 32
        assert not found["Office hours"]  # two have the name
        answer = browser.post(address, typed(browser, address, **{"Office hours": "4" * 32}))
        document = flow_of(CallflowDraft.objects.get(connection=there[1]).flow).document()
        page = browser.get(answer["Location"]).content.decode()
    assert document["numbers"] == []
    assert document["x_root"] == {"kept": True}
    top = document["flow"]
    assert top["data"]["rules"] == ["4" * 32]
    assert set(top["children"]) == {"4" * 32, "_"}
    menu = top["children"]["4" * 32]
    assert menu["data"] == {"id": "2" * 32}
    assert menu["children"]["1"]["data"] == {"id": "1" * 32, "timeout": 20}
    assert menu["children"]["2"]["data"] == {}
    assert "is left empty; where it came from it was" in page


def test_what_was_left_empty_is_marked_until_its_step_is_changed(
    reception: Entity, maud: Person, there: tuple[Tenant, Connection]
) -> None:
    browser = signed_in(maud)
    address = browser.post(f"{HOME}{reception.pk}/copy/", {"to": "vellard/vellard-kazoo"})["Location"]
    with tenant_scope(there[0], reason=ELSEWHERE):
        where = browser.post(address, typed(browser, address, **{"Office hours": "3" * 32}))["Location"]
        assert marks(browser.get(where)) == {"Voicemail", "Another callflow"}
        flow = flow_of(CallflowDraft.objects.get(connection=there[1]).flow)
        mailbox = next(number for number, node in flow.walk() if node.module == "voicemail")
        data = {"act": "set_json", "revision": 0, "step": mailbox, "document": json.dumps({"id": "5" * 32})}
        assert marks(browser.post(where, data, follow=True)) == {"Another callflow"}


def test_a_copy_in_the_same_account_names_the_same_objects_and_no_number(
    reception: Entity, maud: Person
) -> None:
    browser = signed_in(maud)
    address = browser.post(f"{HOME}{reception.pk}/copy/", {"to": "corvane/corvane-kazoo"})["Location"]
    browser.post(address, typed(browser, address, Name="Second reception"))
    document = flow_of(CallflowDraft.objects.get().flow).document()
    assert document["name"] == "Second reception"
    assert document["numbers"] == []
    assert document["flow"]["data"] == reception.document["flow"]["data"]
    assert "id" not in document


def test_two_rules_cannot_become_one_branch(reception: Entity, maud: Person, link: Connection) -> None:
    steps = {letter * 32: {"module": "hangup", "data": {}} for letter in "12"}
    flow = {"module": "temporal_route", "data": {"rules": ["1" * 32, "2" * 32]}, "children": steps}
    browser = signed_in(maud)
    data = {"connection": link.slug, "text": json.dumps({"name": "Hours", "flow": flow})}
    address = browser.post(f"{HOME}bring/", data)["Location"]
    both = {"name": "Hours", "target_0": identifier("b"), "target_1": identifier("b")}
    page = browser.post(address, both).content.decode()
    assert page.count("Two branches of one step would go by the same rule.") == 2
    assert not CallflowDraft.objects.exists()


def test_a_file_comes_back_as_it_went(reception: Entity, maud: Person, link: Connection) -> None:
    browser = signed_in(maud)
    file = browser.get(f"{HOME}{reception.pk}/document.json").content
    upload = SimpleUploadedFile("reception.json", file, "application/json")
    address = browser.post(f"{HOME}bring/", {"connection": link.slug, "file": upload})["Location"]
    assert "from reception.json" in browser.get(address).content.decode()
    assert proposed(browser, address)["Bess Arkwell"] == identifier("a")
    browser.post(address, typed(browser, address))
    assert flow_of(CallflowDraft.objects.get().flow).document()["flow"]["children"]["_"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "This is no callflow"),
        ("{", "This is not JSON"),
        ("", "A file or a text is needed"),
        ('{"flow": 3}', "This is no callflow"),
    ],
)
def test_what_is_no_callflow_is_told(text: str, words: str, maud: Person, link: Connection) -> None:
    answer = signed_in(maud).post(f"{HOME}bring/", {"connection": link.slug, "text": text})
    assert words in answer.content.decode()


def test_a_document_in_the_place_of_a_draft_is_mapped_where_it_names_what_is_not_here(
    reception: Entity, maud: Person
) -> None:
    browser = signed_in(maud)
    where = browser.post(f"{HOME}new/corvane-kazoo/empty/", {"name": "Mine", "extension": "300"})["Location"]
    step = {"module": "user", "data": {"id": "9" * 32}, "children": {}}
    told = {"name": "Theirs", "flow": step, "_names": {"user": {"9" * 32: "Bess Arkwell"}}}
    answer = browser.post(where, {"act": "replace", "revision": 0, "document": json.dumps(told)})
    assert answer["Location"] == f"{HOME}bring/corvane-kazoo/"
    assert proposed(browser, answer["Location"]) == {"Bess Arkwell": identifier("a")}
    assert browser.post(answer["Location"], {"target_0": ""})["Location"] == where
    assert marks(browser.get(where)) == {"Person"}
    document = flow_of(CallflowDraft.objects.get().flow).document()
    assert (document["name"], document["numbers"]) == ("Mine", ["300"])
    here = {**told, "flow": {**step, "data": {"id": identifier("a")}}}
    browser.post(where, {"act": "replace", "revision": 1, "document": json.dumps(here)})
    flow = flow_of(CallflowDraft.objects.get().flow)
    assert [node.data for _number, node in flow.walk()] == [{"id": identifier("a")}]


def test_nothing_on_its_way_leads_to_the_file(maud: Person, link: Connection) -> None:
    assert signed_in(maud).get(f"{HOME}bring/corvane-kazoo/")["Location"] == f"{HOME}bring/"
