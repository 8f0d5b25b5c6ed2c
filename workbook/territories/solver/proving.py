"""A higher bound for many units: cuts while the plan is still being sought, then regions of reps one by one."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import TracebackType

import numpy as np

from workbook.territories.solver.blocks import Blocks
from workbook.territories.solver.certificate import certify, regions
from workbook.territories.solver.cuts import strengthened
from workbook.territories.solver.highs import SolverError
from workbook.territories.solver.problem import Floats, Ints
from workbook.territories.solver.relaxation import Relaxation
from workbook.territories.solver.state import Search, core

#: Up to so many units the cuts are separated all at once: seconds per arc, and the arcs of each unit that this begins with.
_AT_ONCE, _PER_ARC, _FEW = 8_000, 7e-5, 2.5
#: Beyond, block by block: seconds per unit, and the units of a block.
_PER_UNIT, _BLOCK = 6e-4, 2_500
#: Share of the work that cuts may take; share of the time that is left to them when they come last, and to finish in any case.
_SHARE, _RESERVED, _FINISH = 0.3, 0.3, 0.03
#: Seconds of a region of six reps with 240 units.
_REGION, _REGION_SIZE = 12.0, 6


class Proof:
    """The bound of one search. The cuts are separated in a thread of their own while the plan is sought."""

    def __init__(self, search: Search, relaxed: Relaxation) -> None:
        self.search, self.relaxed, problem = search, relaxed, search.problem
        self.blocks = problem.n > _AT_ONCE
        seconds = _PER_UNIT * problem.n if self.blocks else _PER_ARC * len(problem.rep)
        self.worth = bool(relaxed.share.any()) and seconds <= _SHARE * search.seconds
        search.seconds -= seconds if self.worth else 0.0
        self.pool = ThreadPoolExecutor(1)
        self.cutting: Future[tuple[float, Floats | None]] | None = None
        self.left = Event()

    def __enter__(self) -> Proof:
        if self.worth and self.search.effort.workers > 1:
            self.search.workers -= 1
            self.cutting = self.pool.submit(self._cut)
            self.cutting.add_done_callback(self._back)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.left.set()  # cuts that nobody waits for are ended
        self.pool.shutdown(wait=True)

    @property
    def reserved(self) -> float:
        """The share of the time that the proof needs once the plan is found."""
        return _RESERVED if self.worth and self.cutting is None else _FINISH

    def raise_bound(self) -> None:
        """The best bound that the rest of the effort can prove."""
        search = self.search
        if search.done or search.late() or not self.worth:
            return
        bound, price = self.cutting.result() if self.cutting is not None else self._cut()
        search.bound = max(search.bound, bound)
        search.note("cuts")
        if price is not None and not search.late() and not search.done:
            self._regions(price)

    def _back(self, cutting: object) -> None:
        """The thread that separated cuts helps with the plan."""
        self.search.workers += 1

    def _cut(self) -> tuple[float, Floats | None]:
        """The bound with cuts, and the prices of the units (n,) where they were separated all at once."""
        search, problem, relaxed = self.search, self.search.problem, self.relaxed
        if self.blocks:
            blocks = Blocks(problem, relaxed)
            size = max(2, round(_BLOCK * problem.m / problem.n))
            late = blocks.sweep(self._teams(size), search.until, self.left.is_set)
            search.cut = search.cut or (late and not self.left.is_set())
            return blocks.bound, None
        inside = core(problem, relaxed, _FEW)
        try:
            made = strengthened(problem, max(0.01, search.left), inside, self.left.is_set)
        except SolverError:  # numbers beyond HiGHS: the relaxation's bound must do
            return relaxed.bound, None
        if made.solved is None or not np.isfinite(made.solved[0]):
            search.cut = search.cut or (made.solved is None and not self.left.is_set())
            return relaxed.bound, None
        return made.solved[0], made.duals[: problem.n]

    def _teams(self, size: int) -> list[Ints]:
        """All reps in groups of kin."""
        reduced = self.relaxed.reduced
        return regions(self.search.problem, reduced, float(np.quantile(reduced, 0.2)), size)

    def _regions(self, price: Floats) -> None:
        search, problem = self.search, self.search.problem
        each = _REGION * (_REGION_SIZE * problem.n / problem.m / 240) ** 1.5
        if each * -(-problem.m // _REGION_SIZE) > 0.4 * search.seconds:
            return
        proven = certify(problem, price, self._teams(_REGION_SIZE), (200, search.until), search.workers)
        search.bound, search.cut = max(search.bound, proven.bound), search.cut or proven.late
        search.note("regions")
