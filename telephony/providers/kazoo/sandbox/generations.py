"""What servers of each generation lack, so that a client's fallbacks can be tried (facts, section 8).

The generation "any" serves everything: the paths of the SDK and their newer twins.
"""

from __future__ import annotations

import re

from telephony.providers.kazoo.sandbox.settings import MIDDLE, NEW, OLD

Lack = tuple[str, str]  # verbs ("" all), expression that matches a whole path template

_ACCOUNT = r"/accounts/\{\}"
_OPEN: tuple[Lack, ...] = (  # paths of the SDK that no release of the open server has from 4.0 on
    ("", r"/pin_auth"),
    ("", r"/globalResources/.*"),
    ("", _ACCOUNT + r"/medias(/.*)?"),
    ("", _ACCOUNT + r"/conferences/pins"),
    ("", _ACCOUNT + r"/conferences/\{\}/(status|add_participant)"),
    ("POST", _ACCOUNT + r"/conferences/\{\}/(\{\}|(mute|unmute|deaf|undeaf|kick)/\{\})"),
    ("", _ACCOUNT + r"/conferences_servers(/.*)?"),
    ("", _ACCOUNT + r"/notify/.*"),
    ("", _ACCOUNT + r"/port_requests/descendants"),
    ("POST", _ACCOUNT + r"/port_requests/\{\}/\{\}"),
    ("", r"/whitelabel/domains"),
)
_SERVICES: tuple[Lack, ...] = (
    ("", _ACCOUNT + r"/service_plans(/.*)?"),
    ("", _ACCOUNT + r"/transactions/current_balance"),
)
LACKS: dict[str, tuple[Lack, ...]] = {
    OLD: (
        ("PUT", _ACCOUNT + r"/conferences/\{\}"),
        ("", _ACCOUNT + r"/conferences/\{\}/participants(/.*)?"),
        ("", _ACCOUNT + r"/descendants/port_requests"),
        ("", _ACCOUNT + r"/(services|ledgers)(/.*)?"),
        ("POST", _ACCOUNT + r"/(users|devices)/\{\}/quickcall/\{\}"),
        ("PATCH", _ACCOUNT + r"/(?!port_requests).*"),
        ("", _ACCOUNT + r"/notifications(/.*)?"),
        ("", _ACCOUNT + r"/(users/\{\}/)?cdrs/(interaction|summary|legs/\{\})"),
    ),
    MIDDLE: (*_OPEN, *_SERVICES),
    NEW: (*_OPEN, *_SERVICES, ("", r"/shared_auth")),
}
_COMPILED = {
    generation: [(verbs.split(), re.compile(path)) for verbs, path in lacks]
    for generation, lacks in LACKS.items()
}


def lacks(generation: str, method: str, path: str) -> bool:
    """Whether a server of this generation does not know this verb on this path template."""
    return any(
        (not verbs or method in verbs) and pattern.fullmatch(path)
        for verbs, pattern in _COMPILED.get(generation, ())
    )
