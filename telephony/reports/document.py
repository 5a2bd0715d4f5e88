"""A report as it was made: sections of sentences, figures and tables, in one language, with the days that are missing.

Page, mail, PDF, XLSX and CSV are drawn from this, and it is kept as JSON beside the files, so that the page of a run
shows what was sent, whatever has changed since. Addresses of the calls behind a figure are in it for that page alone:
files and mails have none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.ui import formats
from telephony.figures.tables import Cell, Column, Table, words
from telephony.figures.told import Told
from telephony.reports.drawing import without_links

FORMAT = 4  # of the JSON; another one with each change of the fields below


@dataclass(frozen=True)
class Tile:
    """One figure in large: what, how much, and what it is compared with. tone: "", "up" for better, "down".

    url     of the calls behind it
    narrow  the label where there is little room; the same where it is empty
    """

    label: str
    value: str
    unit: str = ""
    note: str = ""
    tone: str = ""
    url: str = ""
    narrow: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a person should hear of: a sentence, and a line that says why.

    url         of the calls behind it
    about       key of the section that shows more of it; set by who asked for it
    of          what it is about, by any key; of one thing no two are told
    is_strong   it may be the title of the mail
    """

    say: str
    evidence: str
    of: str
    url: str = ""
    about: str = ""
    is_strong: bool = False


