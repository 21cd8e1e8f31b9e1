#!/usr/bin/env python3
"""Which part of interwork takes which share of the time? Groups the samples of a profile:

    cargo build --locked --profile profiling
    perf record -F 2000 -o target/perf.data target/profiling/interwork run \\
        topologies/national.yaml --threads 1 --set run.duration=30m --force --out target/profiled
    benches/profile.py target/perf.data [--lines]

Needs perf, readelf and addr2line. A sample belongs to the innermost inlined function that stands
in a file with a part of its own: a hash look-up inlined into the recorder is the recorder's, an
addition of two instants is its caller's. What is not inlined and stands in no such file is named
by its library. `--lines` also lists the files and functions of each part.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The first that a path begins with counts; files that are not here belong to whoever calls them.
PARTS = [
    ("src/engine/calendar", "calendar"),
    ("src/engine/packed", "calendar"),
    ("src/engine/windows", "windows, barrier and the loop over events"),
    ("src/engine/barrier", "windows, barrier and the loop over events"),
    ("src/engine/shard", "windows, barrier and the loop over events"),
    ("src/engine/decisions", "crowd and workload"),
    ("src/measure/audit", "auditor"),
    ("src/measure", "measurement"),
    ("src/run", "measurement"),
    ("src/domain/distribution", "drawing of times and sizes"),
    ("src/domain/random", "drawing of times and sizes"),
    ("src/domain/graph", "contact graph and start"),
    ("src/workload/contacts", "contact graph and start"),
    ("src/workload", "crowd and workload"),
    ("src/model/plan", "contact graph and start"),
    ("src/model/imsp", "IMSP"),
    ("src/model/smsc", "SMSC"),
    ("src/model/hlr", "HLR"),
    ("src/model/gateway", "gateway, links and relay"),
    ("src/model/link", "gateway, links and relay"),
    ("src/model/rate_limit", "gateway, links and relay"),
    ("src/model/relay", "gateway, links and relay"),
    ("src/model/crowd", "crowd and workload"),
    ("src/model/message", "messages in flight and their stages"),
    ("src/model/station", "stations"),
    ("src/report", "reading and writing of files"),
    ("src/topology", "reading and writing of files"),
    ("src/cli", "reading and writing of files"),
]
# What stands in a library: by a word of its path.
LIBRARIES = [
    ("/libm-", "drawing of times and sizes"),
    ("/rand", "drawing of times and sizes"),
    ("miniz_oxide", "reading and writing of files"),
    ("flate2", "reading and writing of files"),
    ("plotters", "reading and writing of files"),
    ("serde", "reading and writing of files"),
    ("/hdrhistogram", "measurement"),
]


def lines(*command, given=None):
    run = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def samples(data):
    """The program, and how often each address of it (or symbol of another object) was seen."""
    program, places, others = None, [], Counter()
    addresses = Counter()
    mapped = re.compile(r"\[0x([0-9a-f]+)\(0x([0-9a-f]+)\) @ (0x[0-9a-f]+|0) .*r-xp (\S+)$")
    sample = re.compile(r"^\s*([0-9a-f]+) (.*) \((.*)\)$")
    for line in lines("perf", "script", "-i", data, "--show-mmap-events", "-F", "ip,sym,dso"):
        if found := mapped.search(line):
            start, length, offset, name = found.groups()
            if name.endswith("/interwork"):
                program = name
                places.append((int(start, 16), int(length, 16), int(offset, 16)))
        elif found := sample.match(line):
            at, symbol, dso = int(found[1], 16), found[2], found[3]
            for start, length, offset in places:
                if start <= at < start + length:
                    addresses[at - start + offset] += 1
                    break
            else:
                others[(dso, symbol)] += 1
    return program, addresses, others


def loaded(program):
    """File offset -> address, by the program's own headers."""
    segments = []
    for line in lines("readelf", "-lW", program):
        words = line.split()
        if words and words[0] == "LOAD":
            segments.append([int(word, 16) for word in (words[1], words[2], words[4])])
    return lambda at: next(at - o + a for o, a, length in segments if o <= at < o + length)


def frames(program, addresses):
    """Address -> its inlined functions with their files, the innermost first."""
    given = "\n".join(hex(address) for address in addresses)
    found, frames = {}, []
    printed = iter(lines("addr2line", "-aifC", "-e", program, given=given))
    for line in printed:
        if line.startswith("0x"):
            frames = found.setdefault(int(line, 16), [])
        else:
            frames.append((line, next(printed)))
    return found


def part(stack):
    for function, place in stack:
        inside = place.startswith(f"{ROOT}/src/")
        if inside:
            path = place[len(str(ROOT)) + 1 :]
            for start, name in PARTS:
                if path.startswith(start):
                    return name, f"{path.split(':')[0]} {function}"
        else:
            for word, name in LIBRARIES:
                if word in place:
                    return name, f"{word} {function}"
    function, place = stack[-1]
    return "not assigned", f"{place.rsplit('/', 2)[-1]} {function}"


def main(data, detailed):
    program, addresses, others = samples(data)
    address = loaded(program)
    seen = Counter()
    for at, count in addresses.items():
        seen[address(at)] += count
    stacks = frames(program, seen)
    parts, details = Counter(), {}
    for at, count in seen.items():
        name, detail = part(stacks[at])
        parts[name] += count
        details.setdefault(name, Counter())[detail] += count
    for (dso, symbol), count in others.items():
        name = "memory: allocation, copying" if "libc" in dso else "kernel and others"
        parts[name] += count
        details.setdefault(name, Counter())[f"{dso} {symbol}"] += count
    total = sum(parts.values())
    print(f"{total} samples\n\n| part | share |\n| --- | --- |")
    for name, count in parts.most_common():
        print(f"| {name} | {100 * count / total:.1f} % |")
        if detailed:
            for detail, count in details[name].most_common(12):
                print(f"    {100 * count / total:5.2f} {detail[:110]}")


if len(sys.argv) < 2:
    sys.exit(__doc__)
main(sys.argv[1], "--lines" in sys.argv)
