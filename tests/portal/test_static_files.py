"""The allow-list of front-end files, the icon sprite and the compiled catalogues."""

import gettext
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from portal import icons
from portal.static_files import ICON_PACKAGE
from portal.translations import compile_stale

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

msgid "Line"
msgstr "Ligne"

msgid "%(n)s call"
msgid_plural "%(n)s calls"
msgstr[0] "%(n)s appel"
msgstr[1] "%(n)s appels"
"""


@pytest.fixture(scope="module")
def bodies():
    return icons.read_set(ROOT / "node_modules" / ICON_PACKAGE)


def test_listed_files_are_found_and_others_are_not():
    assert finders.find("npm/tom-select/dist/js/tom-select.base.min.js")
    assert finders.find("npm/tom-select/dist/js/tom-select.base.min.js.map"), "the script names its map"
    assert not finders.find("npm/tom-select/package.json")
    assert not finders.find("npm/../manage.py")
    assert not finders.find("tom-select/dist/js/tom-select.base.min.js")


def test_every_listed_file_exists():
    listed = [f"npm/{package}/{file}" for package, files in settings.NPM_FILES.items() for file in files]
    assert [name for name in listed if not Path(finders.find(name) or "").is_file()] == []


def test_the_sprite_holds_what_is_used_and_nothing_unknown_is_used(bodies):
    sprite = Path(finders.find("sprite.svg")).read_text()
    held = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))
    assert held == icons.names_in_use(ROOT, bodies)
    assert icons.unknown_names(ROOT, bodies) == []
    assert len(sprite) < 120_000


def test_icons_are_read_from_tags_keywords_and_literals(tmp_path, bodies):
    for folder in icons.SOURCES:
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "templates" / "page.html").write_text(
        '{% icon "phone" %} {% button icon="mail" %} {% icon "fone" %}'
    )
    (tmp_path / "portal" / "looks.py").write_text(
        'A = {"missed": "phone-off"}\nB = Look(icon="star")\nC = "heart"\n'
    )
    assert icons.names_in_use(tmp_path, bodies) == {"phone", "mail", "phone-off", "star"}
    assert icons.unknown_names(tmp_path, bodies) == ["templates/page.html: fone"]


def test_the_sprite_is_built_again_when_a_source_changes(tmp_path):
    package, target = ROOT / "node_modules" / ICON_PACKAGE, tmp_path / "generated" / "sprite.svg"
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    page.write_text('{% icon "phone" %}')
    assert icons.build(tmp_path, package, target)
    assert not icons.build(tmp_path, package, target)
    page.write_text('{% icon "mail" %}')
    os.utime(page, (target.stat().st_mtime + 2,) * 2)
    assert icons.build(tmp_path, package, target)
    assert 'id="mail"' in target.read_text()


def test_catalogues_are_compiled_when_stale(tmp_path):
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(CATALOGUE, encoding="utf-8")
    assert compile_stale(tmp_path) == [folder / "django.mo"]
    assert compile_stale(tmp_path) == []
    words = gettext.GNUTranslations((folder / "django.mo").open("rb"))
    assert words.gettext("Line") == "Ligne"
    assert words.ngettext("%(n)s call", "%(n)s calls", 1) == "%(n)s appel"
