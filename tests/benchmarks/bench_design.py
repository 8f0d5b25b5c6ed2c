"""The design solver against HiGHS's and CP-SAT's own search on the same model, and on public instances.

    python -m tests.benchmarks.bench_design            the small sizes and a sample of the public instances
    python -m tests.benchmarks.bench_design --full     three seeds, all sizes up to 100,000 × 1,000, all public instances

Public instances are read from ``../shared/bench`` beside the project; without them that part is left out.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.design_instances import Districts, company, districted, generalized_assignment, settled
from workbook.territories.solver import Effort, Problem, solve
from workbook.territories.solver.highs import run
from workbook.territories.solver.program import assignment_program

ROOT = Path(__file__).resolve().parents[2]
#: units, reps, seconds for each.
SMALL = ((500, 10, 20.0), (1200, 30, 3.0), (1200, 30, 60.0))
LARGE = ((5000, 50, 30.0), (100_000, 1000, 180.0))
_MEMORY_GB = 4.0


def shared(part: str) -> Path | None:
    """The folder of public instances, or None where it is missing."""
    found = [p for p in (ROOT.parent / "shared" / "bench" / part, ROOT / "shared" / "bench" / part) if p.is_dir()]
    return found[0] if found else None


def ours(problem: Problem, seconds: float, seed: int) -> dict[str, float]:
    began, cpu = time.perf_counter(), time.process_time()
    found = solve(problem, Effort(seconds=seconds, seed=seed))
    return {
        "value": found.objective, "bound": found.bound, "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu, "cut": float(found.cut),
    }  # fmt: skip


def highs(problem: Problem, seconds: float) -> dict[str, float]:
    """HiGHS on the whole model, one thread."""
    began, cpu = time.perf_counter(), time.process_time()
    result = run(assignment_program(problem, whole=True), {"time_limit": seconds, "mip_rel_gap": 1e-3})
    return {
        "value": result.objective, "bound": result.bound, "seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu,
    }  # fmt: skip


def cp_sat(problem: Problem, seconds: float) -> dict[str, float]:
    """CP-SAT in a process of its own, two workers, memory capped."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problem.npz"
        np.savez(
            path,
            start=problem.start,
            rep=problem.rep,
            cost=problem.cost,
            weight=problem.weight,
            bands=problem.bands.table,
        )
        call = [sys.executable, "-m", "tests.benchmarks.cpsat_design", str(path), str(seconds), str(_MEMORY_GB)]
        done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT, timeout=20 * seconds + 120, check=False)
    if done.returncode != 0:
        return {"value": np.nan, "bound": np.nan, "seconds": np.nan}
    made = json.loads(done.stdout.strip().splitlines()[-1])
    return {key: np.nan if value is None else float(value) for key, value in made.items()}


def _line(name: str, who: str, made: dict[str, float]) -> None:
    value, bound = made["value"], made["bound"]
    gap = (value - bound) / value if value and np.isfinite(value) else np.nan
    tail = " cut by the clock" if made.get("cut") else ""
    print(
        f"{name:<24} {who:<8} value {value:10.4f}  bound {bound:10.4f}  gap {gap:8.2%}  "
        f"{made['seconds']:7.1f} s  cpu {made.get('cpu', np.nan):7.1f} s{tail}",
        flush=True,
    )


def companies(sizes: tuple[tuple[int, int, float], ...], seeds: range, peers: bool) -> None:
    """Made companies: ours, HiGHS, CP-SAT with the same seconds; then the plan disturbed by 7 %."""
    for n, m, seconds in sizes:
        for seed in seeds:
            problem, name = company(n, m, seed), f"{n:,} × {m:,} seed {seed}"
            cpu = time.process_time()
            found = solve(problem, Effort(seconds=seconds, seed=seed))
            made = {"value": found.objective, "bound": found.bound, "seconds": found.seconds, "cut": float(found.cut)}
            _line(name, "ours", {**made, "cpu": time.process_time() - cpu})
            if peers and len(problem.rep) < 200_000:
                _line(name, "HiGHS", highs(problem, seconds))
                _line(name, "CP-SAT", cp_sat(problem, seconds))
            _line(name + " settled", "ours", ours(settled(problem, found.plan, seed), seconds, seed))
        print(f"{'':<24} peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB", flush=True)


def assignments(every: bool) -> None:
    """Generalized assignment: how far from the best known value, after at most 20 seconds each."""
    folder = shared("gap")
    if folder is None:
        print("generalized assignment: ../shared/bench/gap is not there")
        return
    best = pd.read_csv(folder / "best_known.csv").set_index("instance")["best_known"]
    apart = []
    for name in best.index if every else best.index[::5]:
        problem = generalized_assignment(folder / name)
        found = solve(problem, Effort(seconds=20.0, gap=1e-6))
        over = float(np.maximum(problem.loads(found.plan) - problem.bands.high, 0).sum())
        apart.append(found.objective / best[name] - 1 if over < 1e-6 else np.nan)
        print(
            f"{name:<24} best known {best[name]:6.0f}  ours {found.objective:8.1f}  {apart[-1]:8.3%}  {found.seconds:5.1f} s",
            flush=True,
        )
    print(
        f"generalized assignment: {np.nanmean(apart):.3%} above the best known on average, {int(np.isnan(apart).sum())} not feasible"
    )


def territories(every: bool) -> None:
    """Territory design: compactness against the given values."""
    folder = shared("territory")
    if folder is None:
        print("territory design: ../shared/bench/territory is not there")
        return
    given = pd.read_csv(folder / "best_known.csv").set_index("instance")["recomputed"]
    apart = []
    for name in given.index if every else given.index[::8]:
        case, began = Districts.read(folder / f"{name}-edited.dat"), time.perf_counter()
        _, value = districted(case, seed=1)
        apart.append(value / given[name] - 1)
        print(
            f"{name:<24} given {given[name]:10.2f}  ours {value:10.2f}  {apart[-1]:8.2%}  {time.perf_counter() - began:5.1f} s",
            flush=True,
        )
    print(
        f"territory design: {int(np.isfinite(apart).sum())} of {len(apart)} feasible, {np.mean(apart):.2%} on average, worst {np.max(apart):.2%}"
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="three seeds, all sizes, all public instances")
    parser.add_argument("--only", choices=("companies", "gap", "territory"))
    given = parser.parse_args(arguments if arguments is not None else [])
    solve(company(60, 3, 0), Effort(seconds=0.2))
    if given.only in (None, "companies"):
        companies(SMALL + LARGE if given.full else SMALL[:2], range(1, 4) if given.full else range(1, 2), peers=True)
    if given.only in (None, "gap"):
        assignments(given.full)
    if given.only in (None, "territory"):
        territories(given.full)


if __name__ == "__main__":
    main(sys.argv[1:])
