//! See `../README.md`.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target runs one of them")]
mod checks;

use checks::splits_alike_in_any_pieces;
use dumpkeep::sql::dialect::Dialect;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((piece, script)) = input.split_first() {
        splits_alike_in_any_pieces(Dialect::Postgres, script, 1 + usize::from(piece % 30));
    }
});
