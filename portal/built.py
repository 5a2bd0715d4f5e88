"""Static files that are made of others: written again when one of those is newer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4


def built(target: Path, sources: Iterable[Path], make: Callable[[], str]) -> bool:
    """Write what `make` gives if a source is newer than the file. True when it was written."""
    newest = max(path.stat().st_mtime for path in sources)
    if target.exists() and target.stat().st_mtime > newest:
        return False
    content = make()
    target.parent.mkdir(parents=True, exist_ok=True)
    whole = target.with_suffix(f".{uuid4().hex}.part")  # threads may ask for it at once
    whole.write_text(content, encoding="utf-8")
    whole.replace(target)
    return True
