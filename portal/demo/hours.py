"""Opening hours of two of the demo's tenants; those of Corvane are written to its Kazoo account."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.demo.logins import OWNER
from telephony.models import Connection, HolidayChoice, HoursException, OpeningHours
from telephony.services import hours_planning, hours_writing
from telephony.services.opening_hours import Schedule, keep_exception, keep_holidays, save

WRITTEN_TO = "corvane-kazoo"
OFFICE = [[[540, 750], [810, 1080]]] * 4 + [[[540, 750], [810, 1020]], [[570, 720]], []]
SUPPORT = [[[480, 1140]]] * 5 + [[[540, 780]], []]
NIGHT = [[[1320, 360]]] * 6 + [[]]


def settle() -> None:
    """Make what is not there yet; the worker writes it as soon as it runs."""
    person = Person.objects.get(email=OWNER)
    corvane = Tenant.objects.get(slug="corvane")
    with tenant_scope(corvane):
        if not OpeningHours.objects.exists():
            _settle_corvane(corvane, person)
    telmarine = Tenant.objects.get(slug="telmarine")
    with tenant_scope(telmarine):
        if not OpeningHours.objects.exists():
            save(OpeningHours(tenant=telmarine, name="Support", week=SUPPORT, country="FR"), person)
            save(OpeningHours(tenant=telmarine, name="Exploitation de nuit", week=NIGHT), person)


def _settle_corvane(corvane: Tenant, person: Person) -> None:
    row = OpeningHours(tenant=corvane, name="Accueil", week=OFFICE, country="FR")
    save(row, person)
    pentecost = HolidayChoice(key="Lundi de Pentecôte", treatment=HolidayChoice.Treatment.USUAL)
    keep_holidays(row, [pentecost], person)
    today = Schedule(row).today
    for one in _exceptions(today):
        one.hours = row
        keep_exception(one, person)
    connection = Connection.objects.select_related("tenant", "credential").get(slug=WRITTEN_TO)
    run = hours_planning.plan(Schedule(row), connection, person)
    hours_writing.begin(run, person)


def _exceptions(today: date) -> list[HoursException]:
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 + 7)
    eve = date(today.year, 12, 24) if today < date(today.year, 12, 24) else date(today.year + 1, 12, 24)
    return [
        HoursException(
            name="Portes ouvertes",
            means=HoursException.Means.HOURS,
            begins_on=saturday,
            ends_on=saturday,
            spans=[[570, 1080]],
        ),
        HoursException(
            name="Fermeture de fin d'année",
            begins_on=eve,
            begins_minute=720,
            ends_on=eve + timedelta(days=9),
        ),
    ]
