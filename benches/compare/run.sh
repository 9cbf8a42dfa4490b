#!/usr/bin/env bash
# Compares dumpkeep with its peers on the same seeded data, interleaved, on private servers.
#
#   benches/compare/run.sh                        everything: 300 MB, 5 rounds
#   benches/compare/run.sh --rounds 3 --minutes 8 the same, but no run begins after eight minutes
#   benches/compare/run.sh all --size 1000        on 1 GB
#   benches/compare/run.sh start|measure|report|stop [--servers pg18,mariadb10.11] [--only NAME,…]
#                          [--databases mixed,…] [--sweep] [--rounds N] [--minutes M] [--size MB] [--tables N]
#                          [--home DIR] [--results FILE.jsonl]
#
# The binary is target/release/dumpkeep of the tree that this script is in, or $DUMPKEEP_BINARY. Servers
# come from scripts/install-servers.sh; mydumper and myloader, where Debian's are installed, take part.
# Raw results go to --results (results/latest.jsonl below the current folder); the table (.md) and the
# plots (.svg), beside it, are made of those. --home holds data and archives: some GB, and memory where
# that is a memory file system.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONDONTWRITEBYTECODE=1
export DUMPKEEP_SERVERS
DUMPKEEP_SERVERS=$("$here/../../scripts/install-servers.sh" --where)
export DUMPKEEP_BINARY=${DUMPKEEP_BINARY:-$here/../../target/release/dumpkeep}
[ -x "$DUMPKEEP_BINARY" ] || { echo "run.sh: no $DUMPKEEP_BINARY: cargo build --release" >&2; exit 1; }
exec python3 "$here/compare.py" "$@"
