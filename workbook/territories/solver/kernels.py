# mypy: disable-error-code="assignment"
"""Compiled kernels (numba, cached on disk): pricing of arcs, annealing of moves and swaps, descent.

Every kernel is deterministic: its random numbers come from a xorshift generator (Marsaglia, 2003) whose seed is an argument.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = Any


@njit(cache=True, nogil=True)
def cheapest(start: Array, rep: Array, cost: Array, weight: Array, by_arc: bool, slope: Array) -> Array:
    """Shape (n,): the least priced cost of each unit's arcs, cost + slope[rep]·weight."""
    n, k = len(start) - 1, slope.shape[1]
    least = np.empty(n)
    for u in range(n):
        best = np.inf
        for a in range(start[u], start[u + 1]):
            row = a if by_arc else u
            value = cost[a]
            for i in range(k):
                value += slope[rep[a], i] * weight[row, i]
            best = min(best, value)
        least[u] = best
    return least


@njit(cache=True, nogil=True)
def reduced(start: Array, rep: Array, cost: Array, weight: Array, by_arc: bool, slope: Array) -> Array:
    """Shape (A,): each arc's priced cost above the cheapest arc of its unit, ≥ 0."""
    n, k = len(start) - 1, slope.shape[1]
    out = np.empty(len(rep))
    for u in range(n):
        best = np.inf
        for a in range(start[u], start[u + 1]):
            row = a if by_arc else u
            value = cost[a]
            for i in range(k):
                value += slope[rep[a], i] * weight[row, i]
            out[a] = value
            best = min(best, value)
        for a in range(start[u], start[u + 1]):
            out[a] -= best
    return out


@njit(cache=True, nogil=True, inline="always")
def _price(band: Array, load: float) -> float:
    value = 0.0
    if load < band[1]:
        value = band[4] * (band[1] - load)
        if load < band[0]:
            value += band[5] * (band[0] - load)
    elif load > band[2]:
        value = band[6] * (load - band[2])
        if load > band[3]:
            value += band[7] * (load - band[3])
    return value


