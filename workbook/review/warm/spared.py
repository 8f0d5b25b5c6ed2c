"""The kernel without work that changes nothing: it is told so once, before kernels are forked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any


def spare(app: Any) -> None:
    """Make no record of log lines that nobody gets, read the signature of a method once and not in each cell, and leave what
    IPython puts among Python's builtins there between cells too.

    Each name that comes or goes there makes Python forget where it found every builtin, in all code, and look for them again.
    """
    import ipykernel.ipkernel as kernel

    app.shell.builtin_trap.__enter__()  # also for pandas, which looks for get_ipython when it is imported
    app.log.setLevel(app.log_level)  # its one handler drops what is below; four lines in each cell are
    kernel._accepts_parameters = remembered(kernel._accepts_parameters)


def remembered(read: Callable[[Any, Sequence[str]], dict[str, Any]]) -> Callable[[Any, Sequence[str]], dict[str, Any]]:
    """``read`` (which parameters of these names a method takes), that remembers its last answers."""
    known = lru_cache(maxsize=4)(read)
    return lambda method, names: dict(known(method, tuple(names)))
