"""Papermill's own engine, saving once at the end instead of twice per cell, under a name of ours."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def register() -> None:
    """Make ``workbook-plain`` and ``warm`` known to papermill in this process."""
    import os
    from tempfile import TemporaryDirectory

    from papermill.engines import NBClientEngine, papermill_engines
    from traitlets.config import Config

    from workbook.review.lighter import spare
    from workbook.review.watching import limited

    spare()

    class PlainEngine(NBClientEngine):
        """Papermill's default engine that hands the notebook out as it stands, also when the run is cut short."""

        @classmethod
        def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
            keep = options.pop("keep", None)
            seconds = options.pop("time_limit_seconds", None)
            if (seed := options.pop("seed", None)) is not None:
                options.setdefault("extra_arguments", [f"--IPKernelApp.exec_lines={_seeded(seed)}"])
            options.setdefault("shutdown_kernel", "immediate")
            if limit := options.pop("memory_limit_mb", 0):
                options.setdefault("kernel_manager_class", limited(limit, keep))
            if keep is not None:
                keep["notebook"] = nb
            if seconds:
                options.setdefault("timeout_func", remaining(seconds))
            with TemporaryDirectory(prefix="workbook-") as private:
                if os.name == "posix":  # sockets that nobody else on this machine can listen to
                    where = {"transport": "ipc", "ip": os.path.join(private, "kernel")}
                    options.setdefault("config", Config(KernelManager=where))
                return super().execute_notebook(nb, kernel_name, **options)

    from workbook.review.warm.engine import WarmEngine

    papermill_engines.register("workbook-plain", PlainEngine)
    papermill_engines.register("warm", WarmEngine)


def _seeded(seed: int) -> str:
    """A line that seeds a new kernel at its first cell as a warm one is seeded, and leaves no name behind.

    Not at its start: each question whether the kernel is ready draws IPython a tip, and so a number, and a busy machine asks
    more often.
    """
    return f"__import__('workbook.review.engines', fromlist=['_']).seed_first_cell(get_ipython(), {seed})"


def seed_first_cell(shell: Any, seed: int) -> None:
    """Seed ``random`` and NumPy when the first cell of an IPython shell runs."""

    def once(*_: Any) -> None:
        shell.events.unregister("pre_run_cell", once)
        reseed(seed)

    shell.events.register("pre_run_cell", once)


def reseed(seed: int | None) -> None:
    """Random numbers as in a new process; or from ``seed``, so that a document is the same each time."""
    import random

    import numpy as np

    np.random.seed(None if seed is None else seed % 2**32)
    random.seed(seed)


def remaining(seconds: float) -> Any:
    """A ``timeout_func`` for nbclient: what is left of ``seconds`` for the whole notebook, at least one."""
    from time import monotonic

    end = monotonic() + seconds
    return lambda _cell: max(1, round(end - monotonic()))
