//! See `../README.md`.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target runs one of them")]
mod checks;

use checks::reads_or_refuses;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let path = std::env::temp_dir().join(format!("dumpkeep-fuzz-{}", std::process::id()));
    reads_or_refuses(input, &path);
});
