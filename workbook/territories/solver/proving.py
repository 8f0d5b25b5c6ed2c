"""A higher bound for many units: cuts at the root while the plan is still being sought, then regions of reps one by one."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import TracebackType

import numpy as np

from workbook.territories.solver.certificate import certify, regions
from workbook.territories.solver.cuts import Strengthened, strengthened
from workbook.territories.solver.highs import SolverError
from workbook.territories.solver.relaxation import Relaxation
from workbook.territories.solver.state import Search, core

#: Seconds of the separation of cuts, per arc; the arcs of each unit that it begins with.
_SEPARATION, _FEW = 1e-4, 2.5
#: Seconds of a region of six reps with 240 units.
_REGION, _REGION_SIZE = 12.0, 6


class Proof:
    """The bound of one search. The cuts are separated in a thread of their own while the plan is sought."""

    def __init__(self, search: Search, relaxed: Relaxation) -> None:
        self.search, self.relaxed = search, relaxed
        self.worth = _SEPARATION * len(search.problem.rep) <= 0.6 * search.seconds
        self.pool = ThreadPoolExecutor(1)
        self.cutting: Future[Strengthened] | None = None
        self.left = Event()

    @property
    def _aside(self) -> bool:
        return self.search.effort.workers > 1

    def __enter__(self) -> Proof:
        if self.worth and self._aside:
            self.search.workers -= 1
            self.cutting = self.pool.submit(self._cut)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.left.set()  # cuts that nobody waits for are ended
        self.pool.shutdown(wait=True)

    def _cut(self) -> Strengthened:
        search, relaxed = self.search, self.relaxed
        inside = core(search.problem, relaxed, _FEW)
        return strengthened(search.problem, max(0.01, search.left), inside, self.left.is_set)

    def raise_bound(self) -> None:
        """The best bound that the rest of the effort can prove."""
        search = self.search
        if search.done or search.late():
            return
        if self.worth:
            self._large()

    def _large(self) -> None:
        search, problem, seconds = self.search, self.search.problem, self.search.seconds
        try:
            made = self.cutting.result() if self.cutting is not None else self._cut()
        except SolverError:  # numbers beyond HiGHS: the relaxation's bound must do
            return
        finally:
            search.workers += int(self._aside)
        search.cut = search.cut or made.solved is None
        if search.late() or made.solved is None or not np.isfinite(made.solved[0]):
            return
        search.bound = max(search.bound, made.solved[0])
        search.note("cuts")
        each = _REGION * (_REGION_SIZE * problem.n / problem.m / 240) ** 1.5
        count = -(-problem.m // _REGION_SIZE)
        if search.done or each * count > 0.4 * seconds:
            return
        reduced = self.relaxed.reduced
        teams = regions(problem, reduced, float(np.quantile(reduced, 0.2)), _REGION_SIZE)
        proven = certify(problem, made.duals[: problem.n], teams, (200, search.until), search.workers)
        search.bound, search.cut = max(search.bound, proven.bound), search.cut or proven.late
        search.note("regions")
