#!/usr/bin/env python3
"""Writes the topologies of the study hub-or-mesh: the same operators, joined by a hub or by agreements of
every two, whole or with the worst single failure. Run it in its own folder after a change here.

Equal in all: users of each operator, their contacts and habits, the seed. A hub's link is half as long as a
bilateral one, so that the distance between two operators is the same; its fee contains the transit."""

from itertools import combinations
from pathlib import Path

SIZES = [3, 4, 6, 8, 12]
HEAD = """# yaml-language-server: $schema=../../../schemas/topology.schema.json
# Written by make.py.
interwork: 1
name: {name}
operators:
"""
OPERATOR = """  {name}:
    kind: imsp
    domain: im.{name}.example
    numbers: ["+467{number:02}"]
    subscribers: {{ im: 600, sms_only: 150 }}
"""
HUB = """  hub:
    kind: hub
    relay: { workers: 4, service_time: { exponential: 2ms } }
"""
LINK = "{{ latency: {{ shifted: {{ by: {by}ms, plus: {{ exponential: {plus}ms }} }} }} }}"
TAIL = """workload:
  contacts: { per_user: { poisson: 20 }, elsewhere: 50% }
  messages: { per_user: 24/h }
  sessions: { online: 60%, length: unlimited, offline_messages: sms }
run: { seed: 8, warm_up: 1m, duration: 6m }
slo:
  - message_latency p95 < 12s
"""
FAILURE = "timeline:\n  - {{ at: 2m, {what}, for: 1m }}\n"


def agreement(a, b, by, plus, message, monthly):
    link = LINK.format(by=by, plus=plus)
    tariff = f"{{ message: {message}, monthly: {monthly} }}"
    return f"  - {{ between: [{a}, {b}], protocol: ssp, link: {link}, tariff: {tariff} }}\n"


def topology(shape, size, failure):
    names = [f"op{number:02}" for number in range(1, size + 1)]
    text = HEAD.format(name=f"{shape}-{size:02}" + ("-failure" if failure else ""))
    text += "".join(OPERATOR.format(name=name, number=n) for n, name in enumerate(names))
    if shape == "hub":
        text += HUB + "agreements:\n"
        text += "".join(agreement(name, "hub", 10, 2, 0.0015, 1500) for name in names)
        what = "node_down: hub.relay"
    else:
        text += "agreements:\n"
        text += "".join(agreement(a, b, 20, 4, 0.001, 500) for a, b in combinations(names, 2))
        what = "link_down: [op01, op02]"
    return text + (FAILURE.format(what=what) if failure else "") + TAIL


def main():
    here = Path(__file__).parent
    for shape in ("hub", "mesh"):
        for size in SIZES:
            for failure in (False, True):
                name = f"{shape}-{size:02}" + ("-failure" if failure else "") + ".yaml"
                (here / name).write_text(topology(shape, size, failure))


if __name__ == "__main__":
    main()
