#!/usr/bin/env bash
# Builds the static binary: target/static/dumpkeep, which runs on any x86_64 or aarch64 Linux, in an
# empty folder too. Why it is made like this: docs/decisions/static-build.md.
set -euo pipefail
cd "$(dirname "$0")/.."

target="$(rustc -vV | sed -n 's/^host: //p')"
case $target in
  *-linux-gnu) ;;
  *) echo "build-static: this needs a glibc toolchain, not $target" >&2 && exit 1 ;;
esac

mkdir -p target/static
"${CC:-cc}" -O2 -Wall -c scripts/static-glibc.c -o target/static/glibc.o
# --target, so that these flags don't reach build scripts and macros. Absolute, because the linker
# runs elsewhere.
export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static -C strip=debuginfo \
  -C link-arg=$PWD/target/static/glibc.o --cfg getrandom_backend=\"linux_getrandom\""
cargo build --locked --release --target "$target" --target-dir target/static/build --bin dumpkeep
cp "target/static/build/$target/release/dumpkeep" target/static/dumpkeep

# What would break elsewhere in silence is looked at here.
headers=$(readelf --program-headers target/static/dumpkeep)
symbols=$(nm target/static/dumpkeep)
case $headers in
  *INTERP*) echo "build-static: the binary asks for a loader" >&2 && exit 1 ;;
esac
for setting in use_built_in_lookups give_memory_back; do
  case $symbols in
    *$setting*) ;;
    *) echo "build-static: the binary's C library does not $setting" >&2 && exit 1 ;;
  esac
done
target/static/dumpkeep --version
ls -l target/static/dumpkeep
