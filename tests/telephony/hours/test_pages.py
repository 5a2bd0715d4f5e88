"""The pages of opening hours: seen by who may, edited by operators, without script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from telephony.models import (
    Connection,
    Entity,
    HolidayChoice,
    HoursException,
    HoursRun,
    OpeningHours,
)
from telephony.providers.hours import week_of
from telephony.services import hours_reading, opening_hours
from telephony.services.opening_hours import Schedule
from tests.people import signed_in

from .conftest import work, write

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/t/corvane/opening-hours/"


@pytest.fixture
def paris(corvane: Tenant) -> OpeningHours:
    """Hours of a tenant that has no connection."""
    with tenant_scope(corvane):
        return OpeningHours.objects.create(
            tenant=corvane, name="Accueil", week=opening_hours.OFFICE, country="FR"
        )


def texts(response: Any) -> str:
    return response.content.decode()


def week_data(**more: str) -> dict[str, str]:
    data = {"name": "Agence", "time_zone": "", "calendar": "FR/57"}
    for day in range(5):
        data |= {f"d{day}-0-from": "08:30", f"d{day}-0-to": "12:00"}
    return {**data, **more}


def test_the_page_says_the_hours_in_words(paris: OpeningHours, bess: Person) -> None:
    page = texts(signed_in(bess).get(HOME))
    assert "Monday to Friday 9:00–12:30 and 13:30–18:00; closed on Saturday and Sunday" in page
    assert "closed on 11 public holidays of France" in page
    assert "Christmas Day" in page


def test_a_moment_is_asked_about(paris: OpeningHours, bess: Person) -> None:
    browser = signed_in(bess)
    at_noon = texts(browser.get(HOME, {"at": "2027-05-06T10:00"}))
    assert "Ascension Day" in at_noon and "opens Friday 7 May, 09:00" in at_noon
    open_then = texts(browser.get(HOME, {"at": "2027-05-07T10:00"}))
    assert "until Friday 7 May, 12:30" in open_then
    assert browser.get(HOME, {"at": "yesterday", "year": "9999"}).status_code == 200


def test_hours_are_added_and_edited(corvane: Tenant, noe: Person) -> None:
    browser = signed_in(noe)
    assert "No opening hours yet" in texts(browser.get(HOME))
    assert browser.get(f"{HOME}new/").status_code == 200
    browser.post(f"{HOME}new/", week_data(**{"d4-1-from": "20:00", "d4-1-to": "02:00"}))
    with tenant_scope(corvane):
        row = OpeningHours.objects.get()
        assert (row.country, row.region, row.zone) == ("FR", "57", "Europe/Paris")
        assert row.week[4] == [[510, 720], [1200, 120]]
    page = texts(browser.get(f"{HOME}{row.pk}/edit/"))
    assert 'value="08:30"' in page and 'value="02:00"' in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"d0-1-from": "14:00"}, "This is needed."),
        ({"d0-0-from": "25:00"}, "Enter a valid time."),
        ({"name": ""}, "This field is required."),
        ({"name": "Accueil"}, "have this name already"),
        ({"calendar": "XX"}, "not one of the available choices"),
        ({"time_zone": "Mars/Olympus"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    paris: OpeningHours, noe: Person, data: dict[str, str], words: str
) -> None:
    page = texts(signed_in(noe).post(f"{HOME}new/", week_data(**data)))
    assert words in page and 'value="08:30"' in page


def test_a_holiday_is_switched_off_and_another_shortened(
    paris: OpeningHours, noe: Person, corvane: Tenant
) -> None:
    with tenant_scope(corvane):
        rows = Schedule(paris).holidays
    data = {f"h{index}": "closed" for index in range(len(rows))}
    data |= {"h0": "usual", "h1": "shorter"}
    browser = signed_in(noe)
    assert "Say from when" in texts(browser.post(f"{HOME}{paris.pk}/holidays/", data))
    browser.post(f"{HOME}{paris.pk}/holidays/", {**data, "h1-0-from": "09:00", "h1-0-to": "11:00"})
    with tenant_scope(corvane):
        kept = {one.key: (one.treatment, one.spans) for one in HolidayChoice.objects.all()}
    assert kept == {rows[0].holiday.key: ("usual", []), rows[1].holiday.key: ("shorter", [[540, 660]])}
    assert "closed on 9 public holidays" in texts(browser.get(HOME))


def test_an_exception_is_added_moved_and_removed(paris: OpeningHours, noe: Person, corvane: Tenant) -> None:
    browser = signed_in(noe)
    new = f"{HOME}{paris.pk}/exceptions/new/"
    data = {"name": "Works", "means": "closed", "begins_on": "2027-02-01", "ends_on": "2027-01-01"}
    assert "It must end after it begins." in texts(browser.post(new, data))
    assert "400 days" in texts(browser.post(new, {**data, "ends_on": "2029-01-01"}))
    assert "Say from when" in texts(browser.post(new, {**data, "means": "hours", "ends_on": "2027-02-01"}))
    browser.post(new, {**data, "ends_on": "2027-02-03", "begins_at": "14:00"})
    with tenant_scope(corvane):
        one = HoursException.objects.get()
    assert (one.begins_minute, one.ends_minute) == (840, 1440)
    assert "from 1 February 2027 14:00 to 3 February 2027 (Works)" in texts(browser.get(HOME))
    page = f"{HOME}{paris.pk}/exceptions/{one.pk}/"
    assert 'value="14:00"' in texts(browser.get(page))
    browser.post(f"{page}remove/")
    with tenant_scope(corvane):
        assert not HoursException.objects.exists()


def test_a_viewer_sees_and_does_not_edit(paris: OpeningHours, bess: Person) -> None:
    browser = signed_in(bess)
    assert "takes the role Operator" in texts(browser.get(HOME))
    for path in ("new/", f"{paris.pk}/edit/", f"{paris.pk}/holidays/", f"{paris.pk}/exceptions/new/"):
        assert browser.get(f"{HOME}{path}").status_code == 403


def test_hours_are_reviewed_written_and_taken_back(
    office: OpeningHours, connection: Connection, noe: Person
) -> None:
    browser = signed_in(noe)
    review = browser.post(f"{HOME}{office.pk}/write/{connection.slug}/")
    run = HoursRun.objects.get()
    page = texts(browser.get(review.url))
    assert "Write 5 changes to Kazoo" in page and "Saturday and Sunday all day" in page
    browser.post(f"{review.url}send/")
    assert "0 of 5 written" in texts(browser.get(review.url))
    work(run)
    assert "Take all of it back" in texts(browser.get(review.url))
    assert "In step" in texts(browser.get(HOME))
    again = browser.post(f"{HOME}{office.pk}/write/{connection.slug}/", follow=True)
    assert "Kazoo has these hours already." in texts(again)

    back = browser.post(f"{review.url}revert/")
    assert "has afterwards what it had before" in texts(browser.get(back.url))
    browser.post(f"{back.url}send/")
    work(HoursRun.objects.exclude(pk=run.pk).get())
    assert "Not applied" in texts(browser.get(HOME))
    assert "Taken back" in texts(browser.get(review.url))


def test_a_preview_is_discarded(office: OpeningHours, connection: Connection, noe: Person) -> None:
    browser = signed_in(noe)
    review = browser.post(f"{HOME}{office.pk}/write/{connection.slug}/")
    browser.post(f"{review.url}discard/")
    assert not HoursRun.objects.exists()


def rule(connection: Connection, remote_id: str, **document: Any) -> Entity:
    return Entity.objects.create(
        connection=connection,
        kind="temporal_rule",
        facet="schedule",
        remote_id=remote_id,
        name=document["name"],
        document=document,
        checksum="0" * 32,
        fetched_at=timezone.now(),
    )


def test_rules_are_taken_over_where_they_fit(connection: Connection, noe: Person) -> None:
    week = {"wdays": ["monday", "tuesday"], "time_window_start": 32400, "time_window_stop": 64800}
    opens = rule(connection, "a" * 32, name="Ouverture", cycle="weekly", **week)
    shut = rule(connection, "b" * 32, name="Noël", cycle="yearly", month=12, days=[25])
    night = rule(
        connection, "c" * 32, name="Nuit", cycle="daily", time_window_start=72000, time_window_stop=100
    )
    browser = signed_in(noe)
    address = f"{HOME}rules/{connection.slug}/"
    page = texts(browser.get(address))
    assert "goes over midnight" in page and "&quot;time_window_start&quot;: 72000" in page
    data = {"name": "Repris", "time_zone": "Europe/Paris", "country": "FR"}
    data |= {f"rule-{opens.pk}": "open", f"rule-{shut.pk}": "closed", f"rule-{night.pk}": "closed"}
    preview = texts(browser.post(address, data))
    assert "Monday and Tuesday 9:00–18:00" in preview and not OpeningHours.objects.exists()
    browser.post(address, {**data, "keep": "1"})
    row = OpeningHours.objects.get()
    assert week_of(row.week) == week_of([[(540, 1080)]] * 2 + [[]] * 5)
    kept = [one.holiday.key for one in Schedule(row).holidays if one.is_kept]
    assert "Noël" in kept and "Fête nationale" not in kept


def test_what_was_written_is_read_back_as_it_is(
    office: OpeningHours, connection: Connection, noe: Person
) -> None:
    """Written, read from our copies of the provider's rules, and taken over: the same hours on every day."""
    office.country = "FR"
    office.save()
    today = Schedule(office).today
    HoursException.objects.create(
        hours=office, name="Works", begins_on=today + timedelta(days=9), ends_on=today + timedelta(days=12)
    )
    write(office, connection, noe)
    rules = hours_reading.found_rules(connection, office.zone)
    ours = [one for one in rules if "opening-hours" in one.entity.document.get("flags", ())]
    assert {one.role for one in ours} == {"left"}  # they stand for hours that are kept here already
    roles = {one.entity.pk: "closed" for one in ours}
    taken = hours_reading.take_over(connection, "Again", office.zone, "FR", roles, today)
    row = hours_reading.keep(taken, noe)
    first, second = Schedule(office), Schedule(row)
    for offset in range((first.last - today).days):
        day = today + timedelta(days=offset)
        assert first.hours.opening(day) == second.hours.opening(day), day
