"""Compiled kernels: numba's ``njit``, kept on disk for the next time wherever a folder can be written.

Imported only by modules of kernels: numba takes a moment to load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def kernel(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A decorator: compiled by ``numba.njit`` with these options, cached on disk if any of numba's folders can be written.

    Numba tries ``NUMBA_CACHE_DIR``, the folder of the module and the user's cache folder, and refuses the function where it
    can write none (a read-only installation without a home). Then the function is compiled again in every process.
    """

    def compiled(function: Callable[..., Any]) -> Any:
        try:
            return njit(cache=True, **options)(function)
        except RuntimeError as fault:
            if "no locator available" not in str(fault):
                raise
            return njit(**options)(function)

    return compiled


def is_kept(made: Any) -> bool:
    """Whether a kernel is kept on disk for the next process."""
    return made.stats.cache_path is not None
