//! See `../README.md`.
#![no_main]

use dumpkeep_fuzz::reads_or_refuses;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let path = std::env::temp_dir().join(format!("dumpkeep-fuzz-{}", std::process::id()));
    reads_or_refuses(input, &path);
});
