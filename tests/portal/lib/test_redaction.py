"""What looks like a secret reaches no log line, whether it stands in the message or in the traceback."""

from __future__ import annotations

import io
import logging

from portal.lib.redaction import RedactFilter


def test_a_traceback_is_masked_as_well() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RedactFilter())
    logger = logging.Logger("alone")
    logger.addHandler(handler)
    try:
        raise ValueError("access_token=canary-in-the-error")
    except ValueError:
        logger.exception("refused: %s", "password=canary-in-the-message")

    assert "canary" not in out.getvalue()
    assert "ValueError" in out.getvalue()
