//! Archives of MySQL and MariaDB databases, made and restored by production code.

use std::io::Cursor;
use std::process::Command;

use chrono::{DateTime, Utc};
use dumpkeep::archive::reader::Reader;
use dumpkeep::env::Env;
use dumpkeep::error::Error;
use dumpkeep::mysql::consistency::strategy::Strategy;
use dumpkeep::mysql::source::MysqlSource;
use dumpkeep::mysql::target::MysqlTarget;
use dumpkeep::pipeline::dump::{DumpJob, dump};
use dumpkeep::pipeline::restore::{RestoreJob, restore};
use dumpkeep::progress::Progress;
use dumpkeep::source::Target as _;

use super::server::{MySqlServer, feed};

/// Surroundings with nothing in them.
pub(crate) fn nowhere() -> Env {
    Env {
        now: DateTime::<Utc>::UNIX_EPOCH,
        vars: std::collections::BTreeMap::new(),
        host: "here".to_owned(),
        stderr_is_terminal: false,
    }
}

/// Runs a future on threads of its own.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

/// A dump by one connection, or as the job says.
pub(crate) fn job() -> DumpJob {
    DumpJob::new(DateTime::<Utc>::UNIX_EPOCH)
}

/// Dumps a database.
pub(crate) fn archive(
    url: &str,
    database: &str,
    job: &DumpJob,
    strategy: Option<Strategy>,
) -> Result<Vec<u8>, Error> {
    wait(async {
        let mut source = MysqlSource::connect(url, &nowhere()).await?;
        if let Some(strategy) = strategy {
            source = source.with_strategy(strategy);
        }
        let progress = Progress::default();
        let (bytes, _) = dump(&source, database.as_bytes(), job, Vec::new(), &progress).await?;
        Ok(bytes)
    })
}

/// The script in an archive.
pub(crate) fn script(archive: &[u8]) -> Vec<u8> {
    zstd::stream::decode_all(archive).expect("an archive decompresses")
}

/// Pipes the script into the server's client, which gets these switches.
pub(crate) fn pipe(
    archive: &[u8],
    server: &MySqlServer,
    database: &str,
    switches: &[&str],
) -> Result<String, String> {
    let mut client: Command = server.client(database);
    client.args(switches);
    feed(&mut client, &script(archive))
}

/// Restores natively.
pub(crate) fn native(archive: &[u8], url: &str) -> Result<(), Error> {
    natively(archive, url, &RestoreJob::default())
}

/// The same with all rows by files, where the server takes them so; tells how many it was sent.
pub(crate) fn by_files(archive: &[u8], server: &MySqlServer, database: &str) -> u64 {
    let job = RestoreJob {
        by_file_from: 0,
        ..RestoreJob::default()
    };
    server.sql("", "SET GLOBAL local_infile = 1");
    let before = loads(server);
    natively(archive, &server.url(database), &job).expect("a native restore by files");
    loads(server) - before
}

/// How many times a server was sent a `LOAD DATA`.
pub(crate) fn loads(server: &MySqlServer) -> u64 {
    let found = server.sql("", "SHOW GLOBAL STATUS LIKE 'Com_load'");
    let count = found.split_whitespace().last().map(str::parse::<u64>);
    count.expect("a row").expect("a number")
}

fn natively(archive: &[u8], url: &str, job: &RestoreJob) -> Result<(), Error> {
    wait(async {
        let mut target = MysqlTarget::connect(url, &nowhere()).await?;
        let reader = Reader::open(Cursor::new(archive.to_vec()))?;
        let task = Progress::default().task("restore", 0);
        restore(&mut target, reader, job, &task).await?;
        target.close().await
    })
}

/// An archive's warnings.
pub(crate) fn told(archive: &[u8]) -> Vec<String> {
    let reader = Reader::open(Cursor::new(archive.to_vec())).expect("an archive");
    let warnings = reader.toc().head.warnings.iter();
    warnings
        .map(|one| format!("{}: {}", one.object, one.message))
        .collect()
}

/// What an archive's warnings are about.
pub(crate) fn warned(archive: &[u8]) -> Vec<String> {
    let reader = Reader::open(Cursor::new(archive.to_vec())).expect("an archive");
    let warnings = reader.toc().head.warnings.iter();
    warnings.map(|one| one.object.to_string()).collect()
}
