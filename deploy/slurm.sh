#!/bin/sh
# A study as an array of Slurm jobs, one task each. Where `interwork` is on the PATH of every node and
# OUT lies on a file system that all of them see:
#
#   export STUDY=study.yaml OUT=results
#   last=$(( $(interwork sweep "$STUDY" --tasks) - 1 ))
#   job=$(sbatch --parsable --export=ALL --array=0-"$last" deploy/slurm.sh)
#   sbatch --dependency=afterok:"$job" --export=ALL --wrap='interwork merge "$OUT" --out "$OUT"'
#
#SBATCH --job-name=interwork
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
set -eu
srun interwork sweep "${STUDY:?the study file}" --out "${OUT:?the result folder}" --index auto
