#!/bin/sh
# A study as an array of HyperQueue tasks. Where a server runs (`hq server start`) and its workers see
# the folder:   STUDY=study.yaml OUT=results deploy/hyperqueue.sh
set -eu
last=$(($(interwork sweep "${STUDY:?the study file}" --tasks) - 1))
hq submit --wait --array "0-$last" --cpus 1 interwork sweep "$STUDY" --out "${OUT:?the result folder}" --index auto
interwork merge "$OUT" --out "$OUT"
