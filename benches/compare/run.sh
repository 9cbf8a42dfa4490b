#!/usr/bin/env bash
# Compares dumpkeep with its peers on the same seeded data, interleaved, on private servers.
#
#   benches/compare/run.sh                        everything: 300 MB, 5 rounds
#   benches/compare/run.sh all --size 1000        on 1 GB
#   benches/compare/run.sh start|measure|report|stop [--servers pg18,mariadb10.11] [--only NAME,…]
#                          [--databases mixed,…] [--rounds N] [--size MB] [--home DIR]
#
# Servers come from scripts/install-servers.sh; mydumper and myloader, where Debian's are installed,
# take part. Raw results go to benches/compare/results/, tables and plots are made of those.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONDONTWRITEBYTECODE=1
export DUMPKEEP_SERVERS
DUMPKEEP_SERVERS=$("$here/../../scripts/install-servers.sh" --where)
export DUMPKEEP_BINARY=${DUMPKEEP_BINARY:-$here/../../target/release/dumpkeep}
exec python3 "$here/compare.py" "$@"
