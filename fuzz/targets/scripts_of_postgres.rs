//! See `../README.md`.
#![no_main]

use dumpkeep_fuzz::splits_alike_in_any_pieces;
use dumpkeep::sql::dialect::Dialect;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((piece, script)) = input.split_first() {
        splits_alike_in_any_pieces(Dialect::Postgres, script, 1 + usize::from(piece % 30));
    }
});
