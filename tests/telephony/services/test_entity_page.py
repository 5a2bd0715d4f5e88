"""Pages and lists of any kind of object: fields in words, pointers as links, search through what an object hangs below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Connection, Credential, Entity, EntityReference, NumberName

NOW = datetime.now(UTC)
LINE, OTHER = "33199001001", "33199001002"


@pytest.fixture
def corvane(db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def maud(corvane: Tenant, client: Client) -> Client:
    person = Person.objects.create_user("maud@corvane.example", "switchboard-demo", name="Maud Terrasson")
    Membership.objects.create(tenant=corvane, person=person, role=Role.OWNER)
    client.force_login(person)
    return client


@pytest.fixture
def keyyo(corvane: Tenant) -> Iterator[Connection]:
    with tenant_scope(corvane):
        yield Connection.objects.create(
            credential=Credential.objects.create(provider="keyyo"),
            provider="keyyo",
            slug="corvane-keyyo",
            name="Keyyo",
            capabilities=["lines.read", "profiles.edit"],
        )


def add(link: Connection, kind: str, remote_id: str, document: dict[str, Any], **values: Any) -> Entity:
    declared = link.declaration.kinds[kind]
    defaults = {"is_line": declared.is_line, "facet": declared.facet.value, "checksum": "", "fetched_at": NOW}
    return Entity.objects.create(
        connection=link, kind=kind, remote_id=remote_id, document=document, **(defaults | values)
    )


@pytest.fixture
def accueil(keyyo: Connection) -> Entity:
    NumberName.objects.create(number=f"+{OTHER}", name="Réception", source="line")
    return add(keyyo, "UCaaSVoIPAccount", LINE, {"csi": LINE}, name="Accueil Paris", number=f"+{LINE}")


def page(client: Client, entity: Entity) -> str:
    return client.get(f"/t/corvane/entities/{entity.pk}/").content.decode()


def test_fields_stand_in_words_before_the_document(maud: Client, keyyo: Connection, accueil: Entity) -> None:
    document = {
        "name": "",
        "identifier": "4",
        "forced": 1,
        "forward_delay": 20,
        "forward_unconditionally_number": "",
        "forward_on_no_answer_number": OTHER,
        "brand_new": {"by_keyyo": ["odd"]},
    }
    profile = add(keyyo, "VoIPAccountProfile", "4", document, parent_remote_id=LINE)
    text = page(maud, profile)
    fields, _, raw = text.partition('<details class="sb-raw"')
    assert "<h1>Default</h1>" in fields and "Accueil Paris" in fields
    assert "nobody, the line rings" in fields
    assert "20\u00a0s" in fields and ">yes</dd>" in fields
    assert "<b>Réception</b>" in fields and "Other fields" in fields
    assert "<code>brand_new.by_keyyo</code>" in fields and "odd" in fields
    assert escape('"forward_delay": 20') in raw


def test_each_value_of_a_page_stands_there_once(maud: Client, keyyo: Connection, accueil: Entity) -> None:
    document = {
        "name": "n4me",
        "user_agent": "v4lue-1",
        "extra": {"a": ["v4lue-2", "v4lue-3"], "b": "v4lue-4"},
    }
    terminal = add(keyyo, "SIPRecord", "t", document, name="Telephone", parent_remote_id=LINE)
    fields = page(maud, terminal).partition('<details class="sb-raw"')[0]
    assert [fields.count(f"v4lue-{n}") for n in range(1, 5)] == [1, 1, 1, 1]


def test_pointers_lead_to_the_other_object_and_say_when_it_is_gone(
    maud: Client, keyyo: Connection, accueil: Entity
) -> None:
    greeting = add(keyyo, "AnsweringAudioFile", "11", {"id": 11}, name="Accueil", parent_remote_id=LINE)
    document = {"answering_audio_file_id": 11, "recording_audio_file_id_busy": 99}
    mailbox = add(keyyo, "Voicemail", "default", document, name="Boîte", parent_remote_id=LINE)
    for path, kind, remote_id, target in (
        ("answering_audio_file_id", "AnsweringAudioFile", "11", greeting),
        ("recording_audio_file_id_busy", "RecordingAudioFile", "99", None),
    ):
        EntityReference.objects.create(
            source=mailbox, path=path, target_kind=kind, target_remote_id=remote_id, target=target
        )
    text = page(maud, mailbox)
    assert f'<a href="/t/corvane/entities/{greeting.pk}/">Accueil</a>' in text
    assert text.count("Missing</span>") == 1
    users = page(maud, greeting)
    assert "Mailbox of Accueil Paris" in users and "Boîte" in users and "Greeting" in users


def test_a_secret_is_six_dots(maud: Client, keyyo: Connection) -> None:
    fax = add(keyyo, "VirtualFaxAccount", "f", {"password": {"$secret": "60d7cf28"}}, name="Fax")
    fields = page(maud, fax).partition('<details class="sb-raw"')[0]
    assert "••••••" in fields and "60d7cf28" not in fields


def test_a_whole_list_is_called_by_what_it_belongs_to(
    maud: Client, keyyo: Connection, accueil: Entity
) -> None:
    blacklist = add(keyyo, "Blacklist", "list", {"numbers": [OTHER, "anonymous"]}, parent_remote_id=LINE)
    assert "<h1>Blacklist of Accueil Paris</h1>" in page(maud, blacklist)
    listed = maud.get("/t/corvane/entities/corvane-keyyo/Blacklist/").content.decode()
    assert "Accueil Paris" in listed and "<b>Réception</b>" in listed and ">list<" not in listed


def test_lists_are_searched_by_what_an_object_hangs_below(
    maud: Client, keyyo: Connection, accueil: Entity
) -> None:
    add(keyyo, "UCaaSVoIPAccount", OTHER, {}, name="Réception", number=f"+{OTHER}")
    for csi in (LINE, OTHER):
        add(
            keyyo,
            "CTIPlugin",
            "custom",
            {"enabled": 1},
            name="custom",
            parent_remote_id=csi,
            status="enabled",
        )
        add(keyyo, "CTIPluginParameter", "url", {"value": csi}, name="url", parent_remote_id=f"{csi}/custom")
    for kind in ("CTIPlugin", "CTIPluginParameter"):
        for words in ("Accueil", "01 99 00 10 01"):
            found = maud.get(f"/t/corvane/entities/corvane-keyyo/{kind}/", {"q": words})
            assert [row.parent_remote_id.partition("/")[0] for row in found.context["page"].rows] == [LINE]


def test_lists_are_filtered_by_columns_of_few_values(
    maud: Client, keyyo: Connection, accueil: Entity
) -> None:
    add(keyyo, "CTIPlugin", "on", {"enabled": True}, name="on", parent_remote_id=LINE, status="enabled")
    add(keyyo, "CTIPlugin", "one", {"enabled": "1"}, name="one", parent_remote_id=LINE, status="enabled")
    add(keyyo, "CTIPlugin", "off", {"enabled": 0}, name="off", parent_remote_id=LINE, status="disabled")
    add(keyyo, "CallBarredGroups", "list", {"groups": ["premium", "mobile"]}, parent_remote_id=LINE)
    add(keyyo, "CallBarredGroups", "list", {"groups": ["mobile"]}, parent_remote_id=OTHER)

    def names(kind: str, **query: str) -> list[str]:
        answer = maud.get(f"/t/corvane/entities/corvane-keyyo/{kind}/", query)
        return [row.name or row.parent_remote_id for row in answer.context["page"].rows]

    assert names("CTIPlugin", doc_enabled="yes") == ["on", "one"]
    assert names("CTIPlugin", doc_enabled="no") == ["off"]
    assert names("CTIPlugin", status="disabled") == ["off"]
    assert names("CallBarredGroups", doc_groups="premium") == [LINE]


def test_every_kind_has_its_list_in_each_order_and_with_every_column(
    maud: Client, keyyo: Connection, accueil: Entity
) -> None:
    for name, kind in keyyo.declaration.kinds.items():
        document = {field.path: "1" for field in kind.fields}
        parent = LINE if "" not in kind.parent_kinds else ""
        rows = [add(keyyo, name, f"x{n}", document, parent_remote_id=parent) for n in range(3)]
        address = f"/t/corvane/entities/corvane-keyyo/{name}/"
        first = maud.get(address).context["table"]
        for column in first.columns:
            if column.orderable:
                for sign in ("", "-"):
                    assert maud.get(address, {"sort": sign + column.name}).status_code == 200
        table = type(first)
        client_columns = table.column_names()
        maud.post("/ui/columns/", {"table": table.key(), "column": client_columns})
        assert maud.get(address).status_code == 200
        for row in rows:
            assert maud.get(f"/t/corvane/entities/{row.pk}/").status_code == 200


def test_the_menu_marks_the_connections(maud: Client, keyyo: Connection, accueil: Entity) -> None:
    menu = page(maud, accueil).partition('<ul class="sb-nav">')[2].partition("</ul>")[0]
    current = menu.partition('aria-current="page">')[2].partition("</a>")[0]
    assert current.endswith("Connections")
