//! Large objects of a pg_dump archive as `lo_put` statements.

use std::io::Read;
use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::{Error, Kind, Result};
use crate::foreign::compressed::fill;
use crate::foreign::pgdump::PgDump;
use crate::pipeline::stream::died;

/// So much of an object is written at once, in bytes; twice that as hexadecimal digits.
const PIECE: usize = 256 << 10;

/// So many statements wait at most.
const AHEAD: usize = 2;

/// The objects of an entry, as statements, read ahead.
pub(super) struct Objects {
    statements: Receiver<Vec<u8>>,
    reading: JoinHandle<Result<u64>>,
}

impl Objects {
    /// Begins to read the large objects of the entry at this place.
    pub(super) fn start(archive: Arc<PgDump>, entry: usize) -> Self {
        let (send, statements) = channel(AHEAD);
        let reading = spawn_blocking(move || {
            let mut objects = 0;
            if let Some(entry) = archive.entries.get(entry) {
                archive.objects(entry, &mut |oid, contents| {
                    objects += 1;
                    put(oid, contents, &send)
                })?;
            }
            Ok(objects)
        });
        Self {
            statements,
            reading,
        }
    }

    /// The next statement; `None` after the last.
    pub(super) async fn next(&mut self) -> Option<Vec<u8>> {
        self.statements.recv().await
    }

    /// How many objects there were.
    pub(super) async fn count(self) -> Result<u64> {
        // Whoever stops early must not leave the thread waiting.
        drop(self.statements);
        self.reading.await.map_err(died)?
    }
}

fn put(oid: u32, mut contents: &mut dyn Read, send: &Sender<Vec<u8>>) -> Result<()> {
    let (mut at, mut piece) = (0_u64, Vec::new());
    loop {
        fill(&mut contents, &mut piece, PIECE)?;
        if piece.is_empty() {
            return Ok(());
        }
        let digits = const_hex::encode(&piece);
        let sql = format!("SELECT pg_catalog.lo_put({oid}, {at}, '\\x{digits}'::pg_catalog.bytea)");
        at += piece.len() as u64;
        if send.blocking_send(sql.into_bytes()).is_err() {
            return Err(Error::new(Kind::Cancelled, "the restore ended early"));
        }
    }
}
