"""Small forms of words that every language writes its own way."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def has_control(text: str) -> bool:
    """Whether a text has characters that no person types; tabs and ends of lines are none of them."""
    return bool(_CONTROL.search(text))


def one_line(text: str) -> str:
    """Of a text that others may have written, what can be the subject of a mail: a header ends with its line."""
    return " ".join(text.splitlines())


def labelled(name: object, what: object) -> str:
    """ "Port: a whole number is needed.", with the colon as the language in force sets it."""
    return _("%(name)s: %(what)s") % {"name": name, "what": what}
