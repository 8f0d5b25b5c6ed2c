"""The memory that a kernel takes with all under it, on every system, and a limit on it for papermill's own engine."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from workbook.review.warm.processes import tree_memory


def over_limit(megabytes: int) -> str:
    """What is said of a document that took more than its limit."""
    return f"took more than {megabytes} MB of memory and was stopped"


def memory_of(pid: int) -> int:
    """Resident bytes of a process and all under it; what libraries share is left out where the system tells."""
    if sys.platform.startswith("linux"):
        return tree_memory(pid)
    return sum(_own(one) for one in _with_children(pid))


def end(pid: int) -> None:
    """End a process and all under it."""
    import psutil

    for one in list(_with_children(pid)):
        with contextlib.suppress(psutil.Error):
            one.kill()


def _with_children(pid: int) -> Iterator[Any]:
    import psutil

    try:
        process = psutil.Process(pid)
        yield process
        yield from process.children(recursive=True)
    except psutil.Error:  # it has ended meanwhile
        return


def _own(process: Any) -> int:
    import psutil

    try:
        seen = process.memory_info()
    except psutil.Error:
        return 0
    return int(seen.rss - getattr(seen, "shared", 0))


def limited(megabytes: int, kept: dict[str, Any] | None) -> Any:
    """A kernel manager whose kernel is ended when it takes more than ``megabytes``; ``kept["why"]`` then says so."""
    from jupyter_client.manager import AsyncKernelManager

    class LimitedManager(AsyncKernelManager):
        """jupyter_client's; while a cell runs, nbclient asks it once a second whether the kernel lives."""

        async def _async_is_alive(self) -> bool:
            alive = bool(await super()._async_is_alive())
            pid = getattr(self.provisioner, "pid", None)
            if not alive or pid is None or memory_of(pid) <= megabytes << 20:
                return alive
            if kept is not None:
                kept["why"] = over_limit(megabytes)
            end(pid)
            return False

        is_alive = _async_is_alive

    return LimitedManager
