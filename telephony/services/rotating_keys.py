"""Sealing everything anew under the newest key, in batches. What is under it already is left alone, so that it may be
stopped and begun again at any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from accounts.scoping import unscoped
from portal.lib.secrets import Unreadable, is_newest, reseal

BATCH = 200
SUFFIX = "_sealed"


@dataclass
class Rotated:
    """One column: how many values were sealed anew, were under the newest key, or open with no key."""

    column: str
    resealed: int = 0
    newest: int = 0
    unreadable: int = 0


def sealed_columns() -> list[tuple[type[models.Model], str]]:
    """Every column that holds sealed values: they are named so."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.endswith(SUFFIX)
    ]


def rotate() -> Iterator[Rotated]:
    """Work through every column; yields its counts so far after each batch."""
    for model, name in sealed_columns():
        counts = Rotated(f"{model._meta.label}.{name}")
        last = 0
        while True:
            with unscoped("command"), transaction.atomic():
                last, is_done = _batch(model, name, last, counts)
            yield counts
            if is_done:
                break


def _batch(model: type[models.Model], name: str, after: int, counts: Rotated) -> tuple[int, bool]:
    """The next rows by key, locked, so that a token renewed meanwhile is not overwritten by an older one."""
    rows = model._default_manager.filter(pk__gt=after).exclude(**{name: ""}).order_by("pk")
    batch = list(rows.select_for_update(of=("self",)).values_list("pk", name)[:BATCH])
    for pk, sealed in batch:
        if is_newest(sealed):
            counts.newest += 1
            continue
        try:
            fresh = reseal(sealed)
        except Unreadable:
            counts.unreadable += 1
            continue
        model._default_manager.filter(pk=pk).update(**{name: fresh})
        counts.resealed += 1
    return (batch[-1][0] if batch else after), len(batch) < BATCH
