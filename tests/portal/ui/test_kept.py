"""What is drawn once a process says to each request what belongs to it, and is drawn anew where it reads otherwise."""

from __future__ import annotations

import re

from django import forms
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from portal.ui.cells import Cell
from portal.ui.forms import FilterForm, FixedChoices, any_of
from portal.ui.kept import KeptTexts
from portal.ui.tables import BaseTable, Column

LETTERS = any_of([("a", "Letter <a>"), ("b", "Letter b")])


def tokens(page) -> set[str]:
    return set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode()))


def columns(**values: object) -> str:
    part = Template('{% kept "components/columns.html" table_key=key choices=choices %}')
    return part.render(Context({"key": "a.Table", "choices": (), "csrf_token": "", **values}))


def test_a_kept_part_has_the_token_and_the_address_of_its_own_request(page_of, people):
    first, second = page_of("/people/?q=1&sort=name"), page_of("/people/?q=%3Cb%3E")

    assert len(tokens(first)) == len(tokens(second)) == 1
    assert tokens(first) != tokens(second)
    assert 'name="next" value="/people/?q=1&amp;sort=name"' in first.content.decode()
    assert 'name="next" value="/people/?q=%3Cb%3E"' in second.content.decode()


def test_a_kept_part_is_drawn_anew_for_other_words_and_another_language():
    assert 'name="table" value="a.Table"' in columns()
    assert 'name="table" value="&lt;b&gt;"' in columns(key="<b>")
    with translation.override("fr"):
        assert "Colonnes" in columns()
    assert "Columns" in columns()


def test_a_kept_part_sees_nothing_else_of_the_page():
    part = Template('{% kept "components/messages.html" %}')
    assert not part.render(Context({"messages": ["Only for Maud"]})).strip()


def test_of_too_many_texts_the_oldest_is_drawn_again():
    texts, drawn = KeptTexts(most=2), []

    def of(key: str) -> str:
        return texts.of(key, lambda: drawn.append(key) or mark_safe(key))

    assert [of(key) for key in "aabca"] == ["a", "a", "b", "c", "a"]
    assert drawn == ["a", "b", "c", "a"]


class LetterForm(FilterForm):
    letter = forms.ChoiceField(label="Letter", choices=LETTERS)


class OtherLetterForm(FilterForm):
    letter = forms.ChoiceField(label="Another", choices=LETTERS)


def test_a_kept_filter_shows_what_is_chosen_and_its_own_label():
    drawn = {value: LetterForm({"letter": value}).pills[0].drawn for value in ("", "a", "b", "a")}

    assert [value for value, html in drawn.items() if f'value="{value}" id="filter_letter_' in html]
    assert drawn["a"].count("checked") == drawn["b"].count("checked") == 1
    assert re.search(r'value="a"[^>]* checked> Letter &lt;a&gt;', drawn["a"])
    assert "Another" in OtherLetterForm({"letter": "a"}).pills[0].drawn


def test_what_was_typed_wrong_is_said_once_and_not_kept():
    wrong = LetterForm({"letter": "<x>"})
    wrong.full_clean()

    assert "sb-field-error" in wrong.pills[0].drawn
    assert "sb-field-error" not in LetterForm({}).pills[0].drawn


def test_a_form_that_chooses_other_choices_changes_no_other():
    form = LetterForm({})
    form.fields["letter"].choices = [("z", "Letter z")]

    assert "Letter z" in form.pills[0].drawn
    assert isinstance(LetterForm({}).fields["letter"].choices, FixedChoices)
    assert "Letter z" not in LetterForm({}).pills[0].drawn


class WordTable(BaseTable):
    word = Column()
    size = Column(empty_values=())

    class Meta(BaseTable.Meta):
        pass

    def render_word(self, value: str) -> str:
        self.asked = [*getattr(self, "asked", []), value]
        return f"<{value}>"

    def render_size(self, value: object, record: dict[str, str]) -> int:
        return len(record["word"])


def test_a_text_is_rendered_once_a_page_and_each_record_for_itself():
    table = WordTable([{"word": word} for word in ("one", "three", "one", "")])

    assert re.findall(r'<td role="cell" class="">(.*?)</td>', table.body) == [
        *("&lt;one&gt;", "3", "&lt;three&gt;", "5", "&lt;one&gt;", "3"),
        *('<span class="sb-quiet sb-none">–</span>', "0"),
    ]
    assert table.asked == ["one", "three"]


def test_a_table_writes_to_no_column_of_another():
    first, second = WordTable([]), WordTable([])

    assert first.columns["word"].column is not second.columns["word"].column
    assert [Cell(column, first).accessor for column in first.columns] == ["word", "size"]
