from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Person

HERE = Path(__file__).parent


@pytest.fixture
def site(settings):
    """The portal with the sample pages of this folder before it."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], HERE / "templates"]
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "tests.portal.ui.pages"
    return settings


@pytest.fixture
def tom(db):
    return Person.objects.create_superuser("tom@telvane.example", "switchboard-demo", name="Tom Pelworth")


@pytest.fixture
def people(tom):
    """Twelve people, two of whom joined at the same instant."""
    now = timezone.now()
    found = []
    for number in range(12):
        joined = now - dt.timedelta(days=number // 2)
        found.append(
            Person.objects.create(
                email=f"p{number}@corvane.example",
                name=f"Person {number:02}",
                theme=("dark", "light", "system")[number % 3],
                language=("en", "fr")[number % 2],
                date_joined=joined,
            )
        )
    return found


@pytest.fixture
def page_of(client, tom, site):
    """Ask for a page as Tom and give its answer."""

    def ask(path: str, **headers: str):
        client.force_login(tom)
        return client.get(path, headers=headers)

    return ask
