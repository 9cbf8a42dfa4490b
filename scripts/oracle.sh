#!/usr/bin/env bash
# Checks dumpkeep against pg_dump on a database of yours:
#
#   scripts/oracle.sh postgres://user@host/shop
#
# Copies the database twice on its own server, once by dumpkeep (into shop_oracle_ours) and once by
# pg_dump (into shop_oracle_reference), and compares what pg_dump says of the copies and of the
# original: every definition, and every row of every table whatever their order. What pg_dump's own
# copy has unlike the original is no difference, if dumpkeep's is like one of the two. Exit code 0 and
# nothing on standard output: no difference. What pg_dump's copy could not be given is said on standard
# error. The copies are dropped at the end, unless KEEP=1.
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

SUBSCRIPTIONS="SELECT format(sql, subname) FROM pg_subscription, unnest(ARRAY[
  'ALTER SUBSCRIPTION %I DISABLE', 'ALTER SUBSCRIPTION %I SET (slot_name = NONE)',
  'DROP SUBSCRIPTION %I']) WITH ORDINALITY s(sql, n)
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY subname, n"

# The database is made as the original is.
CREATE="SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
  :'copy', pg_encoding_to_char(encoding), datcollate, datctype)
FROM pg_database WHERE datname = current_database()"

at() {
  echo "$server/$1$options"
}

forget() {
  [ -n "${KEEP:-}" ] || for copy in "$ours" "$reference"; do
    # A database with subscriptions can't be dropped; those of the copies have no slots anywhere.
    psql -X -q "$(at "$copy")" <<<"$SUBSCRIPTIONS \\gexec" >/dev/null 2>&1 || true
    psql -X -q "$url" -c "SET client_min_messages = error" -c "DROP DATABASE IF EXISTS \"$copy\"" || true
  done
  rm -rf "$work"
}

# Each line behind its object's head; the lines of a definition are numbered, rows are not.
normalised() {
  pg_dump "$1" | awk '
    /^\\(un)?restrict / || /^-- Dumped / { next }
    !rows && (/^(--)?$/ || /^-- PostgreSQL database dump complete$/) { next }
    / SET \(pg_attver=/ { next }
    /^-- (Data for )?Name: / { head = $0; line = 0 }
    rows && /^\\\.$/ { rows = 0 }
    { if (rows) printf "%s\trow\t%s\n", head, $0; else printf "%s\t%06d\t%s\n", head, line++, $0 }
    /^COPY .* FROM stdin;$/ { rows = 1 }' | LC_ALL=C sort
}

trap forget EXIT
for copy in "$ours" "$reference"; do
  psql -X -q -v ON_ERROR_STOP=1 -v copy="$copy" "$url" <<<"$CREATE \\gexec"
done
"$dumpkeep" dump "$url" -o "$work/archive.sql.zst"
"$dumpkeep" restore "$work/archive.sql.zst" --to "$(at "$ours")"
pg_dump "$url" >"$work/reference.sql"
# Goes on after errors, and says them: what the reference can't restore is not there to compare.
psql -X -q "$(at "$reference")" -f "$work/reference.sql" >/dev/null
normalised "$url" >"$work/original.txt"
normalised "$(at "$reference")" >"$work/reference.txt"
normalised "$(at "$ours")" >"$work/ours.txt"
export LC_ALL=C
{
  comm -23 "$work/ours.txt" "$work/reference.txt" | comm -23 - "$work/original.txt" | sed 's/^/> /'
  comm -12 "$work/reference.txt" "$work/original.txt" | comm -23 - "$work/ours.txt" | sed 's/^/< /'
} >"$work/differences.txt"
[ ! -s "$work/differences.txt" ] || {
  cat "$work/differences.txt"
  echo "oracle: < is in the original and in pg_dump's copy only, > in dumpkeep's only" >&2
  exit 1
}
