"""Where the pages of a report end: read in its PDF, for figures of every shape that begin near the end of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from portal.ui.figures import line
from telephony.figures.tables import Column
from telephony.reports.document import Document, Finding, Section, Stamp, Tile
from telephony.reports.paper import paper_of

LONG = "which is of many words and goes over several lines of the page, as a few names do " * 4
HELD = 3  # rows of a table that no page has fewer of, where there are as many
FOOT = "Week 46, Europe/Paris · Complete but for 1 day Made today. Page"
DOCUMENT = Document(
    title="Weekly call summary", subject="", headline="", lead="", heading="Telvane", tenant="Alder", scope="",
    period="Week 46", zone="Europe/Paris", language="en", stamp=Stamp(title="Complete but for 1 day"),
    made="Made today.", foot="", colour="#0a6261",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Part:
    """A section; its place among the others is in each of its words that are looked for.

    rows, is_tall, has_more  of a table: how many it shows, whether each goes over several lines, whether there are more
    """

    sort: str
    place: int = 0
    has_words: bool = False
    rows: int = 0
    is_tall: bool = False
    has_more: bool = False

    @property
    def section(self) -> Section:
        return Section(
            key=f"part-{self.place}",
            title=f"Title-{self.place}",
            measure=f"Measure-{self.place}" if self.has_words else "",
            say=f"Said-{self.place} {LONG}" if self.has_words else "",
            on_paper=self.rows,
            **self._shown(),
        )

    def _shown(self) -> dict[str, Any]:
        at = self.place
        match self.sort:
            case "table":
                words = LONG if self.is_tall else ""
                rows: list[list[Any]] = [[f"Row-{at}-{n} {words} End-{at}-{n}", n] for n in range(self.rows)]
                hidden = [["", 0]] * (at + 1) if self.has_more else []
                return {"columns": [Column(f"Head-{at}"), Column("Calls", "count")], "rows": [*rows, *hidden]}
            case "tiles":
                return {
                    "tiles": [Tile(f"Label-{at}", f"Value-{at}", note=f"Note-{at}"), Tile("Answered", "9")]
                }
            case "findings":
                before = f"part-{at - 1}"
                told = [
                    Finding(say=f"Say-{at}-{n}", evidence=f"Why-{at}-{n}", of="", about=before)
                    for n in range(4)
                ]
                return {"findings": told}
            case "nothing":
                return {"nothing": f"Nothing-{at}"}
        hours = [f"Begin-{at}", "9 h", f"End-{at}"]
        return {
            "svg": line([80.0, None, 90.0], hours, label="", high=100).svg,
            "is_half": self.sort == "half",
        }

    @property
    def together(self) -> list[list[str]]:
        """What of it stands on one page."""
        at = self.place
        begin = [] if self.sort == "tiles" else [f"Title-{at}", *[f"Measure-{at}"] * self.has_words]
        begin += [f"Said-{at}"] * self.has_words
        match self.sort:
            case "table":
                rows = [[f"Row-{at}-{n}", f"End-{at}-{n}"] for n in range(self.rows)]
                more = [f"The first {self.rows} of {self.rows + at + 1}."] * self.has_more
                first, last = sum(rows[:HELD], []), sum(rows[-HELD:], [])
                return [[*begin, f"Head-{at}", *first], *rows, [*last, *more]]
            case "tiles":
                return [[*begin, f"Label-{at}", f"Value-{at}", f"Note-{at}"]]
            case "findings":
                return [[*begin, *(f"{word}-{at}-{n}" for n in range(4) for word in ("Say", "Why"))]]
            case "nothing":
                return [[*begin, f"Nothing-{at}"]]
        return [[*begin, f"Begin-{at}", f"End-{at}"]]


def tables(**of: Any) -> st.SearchStrategy[Part]:
    return st.builds(Part, sort=st.just("table"), has_words=st.booleans(), has_more=st.booleans(), **of)


# Each fills a page, or a little less or more of it: what follows begins near its end.
LEADS = tables(rows=st.integers(26, 42)) | tables(rows=st.integers(6, 12), is_tall=st.just(True))
OTHERS = [
    tables(rows=st.integers(1, 7), is_tall=st.booleans()),
    *(
        st.builds(Part, sort=st.just(sort), has_words=st.booleans())
        for sort in ("tiles", "findings", "drawing", "half", "nothing")
    ),
]
PARTS = st.permutations(OTHERS).flatmap(
    lambda others: st.tuples(*(one for other in others for one in (LEADS, other)))
)


@settings(max_examples=6, deadline=None, phases=[Phase.reuse, Phase.generate])  # to shrink one takes minutes
@given(PARTS)
def test_pages_end_where_a_reader_loses_nothing(parts: Sequence[Part]) -> None:
    """What belongs together is on one page, what goes over several has its head on each, and each says which it is."""
    parts = [replace(part, place=place) for place, part in enumerate(parts)]
    paper = paper_of(replace(DOCUMENT, sections=[part.section for part in parts]))
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(paper.content)).pages]
    assert paper.pages == len(pages)
    for number, page in enumerate(pages, 1):
        assert page.endswith(f"{FOOT} {number} of {len(pages)}")
        shown = list(dict.fromkeys(re.findall(r"(Head|Row)-(\d+)", page)))
        assert shown == [(word, table) for _row, table in shown[1::2] for word in ("Head", "Row")]
    for part in parts:
        for words in part.together:
            found = [pages_with(word, pages) for word in words]
            assert set.intersection(*found), dict(zip(words, found, strict=True))
        assert paper.places[f"part-{part.place}"] == min(pages_with(part.together[0][0], pages))
        if part.sort == "findings":
            pages_with(f"Why-{part.place}-0 page {paper.places[f'part-{part.place - 1}']}", pages)


def pages_with(words: str, pages: Sequence[str]) -> set[int]:
    found = {
        number for number, page in enumerate(pages, 1) if re.search(rf"{re.escape(words)}(?![-\w])", page)
    }
    assert found, words
    return found
