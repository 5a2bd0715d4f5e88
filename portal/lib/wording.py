"""Small forms of words that every language writes its own way."""

from __future__ import annotations

from django.utils.translation import gettext as _


def labelled(name: object, what: object) -> str:
    """ "Port: a whole number is needed.", with the colon as the language in force sets it."""
    return _("%(name)s: %(what)s") % {"name": name, "what": what}
