//! What is known before anything is run: under which names things are restored, what would fail,
//! what is made beforehand.

use std::borrow::Cow;
use std::io::{Read, Seek};
use std::sync::Arc;

use bstr::{BString, ByteSlice as _};

use crate::archive::toc::ArchiveKind;
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::numbers::Numbers;
use crate::pipeline::restore::preflight::{Asked, missing_schemas, owners, problems, refusal};
use crate::pipeline::restore::{RestoreJob, refuse_filled};
use crate::pipeline::runner::OnError;
use crate::plan::entry::Section;
use crate::source::{Target, TargetFacts};
use crate::sql::dialect::Dialect;
use crate::sql::names::{Renaming, quoted};

/// What is known before anything is run.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) renaming: Arc<Renaming>,
    /// What would fail, of a restore that is only asked for.
    pub(super) problems: Vec<String>,
    facts: TargetFacts,
    /// Roles to be made.
    roles: Vec<BString>,
}

impl Prepared {
    /// Looks at the archive and at the server. What would fail is the error, unless failures are
    /// only to be counted.
    pub(super) async fn of<T: Target, R: Read + Seek + Send + 'static>(
        target: &mut T,
        archive: &Arc<Archive<R>>,
        chosen: &[usize],
        job: &RestoreJob,
    ) -> Result<Self> {
        let toc = archive.toc();
        let renaming = Arc::new(job.names.renaming(archive, chosen).await?);
        let mut places = Cow::Borrowed(chosen);
        if job.create {
            let all = 0..toc.entries.len();
            let own = all.filter(|at| toc.entries.section(*at) == Some(Section::Database));
            places.to_mut().extend(own);
        }
        let mut prepared = Self {
            renaming,
            problems: Vec::new(),
            facts: TargetFacts::default(),
            roles: Vec::new(),
        };
        if job.resume || (job.unchecked && !job.create_missing_roles && !job.names.renames()) {
            return Ok(prepared);
        }
        let mut asked = Asked::of(archive, (&places, &*prepared.renaming)).await?;
        for line in asked.unnamed() {
            tracing::warn!("--map-role, --map-tablespace: {line}");
        }
        asked.newer(archive, chosen, target.server()).await?;
        let owners = owners(toc, chosen, job).into_iter();
        let numbers = Numbers::of(archive, (chosen, &prepared.renaming)).await?;
        let mut names = asked.names(owners);
        names.tables.extend(numbers.tables());
        prepared.facts = target.facts(&names).await?;
        if let Some(most) = prepared.facts.max_packet {
            asked.long_rows(archive, chosen, most).await?;
        }
        for line in asked.missing_definers(&prepared.facts, job) {
            tracing::warn!("{line}");
        }
        if job.create_missing_roles && toc.head.kind == ArchiveKind::Database {
            prepared.roles = asked.missing_roles(&prepared.facts);
        }
        if job.unchecked {
            return Ok(prepared);
        }
        let server = (target.server(), &prepared.facts);
        let mut found = problems((toc, chosen), &asked, server, job);
        let (renaming, facts) = (&prepared.renaming, &prepared.facts);
        found.extend(missing_schemas((toc, chosen), renaming, facts, job));
        found.extend(numbers.problems(facts));
        let filled = if toc.head.kind == ArchiveKind::Database && !job.create {
            refuse_filled(target, job).await.err()
        } else {
            None
        };
        match filled {
            Some(error) if error.kind() != Kind::Usage => return Err(error),
            filled if job.dry_run && !found.is_empty() => {
                prepared.problems = found
                    .into_iter()
                    .map(|what| format!("would fail: {what}"))
                    .collect();
                filled.map_or(Ok(()), Err)?;
            }
            filled if job.on_error == OnError::KeepGoing => {
                filled.map_or(Ok(()), Err)?;
                found.iter().for_each(|what| tracing::warn!("{what}"));
            }
            filled => refusal(found, filled)?,
        }
        Ok(prepared)
    }

    /// Makes the roles that are missing. Says what was made.
    pub(super) async fn make_roles<T: Target>(&self, target: &mut T) -> Result<Vec<String>> {
        let mut said = Vec::new();
        let dialect = target.dialect();
        for role in &self.roles {
            let sql = match dialect {
                Dialect::Postgres => [b"CREATE ROLE ", quoted(dialect, role).as_slice()].concat(),
                Dialect::Mysql => self.account(role)?,
            };
            let made = target.execute(&sql).await;
            made.while_with(|| format!("making the role {role}"))?;
            said.push(format!("role {role} was made: nobody can log in with it"));
        }
        Ok(said)
    }

    /// Makes the schemas that objects go into. `created`: the database was made since its schemas were
    /// looked at.
    pub(super) async fn make_schemas<T: Target>(
        &self,
        target: &mut T,
        created: bool,
    ) -> Result<()> {
        let dialect = target.dialect();
        let there = self.facts.schemas.as_ref();
        for new in self.renaming.relations.schemas.values() {
            if !created && there.is_none_or(|there| there.contains(new)) {
                continue;
            }
            let name = quoted(dialect, new);
            let sql = [b"CREATE SCHEMA IF NOT EXISTS ", name.as_slice()].concat();
            let made = target.execute(&sql).await;
            made.while_with(|| format!("making the schema {new}"))?;
        }
        Ok(())
    }

    fn account(&self, account: &BString) -> Result<Vec<u8>> {
        let Some(at) = account
            .rfind_byte(b'@')
            .filter(|_| self.facts.locks_accounts)
        else {
            let what = format!(
                "--create-missing-roles: this server can't make {account} so that nobody can log in \
                 with it"
            );
            return Err(Error::new(Kind::Usage, what).hint("Make it by hand, or give --map-role."));
        };
        let part = |part: &[u8]| quoted(Dialect::Mysql, part);
        let (user, host) = (&account[..at], &account[at + 1..]);
        Ok([
            b"CREATE USER ",
            &part(user)[..],
            b"@",
            &part(host),
            b" ACCOUNT LOCK",
        ]
        .concat())
    }
}
