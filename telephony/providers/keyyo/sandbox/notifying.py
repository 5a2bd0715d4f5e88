"""Call notifications as Keyyo sends them: one GET to the address stored on the line, keywords replaced, no retry."""

import threading
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

TIMEOUT_S = 5.0
KEPT = 500


@dataclass(frozen=True, kw_only=True)
class Event:
    """One notification. `at_s` counts from the start of its scenario; numbers are digits without plus."""

    at_s: float
    account: str
    caller: str
    callee: str
    kind: str
    dref: str
    callref: str
    replaces: str = ""
    session: str = ""
    is_acd: int = 0
    redirecting: str = ""

    def keywords(self, instant_ms: int) -> dict[str, str]:
        """The twelve keywords, an underscore on each side, with their values."""
        return {
            "_DREF_REPLACE_": self.replaces,
            "_REDIRECTING_NUMBER_": self.redirecting,
            "_SESSION_ID_": self.session,
            "_N_VERSION_": "1",
            "_N_TYPE_": self.kind,
            "_ACCOUNT_": self.account,
            "_CALLREF_": self.callref,
            "_CALLER_": self.caller,
            "_CALLEE_": self.callee,
            "_IS_ACD_": str(self.is_acd),
            "_DREF_": self.dref,
            "_TSMS_": str(instant_ms),
        }


def notification_url(template: str, event: Event, instant_ms: int) -> str:
    """The line's address with every keyword replaced, values percent-encoded."""
    for keyword, value in event.keywords(instant_ms).items():
        template = template.replace(keyword, quote(value, safe=""))
    return template


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Notifier:
    """Sends notifications and remembers what became of the last ones (newest last, in `deliveries`)."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        self._lock = threading.Lock()
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def send(self, template: str, event: Event, instant_ms: int) -> dict[str, Any]:
        """One attempt; any answer will do, and none is not repeated."""
        delivery: dict[str, Any] = {
            "account": event.account,
            "type": event.kind,
            "dref": event.dref,
            "tsms": instant_ms,
        }
        try:
            url = notification_url(template, event, instant_ms)
            with self._opener.open(urllib.request.Request(url, method="GET"), timeout=TIMEOUT_S) as answer:
                delivery["status"] = answer.status
        except urllib.error.HTTPError as error:
            delivery["status"] = error.code
            error.close()
        except (OSError, HTTPException, ValueError) as error:
            delivery["error"] = type(error).__name__
        with self._lock:
            self.deliveries.append(delivery)
        return delivery
