//! The names in a store and what they mean, both ways. Pure.
//!
//! `ROOT/TARGET/DATABASE/dumps/shop_2026-11-23_02-15-00.sql.zst` is a *backup*; every other *class*
//! folder beside `dumps` holds further names of backups, with the period in front. The times in names
//! are local to the run's zone, so a backup's day, week or year never depends on later settings.

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::{Datelike as _, NaiveDateTime};
use sha2::{Digest as _, Sha256};

/// The folder of what belongs to a server.
pub const GLOBALS: &str = "__GLOBAL__";
/// The folder of the runs' logs, in the root.
pub const LOGS: &str = "logs";
/// The file that the run's lock is taken on, in the root.
pub const LOCK: &str = ".dumpkeep.lock";
/// The folder of the real files, in a database's folder.
pub const DUMPS: &str = "dumps";
/// The folder of the notes of proofs, beside that.
pub const PROOFS: &str = "proofs";

/// Times in names: sorted as text, they are sorted in time.
const TIME: &str = "%Y-%m-%d_%H-%M-%S";
/// The length of [`TIME`] as written.
const TIME_LEN: usize = 19;
/// The longest folder name that leaves room for period, time and extensions in 255 bytes.
const FOLDER_MAX: usize = 200;

/// A retention class: a folder of links to the backups that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The newest, whenever they were made.
    Last,
    /// One a day.
    Daily,
    /// One an ISO week.
    Weekly,
    /// One a month.
    Monthly,
    /// One a year.
    Yearly,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Last,
        Self::Daily,
        Self::Weekly,
        Self::Monthly,
        Self::Yearly,
    ];

    /// Its folder.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Last => "lastsnapshots",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }

    /// The period of this class that a time falls into: the same text for the same period. Empty for
    /// [`Class::Last`], which has none.
    #[must_use]
    pub fn period(self, at: NaiveDateTime) -> String {
        match self {
            Self::Last => String::new(),
            Self::Daily => at.format("%Y_%m_%d").to_string(),
            // The week's own year: 2024-12-30 lies in the first week of 2025.
            Self::Weekly => {
                let week = at.date().iso_week();
                format!("{:04}_W{:02}", week.year(), week.week())
            }
            Self::Monthly => at.format("%Y_%m").to_string(),
            Self::Yearly => at.format("%Y").to_string(),
        }
    }

    /// How a backup is called in this class.
    #[must_use]
    pub fn link_name(self, file: &str, at: NaiveDateTime) -> String {
        match self {
            Self::Last => file.to_owned(),
            _ => format!("{}_{file}", self.period(at)),
        }
    }

    /// The backup's name in a link's; `None` for what is not named as a link of this class. Old
    /// shell scripts wrote weeks without the `W`.
    fn unlink_name(self, link: &str) -> Option<&str> {
        let shapes: &[&str] = match self {
            Self::Last => return Some(link),
            Self::Daily => &["9999_99_99_"],
            Self::Weekly => &["9999_W99_", "9999_99_"],
            Self::Monthly => &["9999_99_"],
            Self::Yearly => &["9999_"],
        };
        shapes.iter().find_map(|shape| {
            let (head, file) = link.split_at_checked(shape.len())?;
            looks_like(head, shape).then_some(file)
        })
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Last => "last",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        })
    }
}

fn looks_like(text: &str, shape: &str) -> bool {
    text.bytes()
        .zip(shape.bytes())
        .all(|(byte, like)| match like {
            b'9' => byte.is_ascii_digit(),
            exact => byte == exact,
        })
}

/// A backup's file name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupName {
    /// The database's folder.
    pub folder: String,
    /// When it was begun, in the run's zone.
    pub at: NaiveDateTime,
    /// `sql.zst`; of a command's target `ldif.gz`.
    pub extension: String,
}

impl fmt::Display for BackupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.format(TIME);
        write!(f, "{}_{at}.{}", self.folder, self.extension)
    }
}

impl BackupName {
    /// Reads a file name of `folder/dumps`; `None` for what dumpkeep did not make.
    #[must_use]
    pub fn parse(folder: &str, file: &str) -> Option<Self> {
        let rest = file.strip_prefix(folder)?.strip_prefix('_')?;
        let (time, rest) = rest.split_at_checked(TIME_LEN)?;
        let extension = rest.strip_prefix('.')?;
        if !looks_like(time, "9999-99-99_99-99-99") || !is_extension(extension) {
            return None;
        }
        Some(Self {
            folder: folder.to_owned(),
            at: NaiveDateTime::parse_from_str(time, TIME).ok()?,
            extension: extension.to_owned(),
        })
    }

    /// Reads a link's name in `folder/CLASS`.
    #[must_use]
    pub fn parse_link(class: Class, folder: &str, link: &str) -> Option<Self> {
        Self::parse(folder, class.unlink_name(link)?)
    }
}

