"""The measures of `manage.py screenshots`, on pages made to fail them."""

from __future__ import annotations

from typing import Any

import pytest

from portal.management.commands.screenshots import faults

NAME = "Service des copropriétés et des associations syndicales libres"
PAGES = {
    f"<h1>Lines</h1><p>{NAME}</p>": [],
    f"<h1>Lines</h1><div style='width:90px;overflow:hidden;white-space:nowrap'><b>{NAME}</b></div>": [
        "cuts off"
    ],
    f"<h1>Lines</h1><div style='width:90px;overflow:auto;white-space:nowrap'>{NAME}</div>": [],
    f"<h1>Lines</h1><div style='width:90px;overflow:hidden;white-space:nowrap' title='{NAME}'>{NAME}</div>": [],
    "<h1>Lines</h1><div style='width:9000px'>wide</div>": ["scrolls sideways"],
    "<p>no title</p>": ["has no heading"],
}


@pytest.mark.parametrize(("html", "expected"), PAGES.items())
def test_a_page_that_cuts_or_scrolls_is_told(visitor: Any, html: str, expected: list[str]) -> None:
    def look(page: Any) -> list[str]:
        page.set_content(html)
        return list(faults(page, judge=False))

    found = visitor(look)
    assert [fault.split(" “")[0] for fault in found] == expected
