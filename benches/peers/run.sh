#!/usr/bin/env bash
# How fast is interwork beside others' simulation tools at the same work? Runs an M/M/1 queue of a
# million customers (SimPy, Ciw, NeXosim, interwork) and PHOLD (NeXosim, interwork's calendar and
# its loop of shards), all in one go on one machine, and prints the ratios; table.py explains the
# columns.
#
#   benches/peers/run.sh [--write]
#
# --write also writes results/performance/peers.json. RUNS=5 repeats each program five times
# instead of three; the median counts.
set -euo pipefail
cd "$(dirname "$0")/../.."

write=
case "${1:-}" in
    --write) write=--write ;;
    "") ;;
    *) echo "usage: benches/peers/run.sh [--write]" >&2; exit 2 ;;
esac

here=benches/peers
out=target/peers
bin=$out/release
python=$out/venv/bin/python
mkdir -p "$out"
cargo build --locked --release --quiet
CARGO_TARGET_DIR=$out cargo build --locked --release --quiet --manifest-path $here/Cargo.toml
[ -x "$python" ] || python3 -m venv "$out/venv"
"$python" -m pip install --quiet --disable-pip-version-check -r $here/requirements.txt

lines=$out/lines.txt
: >"$lines"

# measure WORK TOOL COMMAND...: each line it prints with the work and the tool before it, and the
# time of the whole process.
measure() {
    local work=$1 tool=$2 start end
    shift 2
    echo "$work: $tool" >&2
    start=$EPOCHREALTIME
    "$@" >"$out/printed.txt"
    end=$EPOCHREALTIME
    sed "s|^|$work $tool |" "$out/printed.txt" >>"$lines"
    awk -v a="${start/,/.}" -v b="${end/,/.}" -v who="$work $tool" \
        'BEGIN { printf "%s process %.6f s\n", who, b - a }' >>"$lines"
}

# Rounds rather than repeats, so that a busy minute of the machine strikes all tools alike.
for _ in $(seq "${RUNS:-3}"); do
    measure mm1 interwork target/release/interwork run $here/mm1.yaml --threads 1 \
        --out "$out/mm1" --force
    "$python" $here/table.py summary "$out/mm1" | sed 's|^|mm1 interwork |' >>"$lines"
    measure mm1 nexosim $bin/mm1_nexosim
    measure mm1 simpy "$python" $here/mm1_simpy.py
    measure mm1 ciw "$python" $here/mm1_ciw.py
    for processes in 1000 100000; do
        work=phold-$processes
        measure $work interwork $bin/phold_interwork $processes 2000000 calendar
        measure $work interwork-shards $bin/phold_interwork $processes 2000000 shards
        measure $work nexosim-uniform $bin/phold_nexosim $processes 2000000 uniform
        measure $work nexosim-ports $bin/phold_nexosim $processes 2000000 ports
    done
done

"$python" $here/table.py table "$lines" $here $write
