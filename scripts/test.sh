#!/usr/bin/env bash
# Everything that has to hold: installs what the tests need, then checks formatting, lints,
# documentation, dependencies and shell scripts, and runs all tests. Ends with 0 only when every
# section is well. Cold, on 2 cores: below 25 minutes.
set -uo pipefail
cd "$(dirname "$0")/.."

readonly CARGO_DENY=0.20.2
failed=()

# Runs one section; a failure is remembered and the others run all the same.
section() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then
    printf '== %s: ok (%d s)\n' "$name" $((SECONDS - start))
  else
    printf '== %s: FAILED (%d s)\n' "$name" $((SECONDS - start))
    failed+=("$name")
  fi
}

documentation() {
  RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items --quiet
}

scripts() {
  local script bad=0
  for script in scripts/*.sh .ci/run; do
    bash -n "$script" || bad=1
  done
  return $bad
}

# The dependencies' licences and origins. The tool is built once, into the tests' cache.
dependencies() {
  local tools
  tools=$(scripts/install-servers.sh --where)/tools
  if [ "$("$tools/bin/cargo-deny" --version 2>/dev/null)" != "cargo-deny $CARGO_DENY" ]; then
    cargo install --quiet --locked --debug --root "$tools" --version "$CARGO_DENY" cargo-deny || return 1
  fi
  "$tools/bin/cargo-deny" --log-level error --locked check --hide-inclusion-graph licenses bans sources || return 1
  if "$tools/bin/cargo-deny" --log-level off fetch db >/dev/null 2>&1; then
    "$tools/bin/cargo-deny" --log-level error --locked check advisories
  else
    echo "advisories: NOT CHECKED, their database can't be reached from here"
  fi
}

static_binary() {
  scripts/build-static.sh && cargo test --locked --quiet --test it -- static_binary --ignored
}

section servers scripts/install-servers.sh
section formatting cargo fmt --check
section lints cargo clippy --locked --all-targets --quiet -- -D warnings
section documentation documentation
section scripts scripts
section dependencies dependencies
section tests cargo test --locked --quiet --no-fail-fast
section "static binary" static_binary

printf '\n%d s in all\n' "$SECONDS"
if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]}"
  exit 1
fi
echo "all is well"
