"""What is left of Tabler's style sheet: whatever our pages can ask for, and no more."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

from portal import tabler

SOURCE = """
css = "badge" if is_small else f"btn-{kind}"
name = "alert"
link = "card-title"
"""
SHEET = """/*! a licence */ :root{--a:1px;--b:var(--c);--c:2px;--d:3px}
.badge,.alert{margin:var(--a)} .btn-bad>.badge:not(.gone){padding:var(--b)} .btn .badge{top:0}
@media print{.alert{left:0}.card-title::before{content:"};,"}} .carousel>:nth-child(2){right:0}
@keyframes spin{to{rotate:1turn}} @keyframes fall{to{top:1px}} input[type=file]{animation:fall 1s}"""
BESIDE_ANYTHING = re.compile(r"[+~]\s*[*:][^\s+~>]*$")
CLASSES = re.compile(r'class="([^"]*)"')


def test_rules_of_classes_that_nobody_names_go_with_what_only_they_read() -> None:
    names = tabler.names_in([SOURCE, '<p class="row{% if a == "b" %} wide{% endif %}">'])
    assert {"badge", "btn-bad", "card-title", "row", "wide"} == {
        one for one in ("badge", "btn-bad", "card-title", "row", "wide", "alert", "btn") if one in names
    }
    assert tabler.trimmed(SHEET, names, {"--d"}).splitlines() == [
        '@charset "UTF-8";/*! a licence */',
        ":root{--a:1px;--b:var(--c);--c:2px;--d:3px}.badge{margin:var(--a)}"
        ".btn-bad>.badge:not(.gone){padding:var(--b)}"
        '@media print{.card-title::before{content:"};,"}}'
        "@keyframes fall{to{top:1px}}input[type=file]{animation:fall 1s}",
    ]


def test_no_class_of_a_page_goes(page_of) -> None:
    whole = (settings.NODE_MODULES / tabler.SHEET).read_text(encoding="utf-8")
    left = Path(finders.find("tabler.css") or "").read_text(encoding="utf-8")
    known, kept = (set(re.findall(r"\.([a-z][\w-]*)", text)) for text in (whole, left))
    page = page_of("/people/").content.decode()
    shown = {name for names in CLASSES.findall(page) for name in names.split()}
    assert shown & known <= kept
    assert {"btn-primary", "form-control", "visually-hidden"} <= shown & kept
    assert len(left) < len(whole) / 5


def test_no_rule_is_for_whatever_stands_beside_something() -> None:
    """For such a rule a browser styles all siblings, with all that they hold, where one comes or goes."""
    own = Path(settings.BASE_DIR, "static", "css").glob("*.css")
    sheets = [Path(finders.find("tabler.css") or ""), *own]
    found = [
        one
        for sheet in sheets
        for one in tabler.selectors(sheet.read_text(encoding="utf-8"))
        if BESIDE_ANYTHING.search(one)
    ]
    assert found == []
