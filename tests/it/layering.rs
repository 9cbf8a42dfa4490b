//! Who may use whom. The table below is the architecture's; a line of `src/` that breaks it fails
//! here with its place. What a module may use of the crate counts by the longest path in the table
//! that holds it; `error` and the module itself always may.

use std::fs;
use std::path::{Path, PathBuf};

/// What reaches out of the process or holds state: not for modules that are functions of their
/// arguments.
const IMPURE: &[&str] = &[
    "tokio::",
    "tracing::",
    "std::env::",
    "std::fs",
    "std::net::Tcp",
    "std::process",
    "Instant::now",
    "Local::now",
    "SystemTime::now",
    "Utc::now",
];

const PLAIN: &[&str] = &["plan", "source", "sql"];

/// One line of the architecture's table.
struct Rule {
    /// A module's path below `src`.
    module: &'static str,
    /// The crate's modules that it may use, by their paths' beginnings.
    may: &'static [&'static str],
    /// Texts that its code must not hold.
    never: &'static [&'static str],
}

const fn rule(
    module: &'static str,
    may: &'static [&'static str],
    never: &'static [&'static str],
) -> Rule {
    Rule { module, may, never }
}

const RULES: &[Rule] = &[
    rule("error", &[], IMPURE),
    rule("env", &[], &["tokio::", "tracing::"]),
    rule("plan", PLAIN, IMPURE),
    rule("sql", PLAIN, IMPURE),
    rule("source", &["plan", "sql", "archive::frame"], IMPURE),
    rule(
        "report",
        &[
            "source",
            "config::resolve",
            "config::duration",
            "retention::policy",
        ],
        IMPURE,
    ),
    rule(
        "archive",
        PLAIN,
        &["tokio::", "rustls", "clap::", "std::env::"],
    ),
    rule("archive::entries", PLAIN, IMPURE),
    rule("archive::format", PLAIN, IMPURE),
    rule(
        "foreign",
        &["plan", "source", "sql", "archive::entries", "archive::toc"],
        &["tokio::", "rustls", "clap::", "std::env::", "tracing::"],
    ),
    rule(
        "postgres",
        &["plan", "source", "sql", "archive::frame", "env", "cat"],
        &["clap::", "toml::"],
    ),
    rule("postgres::objects", POSTGRES_PURE, IMPURE),
    rule("postgres::facets", POSTGRES_PURE, IMPURE),
    rule("postgres::quote", POSTGRES_PURE, IMPURE),
    rule("postgres::select", POSTGRES_PURE, IMPURE),
    rule(
        "mysql",
        &["plan", "source", "sql", "archive::frame", "env"],
        &["clap::", "toml::"],
    ),
    rule("mysql::objects", MYSQL_PURE, IMPURE),
    rule("mysql::quote", MYSQL_PURE, IMPURE),
    rule("store", &[], &["tokio::", "clap::", "toml::"]),
    rule("store::layout", &["store"], IMPURE),
    rule("retention", &["store"], &["tokio::", "clap::", "toml::"]),
    rule("retention::policy", &["store::layout", "retention"], IMPURE),
    rule(
        "config",
        &[
            "env",
            "plan",
            "source",
            "sql",
            "archive::codec",
            "retention::policy",
            "store::layout",
        ],
        &["tokio::", "clap::"],
    ),
    rule("progress", &[], &["tokio::"]),
    rule("logging", &["progress"], &["tokio::"]),
    rule("child", &["env"], &["clap::", "toml::"]),
    rule(
        "hooks",
        &["child", "report", "config", "env"],
        &["clap::", "toml::"],
    ),
    rule(
        "notify",
        &["report", "config", "env"],
        &["clap::", "toml::"],
    ),
    rule(
        "command",
        &["archive", "child", "config", "env", "store"],
        &["clap::", "toml::"],
    ),
    rule("schedule", &[], IMPURE),
    rule("pipeline", PIPELINE, &["clap::", "toml::"]),
    rule("cli", CLI, &["tokio_postgres", "mysql_async"]),
    rule("lib", &[], IMPURE),
    rule("main", &[], &["tokio::"]),
];

const POSTGRES_PURE: &[&str] = &["postgres", "plan", "source", "sql", "cat"];
const MYSQL_PURE: &[&str] = &["mysql", "plan", "source", "sql"];

const PIPELINE: &[&str] = &[
    "archive",
    "command",
    "config",
    "env",
    "foreign",
    "hooks",
    "logging",
    "mysql",
    "notify",
    "plan",
    "postgres",
    "progress",
    "report",
    "retention",
    "schedule",
    "source",
    "sql",
    "store",
];

const CLI: &[&str] = &[
    "archive",
    "config",
    "env",
    "logging",
    "pipeline",
    "plan",
    "progress",
    "report",
    "retention",
    "schedule",
    "source",
    "sql::dialect",
    "sql::foreign",
    "store",
];

