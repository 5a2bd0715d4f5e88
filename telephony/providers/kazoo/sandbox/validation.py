"""Documents judged by the families of `../schema/`: defaults filled in, errors under dotted keys (facts, section 4)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from telephony.providers.kazoo.sandbox.refusals import Errors
from telephony.providers.kazoo.schema import FAMILIES, Family, Field, Group

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CLASSES = {"[:alnum:]": "A-Za-z0-9", "[:alpha:]": "A-Za-z", "[:digit:]": "0-9"}


@dataclass
class _Node:
    """One place of a document: the field declared there, or the object, and what lies below."""

    leaf: Field | None = None
    group: Group | None = None
    below: dict[str, _Node] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        return bool((self.leaf and self.leaf.required) or (self.group and self.group.required))


def check(family: str, document: dict[str, Any], errors: Errors, *, strict: bool = False) -> None:
    """Fill in the defaults of a document and add what is wrong with it to `errors`."""
    _Checker(_tree(family), errors, strict).object(_tree(family), document, "")


def check_part(fields: tuple[Field, ...], document: dict[str, Any], errors: Errors, prefix: str) -> None:
    """The same for an object inside a document, judged by fields of its own; `prefix` ends with a dot."""
    root = _grow(fields, ())
    _Checker(root, errors, False).object(root, document, prefix)


@lru_cache(64)
def _tree(family: str) -> _Node:
    declared: Family = FAMILIES[family]
    return _grow(declared.fields, declared.groups)


def _grow(fields: Iterable[Field], groups: Iterable[Group]) -> _Node:
    root = _Node()
    for group in groups:
        _place(root, group.path).group = group
    for one in fields:
        _place(root, one.path).leaf = one
    return root


def _place(root: _Node, path: str) -> _Node:
    node = root
    for part in path.split("."):
        node = node.below.setdefault(part, _Node())
    return node


@lru_cache(512)
def _pattern(text: str) -> re.Pattern[str]:
    for name, letters in _CLASSES.items():
        text = text.replace(name, letters)
    return re.compile(text, re.ASCII)


class _Checker:
    def __init__(self, root: _Node, errors: Errors, strict: bool) -> None:
        self.root, self.errors, self.strict = root, errors, strict

    def object(self, node: _Node, document: dict[str, Any], prefix: str) -> None:
        """The declared keys of an object; others are kept as they are, unless checking is strict."""
        for name, child in node.below.items():
            path = f"{prefix}{name}"
            if name not in document:
                self._missing(child, document, name, path)
            elif child.leaf is not None:
                self._value(child.leaf, document[name], path)
            elif isinstance(document[name], dict):
                self.object(child, document[name], f"{path}.")
            else:
                self._wrong_type(path, ("object",), document[name])
        closed = node.group is not None and node.group.is_closed
        if closed and self.strict:
            for name in set(document) - set(node.below):
                self.errors.add(
                    prefix + escaped(name), "additionalProperties", "Strict checking of data is enabled"
                )

    def _missing(self, node: _Node, document: dict[str, Any], name: str, path: str) -> None:
        if node.leaf is not None and node.leaf.has_default:
            document[name] = copy.deepcopy(node.leaf.default)
        elif node.group is not None and node.group.is_filled:
            document[name] = {}
            self.object(node, document[name], f"{path}.")
        elif node.required:
            self.errors.add(path, "required", "Field is required but missing", value=None)

    def _value(self, one: Field, value: Any, path: str) -> None:
        if not any(_is(name, value) for name in one.type):
            self._wrong_type(path, one.type, value)
        elif isinstance(value, str):
            self._text(one, value, path)
        elif isinstance(value, list):
            self._list(one, value, path)
        elif isinstance(value, dict):
            self._keyed(one, value, path)
        elif not isinstance(value, bool) and value is not None:
            self._number(one, value, path)

    def _wrong_type(self, path: str, types: tuple[str, ...], value: Any) -> None:
        message = f"Value did not match type(s): {', '.join(types)}"
        self.errors.add(path, "type", message, target="".join(types), value=value)

    def _text(self, one: Field, value: str, path: str) -> None:
        least, most = one.length
        if least is not None and len(value) < least:
            message = f"String must be at least {least} characters"
            self.errors.add(path, "minLength", message, target=least, cause=value, value=value)
        if most is not None and len(value) > most:
            message = f"String must not be more than {most} characters"
            self.errors.add(path, "maxLength", message, target=most, cause=value, value=value)
        self._choice(one, value, path)
        if one.pattern and not _pattern(one.pattern).search(value):
            message = f"Failed to match pattern '{one.pattern}'"
            self.errors.add(path, "pattern", message, target=one.pattern, cause=value, value=value)
        if not _has_format(one.format, value):
            self.errors.add(
                path, "wrong_format", "Field is not in the correct format", target=one.format, value=value
            )

    def _choice(self, one: Field, value: Any, path: str) -> None:
        if one.choices and value not in one.choices:
            message = "Value not found in enumerated list of values"
            self.errors.add(path, "enum", message, target=list(one.choices), cause=value, value=value)

    def _number(self, one: Field, value: float, path: str) -> None:
        least, most = one.bounds
        if least is not None and value < least:
            self.errors.add(
                path, "minimum", f"Value must be at least {least}", target=least, cause=value, value=value
            )
        if most is not None and value > most:
            self.errors.add(
                path, "maximum", f"Value must be at most {most}", target=most, cause=value, value=value
            )
        self._choice(one, value, path)

    def _list(self, one: Field, values: list[Any], path: str) -> None:
        least, most = one.count
        if least is not None and len(values) < least:
            message = f"The list must have at least {least} items"
            self.errors.add(path, "minItems", message, target=least, cause=len(values), value=values)
        if most is not None and len(values) > most:
            message = f"The list is more than {most} items"
            self.errors.add(path, "maxItems", message, target=most, cause=len(values), value=values)
        if one.unique and any(value in values[:index] for index, value in enumerate(values)):
            self.errors.add(path, "uniqueItems", "List of items is not unique", value=values)
        entry = _entry(one)
        for index, value in enumerate(values):
            if entry is not None:
                self._entry(entry, value, f"{path}.{index}")

    def _keyed(self, one: Field, values: dict[str, Any], path: str) -> None:
        """An object with free keys: those that fit have values of one form."""
        least = one.count[0]
        if least is not None and len(values) < least:
            message = f"The object must have at least {least} keys"
            self.errors.add(path, "minProperties", message, target=least, value=values)
        entry = _place(self.root, one.like) if one.like else _entry(one)
        for key, value in values.items():
            fits = not one.keys or bool(_pattern(one.keys).search(key))
            if not fits and one.is_closed and self.strict:
                self.errors.add(
                    f"{path}.{escaped(key)}", "additionalProperties", "Strict checking of data is enabled"
                )
            elif fits and entry is not None:
                self._entry(entry, value, f"{path}.{escaped(key)}")

    def _entry(self, node: _Node, value: Any, path: str) -> None:
        if node.leaf is not None and node.leaf.path == "":
            self._value(node.leaf, value, path)
        elif isinstance(value, dict):
            self.object(node, value, f"{path}.")
        else:
            self._wrong_type(path, ("object",), value)


def _entry(one: Field) -> _Node | None:
    """The form of each entry: one nameless field, or an object."""
    if len(one.entry) == 1 and one.entry[0].path == "":
        return _Node(leaf=one.entry[0])
    return _grow(one.entry, ()) if one.entry else None


def escaped(name: str) -> str:
    """A name as part of a dotted key."""
    return name.replace(".", "%2E")


_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "object": (dict,),
    "array": (list,),
    "boolean": (bool,),
    "null": (type(None),),
}


def _is(name: str, value: Any) -> bool:
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, _TYPES[name])


def _has_format(name: str, value: str) -> bool:
    if name == "email":
        return bool(_EMAIL.fullmatch(value))
    if name == "uri":
        return bool(value) and not any(letter.isspace() or ord(letter) < 32 for letter in value)
    return True
