#!/usr/bin/env bash
# Time and memory against size: run.sh for several sizes of `mixed`, dumpkeep and one peer, then a table
# and plots.
#
#   benches/compare/sizes.sh [--server pg18] [--sizes 10,30,100,300,1000] [--rounds N] [--home DIR] [--into DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
server=pg18 sizes=10,30,100,300,1000 rounds=3 home=/var/tmp/dumpkeep-compare into=results/sizes
while [ $# -gt 0 ]; do
    case $1 in
    --server) server=$2 ;;
    --sizes) sizes=$2 ;;
    --rounds) rounds=$2 ;;
    --home) home=$2 ;;
    --into) into=$2 ;;
    *) echo "sizes.sh: unknown option $1" >&2; exit 2 ;;
    esac
    shift 2
done
mkdir -p "$into"
peer='vendor | zstd'
case $server in pg*) peer='pg_dump | zstd' ;; esac
for size in ${sizes//,/ }; do
    rm -rf "$home/files"
    "$here/run.sh" all --servers "$server" --databases mixed --only "dumpkeep -j2,dumpkeep -j1,$peer" --tables 10 \
        --size "$size" --rounds "$rounds" --home "$home" --results "$into/size-$size.jsonl" > "$into/size-$size.log"
done
export PYTHONDONTWRITEBYTECODE=1
export DUMPKEEP_SERVERS
DUMPKEEP_SERVERS=$("$here/../../scripts/install-servers.sh" --where)
export DUMPKEEP_BINARY=${DUMPKEEP_BINARY:-$here/../../target/release/dumpkeep}
python3 "$here/sizes.py" "$into"