#[test]
fn modules_use_what_the_architecture_lets_them_use() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for file in rust_files(&root) {
        let text = fs::read_to_string(&file).expect("a source file");
        let path = file.strip_prefix(&root).expect("below src");
        broken.extend(check(&module_of(path), &text));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_broken_rule_is_told() {
    let told = |module: &str, text: &str| check(module, text).join("\n");
    assert_eq!(
        told("plan::order", "use crate::sql::dialect::Dialect;\n"),
        ""
    );
    assert_eq!(
        told(
            "plan::order",
            "// not crate::store\nuse crate::plan::entry;"
        ),
        ""
    );
    assert_eq!(
        told("archive::writer", "use std::io;\nuse crate::store::fs;"),
        "archive::writer, line 2: may not use crate::store::fs"
    );
    assert_eq!(
        told("postgres::data", "fn f() { crate::mysql::quote::name() }"),
        "postgres::data, line 1: may not use crate::mysql::quote::name"
    );
    assert_eq!(
        told(
            "store::fs",
            "use crate::{\n    error::Result,\n    plan::{entry, order},\n};"
        ),
        "store::fs, line 1: may not use crate::plan"
    );
    assert_eq!(
        told("sql::scan", "let now = std::time::Instant::now();"),
        "sql::scan, line 1: may not hold Instant::now"
    );
    assert_eq!(
        told("sql::scan", "#[cfg(test)]\nmod tests { use tokio::x; }"),
        ""
    );
    assert!(told("novelty", "").contains("no rule"));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// `postgres/objects/mod.rs` is `postgres::objects`.
fn module_of(path: &Path) -> String {
    let parts: Vec<&str> = path
        .iter()
        .map(|part| part.to_str().expect("UTF-8").trim_end_matches(".rs"))
        .filter(|part| *part != "mod")
        .collect();
    parts.join("::")
}

/// What breaks the rules in one file, up to its tests.
fn check(module: &str, text: &str) -> Vec<String> {
    let Some(rule) = rule_for(module) else {
        return vec![format!(
            "{module}: the architecture's table has no rule for it"
        )];
    };
    let code = without_comments(text.split("#[cfg(test)]").next().unwrap_or_default());
    let mut broken = Vec::new();
    for (line, used) in crate_paths(&code) {
        if !allowed(rule, &used) {
            broken.push(format!("{module}, line {line}: may not use crate::{used}"));
        }
    }
    for word in rule.never {
        for (at, _) in code.match_indices(word) {
            broken.push(format!(
                "{module}, line {}: may not hold {word}",
                line_of(&code, at)
            ));
        }
    }
    broken
}

fn rule_for(module: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .filter(|rule| within(module, rule.module))
        .max_by_key(|rule| rule.module.len())
}

fn allowed(rule: &Rule, used: &str) -> bool {
    let own = rule.module.split("::").next().unwrap_or_default();
    // A stricter rule inside a module names what it may use of that module.
    let own = if rule.may.contains(&own) {
        "error"
    } else {
        own
    };
    [own, "error"]
        .iter()
        .chain(rule.may)
        .any(|may| within(used, may))
}

fn within(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| {
        let end = line.find("//").unwrap_or(line.len());
        line[..end].to_owned() + "\n"
    };
    text.lines().map(code).collect()
}

/// Every path that begins with `crate::`, with its line; of a group in braces each member's first
/// name.
fn crate_paths(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, start) in code.match_indices("crate::") {
        let (line, rest) = (line_of(code, at), &code[at + start.len()..]);
        let members = match rest.strip_prefix('{') {
            Some(group) => group_members(group),
            None => vec![path_at(rest)],
        };
        found.extend(members.into_iter().map(|path| (line, path)));
    }
    found
}

fn path_at(text: &str) -> String {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    text[..end.unwrap_or(text.len())]
        .trim_end_matches(':')
        .to_owned()
}

/// The first names of the members of a group, whose opening brace is already read.
fn group_members(text: &str) -> Vec<String> {
    let (mut depth, mut members, mut name) = (0_usize, Vec::new(), String::new());
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(std::mem::take(&mut name)),
            _ if depth == 0 => name.push(c),
            _ => {}
        }
    }
    members.push(name);
    let paths = members.iter().map(|member| path_at(member.trim()));
    paths.filter(|path| !path.is_empty()).collect()
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// A file that `tests/it.rs` does not name is compiled by nobody, and none of its tests runs.
#[test]
fn every_file_of_tests_is_a_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let list = fs::read_to_string(root.join("it.rs")).expect("tests/it.rs");
    for entry in fs::read_dir(root.join("it")).expect("tests/it") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_str().expect("UTF-8");
        if name.ends_with(".rs") {
            assert!(list.contains(&format!("\"it/{name}\"")), "{name}");
        }
    }
}
