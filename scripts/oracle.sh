#!/usr/bin/env bash
# Checks dumpkeep against pg_dump on a database of yours:
#
#   scripts/oracle.sh postgres://user@host/shop
#
# Copies the database twice on its own server, once by dumpkeep (into shop_oracle_ours) and once by
# pg_dump (into shop_oracle_reference), and compares what pg_dump says of the two copies: every
# definition, and every row of every table whatever their order. Nothing printed and exit code 0: no
# difference. The copies are dropped at the end, unless KEEP=1.
#
# Needs dumpkeep (DUMPKEEP=path), psql and pg_dump in PATH, pg_dump no older than the server, the
# right to create databases, and room for both copies. Passwords: ~/.pgpass or PGPASSWORD.
# Subscriptions would be copied too, disabled.
set -euo pipefail

die() {
  echo "oracle: $*" >&2
  exit 2
}

[ $# = 1 ] || die "usage: scripts/oracle.sh URL"
url=$1
[[ $url =~ ^(postgres(ql)?://[^/?]*)/([^/?]+)(\?.*)?$ ]] || die "the URL must name a database"
server=${BASH_REMATCH[1]} database=${BASH_REMATCH[3]} options=${BASH_REMATCH[4]}
dumpkeep=${DUMPKEEP:-dumpkeep}
ours=${database}_oracle_ours reference=${database}_oracle_reference
work=$(mktemp -d)

at() {
  echo "$server/$1$options"
}

forget() {
  [ -n "${KEEP:-}" ] || for copy in "$ours" "$reference"; do
    psql -X -q "$url" -c "SET client_min_messages = error" -c "DROP DATABASE IF EXISTS \"$copy\"" || true
  done
  rm -rf "$work"
}

# Each line behind its object's head; the lines of a definition are numbered, rows are not.
normalised() {
  pg_dump "$1" | awk '
    /^\\(un)?restrict / || /^-- Dumped / { next }
    / SET \(pg_attver=/ { next }
    /^-- (Data for )?Name: / { head = $0; line = 0 }
    rows && /^\\\.$/ { rows = 0 }
    { if (rows) printf "%s\trow\t%s\n", head, $0; else printf "%s\t%06d\t%s\n", head, line++, $0 }
    /^COPY .* FROM stdin;$/ { rows = 1 }' | LC_ALL=C sort
}

trap forget EXIT
for copy in "$ours" "$reference"; do
  psql -X -q -v ON_ERROR_STOP=1 "$url" -c "CREATE DATABASE \"$copy\" TEMPLATE template0"
done
"$dumpkeep" dump "$url" -o "$work/archive.sql.zst"
"$dumpkeep" restore "$work/archive.sql.zst" --to "$(at "$ours")"
pg_dump "$url" >"$work/reference.sql"
# Goes on after errors, and says them: what the reference can't restore is not there to compare.
psql -X -q "$(at "$reference")" -f "$work/reference.sql" >/dev/null
normalised "$(at "$reference")" >"$work/reference.txt"
normalised "$(at "$ours")" >"$work/ours.txt"
diff "$work/reference.txt" "$work/ours.txt" || {
  echo "oracle: < is the reference's copy, > is dumpkeep's" >&2
  exit 1
}
