"""`manage.py operations`: the catalogs as people and scripts read them, without a database."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command


def listed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("operations", *arguments, stdout=out)
    return out.getvalue()


def test_json_lists_every_operation_with_its_parameters():
    operations = json.loads(listed("--provider", "keyyo", "--json"))

    assert len(operations) == 58 and {one["provider"] for one in operations} == {"keyyo"}
    update = next(one for one in operations if one["key"] == "services.profiles.update")
    assert (update["method"], update["effect"], update["origin"]) == ("POST", "write", "seed")
    assert update["path"] == "/services/{csi}/profiles/{profile_identifier}"
    delay = next(param for param in update["params"] if param["name"] == "forward_delay")
    assert (delay["kind"], delay["minimum"], delay["maximum"], delay["place"]) == (
        "duration_s",
        0,
        120,
        "body",
    )


def test_text_has_a_line_for_each():
    lines = listed().splitlines()
    assert len(lines) >= 58
    assert any("services.blacklist.replace" in line and "POST" in line for line in lines)


def test_an_unknown_provider_is_said_to_be_so():
    with pytest.raises(CommandError, match="keyyo"):
        listed("--provider", "nobody")
