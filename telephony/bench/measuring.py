"""What every measurement shares: a clock, medians, and a figure with its goal."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One measured value against its goal.

    goal       None for what is only reported
    is_floor   the goal is a least value (a speed); else a most value (a time, a count)
    detail     what it was made of, for the JSON file
    """

    name: str
    value: float
    goal: float | None
    unit: str = "x"
    is_floor: bool = True
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        if self.goal is None:
            return True
        return self.value >= self.goal if self.is_floor else self.value <= self.goal

    def __str__(self) -> str:
        if self.goal is None:
            return f"{self.name:<70} {self.value:>8.2f} {self.unit:<3} reported only"
        sign = "≥" if self.is_floor else "≤"
        verdict = "met" if self.is_met else "MISSED"
        return f"{self.name:<70} {self.value:>8.2f} {self.unit:<3} {sign} {self.goal:g}  {verdict}"


def seconds(work: Callable[[], Any]) -> float:
    """How long one call takes."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def seconds_of(work: Callable[[], T]) -> tuple[float, T]:
    """How long one call takes, and its answer; memory is tidied when Python pleases, as it is for people."""
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def medians(rounds: int, *works: Callable[[], float]) -> list[float]:
    """Medians of measurements that are taken in turn, so that a slow moment of the machine strikes them alike."""
    return [statistics.median(values) for values in _in_turn(rounds, works)]


def least(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The quickest of measurements that are taken in turn: for a difference that is smaller than what they scatter."""
    return [min(values) for values in _in_turn(rounds, works)]


def _in_turn(rounds: int, works: Sequence[Callable[[], float]]) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for index, work in enumerate(works):
            taken[index].append(work())
    return taken


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]
