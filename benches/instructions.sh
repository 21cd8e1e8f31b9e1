#!/usr/bin/env bash
# Has the program become slower? Counts the instructions of three fixed workloads under valgrind and
# compares them with results/performance/instructions.json. More than 3 % more fails: a slow-down is
# either mended or recorded on purpose, with --update, in the change that causes it. More than 3 %
# less fails too: a gain that is not recorded would hide as large a loss later. Counts, unlike times,
# do not depend on what else the machine is doing; they do on the compiler, so its version is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
record=results/performance/instructions.json
allowed=3
update=
case "${1:-}" in
  --update) update=1 ;;
  "") ;;
  *) echo "usage: benches/instructions.sh [--update]" >&2; exit 2 ;;
esac

workloads=(
  "national topologies/national.yaml run.warm_up=5s run.duration=15s"
  "sms-fallback-storm topologies/sms-fallback-storm.yaml run.warm_up=10s run.duration=1m workload.stages=[]"
  "hub-and-spoke topologies/hub-and-spoke.yaml run.warm_up=10s run.duration=1m"
)

cargo build --locked --release --quiet
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

count() {
  local file=$1 sets=()
  shift
  for set in "$@"; do sets+=(--set "$set"); done
  # A service level that so short a run misses is no failure here.
  valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null \
    target/release/interwork run "$file" "${sets[@]}" --threads 1 --force --out "$scratch/out" \
    2>"$scratch/log" >/dev/null || [ $? -eq 99 ] || { cat "$scratch/log" >&2; exit 1; }
  awk '/I +refs:/ { gsub(",", "", $NF); print $NF }' "$scratch/log"
}

# What is recorded under a name; nothing if it is not.
recorded() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$record" 2>/dev/null || true; }

machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
commit=$(git rev-parse --verify --quiet HEAD 2>/dev/null || true)
if [ -n "$(git status --porcelain -- . ':!results' 2>/dev/null)" ]; then commit+=-dirty; fi
rustc=$(rustc --version)
valgrind=$(valgrind --version)
lines=(
  "  \"machine\": \"${machine:-unknown}\""
  "  \"commit\": \"${commit:-unknown}\""
  "  \"rustc\": \"$rustc\""
  "  \"valgrind\": \"$valgrind\""
)
for tool in rustc valgrind; do
  before=$(recorded $tool)
  if [ -n "$before" ] && [ "$before" != "${!tool}" ]; then
    echo "  warning: recorded with $before, counted with ${!tool}: a difference may be theirs" >&2
  fi
done

failed=0
for workload in "${workloads[@]}"; do
  read -r name file sets <<<"$workload"
  # shellcheck disable=SC2086
  now=$(count "$file" $sets)
  if ! [[ $now =~ ^[0-9]+$ ]]; then
    echo "  $name: valgrind gave no count" >&2
    exit 1
  fi
  before=$(recorded "$name")
  lines+=("  \"$name\": $now")
  if [ -z "$before" ]; then
    printf '  %-20s %15s instructions, not recorded yet\n' "$name" "$now"
    failed=1
    continue
  fi
  change=$(awk -v a="$before" -v b="$now" 'BEGIN { printf "%+.2f", (b / a - 1) * 100 }')
  printf '  %-20s %15s instructions, recorded %15s, %s %%\n' "$name" "$now" "$before" "$change"
  if awk -v c="$change" -v l="$allowed" 'BEGIN { exit !(c > l || c < -l) }'; then
    failed=1
  fi
done

if [ -n "$update" ]; then
  { echo "{"; (IFS=$'\n'; printf '%s\n' "${lines[*]}" | sed '$!s/$/,/'); echo "}"; } >"$record"
  echo "  recorded in $record"
elif [ "$failed" -ne 0 ]; then
  echo "  not recorded, or more than $allowed % off: mend what became slower, or record what is meant" >&2
  echo "  (a gain too) with benches/instructions.sh --update" >&2
  exit 1
fi
