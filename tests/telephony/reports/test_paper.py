"""The PDF: in the house's letters, with whatever figures there are, and with words of any length."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from portal.ui.figures import line
from portal.ui.formats import percent
from portal.ui.paper_figures import beside
from telephony.figures.tables import Column
from telephony.reports.document import Document, Section, Stamp, Tile
from telephony.reports.paper import paper_of

RATES = [80.0, None, 90.0]
HOURS = ["8 h", "9 h", "10 h"]
HALF = beside(RATES, RATES, HOURS, label="By hour", names=("now", "before"))
BOTH = line(RATES, HOURS, label="By day", high=100)
SECTIONS = {
    "tiles": Section(key="tiles", title="In figures", tiles=[Tile("Inbound", "12", note="±0"), Tile("Answered", "9")]),
    "half": Section(key="half", title="By hour", svg=HALF.svg, is_half=True),
    "both": Section(key="both", title="By day", svg=BOTH.svg, narrow=BOTH.narrow, is_half=True),
    "table": Section(
        key="table", title="By line", columns=[Column("Line"), Column("Calls", "count")], rows=[["Reception", 12]] * 90
    ),
    "empty": Section(key="empty", title="Queues", nothing="No queue had a call."),
}  # fmt: skip
DOCUMENT = Document(
    title="Weekly call summary", subject="", headline="", lead="", heading="Telvane", tenant="Alder", scope="",
    period="Week 46", zone="Europe/Paris", language="en", stamp=Stamp(title="Complete"), made="Made today.", foot="",
    colour="#0a6261",
)  # fmt: skip
LONG = "Service des copropriétés et des associations syndicales libres de l’Est parisien " * 3


@pytest.mark.parametrize(
    "keys", [[], ["half"], ["tiles", "half", "both", "half"], ["empty", "both", "table"], ["table", "half"]]
)
def test_any_figures_are_set_in_the_letters_of_the_house(keys):
    sections = [replace(SECTIONS[key], key=f"{key}-{at}") for at, key in enumerate(keys)]
    pdf = paper_of(replace(DOCUMENT, sections=sections)).content
    assert b"InstrumentSans" in pdf and b"Libertinus" not in pdf


def test_words_of_any_length_find_room():
    stamp = Stamp(title=LONG, text=LONG, is_whole=False, strip=[["M", "missing"]] * 7)
    named = replace(DOCUMENT, title=LONG, heading=LONG, tenant=LONG, scope=LONG, foot=LONG, stamp=stamp)
    wide = replace(SECTIONS["table"], rows=[[LONG, 12], ["A" * 300, None]])
    assert paper_of(replace(named, sections=[SECTIONS["tiles"], wide])).content.startswith(b"%PDF")


def test_a_name_without_spaces_stays_in_its_column():
    """It breaks behind its signs, and where it has none behind any letter; beside it stand seven figures."""
    signs, letters = "SVI_Accueil_Principal_Agence_Lyon_Part_Dieu_2026_nouveau", "Donau" * 12
    columns = [Column("Line"), *(Column(f"Answered in {n}", "count") for n in range(7))]
    table = Section(
        key="lines", title="", columns=columns, rows=[[one, *range(7)] for one in (signs, letters)]
    )
    paper = paper_of(replace(DOCUMENT, title=f"{signs}_{signs}", sections=[table]))
    lines = PdfReader(BytesIO(paper.content)).pages[0].extract_text().replace("\u200b", "").split("\n")
    assert not [one for one in lines if len(one) > 40 and (one[:4] in signs or one[:4] in letters)]
    assert "SVI_Accueil_Principal_Agence_" in lines and f"{signs}_{signs}" in "".join(lines)


def test_every_row_is_on_paper_where_page_and_mail_have_the_first_ones():
    rows = [[f"Line {n}", n] for n in range(61)]
    table = replace(SECTIONS["table"], rows=rows)
    pages = PdfReader(BytesIO(paper_of(replace(DOCUMENT, sections=[table])).content)).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert all(f"Line {n}" in text for n in range(61)) and "The first" not in text
    assert (len(table.cells), table.more) == (25, "The first 25 of 61.")


def test_a_share_is_rounded_wherever_it_is_said():
    assert percent(8658, 10_000) == "86.6\u00a0%", "not cut off"


def test_cells_on_a_page_are_worded_as_the_report_is():
    """In its own language and zone, whoever looks at it."""
    section = Section(
        key="callers", title="Appelants", columns=[Column("Dernier", "moment")], rows=[["2026-11-16T09:00:00+00:00"]]
    )  # fmt: skip
    document = replace(DOCUMENT, language="fr", zone="Asia/Kathmandu")
    page = render_to_string("telephony/_report_table.html", {"section": section, "document": document})
    assert "16\u00a0nov. " in page and "14:45" in page
