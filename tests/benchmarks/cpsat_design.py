"""CP-SAT's own search on a design problem, in a process of its own with its memory capped: prints value, bound and seconds."""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np

#: Loads become integers by this factor; costs by a thousand times as much, slopes by a thousand.
_SCALE = 100_000


def main(path: str, seconds: float, memory_gb: float) -> None:
    limit = int(memory_gb * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    from ortools.sat.python import cp_model

    data = np.load(path)
    start, rep, cost, weight, bands = (data[name] for name in ("start", "rep", "cost", "weight", "bands"))
    n, (m, k, _) = len(start) - 1, bands.shape
    unit = np.repeat(np.arange(n), np.diff(start))
    row = np.arange(len(rep)) if weight.shape[0] != n else unit
    whole = np.rint(weight * _SCALE).astype(int)
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in rep]
    for u in range(n):
        model.add_exactly_one(x[start[u] : start[u + 1]])
    terms = [x[a] * round(float(c) * _SCALE * 1000) for a, c in enumerate(cost) if c]
    by_rep = [np.flatnonzero(rep == r) for r in range(m)]
    for r in range(m):
        for i in range(k):
            lowest, low, high, highest, *slopes = bands[r, i]
            if not any(slopes):
                continue
            load = sum(x[a] * int(whole[row[a], i]) for a in by_rep[r])
            most = int(whole[row[by_rep[r]], i].sum()) + 1
            edges = ((low, 1, slopes[0]), (lowest, 1, slopes[1]), (high, -1, slopes[2]), (highest, -1, slopes[3]))
            for edge, sign, slope in edges:
                if slope:
                    at = int(np.clip(round(edge * _SCALE), -1, 10**12))
                    short = model.new_int_var(0, max(most, at) + 1, "")
                    model.add(short >= (at - load if sign > 0 else load - at))
                    terms.append(short * round(float(slope) * 1000))
    model.minimize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    began = time.perf_counter()
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    print(
        json.dumps(
            {
                "value": solver.objective_value / _SCALE / 1000 if found else None,
                "bound": solver.best_objective_bound / _SCALE / 1000,
                "seconds": time.perf_counter() - began,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
