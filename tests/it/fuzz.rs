//! Mutated scripts and archives through everything that reads what others wrote. See
//! `fuzz/README.md`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dumpkeep::archive::codec::Codec;
use dumpkeep::sql::dialect::Dialect;

use crate::archive::small;
use checks::{
    items, judged_harmless_is_one_statement, read_all, reads_or_refuses,
    splits_alike_in_any_pieces, splits_for_both,
};

#[path = "../../fuzz/checks.rs"]
#[expect(unreachable_pub, reason = "the targets' library is made of it too")]
pub(crate) mod checks;

/// What a mutation writes in, beside single bytes.
const WORDS: [&str; 28] = [
    "'",
    "\"",
    "`",
    "\\",
    "$$",
    "$a$",
    ";",
    "--",
    "-- ",
    "#",
    "/*",
    "*/",
    "/*!",
    "/*M!",
    "\n",
    "\n\\.\n",
    "(",
    ")",
    "E'",
    "BEGIN",
    " ATOMIC ",
    "CASE",
    " END ",
    "DELIMITER ;;\n",
    "\0",
    "COPY t FROM stdin;\n",
    "SET NAMES gbk;",
    "\u{e9}",
];

/// xorshift: the same inputs for everybody.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).expect("a small number")
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(input.len() + 1);
            let end = (at + self.below(20)).min(input.len());
            match self.below(4) {
                0 => drop(input.drain(at..end)),
                1 => {
                    let word = WORDS[self.below(WORDS.len())].bytes();
                    drop(input.splice(at..at, word));
                }
                2 => {
                    let part = input[at..end].to_vec();
                    let to = self.below(input.len() + 1);
                    drop(input.splice(to..to, part));
                }
                _ => {
                    let byte = u8::try_from(self.below(256)).expect("a byte");
                    input.get_mut(at).into_iter().for_each(|old| *old = byte);
                }
            }
        }
    }
}

fn runs() -> usize {
    let runs = std::env::var("DUMPKEEP_FUZZ_RUNS").ok();
    runs.map_or(5_000, |runs| runs.parse().expect("a number of runs"))
}

/// Mutates each seed again and again; an input that fails is shown.
fn fuzz(seeds: &[Vec<u8>], runs: usize, target: impl Fn(&[u8], &mut Random)) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for run in 0..runs {
        let mut input = seeds[run % seeds.len()].clone();
        random.mutate(&mut input);
        let done = catch_unwind(AssertUnwindSafe(|| target(&input, &mut random)));
        assert!(
            done.is_ok(),
            "run {run} failed with b\"{}\"",
            input.escape_ascii()
        );
    }
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let entries = fs::read_dir(folder).expect("the corpus");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("a file"))
        .collect()
}

fn scripts(dialect: Dialect, name: &str) {
    fuzz(&corpus(name), runs(), |script, random| {
        splits_alike_in_any_pieces(dialect, script, 1 + random.below(30));
    });
}

fn statements(dialect: Dialect, name: &str) {
    let mut seeds = Vec::new();
    for script in corpus(name) {
        seeds.extend(items(dialect, &script, usize::MAX).expect("a seed is a script"));
    }
    seeds.retain(|seed| !seed.is_empty());
    fuzz(&seeds, 2 * runs(), |text, _| {
        judged_harmless_is_one_statement(dialect, text)
    });
}

#[test]
fn scripts_of_postgres() {
    scripts(Dialect::Postgres, "postgres");
}

#[test]
fn scripts_of_mysql() {
    scripts(Dialect::Mysql, "mysql");
}

#[test]
fn statements_of_postgres() {
    statements(Dialect::Postgres, "postgres");
}

#[test]
fn statements_of_mysql() {
    statements(Dialect::Mysql, "mysql");
}

#[test]
fn archives() {
    let mut seeds = corpus("archives");
    seeds.extend(
        [
            Codec::Zstd(3),
            Codec::Gzip(6),
            Codec::Xz(1),
            Codec::Bzip2(9),
            Codec::None,
        ]
        .map(small),
    );
    fuzz(&seeds, runs() / 10, |file, _| drop(read_all(file)));
}

#[test]
fn archives_of_pg_dump() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a");
    fuzz(&corpus("pgdump"), runs() / 5, |file, _| {
        reads_or_refuses(file, &path);
    });
}

#[test]
fn scripts_of_other_dumpers() {
    fuzz(&corpus("foreign"), runs(), |script, random| {
        splits_for_both(script, 1 + random.below(30));
    });
}
