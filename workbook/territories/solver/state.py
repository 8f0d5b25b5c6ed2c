"""How hard to search, what came out, and the state of a search in between."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

import numpy as np

from workbook.territories.solver.problem import Ints, Problem
from workbook.territories.solver.relaxation import Relaxation


@dataclass(frozen=True)
class Effort:
    """How hard to search: the work of so many seconds of two threads, the relative gap that is good enough, the seed, threads.

    ``limit``: after so many seconds the clock cuts the search (default: the same seconds; infinite for a repeatable search
    on a machine that is busy with other things).
    """

    seconds: float = 10.0
    gap: float = 1e-3
    seed: int = 1
    limit: float | None = None
    workers: int = field(default_factory=lambda: min(2, os.cpu_count() or 1))


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan (an arc per unit), its value, the bound that no plan can beat, and how it came about.

    ``steps``: what each phase reached (phase, objective, bound). ``cut``: the clock ended the search early.
    """

    plan: Ints
    objective: float
    bound: float
    steps: tuple[tuple[str, float, float], ...]
    cut: bool
    seconds: float = field(compare=False, default=0.0)

    @property
    def gap(self) -> float:
        """(objective - bound) / objective; 0 when both are 0."""
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-12)


@dataclass
class Search:
    """The state of the search on one connected part. ``seconds``: the work allowed, in seconds of one thread; the number of
    threads (``workers``) changes how soon the search is done, not what it finds.
    """

    problem: Problem
    effort: Effort
    until: float
    plan: Ints
    bound: float
    steps: list[tuple[str, float, float]] = field(default_factory=list)
    cut: bool = False
    seconds: float = 1.0
    workers: int = 1

    @property
    def left(self) -> float:
        return self.until - time.perf_counter()

    @property
    def value(self) -> float:
        return self.problem.objective(self.plan)

    @property
    def done(self) -> bool:
        return self.value - self.bound <= self.effort.gap * max(abs(self.value), 1e-9)

    def note(self, phase: str) -> None:
        self.steps.append((phase, self.value, self.bound))

    def late(self) -> bool:
        """Whether the clock is out; then the search is marked as cut."""
        self.cut = self.cut or self.left <= 0
        return self.left <= 0


def arrays(problem: Problem) -> tuple[object, ...]:
    """What the compiled kernels read, in their order; those that only price take the first five."""
    return problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, problem.bands.table


def core(problem: Problem, relaxed: Relaxation, per_unit: float) -> np.ndarray:
    """Mask of the arcs worth trying: of the least reduced cost, about ``per_unit`` of each unit, with those of the relaxation;
    never those of infinite reduced cost.
    """
    last = min(len(problem.rep) - 1, int(per_unit * problem.n))
    near = (relaxed.reduced <= np.partition(relaxed.reduced, last)[last]) & np.isfinite(relaxed.reduced)
    return np.asarray(near | (relaxed.share > 1e-4))
