"""Processes that end when they should: with their parent, as a group, and with everything they started (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def can_fork_safely() -> str:
    """Why warm kernels cannot be used here; an empty text when they can."""
    if not sys.platform.startswith("linux"):
        return f"{sys.platform} cannot fork a warm process safely"
    if not hasattr(os, "pidfd_open"):
        return "this Python has no pidfd_open"
    return ""


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends, also when it ends before this call."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of what our children leave behind, so that it can be ended too."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def threads() -> int:
    """Threads of this process, those of C libraries included."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def tree_memory(pid: int) -> int:
    """Resident memory in bytes of a process and all under it, what they share with others left out."""
    total = 0
    for one in (pid, *descendants(pid)):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = Path(f"/proc/{one}/statm").read_text().split()
            total += (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")
    return total


def children(pid: int) -> list[int]:
    """Direct children of a process."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += [int(p) for p in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
    return found


def descendants(pid: int) -> list[int]:
    """All processes under a process, deepest last."""
    found, rest = [], [pid]
    while rest:
        below = children(rest.pop())
        found += below
        rest += below
    return found


def kill_group(group: int) -> None:
    """End a process group at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def ended(pidfd: int, seconds: float = 0.0) -> bool:
    """Whether a process has ended, waited for so many seconds."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


def reap(pid: int, seconds: float) -> bool:
    """Wait for a child of this process that was ended; whether it is gone. One that waits for a disk cannot be ended."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        gone = ended(pidfd, seconds)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        return gone
    finally:
        os.close(pidfd)


@contextlib.contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """This process is ended by the system (where that can) if what is done here takes longer, wherever it hangs."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def end_orphans(known: set[int], seconds: float = 5.0) -> None:
    """End what was left to this process by its children, with all under it: every child that is not ``known``.

    What cannot be ended (a process of another user, one that waits for a disk) is left after so many seconds.
    """
    known, end = set(known), time.monotonic() + seconds
    while left := [
        pid for pid in children(os.getpid()) if pid not in known
    ]:  # what is ended may leave children of its own
        for pid in left:
            for one in (*descendants(pid), pid):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(one, signal.SIGKILL)
            if not reap(pid, max(0.0, end - time.monotonic())):
                known.add(pid)


def kill_descendants(pid: int, seconds: float = 5.0) -> None:
    """End everything under a process and reap what is ours, also what appears meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        below = descendants(pid)
        for one in below:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(one, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not below:
            return
        time.sleep(0.01)
