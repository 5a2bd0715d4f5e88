"""A form of a page as a browser sends it back untouched: read from the HTML itself, and from nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_ENDS = re.compile(r"\r\n|\r|\n")
Data = dict[str, list[str]]


def form_in(page: str, css: str) -> Data:
    """The data of the first form of that class. Raises LookupError where there is none."""
    at = page.find(css)
    begin, end = page.rfind("<form", 0, at), page.find("</form>", at)
    if at < 0 or begin < 0:
        raise LookupError(css)
    reader = _Reader()
    reader.feed(page[begin:end])
    reader.close()
    return reader.data


class _Reader(HTMLParser):
    """Controls in their order; of a choice what is chosen, and its first where a browser would choose that."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.data: Data = {}
        self._select: dict[str, str | None] | None = None
        self._options: list[tuple[str, bool]] = []
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "input":
            self._input(said)
        elif tag == "select":
            self._select, self._options = said, []
        elif tag == "option" and self._select is not None and "disabled" not in said:
            self._options.append((said.get("value") or "", "selected" in said))
        elif tag == "textarea" and "disabled" not in said:
            self._text = (said.get("name") or "", [])

    def _input(self, said: dict[str, str | None]) -> None:
        kind = said.get("type") or "text"
        if "disabled" in said or kind in ("submit", "button", "file", "image", "reset"):
            return
        if kind in ("checkbox", "radio") and "checked" not in said:
            return
        value = said.get("value") or ("on" if kind in ("checkbox", "radio") else "")
        self._put(said.get("name") or "", value if kind in ("checkbox", "radio", "hidden") else _line(value))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            name, parts = self._text
            text = "".join(parts).removeprefix("\n")  # the first end of line is the page's, not the text's
            self._put(name, "\r\n".join(_ENDS.split(text)))
            self._text = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            if not chosen and "multiple" not in self._select:
                chosen = [value for value, _is_chosen in self._options[:1]]
            if "disabled" not in self._select:
                for value in chosen:
                    self._put(self._select.get("name") or "", value)
            self._select = None

    def _put(self, name: str, value: str) -> None:
        if name:
            self.data.setdefault(name, []).append(value)


def _line(text: str) -> str:
    """A box of one line leaves out what ends lines."""
    return "".join(_ENDS.split(text))
