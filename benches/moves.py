#!/usr/bin/env python3
"""How often does an event change its bucket in the calendar? The radix heap of
src/engine/calendar.rs in the hold model of `cargo bench --bench targets -- calendar`: events wait a
second on average, exponentially, in nanoseconds. Prints for each size the moves an event makes,
and the share of advances that find their bucket with one event only.
"""

import random


def hold(pending, holds):
    def wait():
        return int(random.expovariate(1.0) * 1e9)

    random.seed(1)
    present, ready, buckets = 0, [], [[] for _ in range(64)]
    moves = advances = single = 0

    def put(at):
        (ready if at == present else buckets[(at ^ present).bit_length() - 1]).append(at)

    for _ in range(pending):
        put(wait())
    # The first holds only bring the heap into its usual state.
    settle = pending // 2
    for turn in range(settle + holds):
        if turn == settle:
            moves = advances = single = 0
        if not ready:
            advances += 1
            first = next(bucket for bucket in range(64) if buckets[bucket])
            due, buckets[first] = buckets[first], []
            present = min(due)
            single += len(due) == 1
            for at in due:
                moves += at != present
                put(at)
        put(ready.pop() + wait())
    return moves / holds, single / advances


for pending in (1_000, 100_000, 1_000_000):
    moves, single = hold(pending, max(200_000, 2 * pending))
    print(f"{pending:>9} pending: {moves:4.1f} moves, {100 * single:.0f} % of advances find one event")
