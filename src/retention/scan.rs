//! What backups a database has: the names in its folders and what the file system says of them.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::policy::Backup;
use crate::error::Result;
use crate::store::fs;
use crate::store::layout::{BackupName, Class, Home};

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
            if let Some(name) = BackupName::parse_link(class, &home.folder, &link) {
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

/// The homes in a target's folder: of databases, and of the globals.
pub fn homes(target: &Path) -> Result<Vec<Home>> {
    let folders = fs::folders(target)?.into_iter();
    let homes = folders.map(|(folder, _)| Home::new(target, folder));
    Ok(homes.filter(|home| home.dumps().is_dir()).collect())
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