@njit(cache=True, nogil=True)
def anneal(
    start: Array,
    rep: Array,
    cost: Array,
    weight: Array,
    by_arc: bool,
    bands: Array,
    chosen: Array,
    steps: int,
    warm: float,
    cold: float,
    swaps: float,
    seed: int,
) -> tuple[Array, float, Array]:
    """Simulated annealing (Kirkpatrick et al., 1983) of moves and swaps from the plan ``chosen`` (an arc per unit).

    The temperature falls geometrically from ``warm`` to ``cold`` over ``steps`` proposals; a proposal is a swap with the
    chance ``swaps``. Returns the best plan seen at the end of an epoch or of the run, its value, and the plan it ended with.
    """
    n, m, k = len(start) - 1, bands.shape[0], bands.shape[1]
    now = chosen.copy()
    load = np.zeros((m, k))
    count = np.zeros(m, np.int64)
    for u in range(n):
        r = rep[now[u]]
        count[r] += 1
        for i in range(k):
            load[r, i] += weight[now[u] if by_arc else u, i]
    paid = np.zeros(m)
    value = 0.0
    for r in range(m):
        for i in range(k):
            paid[r] += _price(bands[r, i], load[r, i])
        value += paid[r]
    for u in range(n):
        value += cost[now[u]]
    # members of each rep, in linked positions of one array per rep would need room for all: keep lists by next/previous
    head = np.full(m, -1, np.int64)
    room = np.zeros(m + 1, np.int64)
    capacity = np.zeros(m, np.int64)
    for a in range(len(rep)):
        capacity[rep[a]] += 1
    for r in range(m):
        room[r + 1] = room[r] + capacity[r]
        head[r] = room[r]
    members = np.empty(room[m], np.int64)
    place = np.empty(n, np.int64)
    count[:] = 0
    for u in range(n):
        r = rep[now[u]]
        members[head[r] + count[r]] = u
        place[u] = count[r]
        count[r] += 1
    best, best_value = now.copy(), value
    state = np.uint64(seed * 2654435761 + 88172645463325252)
    scale = 1.0 / 9007199254740992.0
    epochs = 16
    per_epoch = max(1, steps // epochs)
    cooling = (cold / warm) ** (1.0 / (epochs * per_epoch))
    heat = warm
    for _ in range(epochs):
        for _ in range(per_epoch):
            heat *= cooling
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            u = np.int64((state >> np.uint64(11)) % np.uint64(n))
            width = start[u + 1] - start[u]
            if width == 1:
                continue
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            b = start[u] + np.int64((state >> np.uint64(11)) % np.uint64(width))
            a = now[u]
            if a == b:
                continue
            r, s = rep[a], rep[b]
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            chance = np.float64(state >> np.uint64(11)) * scale
            v, c, d = np.int64(-1), np.int64(-1), np.int64(-1)
            if chance < swaps and count[s] > 0:
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                v = members[head[s] + np.int64((state >> np.uint64(11)) % np.uint64(count[s]))]
                c = now[v]
                for e in range(start[v], start[v + 1]):
                    if rep[e] == r:
                        d = e
                        break
                if d < 0:
                    continue
            ra, rb = a if by_arc else u, b if by_arc else u
            change = cost[b] - cost[a] - paid[r] - paid[s]
            new_r, new_s = 0.0, 0.0
            if v < 0:
                for i in range(k):
                    new_r += _price(bands[r, i], load[r, i] - weight[ra, i])
                    new_s += _price(bands[s, i], load[s, i] + weight[rb, i])
            else:
                rc, rd = c if by_arc else v, d if by_arc else v
                change += cost[d] - cost[c]
                for i in range(k):
                    new_r += _price(bands[r, i], load[r, i] - weight[ra, i] + weight[rd, i])
                    new_s += _price(bands[s, i], load[s, i] + weight[rb, i] - weight[rc, i])
            change += new_r + new_s
            if change > 0.0:
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                if change > 36.0 * heat or np.float64(state >> np.uint64(11)) * scale >= np.exp(-change / heat):
                    continue
            value += change
            for i in range(k):
                load[r, i] -= weight[ra, i]
                load[s, i] += weight[rb, i]
            now[u] = b
            if v < 0:
                count[r] -= 1
                last = members[head[r] + count[r]]
                members[head[r] + place[u]] = last
                place[last] = place[u]
                members[head[s] + count[s]] = u
                place[u] = count[s]
                count[s] += 1
            else:
                for i in range(k):
                    load[r, i] += weight[rd, i]
                    load[s, i] -= weight[rc, i]
                now[v] = d
                members[head[r] + place[u]] = v
                members[head[s] + place[v]] = u
                place[u], place[v] = place[v], place[u]
            paid[r], paid[s] = new_r, new_s
        if value < best_value:
            best_value = value
            best[:] = now
    return best, best_value, now


@njit(cache=True, nogil=True)
def descend(
    start: Array, rep: Array, cost: Array, weight: Array, by_arc: bool, bands: Array, chosen: Array, rounds: int
) -> tuple[Array, int]:
    """First-improvement descent over all single moves; the plan reached and the moves made (ends where no move improves)."""
    n, m, k = len(start) - 1, bands.shape[0], bands.shape[1]
    now = chosen.copy()
    load = np.zeros((m, k))
    for u in range(n):
        for i in range(k):
            load[rep[now[u]], i] += weight[now[u] if by_arc else u, i]
    made = 0
    for _ in range(rounds):
        before = made
        for u in range(n):
            a = now[u]
            r = rep[a]
            ra = a if by_arc else u
            left = 0.0
            for i in range(k):
                left += _price(bands[r, i], load[r, i] - weight[ra, i]) - _price(bands[r, i], load[r, i])
            best, best_arc = -1e-9, np.int64(-1)
            for b in range(start[u], start[u + 1]):
                if b == a:
                    continue
                s = rep[b]
                rb = b if by_arc else u
                change = cost[b] - cost[a] + left
                for i in range(k):
                    change += _price(bands[s, i], load[s, i] + weight[rb, i]) - _price(bands[s, i], load[s, i])
                if change < best:
                    best, best_arc = change, b
            if best_arc >= 0:
                s = rep[best_arc]
                rb = best_arc if by_arc else u
                for i in range(k):
                    load[r, i] -= weight[ra, i]
                    load[s, i] += weight[rb, i]
                now[u] = best_arc
                made += 1
        if made == before:
            break
    return now, made


@njit(cache=True, nogil=True)
def soft_loads(start: Array, rep: Array, cost: Array, weight: Array, by_arc: bool, slope: Array, heat: float) -> Array:
    """Shape (m, K): the loads when each unit is shared among its arcs by exp(-priced cost / heat)."""
    n, (m, k) = len(start) - 1, slope.shape
    load = np.zeros((m, k))
    widest = 0
    for u in range(n):
        widest = max(widest, start[u + 1] - start[u])
    value = np.empty(widest)
    for u in range(n):
        first, least, total = start[u], np.inf, 0.0
        width = start[u + 1] - first
        for j in range(width):
            a = first + j
            row = a if by_arc else u
            value[j] = cost[a]
            for i in range(k):
                value[j] += slope[rep[a], i] * weight[row, i]
            least = min(least, value[j])
        for j in range(width):
            value[j] = np.exp((least - value[j]) / heat)
            total += value[j]
        for j in range(width):
            part = value[j] / total
            if part > 1e-6:
                a = first + j
                row = a if by_arc else u
                for i in range(k):
                    load[rep[a], i] += part * weight[row, i]
    return load
