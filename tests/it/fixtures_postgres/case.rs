//! One folder of the fixtures, `schema_fixtures/postgres/KIND/CASE/`. The first line of its
//! `setup.sql` says where it can run: `-- requires: pg>=15 pg<18`, and after that
//!
//! * `alone`: not in one database with other cases;
//! * `not-into-18`: it has what 18 no longer has.

use std::fs;
use std::path::{Path, PathBuf};

/// The versions, oldest first.
pub(super) const VERSIONS: [&str; 9] = ["10", "11", "12", "13", "14", "15", "16", "17", "18"];

/// The newest.
pub(super) const NEWEST: &str = "18";

/// Kinds whose objects belong to the server, or are databases: restored into another server.
const OF_THE_SERVER: &[&str] = &[
    "role",
    "role_membership",
    "role_setting",
    "tablespace",
    "parameter_grant",
    "database",
];

/// A case.
pub(super) struct Case {
    folder: PathBuf,
    pub(super) kind: String,
    pub(super) name: String,
    words: Vec<String>,
}

impl Case {
    fn read(folder: PathBuf, kind: &str) -> Self {
        let name = format!("{kind}/{}", last(&folder));
        let setup = fs::read_to_string(folder.join("setup.sql"));
        let setup = setup.unwrap_or_else(|_| panic!("{name}: no setup.sql"));
        let line = setup.lines().next().unwrap_or_default();
        let words = line
            .strip_prefix("-- requires:")
            .unwrap_or_else(|| panic!("{name}: the first line is no `-- requires:`"));
        Self {
            words: words.split_whitespace().map(str::to_owned).collect(),
            folder,
            kind: kind.to_owned(),
            name,
        }
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub(super) fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.path(file)).ok()
    }

    pub(super) fn setup(&self) -> String {
        self.text("setup.sql").expect("a setup.sql in each case")
    }

    /// Whether it is one of the server's own objects.
    pub(super) fn of_the_server(&self) -> bool {
        OF_THE_SERVER.contains(&self.kind.as_str())
    }

    /// Whether this mark is on it.
    pub(super) fn is(&self, mark: &str) -> bool {
        self.words.iter().any(|word| word == mark)
    }

    /// Whether it can be loaded into this version.
    pub(super) fn suits(&self, version: &str) -> bool {
        self.words.iter().all(|word| holds(word, version))
    }

    /// The newest version that it can be loaded into.
    pub(super) fn newest(&self) -> &'static str {
        let newest = VERSIONS.iter().rfind(|version| self.suits(version));
        newest.unwrap_or_else(|| panic!("{} suits no version", self.name))
    }
}

fn holds(word: &str, version: &str) -> bool {
    let number = |text: &str| -> u32 { text.parse().expect("a major version") };
    match (word.strip_prefix("pg>="), word.strip_prefix("pg<")) {
        (Some(first), _) => number(version) >= number(first),
        (_, Some(first_not)) => number(version) < number(first_not),
        _ => matches!(word, "alone" | "not-into-18") || panic!("what is {word}?"),
    }
}

/// All of them, or with `FIXTURE=index/` those whose names hold that.
pub(super) fn cases() -> Vec<Case> {
    let only = std::env::var("FIXTURE").unwrap_or_default();
    let mut found = Vec::new();
    for kind in folders(&root()) {
        for folder in folders(&kind) {
            found.push(Case::read(folder, &last(&kind)));
        }
    }
    found.retain(|case| case.name.contains(&only));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The folder of the fixtures.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema_fixtures/postgres")
}

/// The folders in a folder.
pub(super) fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).expect("the fixtures");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_dir()).collect()
}

/// The last part of a path.
pub(super) fn last(path: &Path) -> String {
    let name = path.file_name().expect("a name");
    name.to_str().expect("UTF-8").to_owned()
}
