"""What a first visit fetches, compressed as a server sends it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import unquote

from django.contrib.staticfiles import finders

LIMIT = 200_000


def weight(name: str) -> int:
    path = finders.find(name)
    assert path, f"{name} is not served"
    content = Path(path).read_bytes()
    return len(content) if name.endswith(".woff2") else len(gzip.compress(content, 6))


def test_a_first_visit_fetches_less_than_200_kb(page_of, people):
    page = page_of("/people/")
    html = page.content.decode()
    names = {unquote(name) for name in re.findall(r'(?:href|src)="/static/([^"#?]+)', html)}
    names.add("npm/@fontsource-variable/instrument-sans/files/instrument-sans-latin-standard-normal.woff2")
    total = len(gzip.compress(page.content)) + sum(weight(name) for name in names)

    assert total < LIMIT, sorted((weight(name), name) for name in names)
    print({name: weight(name) for name in names}, total)
