#!/usr/bin/env bash
# From a fresh checkout to a restored backup, on a Debian machine with cargo and npm: builds dumpkeep,
# starts a private PostgreSQL and a private MariaDB with sample data, backs both up, destroys both
# databases, brings them back and compares. Touches nothing outside target/, the servers' cache and
# one temporary folder; leaves nothing running.
#
#   scripts/quickstart.sh           the whole way
#   KEEP=1 scripts/quickstart.sh    keeps the temporary folder with the store
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d "${TMPDIR:-/tmp}/dumpkeep-quickstart.XXXXXX")
servers=()

clean_up() {
  local server
  for server in "${servers[@]}"; do
    kill -s QUIT "$server" 2>/dev/null || continue
    for _ in $(seq 200); do
      kill -s 0 "$server" 2>/dev/null || continue 2
      sleep 0.1
    done
    kill -s KILL "$server"
  done
  [ -n "${KEEP:-}" ] && echo "kept: $work" && return
  rm -rf "$work"
}
trap clean_up EXIT

title() {
  printf '\n\033[1m%s\033[0m\n' "$*"
}

# Shows a command as one would type it, and runs it.
run() {
  printf '$ %s\n' "${*//$PWD\/target\/release\//}"
  "$@"
}

# Servers refuse to run as root.
as_server=()
if [ "$(id -u)" = 0 ]; then
  as_server=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi

wait_for() {
  local name=$1
  shift
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "$name did not start:" >&2
  tail "$work/$name.log" >&2
  exit 1
}

psql() {
  "$postgres/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$work" -U postgres "$@"
}

mariadb() {
  "$mariadb/mariadb" --no-defaults --batch --skip-column-names --user=root \
    --default-character-set=utf8mb4 --socket="$work/mariadb.sock" "$@"
}

start_postgres() {
  "${as_server[@]}" "$postgres/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 \
    --locale=C.UTF-8 -D "$work/postgres" >"$work/postgres.log" 2>&1
  "${as_server[@]}" "$postgres/postgres" -D "$work/postgres" -c fsync=off -c listen_addresses= \
    -c unix_socket_directories="$work" >>"$work/postgres.log" 2>&1 &
  servers+=($!)
  wait_for postgres psql -d postgres -c 'SELECT 1'
}

start_mariadb() {
  local home=$mariadb/.. file
  local paths=(--no-defaults --basedir="$home/usr" --lc-messages-dir="$home/share"
    --character-sets-dir="$home/share/charsets" --plugin-dir="$home/plugin"
    --datadir="$work/mariadb" --tmpdir="$work/mariadb")
  "${as_server[@]}" mkdir "$work/mariadb"
  {
    printf 'CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n'
    printf "SET @skip_auth_anonymous = 'set';\n"
    for file in mysql_system_tables mysql_performance_tables mysql_system_tables_data mysql_sys_schema; do
      cat "$home/share/$file.sql"
    done
  } | "${as_server[@]}" "$mariadb/mariadbd" "${paths[@]}" --bootstrap >"$work/mariadb.log" 2>&1
  "${as_server[@]}" "$mariadb/mariadbd" "${paths[@]}" --skip-networking --socket="$work/mariadb.sock" \
    >>"$work/mariadb.log" 2>&1 &
  servers+=($!)
  wait_for mariadb mariadb -e 'SELECT 1'
}

sample_shop() {
  psql -d postgres -c 'CREATE DATABASE shop'
  psql -d shop <<'SQL'
CREATE TYPE state AS ENUM ('open', 'paid', 'sent');
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  mail text UNIQUE CHECK (mail LIKE '%@%')
);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer bigint NOT NULL REFERENCES customers,
  state state NOT NULL DEFAULT 'open',
  placed timestamptz NOT NULL,
  total numeric(10, 2) NOT NULL
);
CREATE INDEX ON orders (customer, placed);
CREATE VIEW turnover AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
COMMENT ON TABLE orders IS 'what was ordered, "quoted" and all';
INSERT INTO customers (name, mail)
  SELECT 'Customer ' || i, 'c' || i || '@example.org' FROM generate_series(1, 5000) i;
INSERT INTO orders (customer, state, placed, total)
  SELECT 1 + i % 5000, (ARRAY['open', 'paid', 'sent'])[1 + i % 3]::state,
    timestamptz '2026-01-01' + i * interval '1 minute', i % 977 + 0.95
  FROM generate_series(1, 200000) i;
