"""Bad input in every field of forms that are no editors: told at the field, kept, nothing stored or sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.ui.links import tenant_url
from telephony.models import Change, Entity, HoursException, Job, OpeningHours
from telephony.services.bulk_sheet import MOST_BYTES
from telephony.services.opening_hours import OFFICE

from .test_bad_input_pages import connection_of

CONTROL = "a\x00b"


@pytest.fixture
def hours(db: None) -> Iterator[OpeningHours]:
    tenant = Tenant.objects.create(slug="telmarine", name="Telmarine Services")
    with tenant_scope(tenant):
        yield OpeningHours.objects.create(name="Accueil", week=OFFICE, country="FR")


@pytest.fixture
def browser(hours: OpeningHours) -> Client:
    maud = Person.objects.create_user("maud@telmarine.example", "switchboard-demo", name="Maud Terrasson")
    Membership.objects.create(tenant=hours.tenant, person=maud, role=Role.OWNER)
    client = Client()
    client.force_login(maud)
    return client


def wrong(field: forms.Field) -> list[Any]:
    match field:
        case forms.BooleanField():
            return []
        case forms.MultipleChoiceField() | forms.ModelMultipleChoiceField():
            return [["no-such-choice"]]
        case forms.ChoiceField() | forms.ModelChoiceField():
            return ["no-such-choice", CONTROL]
        case forms.TimeField():
            return ["25:99", "noon"]
        case forms.DateField() | forms.DateTimeField():
            return ["2026-13-40", "tomorrow"]
        case forms.IntegerField():
            return ["twelve", "1.5"]
        case forms.CharField():
            return [CONTROL, *(["x" * (field.max_length + 1)] if field.max_length else [])]
    return []


PAGES = ("hours_new", "hours_edit", "hours_holidays", "hours_exception_new", "call_start")


@pytest.mark.parametrize("name", PAGES)
def test_mistakes_are_told_at_their_fields_and_kept(name: str, hours: OpeningHours, browser: Client) -> None:
    of_one = {} if name in ("hours_new", "call_start") else {"pk": hours.pk}
    page = tenant_url(hours.tenant, f"telephony:{name}", **of_one)
    form = browser.get(page).context["form"]
    data = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False, [])}
    mistakes = {field: values for field, one in form.fields.items() if (values := wrong(one))}
    assert mistakes
    for at in (0, -1):
        made = {field: values[at] for field, values in mistakes.items()}
        answer = browser.post(page, data | {form.add_prefix(field): value for field, value in made.items()})

        told = answer.context["form"]
        assert set(told.errors) >= made.keys()
        assert {field: told[field].value() for field in made} == made
    assert list(OpeningHours.objects.values_list("name", "week")) == [(hours.name, hours.week)]
    assert not HoursException.objects.exists() and not Change.objects.exists()


@pytest.mark.parametrize("name", ["directory_import", "bulk_import"])
@pytest.mark.parametrize("content", [b"MZ\x00\x01 no such file", b"0" * (MOST_BYTES + 1), b""])
def test_a_file_of_another_kind_or_size_is_told(
    name: str, content: bytes, hours: OpeningHours, browser: Client
) -> None:
    link = connection_of("keyyo")
    folder = Entity.objects.create(
        connection=link, kind="DirectoryBranch", remote_id="1", name="Corvane", fetched_at=timezone.now()
    )
    data = {
        "file": SimpleUploadedFile("contacts.csv", content),
        "folder": f"{link.slug}:{folder.remote_id}",
        "connection": link.slug,
        "kind": "UCaaSVoIPAccount",
    }

    answer = browser.post(tenant_url(hours.tenant, f"telephony:{name}"), data)

    context = answer.context
    assert context["form"].errors["file"] if name == "directory_import" else context["sheet_error"]
    assert not Job.objects.exists() and not Change.objects.exists()
