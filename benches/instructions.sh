#!/usr/bin/env bash
# Has the program become slower? Counts the instructions of three fixed workloads under valgrind and
# compares them with results/performance/instructions.json. More than 3 % more fails: a slow-down is
# either mended or recorded on purpose, with --update, in the change that causes it. Counts, unlike
# times, do not depend on what else the machine is doing.
set -euo pipefail
cd "$(dirname "$0")/.."
record=results/performance/instructions.json
allowed=3

workloads=(
  "national topologies/national.yaml run.warm_up=5s run.duration=15s"
  "sms-fallback-storm topologies/sms-fallback-storm.yaml run.warm_up=10s run.duration=1m"
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

failed=0
lines=()
for workload in "${workloads[@]}"; do
  read -r name file sets <<<"$workload"
  # shellcheck disable=SC2086
  now=$(count "$file" $sets)
  before=$(sed -n "s/.*\"$name\": \([0-9]*\).*/\1/p" "$record" 2>/dev/null || true)
  lines+=("  \"$name\": $now")
  if [ -z "$before" ]; then
    printf '  %-20s %15s instructions, not recorded yet\n' "$name" "$now"
    [ "${1:-}" = --update ] || failed=1
    continue
  fi
  change=$(awk -v a="$before" -v b="$now" 'BEGIN { printf "%+.2f", (b / a - 1) * 100 }')
  printf '  %-20s %15s instructions, recorded %15s, %s %%\n' "$name" "$now" "$before" "$change"
  if awk -v c="$change" -v l="$allowed" 'BEGIN { exit !(c > l) }'; then
    failed=1
  fi
done

if [ "${1:-}" = --update ]; then
  { echo "{"; (IFS=$'\n'; printf '%s\n' "${lines[*]}" | sed '$!s/$/,/'); echo "}"; } >"$record"
  echo "  recorded in $record"
elif [ "$failed" -ne 0 ]; then
  echo "  more than $allowed % more: mend it, or record it with benches/instructions.sh --update" >&2
  exit 1
fi
