//! See `../README.md`.
#![no_main]

use dumpkeep_fuzz::judged_harmless_is_one_statement;
use dumpkeep::sql::dialect::Dialect;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    judged_harmless_is_one_statement(Dialect::Postgres, input);
});
