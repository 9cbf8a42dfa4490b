//! See `../README.md`.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target runs one of them")]
mod checks;

use checks::judged_harmless_is_one_statement;
use dumpkeep::sql::dialect::Dialect;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    judged_harmless_is_one_statement(Dialect::Mysql, input);
});
