"""Languages in words."""

from __future__ import annotations

import pytest
from django.utils import translation

from portal.lib.languages import language_name


@pytest.mark.parametrize(
    ("reader", "tag", "words"),
    [
        ("en", "en-US", "English (United States)"),
        ("fr", "en-US", "anglais (États-Unis)"),
        ("fr", "fr", "français"),
        ("en", "us-US", "us-US"),
        ("en", "fr-QQ", "fr-QQ"),
        ("en", "", ""),
    ],
)
def test_a_language_is_called_as_its_reader_calls_it(reader: str, tag: str, words: str) -> None:
    with translation.override(reader):
        assert language_name(tag) == words