/// Whether a file of a class is named as db_smart_backup names its links: `shop_2024_365_2024-12-30`,
/// `shop_2024_53`, `shop_2024_12`, before the extension. They do not say which backup they are of.
#[must_use]
pub fn is_old_link(class: Class, folder: &str, link: &str) -> bool {
    let shape = match class {
        Class::Last => "9999_999_9999-99-99_99-99-99",
        Class::Daily => "9999_999_9999-99-99",
        Class::Weekly | Class::Monthly => "9999_99",
        Class::Yearly => return false,
    };
    let rest = link
        .strip_prefix(folder)
        .and_then(|rest| rest.strip_prefix('_'));
    let rest = rest.and_then(|rest| rest.split_at_checked(shape.len()));
    rest.is_some_and(|(period, rest)| {
        looks_like(period, shape) && rest.strip_prefix('.').is_some_and(is_extension)
    })
}

fn is_extension(text: &str) -> bool {
    let part = |part: &str| {
        (1..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.split('.').count() <= 2 && text.split('.').all(part)
}

/// The folder of a database, whatever its name is: what a path, a shell or a terminal could stumble
/// over is written as `%XX`, as are bytes that are not UTF-8.
#[must_use]
pub fn database_folder(name: &[u8]) -> String {
    let mut folder = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_escaped(&mut folder, c);
        }
        push_hex(&mut folder, chunk.invalid());
    }
    // Reserved, or an option to some command, or the folder itself.
    if folder == GLOBALS || folder.starts_with(['.', '-']) || folder == LOGS {
        let first = folder.remove(0);
        folder.insert_str(0, &format!("%{:02X}", u32::from(first)));
    }
    match folder.len() {
        0 => "%".to_owned(),
        1..=FOLDER_MAX => folder,
        _ => shortened(&folder, name),
    }
}

fn push_escaped(folder: &mut String, c: char) {
    if c.is_ascii_alphanumeric() || "._-+=@,".contains(c) || (!c.is_ascii() && !c.is_control()) {
        folder.push(c);
    } else {
        push_hex(folder, c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn push_hex(folder: &mut String, bytes: &[u8]) {
    for byte in bytes {
        folder.push_str(&format!("%{byte:02X}"));
    }
}

/// No file system takes it whole: the digest tells it from others; the name is in the archive.
fn shortened(folder: &str, name: &[u8]) -> String {
    let digest = const_hex::encode(&Sha256::digest(name)[..16]);
    let room = FOLDER_MAX - digest.len() - 2;
    let head = &folder[..folder.floor_char_boundary(room)];
    format!("{head}%~{digest}")
}

/// The database's name for its folder; `None` for a shortened one, which doesn't say.
#[must_use]
pub fn database_name(folder: &str) -> Option<Vec<u8>> {
    if folder == "%" {
        return Some(Vec::new());
    }
    let mut name = Vec::with_capacity(folder.len());
    let mut rest = folder.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let (hex, after) = after.split_at_checked(2)?;
            name.extend(const_hex::decode(hex).ok()?);
            rest = after;
        } else {
            name.push(byte);
            rest = after;
        }
    }
    Some(name)
}

/// The folder of a target in the root. A slash in its name makes folders (`postgresql/db1`).
#[must_use]
pub fn target_folder(name: &str) -> PathBuf {
    name.split('/')
        .filter(|part| !part.is_empty())
        .map(|part| database_folder(part.as_bytes()))
        .collect()
}

/// How new files and folders are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modes {
    /// Of files. Default: the owner reads and writes, the group reads.
    pub file: u32,
    /// Of folders. Default: the owner all, the group reads.
    pub dir: u32,
    /// Who owns them, where not the process's user.
    pub owner: Option<u32>,
    /// Their group, where not the process's.
    pub group: Option<u32>,
}

impl Modes {
    /// The mode that something is made with, before it has its owner.
    pub(super) fn first(self, mode: u32) -> u32 {
        if self == Self::default() {
            mode
        } else {
            mode & !0o077
        }
    }
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            file: 0o640,
            dir: 0o750,
            owner: None,
            group: None,
        }
    }
}

/// Where the files of one database, or of a server's globals, are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// `ROOT/TARGET/FOLDER`.
    pub path: PathBuf,
    /// `FOLDER`.
    pub folder: String,
}

impl Home {
    /// The home of `folder` in a target's folder.
    #[must_use]
    pub fn new(target: &Path, folder: impl Into<String>) -> Self {
        let folder = folder.into();
        Self {
            path: target.join(&folder),
            folder,
        }
    }

    /// Where the real files are.
    #[must_use]
    pub fn dumps(&self) -> PathBuf {
        self.path.join(DUMPS)
    }

    /// Where the notes of proofs are.
    #[must_use]
    pub fn proofs(&self) -> PathBuf {
        self.path.join(PROOFS)
    }

    /// How the note of a backup's proof is called.
    #[must_use]
    pub fn proof_name(file: &str) -> String {
        format!("{file}.json")
    }

    /// Where a class's links are.
    #[must_use]
    pub fn class(&self, class: Class) -> PathBuf {
        self.path.join(class.folder())
    }

