"""How long does Ciw take for a million customers of an M/M/1 queue at 80 % load?

Ciw keeps a record of every customer; the mean is taken from them and is not part of the time.
Service mean 1, so the closed form is 5.
"""

import sys
import time

import ciw

CUSTOMERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000

ciw.seed(1)
start = time.perf_counter()
network = ciw.create_network(
    arrival_distributions=[ciw.dists.Exponential(rate=0.8)],
    service_distributions=[ciw.dists.Exponential(rate=1.0)],
    number_of_servers=[1],
)
simulation = ciw.Simulation(network)
simulation.simulate_until_max_customers(CUSTOMERS, method="Finish")
elapsed = time.perf_counter() - start
count, sojourns = 0, 0.0
for individual in simulation.nodes[-1].all_individuals:
    for record in individual.data_records:
        sojourns += record.exit_date - record.arrival_date
        count += 1
print(f"sojourn {sojourns / count:.6f} services")
print(f"inside {elapsed:.6f} s")
print(f"done {count} customers")
