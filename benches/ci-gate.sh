#!/usr/bin/env bash
# How often the gate of docs/ci.md fails where nothing changed, and how often it finds a p99 that is
# 5 % worse: repetitions with other seeds each, so that no two sides share people.
#   benches/ci-gate.sh [REPETITIONS] > results/performance/ci-gate.txt
set -euo pipefail
cd "$(dirname "$0")/.."
repetitions=${1:-200}
interwork=target/release/interwork
topology=topologies/two-imsps.yaml
line='message_latency{route=interworked} p99 +2.5%'
# 43 ms on 853 ms: the link is in every one of these messages once.
worse='agreements.left:right.link.latency=63ms'
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

run() { # NAME SEED [--set ...]
  "$interwork" run "$topology" --replications 20 --out "$out/$1" --force \
    --set run.duration=1h --set "run.seed=$2" "${@:3}" >/dev/null 2>&1 || [ $? -eq 99 ]
}

# How the line goes: fails, holds or cannot_tell, and the change.
judge() { # A B
  local report=$out/report.json
  "$interwork" compare "$out/$1" "$out/$2" --fail-on "$line" --json "$report" \
    --out "$out/comparison" --force >/dev/null 2>&1 || [ $? -eq 99 ]
  sed -n '/"fail_on"/,$p' "$report" |
    sed -n 's/^ *"\(ratio\|outcome\)": "*\([a-z_0-9.]*\)"*,*$/\2/p' | paste -sd ' '
}

printf 'topology %s, 20 replications of 1h, line: %s\n' "$topology" "$line"
run before 1
for n in $(seq 1 "$repetitions"); do
  run after $((n + 1))
  run worse $((n + 100001)) --set "$worse"
  printf 'unchanged %s\n' "$(judge before after)" >>"$out/table"
  printf 'worse %s\n' "$(judge before worse)" >>"$out/table"
  rm -rf "$out/before"
  mv "$out/after" "$out/before"
done
for kind in unchanged worse; do
  count() { grep -c "^$kind .* $1\$" "$out/table" || true; }
  printf '%-10s of %s: %s fail, %s hold, %s cannot be told\n' "$kind" "$repetitions" \
    "$(count fails)" "$(count holds)" "$(count cannot_tell)"
  awk -v kind="$kind" '$1 == kind { n++; s += $2; q += $2 * $2 }
    END { m = s / n; printf "%-10s ratio: mean %.4f, standard deviation %.4f\n", kind, m,
          sqrt((q - n * m * m) / (n - 1)) }' "$out/table"
done
