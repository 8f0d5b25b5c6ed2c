"""The kernel without work that changes nothing: it is told so once, before kernels are forked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any


def spare(app: Any) -> None:
    """Make no record of log lines that nobody gets, and read the signature of a method once, not in each cell."""
    import ipykernel.ipkernel as kernel

    app.log.setLevel(app.log_level)  # its one handler drops what is below; four lines in each cell are
    kernel._accepts_parameters = remembered(kernel._accepts_parameters)


def remembered(read: Callable[[Any, Sequence[str]], dict[str, Any]]) -> Callable[[Any, Sequence[str]], dict[str, Any]]:
    """``read`` (which parameters of these names a method takes), that remembers its last answers."""
    known = lru_cache(maxsize=4)(read)
    return lambda method, names: dict(known(method, tuple(names)))
