//! A pg_dump archive (custom, tar, directory) into a server, entry by entry, as pg_restore would.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::loader::Loader;
use super::objects::Objects;
use super::parallel::{spreads, work_all};
use super::scope::Scope;
use super::script::Text;
use crate::archive::toc::{Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::foreign::pgdump::sql::{Settings, definition, drops};
use crate::foreign::pgdump::{Data, Entry, PgDump};
use crate::pipeline::restore::{RestoreJob, database_is_named, goes_together, refuse_filled};
use crate::pipeline::runner::Outcome;
use crate::plan::entry::Section;
use crate::progress::Task;
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::if_exists::if_exists;

/// What has rows, or shows those of others.
const TABLES: [&str; 4] = ["TABLE", "FOREIGN TABLE", "MATERIALIZED VIEW", "VIEW"];

/// What is restored, in order.
pub(super) struct Chosen {
    archive: Arc<PgDump>,
    /// The line of the table of contents, and the place of the entry in the archive.
    entries: Vec<(Arc<TocEntry>, usize)>,
    by_id: HashMap<i32, usize>,
}

/// Restores an archive of pg_dump.
pub(super) async fn restore<T: Target + 'static>(
    target: &mut T,
    archive: Box<PgDump>,
    job: &RestoreJob,
    task: &Task,
) -> Result<Outcome> {
    usable(target, job)?;
    if !job.create {
        database_is_named(target)?;
    }
    let (toc, places) = archive.contents()?;
    let archive = Arc::from(archive);
    if job.dry_run {
        if !job.create {
            refuse_filled(target, job).await?;
        }
        return plan(Chosen::new(archive, (&toc, &places), job)?, job);
    }
    if job.create {
        create_database(target, &archive, (&toc, &places), job).await?;
    }
    refuse_filled(target, job).await?;
    let chosen = Chosen::new(archive, (&toc, &places), job)?;
    let scope = Scope::new(Dialect::Postgres, job).inside();
    let mut loader = Loader::new(target, job, scope);
    if job.single_transaction {
        loader.begin().await?;
    }
    chosen.session(&mut loader).await?;
    // A database that was just made holds nothing.
    if job.clean && !job.create {
        chosen.drop_all(&mut loader).await?;
    }
    let mut others = Vec::new();
    if spreads(job) {
        let before = chosen.before_rows();
        let settings = chosen.feed(before, &mut loader, task).await?;
        others = work_all((&mut loader, settings), (chosen, before), (job, task)).await?;
    } else {
        chosen.feed(chosen.len(), &mut loader, task).await?;
    }
    if job.single_transaction {
        loader.commit().await?;
    }
    let mut outcome = loader.end();
    others.into_iter().for_each(|other| outcome.add(other));
    Ok(outcome)
}

/// What would be done, a line for each step.
fn plan(chosen: Chosen, job: &RestoreJob) -> Result<Outcome> {
    let mut lines = Vec::new();
    if job.create {
        lines.push("create the database".to_owned());
    }
    if job.clean && !job.create {
        for (_, place) in chosen.entries.iter().rev() {
            let drops = drops(chosen.entry(*place)?)?.into_iter();
            lines.extend(drops.map(|drop| if_exists(&drop).to_string()));
        }
    }
    lines.extend(chosen.entries.iter().map(|(line, _)| match line.section {
        Section::Data => format!("load {}", line.label()),
        _ => format!("make {}", line.label()),
    }));
    Ok(Outcome {
        plan: lines,
        ..Outcome::default()
    })
}

fn usable<T: Target>(target: &T, job: &RestoreJob) -> Result<()> {
    if target.dialect() != Dialect::Postgres {
        let there = target.server();
        let what = format!(
            "the archive is of PostgreSQL, and {} is {}",
            there.address, there.product
        );
        return Err(Error::new(Kind::Usage, what));
    }
    if job.assume_encoding.is_some() {
        let what = "--assume-encoding is for dumpkeep's own archives";
        return Err(Error::new(Kind::Usage, what));
    }
    goes_together(Dialect::Postgres, job)
}

/// Makes the database as the archive has it, goes on in it, and gives it its settings.
async fn create_database<T: Target>(
    target: &mut T,
    archive: &PgDump,
    (toc, places): (&Toc, &[usize]),
    job: &RestoreJob,
) -> Result<()> {
    let lines = toc.entries.iter().zip(places);
    let own = lines.filter(|(line, _)| line.section == Section::Database);
    let own: Vec<&Entry> = own.filter_map(|(_, at)| archive.entries.get(*at)).collect();
    let Some(making) = own.iter().find(|entry| entry.kind == "DATABASE") else {
        let what = "the archive does not say how its database is made";
        return Err(Error::new(Kind::Usage, what));
    };
    let scope = || {
        let creating = RestoreJob {
            create: true,
            ..job.clone()
        };
        Scope::new(Dialect::Postgres, &creating)
    };
    let mut loader = Loader::new(target, job, scope());
    if job.clean {
        for drop in drops(making)? {
            loader.statement(&if_exists(&drop), "the database").await?;
        }
    }
    loader
        .whole(&definition(making, None)?, "the database")
        .await?;
    drop(loader);
    target.use_database(&making.tag).await?;
    let mut loader = Loader::new(target, job, scope());
    for entry in own.iter().filter(|entry| entry.kind != "DATABASE") {
        loader
            .whole(&definition(entry, None)?, "the database's settings")
            .await?;
    }
    Ok(())
}