SQL
}

sample_blog() {
  mariadb -e 'CREATE DATABASE blog CHARACTER SET utf8mb4'
  mariadb blog <<'SQL'
CREATE TABLE authors (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) NOT NULL);
CREATE TABLE posts (
  id INT AUTO_INCREMENT PRIMARY KEY,
  author INT NOT NULL,
  title VARCHAR(200) NOT NULL,
  body MEDIUMTEXT,
  picture BLOB,
  score FLOAT,
  FOREIGN KEY (author) REFERENCES authors (id)
);
CREATE VIEW titles AS SELECT title FROM posts;
INSERT INTO authors (name) VALUES ('Ada'), ('Grace'), ('Ödön 🐘');
INSERT INTO posts (author, title, body, picture, score)
  SELECT 1 + seq % 3, CONCAT('Post ', seq), REPEAT('It''s text.\n', seq % 50),
    UNHEX(SHA2(seq, 256)), seq / 7
  FROM seq_1_to_20000;
SQL
}

# One line that changes when any row does.
fingerprint_shop() {
  psql -d shop -c "SELECT count(*), md5(string_agg(o::text, '' ORDER BY id)) FROM orders o" \
    -c "SELECT count(*), md5(string_agg(c::text, '' ORDER BY id)) FROM customers c" \
    -c "SELECT count(*), sum(total) FROM turnover"
}

fingerprint_blog() {
  mariadb blog -e 'CHECKSUM TABLE authors, posts; SELECT COUNT(*) FROM titles'
}

write_configuration() {
  cat >"$work/dumpkeep.toml" <<TOML
root = "$work/store"
timezone = "UTC"

[retention]
last = 24
days = 14
weeks = 8
months = 12
years = 3

[[target]]
name = "shop-db"
url = "postgres:///postgres?host=$work&user=postgres"
databases = ["*"]
exclude = ["postgres"]
jobs = 2

[[target]]
name = "blog-db"
url = "mariadb://root@localhost/?socket=$work/mariadb.sock"
databases = ["*"]
TOML
  cat "$work/dumpkeep.toml"
}

newest() {
  find "$work/store/$1/dumps" -type f | sort | tail -n 1
}

title "What this needs"
scripts/install-servers.sh pg15 mariadb10.11
cache=$(scripts/install-servers.sh --where)
postgres=$cache/pg15/programs
mariadb=$cache/mariadb10.11/programs
chmod 755 "$work"
[ "$(id -u)" = 0 ] && chown nobody:nogroup "$work"

title "Building"
cargo build --release --locked --bin dumpkeep
dumpkeep=$PWD/target/release/dumpkeep

title "A PostgreSQL with a shop, a MariaDB with a blog"
start_postgres
start_mariadb
sample_shop
sample_blog
before=$(fingerprint_shop && fingerprint_blog)
echo "$before"

title "The configuration"
write_configuration
run "$dumpkeep" check -c "$work/dumpkeep.toml"

title "A backup of both"
run "$dumpkeep" backup -c "$work/dumpkeep.toml"
(cd "$work/store" && find . | sort)
shop=$(newest shop-db/shop)
blog=$(newest blog-db/blog)
run "$dumpkeep" verify "$shop" "$blog"
run "$dumpkeep" show "$shop"

title "Both databases are lost"
psql -d postgres -c 'DROP DATABASE shop'
mariadb -e 'DROP DATABASE blog'

title "And come back"
run "$dumpkeep" restore "$shop" --create --to "postgres:///postgres?host=$work&user=postgres"
run "$dumpkeep" restore "$blog" --create --to "mariadb://root@localhost/?socket=$work/mariadb.sock"
after=$(fingerprint_shop && fingerprint_blog)
echo "$after"
[ "$before" = "$after" ] || { echo "the restored data differ" >&2 && exit 1; }

title "Without dumpkeep too"
psql -d postgres -c 'CREATE DATABASE elsewhere'
echo "\$ zstd -dc $shop | psql elsewhere"
zstd -dc "$shop" | psql -d elsewhere >/dev/null
psql -d elsewhere -c 'SELECT count(*) FROM orders'

title "All is as it was before"
