#!/usr/bin/env bash
# Mutation testing of the model: every mutant of what is named (else of the IM server, gateways, SMSC and
# HLR), in one build. Writes results/mutation/README.md. `--again` plays those alone that were not caught
# the last time; `--list` shows them all.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CARGO_TARGET_DIR=$PWD/target/mutants/tool
cargo build --quiet --locked --manifest-path tools/mutants/Cargo.toml
unset CARGO_TARGET_DIR
exec target/mutants/tool/debug/mutants "$@"
