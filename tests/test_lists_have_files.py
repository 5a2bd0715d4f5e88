"""A list or table of a page can be asked for as a file, or is named here with why it cannot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.test_layering import ROOT

LISTS = re.compile(r'<table[ >]|<ul class="sb-list')
MENU = re.compile(r"telephony/_figure_files\.html")
OURS = ("accounts", "telephony")  # folders of templates; lists of components/list_page.html have theirs

# How many of a template's lists have no menu of their own.
ITS_PAGE_HAS_THE_MENU = {"_hours_run": 1, "_report_table": 1, "_seen_calls": 1}
LATEST_OF_A_LIST_THAT_IS_LINKED = {
    "_call_story": 1,
    "_missed_panel": 1,
    "_number_calls": 1,
    "_overview_tables": 1,
    "callflow_detail": 1,
    "company_detail": 1,
    "line_detail": 2,
    "people": 1,
}
PARTS_OF_ONE_OBJECT_OR_CHANGE = {
    "_callflow_lint": 1,
    "_callflow_try": 1,
    "_change_charges": 1,
    "_change_deep": 1,
    "_change_diff": 1,
    "_number_ring": 1,
    "change_conflict": 1,
    "change_detail": 1,
    "entity_detail": 2,
    "hours_detail": 1,
    "line_detail": 1,
    "number_detail": 4,
}
FORMS_AND_PREVIEWS = {
    "_shared_preview": 1,
    "callflow_review": 2,
    "connection_customers": 1,
    "edit_form": 1,
    "hours_holidays": 1,
    "hours_take_over": 1,
    "number_block": 2,
}
CHOICES_AND_WORDS_THAT_STAND_STILL = {
    "alert_rules": 1,
    "callflow_new": 1,
    "hook_detail": 1,
    "report_list": 1,
    "rights": 1,
}
OF_A_MOMENT = {"_hook_waiting": 1}  # lines that are heard for the first time
NOTHING_OF_IT_IS_KEPT = {"line_messages": 1}
MAILS = {"outbox": 1, "report": 5, "report_outbox": 1}

WITHOUT: tuple[Mapping[str, int], ...] = (
    ITS_PAGE_HAS_THE_MENU,
    LATEST_OF_A_LIST_THAT_IS_LINKED,
    PARTS_OF_ONE_OBJECT_OR_CHANGE,
    FORMS_AND_PREVIEWS,
    CHOICES_AND_WORDS_THAT_STAND_STILL,
    OF_A_MOMENT,
    NOTHING_OF_IT_IS_KEPT,
    MAILS,
)


def without_menu(path: Path) -> int:
    text = path.read_text()
    return max(0, len(LISTS.findall(text)) - len(MENU.findall(text)))


def test_every_list_has_a_file_or_a_reason():
    paths = [path for folder in OURS for path in (ROOT / "templates" / folder).rglob("*.html")]
    found = {path.stem: lists for path in paths if (lists := without_menu(path))}
    told: dict[str, int] = {}
    for reasons in WITHOUT:
        for name, lists in reasons.items():
            told[name] = told.get(name, 0) + lists
    assert found == told
