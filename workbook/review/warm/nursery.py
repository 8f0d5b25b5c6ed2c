"""Where warm kernels come from: a process that has everything imported and forks them."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.review.engines import reseed
from workbook.review.warm.ahead import run_ahead
from workbook.review.warm.pages import use_large_pages
from workbook.review.warm.processes import die_with_parent, threads
from workbook.review.warm.wire import Wire

#: What notebooks import sooner or later. Not matplotlib's inline backend: loading it changes what a cell shows.
PRELOADED = (
    "numpy", "pandas", "pyarrow", "matplotlib.figure", "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg", "matplotlib.dates", "matplotlib.font_manager", "ipywidgets",
    "tornado.platform.asyncio", "IPython.core.logger", "IPython.core.pylabtools",
    "workbook.book", "workbook.show", "workbook.charts.style", "workbook.review.summary",
)  # fmt: skip


class NotSafeToForkError(WorkbookError):
    """Other threads run in the process that would be forked."""


@dataclass(frozen=True)
class Birth:
    """What a kernel is told before it wakes: where, with which environment, seed and limit."""

    cwd: str
    environment: dict[str, str] | None = None
    seed: int | None = None
    memory_limit_mb: int = 0
    book_cache: str = ""
    files: tuple[int, ...] = field(default=())


@dataclass
class Nursery:
    """The prepared parent. ``start`` forks a kernel; it must be the only thread of the process."""

    app: Any

    @classmethod
    def prepare(cls) -> Nursery:
        """Make the kernel, then import what notebooks use, then settle memory so that forks share it."""
        from workbook.review.warm.kernel import prepare

        app = prepare()
        with _threadless():
            for name in PRELOADED:
                import_module(name)
            _load_stages()
            _load_worker()
            first_of_all()
            run_ahead(app.shell)
            app.shell.display_formatter.format(0)  # its formatters are made when they are first asked
        made = cls(app)
        made.settle()
        return made

    def settle(self) -> None:
        """Move all that is alive out of the garbage collector's sight: a child then never touches it; and into large pages."""
        gc.collect()
        gc.freeze()
        use_large_pages()

    def start(self, end: socket.socket, birth: Birth) -> int:
        """Fork a kernel that talks over ``end``; returns its process id. Raises :class:`NotSafeToForkError`."""
        if (running := threads()) > 1:
            raise NotSafeToForkError(f"{running} threads run in the process that forks kernels")
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        try:
            self._begin(end, birth, parent)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)

    def _begin(self, end: socket.socket, birth: Birth, parent: int) -> None:
        os.setsid()
        die_with_parent(parent)
        for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL if number != signal.SIGPIPE else signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        _standard_files(birth.files)
        kept = end.fileno()
        os.closerange(3, kept)
        os.closerange(kept + 1, 65536)
        if birth.environment is not None:
            os.environ.clear()
            os.environ.update(birth.environment)
            os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        os.chdir(birth.cwd)
        _limit_memory(birth.memory_limit_mb)
        reseed(birth.seed)
        from workbook.review.warm.kernel import wake

        wake(self.app, Wire(end), _keeper(birth.book_cache))


@contextlib.contextmanager
def _threadless() -> Iterator[None]:
    """Libraries that would start threads when they are imported are asked not to (OpenBLAS, Arrow's allocator)."""
    asked = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    before = {name: os.environ.get(name) for name in asked}
    os.environ.update({name: value for name, value in asked.items() if before[name] is None})
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]


def _keeper(folder: str) -> Callable[[], None]:
    """What the kernel does when it ends: hand on what it computed for the whole company."""
    if not folder:
        return lambda: None
    from workbook.review.warm import preload

    known = len(sys.modules)
    return lambda: preload.save(Path(folder), known)


def _load_worker() -> None:
    """What a worker needs beside the kernel: papermill, its engine, and the renderer, made ready."""
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # jsonschema would compile a grammar for seconds
    import_module("workbook.review.warm.client")
    del sys.modules["rfc3987_syntax"]
    from workbook.review.engines import register
    from workbook.review.render import warm_up

    register()
    warm_up()


def first_of_all() -> None:
    """Show a table and draw a chart once: fonts are found, caches filled and modules loaded before kernels are forked."""
    import pandas as pd

    from workbook.charts.style import axes
    from workbook.show import Table

    frame = pd.DataFrame({"name": ["a", "b"], "sales_amount": [1, 2], "won_share": [0.5, None]})
    for shown in (frame, Table(frame)):
        repr(shown)
        shown._repr_html_()
    ax = axes(None)
    ax.bar([0, 1], [1, 2], label="bars")
    ax.barh([0, 1], [1, 2])
    ax.plot([0, 1], [1, 2], label="line")
    ax.set_xticks([0, 1], ["a", "b"])
    ax.set_title("title", loc="left")
    ax.legend()
    repr(ax.figure._repr_mimebundle_())  # type: ignore[union-attr]
    _ordinary_figure()


def _ordinary_figure() -> None:
    """Draw a figure as notebooks of other people's have it: a picture of points, without pyplot, which a cell can see."""
    from io import BytesIO

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.bar([0, 1], [1, 2], label="bars")
    ax.plot([0, 1], [1, 2], label="line")
    ax.set(title="title", xlabel="x", ylabel="y")
    ax.legend()
    figure.savefig(BytesIO(), format="png", bbox_inches="tight")


def _load_stages() -> None:
    from workbook.book import STAGES

    for name in STAGES:
        import_module(f"workbook.{name}")


def _standard_files(files: tuple[int, ...]) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    for number, given in zip((1, 2), files or (null, null), strict=True):
        os.dup2(given, number)
    _replace("stdin", open(0, closefd=False))  # noqa: SIM115
    _replace("stdout", open(1, "w", closefd=False))  # noqa: SIM115
    _replace("stderr", open(2, "w", closefd=False))  # noqa: SIM115


def _replace(name: str, stream: Any) -> None:
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


def _limit_memory(megabytes: int) -> None:
    """Let this process come to ``megabytes`` of memory; what is reserved and not used (allocators do so) is not counted."""
    if not megabytes:
        return
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    reserved, used = (int(status[name].split()[0]) << 10 for name in ("VmData", "VmRSS"))
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (reserved + max((megabytes << 20) - used, 64 << 20), hard))