class Shown(NamedTuple):
    """A cell in words, whether it is set at the right, and the address of what is behind it."""

    text: str
    is_right: bool
    url: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """One figure of a report.

    say      a sentence of what is seen; `measure` what is drawn, and of what
    svg      a drawing without colours of its own, its finding as label; `narrow` the same for half a page or a telephone
    url      of all its calls
    urls     of what is behind the cells, row by row; "" where nothing is
    stars    numbers of the rows that contain missing days
    most     rows that page and mail show, 0 for all; `on_paper` those of the PDF, likewise; the other files have all
    is_half  as wide as half a page: two of them stand beside each other
    findings  of the section that is a list of them
    brief    what it says in a few words, for the subject
    nothing  what is said where there is nothing to show
    tab      what its sheet is called, where that is not the title
    """

    key: str
    title: str
    measure: str = ""
    say: str = ""
    tiles: Sequence[Tile] = ()
    svg: str = ""
    narrow: str = ""
    label: str = ""
    url: str = ""
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()
    urls: Sequence[Sequence[str]] = ()
    stars: Sequence[int] = ()
    most: int = 25
    on_paper: int = 5_000
    nothing: str = ""
    is_half: bool = False
    findings: Sequence[Finding] = ()
    brief: Sequence[str] = ()
    tab: str = ""

    @property
    def heading(self) -> str:
        """Its title, with the star that no row of a drawing shows where all of them contain missing days."""
        return (
            f"{self.title}*" if self.svg and self.rows and len(self.stars) == len(self.rows) else self.title
        )

    @property
    def drawing(self) -> str:
        """As it is set on paper and in mails."""
        return self.narrow if self.is_half and self.narrow else self.svg

    @property
    def table(self) -> Table:
        return Table(title=self.title, columns=self.columns, rows=self.rows)

    @property
    def more(self) -> str:
        return self.more_than(self.most)

    def more_than(self, limit: int) -> str:
        """That the first rows are shown, where there are more."""
        if not limit or len(self.rows) <= limit:
            return ""
        return _("The first %(limit)s of %(count)s.") % {
            "limit": formats.count(limit),
            "count": formats.count(len(self.rows)),
        }

    @property
    def cells(self) -> list[list[Shown]]:
        return self.first(self.most)

    def first(self, limit: int) -> list[list[Shown]]:
        """So many rows as they are read, 0 for all."""
        return [
            [
                Shown(
                    words(column.kind, cell, is_kept=True) + ("*" if self._has_star(place, at) else ""),
                    column.is_right,
                    self.urls[place][at] if self.urls else "",
                )
                for at, (column, cell) in enumerate(zip(self.columns, row, strict=True))
            ]
            for place, row in enumerate(self.rows[: limit or None])
        ]

    def _has_star(self, place: int, at: int) -> bool:
        first = next((n for n, column in enumerate(self.columns) if column.is_right), 0)
        return place in self.stars and at == first


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What is here of the period: a word, what is missing, and a strip with the state of each day where they are few.

    stars     how figures that contain what is missing are marked, where they are: files have a column instead
    replaces  when the one was made that it takes the place of
    strip     [letter, state], "" where the day is whole
    """

    title: str
    text: str = ""
    stars: str = ""
    replaces: str = ""
    is_whole: bool = True
    strip: Sequence[Sequence[str]] = ()

    @property
    def words(self) -> str:
        """What stands below its title."""
        return " ".join(filter(None, [self.text, self.stars, self.replaces]))


@dataclass(frozen=True, kw_only=True)
class Document:
    """A report of a period.

    title      of the report; `headline` of its mail, "" where that is the same; `lead` the sentence below it
    subject    of the mail, without what is added to it for a test
    scope      "" where it is of the whole tenant
    """

    title: str
    subject: str
    headline: str
    lead: str
    heading: str
    tenant: str
    scope: str
    period: str
    zone: str
    language: str
    stamp: Stamp
    made: str
    foot: str
    colour: str
    sections: Sequence[Section] = field(default_factory=list)

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Document | None:
        """None where it was written in another format, by another release."""
        told = json.loads(text)
        if told.pop("format", None) != FORMAT:
            return None
        told["stamp"] = Stamp(**told["stamp"])
        told["sections"] = [
            Section(
                **{
                    **one,
                    "tiles": [Tile(**tile) for tile in one["tiles"]],
                    "columns": [Column(**column) for column in one["columns"]],
                    "findings": [Finding(**finding) for finding in one["findings"]],
                }
            )
            for one in told["sections"]
        ]
        return cls(**told)


def without_empty(section: Section) -> Section:
    """Without the columns that say nothing in any row, which providers do not tell, and ways to nothing."""
    urls = [
        [url if cell else "" for cell, url in zip(row, line, strict=True)]
        for row, line in zip(section.rows, section.urls, strict=False)
    ]
    section = replace(section, urls=urls)
    kept = [
        at for at in range(len(section.columns)) if any(row[at] not in (None, "") for row in section.rows)
    ]
    if not section.rows or len(kept) == len(section.columns):
        return section
    return replace(
        section,
        columns=[section.columns[at] for at in kept],
        rows=[[row[at] for at in kept] for row in section.rows],
        urls=[[row[at] for at in kept] for row in section.urls],
    )


def with_findings(sections: Sequence[Section], findings: Sequence[Finding]) -> list[Section]:
    """The list of findings stands first, behind the figures in large where the report begins with those."""
    if not findings:
        return list(sections)
    titles = {one.key: one.tab or one.title for one in sections}
    told = Section(
        key="findings",
        title=_("Worth a look"),
        columns=[
            Column(_("Worth a look"), "text", "finding"),
            Column(_("Why"), "text", "evidence"),
            Column(_("More under"), "text", "section"),
        ],
        rows=[[one.say, one.evidence, titles[one.about]] for one in findings],
        urls=[[one.url, "", ""] for one in findings],
        findings=findings,
        most=0,
    )
    place = 1 if sections[0].tiles else 0
    return [*sections[:place], told, *sections[place:]]


def drawn(told: Told, section: Section) -> Section:
    """The section with a figure's drawing and table."""
    return replace(
        section,
        svg=told.figure.svg,
        narrow=told.figure.narrow,
        label=told.figure.label,
        columns=told.table.columns,
        rows=told.table.rows,
    )


def without_ways(document: Document) -> Document:
    """For who may not see the calls: nothing of it leads anywhere."""
    return replace(
        document,
        sections=[
            replace(
                one,
                svg=without_links(one.svg),
                narrow=without_links(one.narrow),
                url="",
                urls=(),
                tiles=[replace(tile, url="") for tile in one.tiles],
                findings=[replace(finding, url="") for finding in one.findings],
            )
            for one in document.sections
        ],
    )
