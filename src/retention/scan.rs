//! What backups a database has: the names in its folders and what the file system says of them.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::policy::Backup;
use crate::error::Result;
use crate::store::fs;
use crate::store::layout::{BackupName, Class, Home, is_old_link};

/// All backups of one database, oldest first. Files with other names are none of ours.
pub fn backups(home: &Home) -> Result<Vec<Backup>> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for (file, path) in fs::files(&home.dumps())? {
        if let Some(name) = BackupName::parse(&home.folder, &file) {
            let meta = fs::metadata(&path)?;
            found.insert(file, Found::new(name, &meta, true));
        }
    }
    for class in Class::ALL {
        for (link, path) in fs::files(&home.class(class))? {
            if is_old_link(class, &home.folder, &link) {
                let meta = fs::metadata(&path)?;
                old_link(&mut found, class, link, &meta);
            } else if let Some(name) = BackupName::parse_link(class, &home.folder, &link) {
                let meta = fs::metadata(&path)?;
                let entry = found.entry(name.to_string());
                let entry = entry.or_insert_with(|| Found::new(name, &meta, false));
                entry.link(class, link, &meta);
            }
        }
    }
    let mut backups: Vec<Backup> = found.into_values().map(Found::done).collect();
    backups.sort_by_key(|backup| (backup.name.at, backup.name.to_string()));
    Ok(backups)
}

/// A link of the old script's does not say which backup it is of: the file itself does. One whose
/// real file is gone is left alone.
fn old_link(found: &mut BTreeMap<String, Found>, class: Class, link: String, meta: &Metadata) {
    let inode = (meta.dev(), meta.ino());
    let mut all = found.values_mut();
    if let Some(of) = all.find(|of| of.backup.in_dumps && of.inode == inode) {
        of.link(class, link, meta);
    }
}

/// What is known of one database in a store of the old script's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// The target that has its folder: `postgresql/HOST`, `mysql`.
    pub target: String,
    /// The database's folder.
    pub folder: String,
    /// Its backups.
    pub backups: usize,
    /// Their bytes.
    pub bytes: u64,
    /// The oldest's file.
    pub oldest: String,
    /// The newest's file.
    pub newest: String,
    /// The classes' links.
    pub links: usize,
    /// Files among the dumps whose names are none of ours or the old script's.
    pub strangers: usize,
}

/// Looks for databases' folders, two or three levels below a root.
pub fn adoptable(root: &Path) -> Result<Vec<Adopted>> {
    let mut found = Vec::new();
    for (kind, folder) in fs::folders(root)? {
        for home in homes(&folder)? {
            found.push(adopted(kind.clone(), &home)?);
        }
        for (host, folder) in fs::folders(&folder)? {
            for home in homes(&folder)? {
                found.push(adopted(format!("{kind}/{host}"), &home)?);
            }
        }
    }
    Ok(found)
}

fn adopted(target: String, home: &Home) -> Result<Adopted> {
    let all = backups(home)?;
    let name = |backup: Option<&Backup>| backup.map_or_else(String::new, |b| b.name.to_string());
    let files = fs::files(&home.dumps())?;
    let ours = |file: &str| BackupName::parse(&home.folder, file).is_some();
    Ok(Adopted {
        target,
        folder: home.folder.clone(),
        backups: all.len(),
        bytes: all.iter().map(|backup| backup.bytes).sum(),
        oldest: name(all.first()),
        newest: name(all.last()),
        links: all.iter().map(|backup| backup.links.len()).sum(),
        strangers: files.iter().filter(|(file, _)| !ours(file)).count(),
    })
}

/// The homes in a target's folder: of databases, and of the globals. Those that can't be looked into
/// are among them, so that they are errors and not absent.
pub fn homes(target: &Path) -> Result<Vec<Home>> {
    let folders = fs::folders(target)?.into_iter();
    let homes = folders.map(|(folder, _)| Home::new(target, folder));
    Ok(homes
        .filter(|home| fs::may_be_folder(&home.dumps()))
        .collect())
}

struct Found {
    backup: Backup,
    inode: (u64, u64),
    links: u64,
    known: u64,
}

impl Found {
    fn new(name: BackupName, meta: &Metadata, in_dumps: bool) -> Self {
        Self {
            backup: Backup {
                name,
                bytes: meta.len(),
                written: (meta.mtime(), meta.mtime_nsec()),
                in_dumps,
                links: Vec::new(),
                pins: 0,
            },
            inode: (meta.dev(), meta.ino()),
            links: meta.nlink(),
            known: u64::from(in_dumps),
        }
    }

    fn link(&mut self, class: Class, link: String, meta: &Metadata) {
        // A copy is a file of its own: it counts neither as a link nor against one.
        if (meta.dev(), meta.ino()) == self.inode {
            self.known += 1;
        }
        self.backup.links.push((class, link));
    }

    fn done(mut self) -> Backup {
        self.backup.pins = self.links.saturating_sub(self.known);
        self.backup
    }
}
