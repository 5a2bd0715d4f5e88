"""What the form of a step has no control for stays as it is, although the form was saved, and its page can be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from telephony.bench.html_forms import form_in
from telephony.services.callflow_text import flow_of

from .conftest import Editor


@pytest.mark.parametrize(
    ("module", "data"),
    [
        ("offnet", {"do_not_normalize": 1e300}),
        ("play", {"answer": 10**30, "loop_count": [[], 0]}),
        ("intercept_feature", {"approved_group_id": [], "type": {}}),
        ("tts", {"text": "two\nlines", "voice": "\r\n"}),
        ("ring_group", {"strategy": [{}], "timeout": "later"}),
        ("prepend_cid", {"caller_id_name_prefix": " a\rb "}),
    ],
)
def test_what_cannot_be_shown_is_kept(editor: Editor, module: str, data: dict[str, Any]) -> None:
    document = {"name": "Odd", "flow": {"module": module, "data": data, "children": {}}}
    editor.act("replace", document=json.dumps(document))
    flow, position = editor.document["flow"], editor.draft.position
    step = flow_of(editor.draft.flow).top
    page = editor.browser.get(f"{editor.path}?step={step}")
    assert page.status_code == 200
    editor.browser.post(editor.path, form_in(page.content.decode(), "sb-flow-settings"))
    editor.draft.refresh_from_db()
    assert editor.draft.position == position
    assert json.dumps(editor.document["flow"]) == json.dumps(flow)
