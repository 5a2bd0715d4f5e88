"""The catalogues: nothing missing, nothing left over, placeholders and markup whole, and pages that speak them."""

from __future__ import annotations

import ast
import datetime as dt
import gettext
import re
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from portal import translations
from portal.ui import formats
from telephony.models.calls import Outcome
from telephony.providers.edit_fields import Surroundings
from telephony.providers.keyyo.editors.profile_fields import FIELDS, sentence

NBSP = "\u00a0"
CATALOGUES = sorted(translations.LOCALE.glob("*/LC_MESSAGES/django.po"))
BLANKS = " \n\t"
KEPT = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}|<[^>]+>|&\w+;|\*\*|\n")
MARKUP = re.compile(r"<[^>]+>|%\(\w+\)[a-z]|\{\w*\}")


@pytest.fixture(scope="module")
def found() -> Catalog:
    return translations.extract()


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parent.parent.name, scope="module")
def source(request):
    return request.param


@pytest.fixture
def french():
    """French as the newest catalogue has it, whatever was compiled before."""
    if translations.compile_stale():
        trans_real._translations.clear()
    with translation.override("fr"):
        yield


def pairs(message: Message) -> list[tuple[str, str]]:
    if isinstance(message.id, (tuple, list)):
        assert len(message.string) == len(message.id) == 2, "both languages have two forms"
        return list(zip(message.id, message.string, strict=True))
    return [(message.id, message.string)]


def texts(source) -> list[Message]:
    return [message for message in translations.read(source) if message.id]


def test_no_text_hides_inside_an_f_string():
    """There it is translated, but not found: Python 3.11 reads an f-string as one piece."""
    hidden = [
        f"{path.relative_to(translations.ROOT)}:{text.lineno}"
        for path in translations.source_files(translations.ROOT)
        if path.suffix == ".py"
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in translations.KEYWORDS
    ]

    assert not hidden


def test_there_is_a_french_catalogue():
    assert "fr" in [path.parent.parent.name for path in CATALOGUES]


def test_every_text_is_translated(source, found):
    assert translations.untranslated(source, found) == []


def test_nothing_is_uncertain_or_left_over(source, found):
    catalogue = translations.read(source)
    assert [message.id for message in texts(source) if message.fuzzy] == []
    assert list(catalogue.obsolete) == []
    assert [message.id for message in texts(source) if found.get(message.id, message.context) is None] == []


def test_placeholders_and_markup_are_the_same(source):
    differing = [
        (english, said)
        for message in texts(source)
        for english, said in pairs(message)
        if Counter(KEPT.findall(english)) != Counter(KEPT.findall(said))
    ]
    assert differing == []


def test_spaces_at_the_ends_are_the_same(source):
    def ends(text: str) -> tuple[str, str]:  # French has a space of its own before some signs
        return text[: len(text) - len(text.lstrip(BLANKS))], text[len(text.rstrip(BLANKS)) :]

    differing = [
        (english, said)
        for message in texts(source)
        for english, said in pairs(message)
        if ends(english) != ends(said)
    ]
    assert differing == []


def test_french_is_typeset_as_french_is():
    """Typographic apostrophes, and no break before a colon, a semicolon, a mark, or inside guillemets."""
    faults = re.compile(r"'|[^\s" + NBSP + r"] [:;!?»]|« |«[^" + NBSP + r"]|[^" + NBSP + r"]»")
    (source,) = (path for path in CATALOGUES if path.parent.parent.name == "fr")
    said = [form for message in texts(source) for _english, form in pairs(message)]
    assert [form for form in said if faults.search(MARKUP.sub("x", form))] == []


def test_it_compiles(source, tmp_path):
    target = tmp_path / "django.mo"
    with target.open("wb") as file:
        write_mo(file, translations.read(source))
    with target.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in texts(source):
        if message.context is None and isinstance(message.id, str):
            assert compiled.gettext(message.id) == message.string


def test_commands_that_start_together_compile_it_side_by_side(tmp_path):
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copy(CATALOGUES[0], folder)
    together = Barrier(3)

    def start(_number: int) -> list[Path]:
        together.wait()
        return translations.compile_stale(tmp_path)

    with ThreadPoolExecutor(3) as commands:
        written = list(commands.map(start, range(3)))

    assert [folder / "django.mo"] in written
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]


def test_french_counts_nothing_as_one(french):
    def calls(count: int) -> str:
        return translation.ngettext("%(n)d call", "%(n)d calls", count) % {"n": count}

    assert [calls(0), calls(1), calls(2)] == ["0 appel", "1 appel", "2 appels"]


def test_words_made_of_pieces_read_as_french(french):
    now = dt.datetime(2026, 11, 19, 15, 42, tzinfo=dt.UTC)
    assert formats.age(now - dt.timedelta(minutes=3), prefix="lu", now=now).text == f"lu il y a 3{NBSP}min"
    assert formats.age(None, prefix="lu").text == f"lu{NBSP}: jamais"
    assert formats.day(dt.date(2026, 11, 19), today=dt.date(2026, 11, 19)) == (
        "<b>Aujourd’hui</b>, jeudi 19 novembre"
    )
    assert formats.moment(dt.datetime(2025, 8, 1, 10, 5, tzinfo=dt.UTC), now=now).startswith(
        f"1er{NBSP}août{NBSP}2025"
    )
    assert formats.money(12_840_000, "EUR") == f"12,84{NBSP}€"
    assert formats.percent(9, 10) == f"90,0{NBSP}%"
    assert str(Outcome.MISSED.label) == "Manqué"


def test_how_calls_end_is_told_apart_in_french_too(french):
    """ "Not answered" are all of them that found nobody, "timed out" some."""
    words = [*(str(one.label) for one in Outcome), translation.gettext("Not answered")]
    assert len(set(words)) == len(words)
    assert translation.pgettext("several calls", "Timed out") == str(Outcome.TIMED_OUT.label)


def test_sentences_of_editors_are_french(french):
    fields = {
        "name": "Midi",
        "forward_unconditionally_number": "",
        "forward_on_no_answer_number": "+33199001002",
        "forward_delay": 20,
        "forward_to_voicemail": False,
        "forward_use_account_callerid_presentation": True,
        "backup_number": "",
    }
    assert sentence(fields).plain() == (
        f"Sonne ici pendant 20{NBSP}s, puis +33199001002, avec le numéro de cette ligne présenté. "
        "Pas de messagerie vocale."
    )
    label, nobody = FIELDS[3].label, FIELDS[3].say("", Surroundings())
    assert [str(label), nobody.plain()] == ["Si personne ne décroche, vers", "personne"]


def test_pages_are_french(french, client, db):
    page = client.get(reverse("account_login"), headers={"accept-language": "fr"}).content.decode()
    assert '<html lang="fr"' in page
    assert "Se connecter" in page
    assert "Sign in" not in page
    assert "Introuvable" in client.get("/no/such/page/", headers={"accept-language": "fr"}).content.decode()
    mail = render_to_string(
        "telephony/mail/needs_reconnect.txt",
        {
            "name": "Maud",
            "label": "Keyyo",
            "connection": "corvane-keyyo",
            "tenant": "Corvane",
            "url": "https://x/",
        },
    )
    assert f"Keyyo n’accepte plus la clé de la connexion «{NBSP}" in mail
