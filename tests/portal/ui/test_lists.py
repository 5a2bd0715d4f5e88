from __future__ import annotations

import re

from portal.ui import views
from portal.ui.keyset import capped_count
from tests.portal.ui.pages import Person, PersonTable


def names_on(page) -> list[str]:
    return re.findall(r"Person \d\d", page.content.decode())


def link(page, mark: str) -> str:
    found = re.search(rf'<a[^>]*id="{mark}"[^>]*href="([^"]+)"', page.content.decode())
    assert found, f"no link {mark}"
    return found[1].replace("&amp;", "&")


def test_pages_forward_and_back_show_each_row_once(page_of, people):
    first = page_of("/people/?q=Person")
    second = page_of("/people/" + link(first, "older"))
    third = page_of("/people/" + link(second, "older"))

    assert [len(names_on(page)) for page in (first, second, third)] == [5, 5, 2]
    assert len({*names_on(first), *names_on(second), *names_on(third)}) == 12
    assert names_on(page_of("/people/" + link(second, "newer"))) == names_on(first)


def test_an_altered_cursor_begins_at_the_first_page(page_of, people):
    assert names_on(page_of("/people/?cursor=rubbish")) == names_on(page_of("/people/"))


def test_all_are_counted_where_somebody_asks_and_waits_no_longer_than_that(page_of, people, monkeypatch):
    first = page_of("/crowd/?q=Person")
    assert "5 of <b>more than 5</b>" in first.content.decode()
    monkeypatch.setattr(views, "COUNT_S", 0.05)

    asked = page_of("/crowd/" + link(first, "count-all"))

    assert len(names_on(asked)) == 5
    assert "<b>more than 5</b> (it took too long to count them all)" in asked.content.decode()


def test_a_column_without_an_index_cannot_be_sorted_by(page_of, people):
    assert 'href="?sort=theme"' not in page_of("/people/").content.decode()
    assert names_on(page_of("/people/?sort=theme&q=Person")) == names_on(page_of("/people/?q=Person"))


def test_sorting_follows_the_address_and_is_said_in_the_head(page_of, people):
    page = page_of("/people/?sort=name&q=Person")

    assert names_on(page) == [f"Person {number:02}" for number in range(5)]
    assert 'aria-sort="ascending"' in page.content.decode()


def test_a_filter_narrows_and_its_pill_says_so(page_of, people):
    page = page_of("/people/?theme=dark&language=en&language=fr")
    html = page.content.decode()

    assert set(names_on(page)) == {"Person 00", "Person 03", "Person 06", "Person 09"}
    assert re.search(r"Theme <b>Dark</b>", html)
    assert re.search(r"Language <b>English, Français</b>", html)
    assert 'href="/people/?language=en&amp;language=fr"' in html


def test_a_period_that_ends_before_it_begins_narrows_nothing_and_says_so(page_of, people):
    page = page_of("/people/?q=Person&joined_from=2026-02-02&joined_to=2026-01-01")

    assert "ends before it begins" in page.content.decode()
    assert len(names_on(page)) == 5


def test_a_named_period_narrows(page_of, people):
    assert "last 7 days" in page_of("/people/?joined=7d").content.decode()
    assert set(names_on(page_of("/people/?joined=today&q=Person"))) == {"Person 00", "Person 01"}


def test_htmx_gets_region_and_head_and_going_back_the_whole_page(page_of, people):
    asked = {"HX-Request": "true", "HX-Target": "list-region"}
    region = page_of("/people/", **asked)
    back = page_of("/people/", **asked, **{"HX-History-Restore-Request": "true"})

    content = region.content.decode().strip()
    assert content.startswith('<div class="sb-region" id="list-region"') and "<html" not in content
    assert 'id="page-head" hx-swap-oob="true"' in content and content.count("hx-swap-oob") == 1
    assert "hx-swap-oob" not in back.content.decode()
    assert "HX-Request" in region["Vary"]
    assert "<html" in back.content.decode()


def test_chosen_columns_are_kept_and_a_fixed_one_stays(page_of, client, people):
    page_of("/people/")
    answer = client.post(
        "/ui/columns/", {"table": PersonTable.key(), "column": ["name"], "next": "/people/?q=1"}
    )

    assert answer.url == "/people/?q=1"
    head = re.search(r"<thead.*</thead>", client.get("/people/").content.decode(), re.S)[0]
    assert ">Name" in head and "Email" in head and "Theme" not in head

    client.post("/ui/columns/", {"table": PersonTable.key(), "reset": "1"})
    assert "Theme" in re.search(r"<thead.*</thead>", client.get("/people/").content.decode(), re.S)[0]


def test_a_form_never_leads_to_another_host(page_of, client):
    page_of("/people/")

    assert client.post("/ui/theme/", {"theme": "dark", "next": "https://elsewhere.example/"}).url == "/"
    assert 'data-theme="dark"' in client.get("/people/").content.decode()


def test_an_empty_list_and_a_list_without_match_say_what_to_do(page_of, people):
    assert "Nothing matches" in page_of("/people/?q=zzz").content.decode()
    assert "Nobody yet" in page_of("/nobody/").content.decode()


def test_a_capped_count_says_more_than(people):
    assert str(capped_count(Person.objects.all(), cap=10)) == "more than 10"
    assert str(capped_count(Person.objects.all(), cap=100)) == "13"


def test_a_page_of_fifty_rows_asks_the_database_no_more_than_one_of_five(
    page_of, people, django_assert_max_num_queries
):
    page_of("/people/")
    with django_assert_max_num_queries(11):  # signing in among them; who has no tenant is read by themselves
        page_of("/people/?q=Person")


def test_each_control_of_a_period_keeps_its_own_class(page_of, people):
    html = page_of("/people/").content.decode()

    assert re.search(r'<select name="joined"[^>]*class="form-select"', html)
    assert re.search(r'<input type="date" name="joined_from"[^>]*class="form-control"', html)
