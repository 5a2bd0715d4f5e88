"""Address cards: every text comes back as it was, every usual dialect is read, nothing that is sent breaks it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import vcard
from portal.lib.files import decoded
from portal.lib.vcard import Property

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=120)


def only(text: str) -> vcard.Card:
    (card,) = vcard.read(text)
    return card


def of(*lines: str) -> vcard.Card:
    return only("\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""]))


@given(texts, st.lists(texts, min_size=1, max_size=5))
def test_every_text_comes_back_as_it_was(text: str, parts: list[str]) -> None:
    written = b"".join(
        vcard.write([[Property("NOTE", vcard.escaped(text)), Property("N", vcard.structured(parts))]])
    )
    card = only(decoded(written))

    assert not card.fault
    assert [one.text for one in card.all("NOTE")] == [text]
    assert [one.parts for one in card.all("N")] == [parts]
    assert max(map(len, written.split(b"\r\n"))) <= vcard.FOLD_AT


@given(st.one_of(st.binary(max_size=300), st.text('BEGINDVCAR:;=,\\"\n \t^.', max_size=200).map(str.encode)))
def test_nothing_that_is_sent_breaks_the_reader(content: bytes) -> None:
    for card in vcard.read(decoded(b"BEGIN:VCARD\n" + content)):
        for one in card.properties:
            assert "\0" not in one.text
            assert one.parts is not None and one.types is not None


def test_folded_lines_are_put_together() -> None:
    assert of("NOTE:An", " na", "\t Martin").all("NOTE")[0].text == "Anna Martin"


def test_groups_and_the_case_of_names_do_not_count() -> None:
    card = of("item1.tel;type=work:+33199001001")
    assert [(one.name, one.types) for one in card.properties[1:]] == [("TEL", {"work"})]


def test_quoted_parameters_may_hold_separators() -> None:
    (one,) = of('TEL;X-ROOM="a;b:c, ^\'d^\'";TYPE="voice,cell":1').all("TEL")
    assert one.parameters["X-ROOM"] == ('a;b:c, "d"',)
    assert one.value == "1"


def test_types_are_told_in_three_ways() -> None:
    assert of("TEL;HOME;VOICE:1").all("TEL")[0].types == {"home", "voice"}
    assert of("TEL;TYPE=home,voice:1").all("TEL")[0].types == {"home", "voice"}
    assert of("TEL;TYPE=home;TYPE=voice:1").all("TEL")[0].types == {"home", "voice"}
    assert of('TEL;TYPE="home,voice":1').all("TEL")[0].types == {"home", "voice"}


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE", "L=C3=A9ger;Zo=C3=AB"),
        ("N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE", "L=E9ger;Zo=EB"),
        ("N;QUOTED-PRINTABLE", "L=C3=A9=\nger;Zo=C3=AB"),
        ("N;CHARSET=punycode;ENCODING=QUOTED-PRINTABLE", "L=E9ger;Zo=EB"),
        ("N;CHARSET=iso-8859-99;ENCODING=QUOTED-PRINTABLE", "L=E9ger;Zo=EB"),
    ],
)
def test_quoted_printable_of_the_oldest_dialect_is_read(head: str, value: str) -> None:
    assert of(f"{head}:{value}").all("N")[0].parts == ["Léger", "Zoë"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_encoding_is_read(encoding: str) -> None:
    content = "BEGIN:VCARD\nFN:Zoë\nEND:VCARD".encode(encoding)
    assert vcard.looks_like(content)
    assert only(decoded(content)).all("FN")[0].text == "Zoë"


def test_what_is_no_card_is_told_with_its_line_and_the_others_are_kept() -> None:
    text = "\n".join(
        ["FN:x", "BEGIN:VCARD", "FN:Anna", "END:VCARD", "BEGIN:VCARD", "no colon", "END:VCARD"]
        + ["BEGIN:VCARD", "BEGIN:VEVENT", "END:VCARD", "BEGIN:VCARD", "FN:Bo"]
    )
    assert [(card.line, card.fault) for card in vcard.read(text)] == [
        (1, vcard.NO_CARD),
        (2, ""),
        (6, vcard.BAD_LINE),
        (9, vcard.NESTED),
        (11, vcard.NOT_CLOSED),
    ]
