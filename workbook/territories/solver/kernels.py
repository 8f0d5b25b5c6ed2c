# mypy: disable-error-code="assignment"
"""Compiled kernels (numba, cached on disk): pricing of arcs, annealing of moves and swaps, descent.

Every kernel is deterministic: its random numbers come from a xorshift generator (Marsaglia, 2003) whose seed is an argument.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbook.compiled import kernel

Array = Any


@kernel(nogil=True, inline="always")
def priced(a: int, row: int, rep: Array, cost: Array, weight: Array, slope: Array) -> float:
    """What arc ``a``, whose weights stand in ``row``, costs with the prices of its loads: cost + slope[rep]·weight."""
    value = cost[a]
    for i in range(slope.shape[1]):
        value += slope[rep[a], i] * weight[row, i]
    return value


@kernel(nogil=True)
def cheapest(start: Array, rep: Array, cost: Array, weight: Array, by_arc: bool, slope: Array) -> Array:
    """Shape (n,): the least priced cost of each unit's arcs, cost + slope[rep]·weight."""
    n = len(start) - 1
    least = np.empty(n)
    for u in range(n):
        best = np.inf
        for a in range(start[u], start[u + 1]):
            value = priced(a, a if by_arc else u, rep, cost, weight, slope)
            best = min(best, value)
        least[u] = best
    return least


@kernel(nogil=True)
def reduced(start: Array, rep: Array, cost: Array, weight: Array, by_arc: bool, slope: Array) -> Array:
    """Shape (A,): each arc's priced cost above the cheapest arc of its unit, ≥ 0."""
    n = len(start) - 1
    out = np.empty(len(rep))
    for u in range(n):
        best = np.inf
        for a in range(start[u], start[u + 1]):
            value = priced(a, a if by_arc else u, rep, cost, weight, slope)
            out[a] = value
            best = min(best, value)
        for a in range(start[u], start[u + 1]):
            out[a] -= best
    return out


@kernel(nogil=True, inline="always")
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


@kernel(nogil=True, inline="always")
def _next(state: Any) -> Any:
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    return state


@kernel(nogil=True, inline="always")
def _below(state: Any, count: int) -> Any:
    """A whole number from 0 to count - 1, from the upper half of the state."""
    return np.int64(((state >> np.uint64(32)) * np.uint64(count)) >> np.uint64(32))


@kernel(nogil=True)
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

    A proposal draws an arc of a unit that has a choice; with the chance ``swaps`` a unit of the rep there comes back in exchange.
    The temperature falls geometrically from ``warm`` to ``cold`` over ``steps`` proposals. Returns the best plan seen at the
    end of an epoch, its value, and the plan it ended with.
    """
    n, m, k = len(start) - 1, bands.shape[0], bands.shape[1]
    now = chosen.copy()
    load = np.zeros((m, k))
    unit, free = np.empty(len(rep), np.int32), np.empty(len(rep), np.int32)
    frees = 0
    head = np.zeros(m + 1, np.int64)
    for u in range(n):
        row = now[u] if by_arc else u
        for i in range(k):
            load[rep[now[u]], i] += weight[row, i]
        for a in range(start[u], start[u + 1]):
            unit[a] = u
            if start[u + 1] - start[u] > 1:
                free[frees] = a
                frees += 1
                head[rep[a] + 1] += 1
    paid, value = np.zeros(m), 0.0
    for r in range(m):
        head[r + 1] += head[r]
        for i in range(k):
            paid[r] += _price(bands[r, i], load[r, i])
        value += paid[r]
    # the units with a choice whom each rep holds, in a stretch of ``members`` with room for all who may come
    members, place, count = np.empty(max(1, frees), np.int32), np.zeros(n, np.int64), np.zeros(m, np.int64)
    for u in range(n):
        value += cost[now[u]]
        if start[u + 1] - start[u] > 1:
            r = rep[now[u]]
            members[head[r] + count[r]] = u
            place[u] = count[r]
            count[r] += 1
    best, best_value = now.copy(), value
    if frees == 0:
        return best, best_value, now
    state = np.uint64(seed * 2654435761 + 88172645463325252)
    scale, often = 1.0 / 9007199254740992.0, np.uint64(swaps * 65536.0)
    epochs = 16
    cooling, heat = (cold / warm) ** (1.0 / epochs), warm
    for _ in range(epochs):
        for _ in range(max(1, steps // epochs)):
            state = _next(state)
            b = np.int64(free[_below(state, frees)])
            u = np.int64(unit[b])
            a = now[u]
            if a == b:
                continue
            r, s = rep[a], rep[b]
            ra, rb = a if by_arc else u, b if by_arc else u
            v, c, d = np.int64(-1), np.int64(-1), np.int64(-1)
            if (state & np.uint64(0xFFFF)) < often and count[s] > 0:
                for _ in range(4):
                    state = _next(state)
                    v = np.int64(members[head[s] + _below(state, count[s])])
                    for e in range(start[v], start[v + 1]):
                        if rep[e] == r:
                            d = e
                            break
                    if d >= 0:
                        break
                if d < 0:
                    continue
                c = now[v]
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
                if change > 20.0 * heat:
                    continue
                state = _next(state)
                if np.float64(state >> np.uint64(11)) * scale >= np.exp(-change / heat):
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
        heat *= cooling
        if value < best_value:
            best_value = value
            best[:] = now
    return best, best_value, now


@kernel(nogil=True)
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


@kernel(nogil=True)
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
            value[j] = priced(a, a if by_arc else u, rep, cost, weight, slope)
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
