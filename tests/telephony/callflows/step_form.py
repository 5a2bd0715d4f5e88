"""The settings of one step of a draft, as a browser without script sends them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from telephony.services.callflow_text import flow_of

from .conftest import Editor


class Form:
    """The settings of one step as a browser without script sends them."""

    def __init__(self, editor: Editor, step: int | str) -> None:
        self.editor, self.step = editor, step
        self.page = editor.browser.get(f"{editor.path}?step={step}").content.decode()

    def press(self, **more: Any) -> str:
        self.editor.draft.refresh_from_db()
        data = {**self.fields(), "act": "settings", "revision": self.editor.draft.revision, "step": self.step}
        answer = self.editor.browser.post(
            f"{self.editor.path}?step={self.step}", {**data, **more}, follow=True
        )
        self.page = answer.content.decode()
        return self.page

    def fields(self) -> dict[str, Any]:
        """What stands in the form: hidden fields and cells of rows, and the choices that were made."""
        form = self.page.partition("sb-flow-settings")[2].partition("</form>")[0]
        found: dict[str, Any] = {}
        for tag in re.findall(r"<input[^>]*>", form):
            said = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
            if said.get("type") != "checkbox":
                found.setdefault(said.get("name", ""), []).append(unescape(said.get("value", "")))
            elif " checked" in tag:
                found[said["name"]] = ["on"]
        for name, inside in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
            found[name] = re.findall(r'value="([^"]*)" selected', inside)
        for name, inside in re.findall(r'<textarea name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.DOTALL):
            found[name] = [unescape(inside)]
        return {name: values for name, values in found.items() if name not in ("", "csrfmiddlewaretoken")}

    @property
    def data(self) -> dict[str, Any]:
        self.editor.draft.refresh_from_db()
        return dict(flow_of(self.editor.draft.flow)[int(self.step)].data)
