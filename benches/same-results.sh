#!/usr/bin/env bash
# Whether two builds of the program give the same bytes: every file of a result folder but those that
# know the wall clock or are drawn (manifest.json, report.html), what the terminal says, and what
# `check` says of valid and invalid topologies. Every shipped topology, a federation of every
# feature, replications, a study and a comparison.
#
#     benches/same-results.sh BEFORE AFTER      two programs; a path to each
#
# Exits with 1 and names the files if anything differs. Files that only AFTER writes are named too.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
before=$(realpath "$1") after=$(realpath "$2")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT

# Runs a command of one program; its words without what is timed.
said() { # program, its folder, name, arguments…
  local program=$1 folder=$2 name=$3
  shift 3
  "$program" "$@" >"$folder/$name.said" 2>&1 || true
  # Nor what says how far it is, as long runs do on a busy machine.
  sed -i -E "s#$folder#OUT#g; s#$program#interwork#g; s/ in [0-9.]+ ([µm]?s|min) \([^)]*\)//; / so far$/d" "$folder/$name.said"
}

all() { # program, folder
  local program=$1 folder=$2 file name
  mkdir -p "$folder"
  for file in topologies/*.yaml tests/federations/*.yaml; do
    name=$(basename "$file" .yaml)
    local shorter=()
    case $name in
      continental) shorter=(--set run.duration=10s --set run.warm_up=2s) ;;
      national) shorter=(--set run.duration=2m) ;;
    esac
    said "$program" "$folder" "run-$name" run "$file" "${shorter[@]}" --out "$folder/$name" --messages 20
    said "$program" "$folder" "check-$name" check "$file"
  done
  for file in topologies/invalid/*.yaml; do
    said "$program" "$folder" "invalid-$(basename "$file" .yaml)" check "$file"
  done
  said "$program" "$folder" run-repeated run tests/federations/every-feature.yaml --replications 3 --out "$folder/repeated"
  said "$program" "$folder" run-hub run topologies/hub-and-spoke.yaml --set run.duration=1m --out "$folder/hub-short"
  said "$program" "$folder" run-mesh run topologies/full-mesh.yaml --set run.duration=1m --out "$folder/mesh-short"
  said "$program" "$folder" compare compare "$folder/hub-short" "$folder/mesh-short" --out "$folder/compared" --json "$folder/compared.json"
  said "$program" "$folder" compare-repeated compare "$folder/repeated" "$folder/every-feature" --out "$folder/compared-repeated"
  said "$program" "$folder" report report "$folder/every-feature"
  said "$program" "$folder" trace trace topologies/omtp-reference.yaml --message 40
  said "$program" "$folder" conformance conformance
  said "$program" "$folder" capacity capacity topologies/sms-fallback-storm.yaml --set 'workload.stages=[]' --set run.duration=5m --precision 20% --max-replications 3 --json "$folder/capacity.json" --out "$folder/capacity"
  said "$program" "$folder" sweep sweep topologies/studies/smsc-size.yaml --out "$folder/sweep"
  find "$folder" \( -name manifest.json -o -name report.html \) -delete
  # Which build it was is no result.
  local build='s/"commit": "[^"]*"/"commit": ""/; s/("version": "[^+"]*)\+[^"]*"/\1"/'
  find "$folder" -name '*.json' -exec sed -i -E "s#$folder#OUT#g; $build" {} +
}

all "$before" "$work/before"
all "$after" "$work/after"
only=$(diff -rq "$work/before" "$work/after" | grep "^Only in $work/after" | sed "s#$work/after##" || true)
[ -z "$only" ] || printf 'written by AFTER alone:\n%s\n' "$only"
# diff says with its exit code that it found something, which pipefail would take for grep finding nothing.
if differ=$({ diff -rq "$work/before" "$work/after" || true; } | grep -v "^Only in $work/after"); then
  printf 'different:\n%s\n' "${differ//$work\//}"
  diff -r "$work/before" "$work/after" | grep '^[<>]' | cut -c1-200 | head -n "${LINES_SHOWN:-20}" || true
  exit 1
fi
echo "the same: $(find "$work/before" -type f | wc -l) files"
