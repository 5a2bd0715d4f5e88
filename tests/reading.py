"""Pages as people read them."""

from __future__ import annotations

import re
from typing import Any


def text_of(response: Any) -> str:
    """The words of an answer, without markup; every run of blanks is one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode())).replace("\u00a0", " ")
