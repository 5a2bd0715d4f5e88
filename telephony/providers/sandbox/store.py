"""The memory of one provider's sandbox: a JSON document, saved whole after each change."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any


class StateStore:
    """A document in memory and, when a folder is given, in `<folder>/<name>.json`.

    make     builds the document that a new or reset sandbox starts with; it carries "version"
    Hold `lock` while reading or changing `data`, call `touch()` after a change; `save()` writes if touched.
    """

    def __init__(self, name: str, folder: Path | None, make: Callable[[], dict[str, Any]]) -> None:
        self.lock = threading.RLock()
        self._path = folder / f"{name}.json" if folder else None
        self._make = make
        self._touched = False
        saved = self._load()
        self.data: dict[str, Any] = saved if saved is not None else make()
        if saved is None:
            self._touched = True
            self.save()

    def touch(self) -> None:
        self._touched = True

    def save(self) -> None:
        """Write the document if it changed; the old file stays whole until the new one is."""
        with self.lock:
            if not self._touched:
                return
            self._touched = False
            if self._path is None:
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(
                json.dumps(self.data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
            )
            os.replace(fresh, self._path)

    def reset(self) -> None:
        """Forget everything and start from the seed again."""
        with self.lock:
            self.data = self._make()
            self._touched = True
            self.save()

    def merge(self, patch: dict[str, Any]) -> None:
        """Change the document as RFC 7396 says: objects merge, null removes, anything else replaces."""
        with self.lock:
            self.data = _merged(self.data, patch)
            self._touched = True
            self.save()

    def _load(self) -> dict[str, Any] | None:
        """The saved document; None when there is none, it is damaged, or another version of the seed wrote it."""
        if self._path is None or not self._path.exists():
            return None
        try:
            saved = json.loads(self._path.read_text(encoding="utf-8"))
        except ValueError:
            return None
        fresh = self._make()
        if not isinstance(saved, dict) or saved.get("version") != fresh.get("version"):
            return None
        return saved


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result
