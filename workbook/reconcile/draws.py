"""Which open deals are won, and when: one random number per deal and simulated year, made from their names and nothing else.

Counter-based (Steele, Lea, Flood 2014, *Fast splittable pseudorandom number generators*: SplitMix64): a number depends on its
deal's key and the year's position alone, so neither order, chunks nor threads change it, and no state is kept. Small books are worked
by numpy, large ones by the compiled loop of ``workbook.reconcile.kernels``; both give the same numbers.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Limits = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

#: SplitMix64's step, and the bits of a number that are compared.
STEP = np.uint64(0x9E3779B97F4A7C15)
BITS = 53
#: Deals × years from which the compiled loop is worth its loading.
COMPILED_FROM = 50_000_000


def mixed(state: Keys) -> Keys:
    """The random number of each state (SplitMix64's finaliser).

    >>> hex(int(mixed(np.array([STEP]))[0]))  # the first number of seed 0
    '0xe220a8397b1dcdaf'
    """
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def keys(name: str, count: int, seed: int) -> Keys:
    """A key for each of a unit's deals, in order."""
    start = int.from_bytes(blake2b(f"{seed}|{name}".encode(), digest_size=8).digest(), "big")
    return mixed(np.uint64(start) + np.arange(1, count + 1, dtype=np.uint64) * STEP)


def limits(chance: Floats, share: Floats) -> Limits:
    """What a number must stay below for the deal to be won by the end of each period: ``chance`` (deals, levels), ``share`` (deals,
    periods); shape (deals, levels, periods) in units of 2 to the power −53.
    """
    won_by = chance[:, :, None] * np.cumsum(share, axis=1)[:, None, :]
    return np.floor(np.clip(won_by, 0.0, 1.0) * 2.0**BITS).astype(np.int64)


def won(key: Keys, amount: Floats, below: Limits, sims: int) -> Floats:
    """Amounts won by simulated year and period, shape (sims, periods); years come in equal blocks, one per level of ``below``."""
    out = np.zeros((sims, below.shape[2] + 1))
    at = np.arange(sims)
    counter = (at.astype(np.uint64) + np.uint64(1)) * STEP
    for deal in range(len(key)):
        number = (mixed(key[deal] + counter) >> np.uint64(64 - BITS)).astype(np.int64).reshape(below.shape[1], -1)
        period = (number[:, :, None] >= below[deal][:, None, :]).sum(axis=2).reshape(-1)
        out[at, period] += amount[deal]
    return out[:, :-1]
