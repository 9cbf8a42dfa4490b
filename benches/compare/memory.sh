#!/usr/bin/env bash
# Peak memory where it could grow: one row of 300 MiB, 100 million rows, 100,000 tables, as a table in
# Markdown. On private servers; takes long, and some ten GB below --home.
#
#   benches/compare/memory.sh [--servers pg18,…] [--cases row,rows,tables] [--jobs 1,4]
#                             [--row MIB] [--rows N] [--tables N] [--home DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONDONTWRITEBYTECODE=1
export DUMPKEEP_SERVERS
DUMPKEEP_SERVERS=$("$here/../../scripts/install-servers.sh" --where)
export DUMPKEEP_BINARY=${DUMPKEEP_BINARY:-$here/../../target/release/dumpkeep}
exec python3 "$here/memory.py" "$@"
