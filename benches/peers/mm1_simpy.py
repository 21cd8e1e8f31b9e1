"""How long does SimPy take for a million customers of an M/M/1 queue at 80 % load?

One process per customer, as SimPy's own examples do it. Service mean 1, so the closed form is 5.
"""

import random
import sys
import time

import simpy

CUSTOMERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
sojourns = 0.0


def customer(env, server, draw):
    global sojourns
    arrived = env.now
    with server.request() as turn:
        yield turn
        yield env.timeout(draw.expovariate(1.0))
    sojourns += env.now - arrived


def arrivals(env, server, draw):
    for _ in range(CUSTOMERS):
        yield env.timeout(draw.expovariate(0.8))
        env.process(customer(env, server, draw))


start = time.perf_counter()
env = simpy.Environment()
server = simpy.Resource(env, capacity=1)
env.process(arrivals(env, server, random.Random(1)))
env.run()
elapsed = time.perf_counter() - start
print(f"sojourn {sojourns / CUSTOMERS:.6f} services")
print(f"inside {elapsed:.6f} s")
print(f"done {CUSTOMERS} customers")
