"""How do the times that run.sh collected compare?

    table.py summary FOLDER              the lines of an interwork result folder
    table.py table LINES HERE [--write]  the table; with --write also results/performance/peers.json

Columns: `process` is the wall time of the whole process, start-up and output included; `inside` is
what the program itself measures around its simulation. Time per customer or event and the ratio to
interwork are of `process` for mm1, where the work is the same from start to end, and of `inside`
for PHOLD, where building the models is another question (`setup`). All are medians of the runs.
"""

import json
import os
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

# Lines of a program that are not for the table, such as interwork's own summary.
LINE = re.compile(r"(mm1|phold-\d+) (\S+) (sojourn|inside|setup|reached|done|process) (\S+) (\S+)$")
SERVICE = 0.01  # the mean service time of mm1.yaml, in seconds


def summary(folder):
    """An interwork result folder in the words of the other programs."""
    manifest = json.loads((folder / "manifest.json").read_text())
    metrics = json.loads((folder / "summary.json").read_text())["metrics"]
    [sojourn] = [
        metric
        for metric in metrics
        if metric["name"] == "station_sojourn" and metric["labels"]["station"] == "one/im_server"
    ]
    print(f"sojourn {sojourn['mean'] / SERVICE:.6f} services")
    print(f"inside {manifest['wall_time_s']:.6f} s")
    print(f"done {sojourn['count']} customers")


def collect(lines):
    """Work -> tool -> name -> median, in the order of the lines."""
    values = {}
    for line in lines.read_text().splitlines():
        if match := LINE.match(line):
            work, tool, name, value, _ = match.groups()
            tools = values.setdefault(work, {})
            tools.setdefault(tool, {}).setdefault(name, []).append(float(value))
    return {
        work: {
            tool: {name: statistics.median(found) for name, found in names.items()}
            for tool, names in tools.items()
        }
        for work, tools in values.items()
    }


def versions(here):
    """What is pinned."""
    found = {"python": platform.python_version()}
    for line in (here / "requirements.txt").read_text().splitlines():
        name, _, version = line.partition("==")
        if name in ("simpy", "ciw"):
            found[name] = version
    lock = (here / "Cargo.lock").read_text()
    for name in ("nexosim", "interwork"):
        found[name] = re.search(rf'name = "{name}"\nversion = "([^"]+)"', lock).group(1)
    return found


def said(*command):
    """What a command says, in one line."""
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def taken():
    """Where, and of what. A commit with changes beside it, other than of texts, says so."""
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    model = cpu.group(1) if cpu else platform.processor() or "unknown"
    changes = said("git", "status", "--porcelain", "--", ".", ":!results", ":!*.md")
    return {
        "machine": f"{model}, {os.cpu_count()} cores",
        "arch": platform.machine(),
        "commit": said("git", "rev-parse", "HEAD") + ("-dirty" if changes else ""),
        "rustc": said("rustc", "--version"),
    }


def table(lines, here, write):
    found = collect(lines)
    for work, tools in found.items():
        basis = "process" if work == "mm1" else "inside"
        for values in tools.values():
            values["each_us"] = values[basis] / values["done"] * 1e6
        for values in tools.values():
            values["ratio"] = values["each_us"] / tools["interwork"]["each_us"]
        what = "customer" if work == "mm1" else "event"
        check = "sojourn (5.0)" if work == "mm1" else "reached [s]"
        print(f"\n{work}, time per {what} of the {basis} time")
        print(
            f"  {'tool':16} {'done':>9} {check:>13} {'setup [s]':>10} {'inside [s]':>10}"
            f" {'process [s]':>11} {'each [us]':>10} {'ratio':>7}"
        )
        for tool, values in tools.items():
            checked = values.get("sojourn", values.get("reached"))
            setup = f"{values['setup']:.3f}" if "setup" in values else "-"
            print(
                f"  {tool:16} {values['done']:9.0f} {checked:13.3f} {setup:>10}"
                f" {values['inside']:10.3f} {values['process']:11.3f} {values['each_us']:10.3f}"
                f" {values['ratio']:7.2f}"
            )
    used = versions(here)
    print("\n" + ", ".join(f"{name} {version}" for name, version in used.items()))
    if write:
        document = {**taken(), "versions": used, "work": found}
        path = here.parent.parent / "results/performance/peers.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2) + "\n")
        print(f"written: {path}")


match sys.argv[1:]:
    case ["summary", folder]:
        summary(Path(folder))
    case ["table", lines, here, *rest]:
        table(Path(lines), Path(here), "--write" in rest)
    case _:
        sys.exit(__doc__)
