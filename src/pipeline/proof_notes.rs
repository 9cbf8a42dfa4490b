//! When each backup was proven: a small file for each, in the folder `proofs` beside the dumps. It
//! goes with its dump.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};
use crate::pipeline::proof::Proof;
use crate::store::fs;
use crate::store::layout::{BackupName, Home};

/// How the last proof of a backup went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofNote {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Whether what was restored is what the archive holds.
    pub good: bool,
    /// Objects that were compared.
    #[serde(default)]
    pub objects: u64,
    /// Rows that were counted again.
    #[serde(default)]
    pub rows: u64,
    /// What was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl ProofNote {
    /// Of a proof that went so.
    #[must_use]
    pub fn of(at: DateTime<Utc>, proof: &Result<Proof>) -> Self {
        match proof {
            Ok(proof) => Self {
                at,
                good: true,
                objects: proof.objects,
                rows: proof.rows,
                error: None,
            },
            Err(error) => Self {
                at,
                good: false,
                objects: 0,
                rows: 0,
                error: Some(error.line()),
            },
        }
    }
}

/// The notes of one database by the backups' files. One that can't be read is none.
pub fn read(home: &Home) -> Result<BTreeMap<String, ProofNote>> {
    let mut notes = BTreeMap::new();
    for (name, path) in fs::files(&home.proofs())? {
        let Some(file) = name.strip_suffix(".json") else {
            continue;
        };
        if BackupName::parse(&home.folder, file).is_none() {
            continue;
        }
        let text = std::fs::read(&path).map_err(|cause| fs::failed("read", &path, cause))?;
        match serde_json::from_slice(&text) {
            Ok(note) => {
                notes.insert(file.to_owned(), note);
            }
            Err(error) => tracing::warn!("cannot read {}: {error}", path.display()),
        }
    }
    Ok(notes)
}

/// Writes the note of one backup.
pub fn write(home: &Home, file: &str, note: &ProofNote) -> Result<()> {
    let text = serde_json::to_vec(note);
    let text =
        text.map_err(|cause| Error::new(Kind::Internal, "cannot write JSON").cause(cause))?;
    fs::replace(&home.proofs(), &Home::proof_name(file), &text)
}