impl Chosen {
    fn new(
        archive: Arc<PgDump>,
        (toc, places): (&Toc, &[usize]),
        job: &RestoreJob,
    ) -> Result<Self> {
        let mut entries = Vec::new();
        for at in job.choice.of(toc)? {
            if let (Some(line), Some(place)) = (toc.entries.get(at), places.get(at))
                && line.section != Section::Database
            {
                entries.push((line, *place));
            }
        }
        let all = archive.entries.iter().enumerate();
        let by_id = all.map(|(at, entry)| (entry.id, at)).collect();
        Ok(Self {
            archive,
            entries,
            by_id,
        })
    }

    fn entry(&self, place: usize) -> Result<&Entry> {
        let lost = || Error::new(Kind::Internal, "an entry is not there");
        self.archive.entries.get(place).ok_or_else(lost)
    }

    async fn drop_all<T: Target>(&self, loader: &mut Loader<'_, T>) -> Result<()> {
        for (line, place) in self.entries.iter().rev() {
            for drop in drops(self.entry(*place)?)? {
                let drop = [if_exists(&drop).as_slice(), b";\n"].concat();
                loader.whole(&drop, &line.label()).await?;
            }
        }
        Ok(())
    }

    /// Runs the settings that the archive's texts are written for.
    pub(super) async fn session<T: Target>(&self, loader: &mut Loader<'_, T>) -> Result<()> {
        for entry in self.archive.session() {
            loader.settings(&entry.definition).await?;
        }
        Ok(())
    }

    /// What a session begins with.
    pub(super) fn settings(&self) -> Settings {
        Settings::new(!self.archive.sets_path())
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entry at this place of the order.
    pub(super) fn at(&self, place: usize) -> Result<&Entry> {
        self.entry(self.entries.get(place).map_or(usize::MAX, |(_, at)| *at))
    }

    /// Whether one transaction has room for all that the entry makes: large objects have a lock each.
    pub(super) fn goes_whole(&self, place: usize) -> Result<bool> {
        let entry = self.at(place)?;
        let of_objects = entry.kind.starts_with("BLOB") || entry.tag.starts_with(b"LARGE OBJECT");
        Ok(!of_objects)
    }

    /// How many entries come before all rows.
    fn before_rows(&self) -> usize {
        let rows = self
            .entries
            .iter()
            .position(|(line, _)| line.section >= Section::Data);
        rows.unwrap_or(self.len())
    }

    /// The numbers of the entries of this kind.
    pub(super) fn ids(&self, kind: &'static str) -> impl Iterator<Item = i32> {
        let entries = self
            .entries
            .iter()
            .filter_map(|(_, at)| self.archive.entries.get(*at));
        entries
            .filter(move |entry| entry.kind == kind)
            .map(|entry| entry.id)
    }

    /// The tables that an entry needs, by way of whatever is none.
    pub(super) fn tables(&self, entry: &Entry) -> BTreeSet<i32> {
        let (mut tables, mut seen) = (BTreeSet::new(), HashSet::new());
        let mut open: Vec<i32> = entry.needs.clone();
        while let Some(id) = open.pop() {
            let found = self
                .by_id
                .get(&id)
                .and_then(|at| self.archive.entries.get(*at));
            let Some(found) = found.filter(|_| seen.insert(id)) else {
                continue;
            };
            if TABLES.contains(&found.kind.as_str()) {
                tables.insert(id);
            } else {
                open.extend(&found.needs);
            }
        }
        tables
    }

    /// The length of an entry's data in the archive, where that can be told.
    pub(super) fn size(&self, entry: &Entry) -> u64 {
        self.archive.size(entry)
    }

    /// Restores the first entries, one after the other. Gives the settings that the session has then.
    async fn feed<T: Target>(
        &self,
        count: usize,
        loader: &mut Loader<'_, T>,
        task: &Task,
    ) -> Result<Settings> {
        let mut settings = self.settings();
        for place in 0..count {
            self.run(place, &mut settings, loader, task).await?;
        }
        Ok(settings)
    }

    /// Restores the entry at this place of the order.
    pub(super) async fn run<T: Target>(
        &self,
        place: usize,
        settings: &mut Settings,
        loader: &mut Loader<'_, T>,
        task: &Task,
    ) -> Result<()> {
        let Some((line, at)) = self.entries.get(place) else {
            return Ok(());
        };
        let entry = self.entry(*at)?;
        let label = line.label();
        let before = settings.before(entry);
        loader.whole(&before, &label).await?;
        let sql = definition(entry, self.metadata(entry))?;
        loader.whole(&sql, &label).await?;
        self.data(*at, &label, loader, task).await
    }

    /// The entry of the large objects that grants are about.
    fn metadata(&self, entry: &Entry) -> Option<&Entry> {
        let needs = entry.needs.iter();
        let mut needed = needs.filter_map(|id| self.archive.entries.get(*self.by_id.get(id)?));
        needed.find(|needed| needed.kind == "BLOB METADATA")
    }

    async fn data<T: Target>(
        &self,
        place: usize,
        label: &str,
        loader: &mut Loader<'_, T>,
        task: &Task,
    ) -> Result<()> {
        let entry = self.entry(place)?;
        match self.archive.data(entry)? {
            Data::None => Ok(()),
            Data::Rows(input) => {
                let mut item = task.item(label, 0);
                if !entry.copy.is_empty() {
                    loader.feed(&entry.copy, Some(label)).await?;
                }
                let mut text = Text::start(input);
                while let Some(piece) = text.next().await? {
                    let rows = loader.feed(&piece, Some(label)).await?;
                    item.add(piece.len() as u64, rows);
                }
                loader.close(Some(label)).await
            }
            Data::Objects => {
                let mut objects = Objects::start(Arc::clone(&self.archive), place);
                while let Some(sql) = objects.next().await {
                    loader.statement(&sql, label).await?;
                }
                loader.took(objects.count().await?);
                Ok(())
            }
        }
    }
}
