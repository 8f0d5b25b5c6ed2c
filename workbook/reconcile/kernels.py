"""The compiled loop over deals and simulated years. Imported only for large books: numba takes a moment to load."""

from __future__ import annotations

import numpy as np

from workbook.compiled import kernel
from workbook.reconcile.draws import Floats, Keys, Limits


@kernel(nogil=True)
def won(key: Keys, amount: Floats, below: Limits, sims: int) -> Floats:
    """As :func:`workbook.reconcile.draws.won`: the same numbers, added in the same order."""
    deals, levels, periods = below.shape
    out = np.zeros((sims, periods + 1))
    block = sims // levels
    step = np.uint64(0x9E3779B97F4A7C15)
    for deal in range(deals):
        state, worth = key[deal], amount[deal]
        for level in range(levels):
            edges = below[deal, level]
            for sim in range(level * block, (level + 1) * block):
                state += step
                z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                number = np.int64((z ^ (z >> np.uint64(31))) >> np.uint64(11))
                period = 0
                for p in range(periods):
                    period += number >= edges[p]
                out[sim, period] += worth
    return out[:, :periods]
