//! See `../README.md`.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target runs one of them")]
mod checks;

use checks::read_all;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = read_all(input);
});
