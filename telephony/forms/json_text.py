"""JSON as people type it: read with the place of a mistake, written so that it can be read."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _

LONGEST = 1_000_000  # characters


def read_json(text: str) -> Any:
    """The value. Raises ValidationError that says in which line and column it cannot be read."""
    if len(text) > LONGEST:
        raise forms.ValidationError(_("At most %(count)d characters are allowed.") % {"count": LONGEST})
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        words = _("This is not JSON: line %(line)d, column %(column)d.")
        raise forms.ValidationError(words % {"line": error.lineno, "column": error.colno}) from None
    except RecursionError:
        raise forms.ValidationError(_("This is nested too deep.")) from None
    except ValueError as error:
        raise forms.ValidationError(_("This is not JSON: %(reason)s") % {"reason": error}) from None


def shown_json(value: Any) -> str:
    """The value in lines, keys in their own order; "" where there is none."""
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _refuse_constant(name: str) -> Any:
    raise ValueError(_("“%(name)s” is no value.") % {"name": name})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different: of two, one would be lost without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(_("“%(name)s” is there twice.") % {"name": twice[:80]})
    return found
