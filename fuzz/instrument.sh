#!/bin/sh
# Cargo's RUSTC_WRAPPER: dumpkeep itself, and the targets, are compiled so that libFuzzer sees which
# branches an input takes. Their dependencies are left as they are.
for word in "$@"; do
  case $previous in
    --crate-name)
      case $word in
        dumpkeep | dumpkeep_fuzz | scripts_* | statements_* | archives*)
          exec "$@" -C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
            -C llvm-args=-sanitizer-coverage-inline-8bit-counters \
            -C llvm-args=-sanitizer-coverage-pc-table -C llvm-args=-sanitizer-coverage-trace-compares
          ;;
      esac
      ;;
  esac
  previous=$word
done
exec "$@"
