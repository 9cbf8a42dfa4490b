//! See `../README.md`.
#![no_main]

use dumpkeep_fuzz::splits_for_both;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((piece, script)) = input.split_first() {
        splits_for_both(script, 1 + usize::from(piece % 30));
    }
});
