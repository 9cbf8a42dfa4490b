//! Proves an archive by restoring it: into a database of its own, which is dropped again.

use std::io::{Read, Seek};

use bstr::ByteSlice as _;
use chrono::{DateTime, Utc};

use crate::archive::reader::Reader;
use crate::archive::toc::Toc;
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::restore::{RestoreJob, restore};
use crate::pipeline::runner::Outcome;
use crate::plan::entry::Section;
use crate::progress::Task;
use crate::source::Target;
use crate::sql::dialect::Dialect;

/// Restores the archive into a scratch database. It is dropped whether that went well or not; the
/// restore's error is the one that is given.
pub async fn prove<T, R>(
    target: &mut T,
    reader: Reader<R>,
    now: DateTime<Utc>,
    task: &Task,
) -> Result<Outcome>
where
    T: Target + 'static,
    R: Read + Seek + Send + 'static,
{
    let create = creation(reader.toc())?;
    let name = scratch_name(now);
    target
        .execute(&renamed(target.dialect(), create, &name)?)
        .await
        .while_with(|| format!("making the scratch database {name}"))?;
    let loaded = load(target, reader, &name, task).await;
    let dropped = drop_database(target, &name).await;
    let outcome = loaded.while_with(|| format!("restoring into the scratch database {name}"))?;
    dropped.while_with(|| format!("dropping the scratch database {name}"))?;
    Ok(outcome)
}

fn scratch_name(now: DateTime<Utc>) -> String {
    let time = now.format("%Y%m%d%H%M%S");
    format!("dumpkeep_verify_{time}_{}", std::process::id())
}

async fn load<T, R>(target: &mut T, reader: Reader<R>, name: &str, task: &Task) -> Result<Outcome>
where
    T: Target + 'static,
    R: Read + Seek + Send + 'static,
{
    target.use_database(name.as_bytes()).await?;
    restore(target, reader, &RestoreJob::default(), task).await
}

/// Nobody can drop the database that they are in.
async fn drop_database<T: Target>(target: &mut T, name: &str) -> Result<()> {
    if target.dialect() == Dialect::Postgres {
        target.use_database(b"postgres").await?;
    }
    let drop = format!("DROP DATABASE {name}");
    target.execute(drop.as_bytes()).await
}

/// The statement that makes the archive's database: encoding and collations matter to the proof.
fn creation(toc: &Toc) -> Result<(&[u8], &[u8])> {
    let database = &toc.head.database.0;
    let mut entries = toc.entries.iter();
    let own = entries.find(|entry| entry.section == Section::Database && entry.kind == "database");
    let create = own.and_then(|entry| entry.sql.first());
    match create {
        Some(create) => Ok((&create.0, database)),
        None => Err(Error::new(
            Kind::Usage,
            "the archive does not say by itself how its database is made",
        )
        .hint("Restore it with --create on a server where that name is free.")),
    }
}

/// The same statement for a database of this name, which needs no quotes.
fn renamed(dialect: Dialect, (create, database): (&[u8], &[u8]), name: &str) -> Result<Vec<u8>> {
    let quote: &[u8] = match dialect {
        Dialect::Postgres => b"\"",
        Dialect::Mysql => b"`",
    };
    let doubled = database.replace(quote, [quote, quote].concat());
    let verb = b"CREATE DATABASE ";
    for spelled in [[quote, &doubled, quote].concat(), database.to_vec()] {
        let rest = create.strip_prefix(verb);
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix(spelled.as_slice())) else {
            continue;
        };
        if rest.first().is_none_or(|next| *next == b' ') {
            return Ok([verb, name.as_bytes(), rest].concat());
        }
    }
    let what = "the statement that makes the archive's database is of an unknown form";
    Err(Error::new(Kind::Archive, what))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn the_scratch_database_is_made_like_the_archives() {
        for (dialect, create, database, expected) in [
            (
                Dialect::Postgres,
                "CREATE DATABASE \"a\"\"b\" WITH TEMPLATE = template0",
                "a\"b",
                "CREATE DATABASE s WITH TEMPLATE = template0",
            ),
            (
                Dialect::Postgres,
                "CREATE DATABASE shop",
                "shop",
                "CREATE DATABASE s",
            ),
            (
                Dialect::Mysql,
                "CREATE DATABASE `a` CHARSET x",
                "a",
                "CREATE DATABASE s CHARSET x",
            ),
        ] {
            let from = (create.as_bytes(), database.as_bytes());
            let made = renamed(dialect, from, "s").unwrap();
            assert_eq!(String::from_utf8(made).unwrap(), expected);
        }
        let other = (&b"CREATE DATABASE shopping"[..], &b"shop"[..]);
        assert!(renamed(Dialect::Postgres, other, "s").is_err());
    }
}