    /// Where real files and links are.
    pub fn folders(&self) -> impl Iterator<Item = PathBuf> {
        std::iter::once(self.dumps()).chain(Class::ALL.map(|class| self.class(class)))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn at(y: i32, m: u32, d: u32) -> NaiveDateTime {
        let date = NaiveDate::from_ymd_opt(y, m, d).unwrap();
        date.and_hms_opt(2, 15, 0).unwrap()
    }

    #[test]
    fn names_are_the_contracts() {
        let name = BackupName {
            folder: "shop".to_owned(),
            at: at(2026, 11, 23),
            extension: "sql.zst".to_owned(),
        };
        let file = name.to_string();
        assert_eq!(file, "shop_2026-11-23_02-15-00.sql.zst");
        let link = |class: Class| class.link_name(&file, name.at);
        assert_eq!(link(Class::Last), file);
        assert_eq!(link(Class::Daily), format!("2026_11_23_{file}"));
        assert_eq!(link(Class::Weekly), format!("2026_W48_{file}"));
        assert_eq!(link(Class::Monthly), format!("2026_11_{file}"));
        assert_eq!(link(Class::Yearly), format!("2026_{file}"));
        for class in Class::ALL {
            let read = BackupName::parse_link(class, "shop", &link(class));
            assert_eq!(read.as_ref(), Some(&name));
        }
    }

    #[test]
    fn weeks_carry_their_own_year() {
        assert_eq!(Class::Weekly.period(at(2024, 12, 30)), "2025_W01");
        assert_eq!(Class::Weekly.period(at(2027, 1, 1)), "2026_W53");
    }

    #[test]
    fn the_old_scripts_names_are_known() {
        let old = "shop_2024-12-30_01-00-00.sql.xz";
        assert!(BackupName::parse("shop", old).is_some());
        let week = BackupName::parse_link(Class::Weekly, "shop", &format!("2024_01_{old}"));
        assert_eq!(Class::Weekly.period(week.unwrap().at), "2025_W01");
        assert!(BackupName::parse(GLOBALS, "__GLOBAL___2024-12-30_01-00-00.sql").is_some());
    }

    #[test]
    fn other_files_are_not_ours() {
        for file in [
            "shop_2026-11-23_02-15-00",
            "shop_2026-11-23_02-15-00.sql.zst.bak",
            "shop_2026-11-23_02-15-00.sql zst",
            "shop_2026-13-23_02-15-00.sql.zst",
            "shop_+026-11-23_02-15-00.sql.zst",
            "shops_2026-11-23_02-15-00.sql.zst",
            "shop-2026-11-23_02-15-00.sql.zst",
            ".shop_2026-11-23_02-15-00.sql.zst.1-2.partial",
        ] {
            assert_eq!(BackupName::parse("shop", file), None, "{file}");
        }
        let file = "shop_2026-11-23_02-15-00.sql.zst";
        assert_eq!(BackupName::parse_link(Class::Daily, "shop", file), None);
    }

    #[test]
    fn hostile_names_stay_in_their_folder() {
        let cases: [(&[u8], &str); 9] = [
            (b"../etc", "%2E.%2Fetc"),
            (b"..", "%2E."),
            (b"-rf", "%2Drf"),
            (b"a\nb", "a%0Ab"),
            (b"__GLOBAL__", "%5F_GLOBAL__"),
            (b"logs", "%6Cogs"),
            (b"a b$%", "a%20b%24%25"),
            (b"caf\xe9", "caf%E9"),
            ("café".as_bytes(), "café"),
        ];
        for (name, folder) in cases {
            assert_eq!(database_folder(name), folder);
            assert_eq!(database_name(folder).as_deref(), Some(name));
        }
        assert_eq!(target_folder("postgresql/db1"), Path::new("postgresql/db1"));
        assert_eq!(target_folder("/../a//b"), Path::new("%2E./a/b"));
        assert_eq!(target_folder("logs"), Path::new("%6Cogs"));
    }

    proptest! {
        #[test]
        fn folders_are_reversible_plain_names(name in prop::collection::vec(any::<u8>(), 0..66)) {
            let folder = database_folder(&name);
            prop_assert!(folder.len() <= FOLDER_MAX);
            prop_assert!(!folder.contains('/') && !folder.chars().any(char::is_control));
            prop_assert!(!folder.starts_with(['.', '-']) && !folder.is_empty());
            prop_assert_eq!(database_name(&folder), Some(name));
        }

        #[test]
        fn long_names_are_told_apart(a in "[ -~]{300}", b in "[ -~]{300}") {
            prop_assert!(database_folder(a.as_bytes()).len() <= FOLDER_MAX);
            prop_assert_eq!(a == b, database_folder(a.as_bytes()) == database_folder(b.as_bytes()));
        }

        #[test]
        fn any_file_name_is_read_without_harm(file in any::<String>()) {
            for class in Class::ALL {
                let _ = BackupName::parse_link(class, "shop", &file);
            }
        }
    }
}
