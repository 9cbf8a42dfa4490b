//! See `../README.md`.
#![no_main]

use dumpkeep_fuzz::read_all;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = read_all(input);
});
