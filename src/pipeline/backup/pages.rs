//! The files that are written after each run. They tell of all backups, also where the run took a part:
//! a database that was left out must not vanish from who watches it.

use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::pipeline::overview::overview;
use crate::pipeline::page::{Page, metrics};
use crate::pipeline::status::status;
use crate::store::fs;

use super::run::Run;

impl Run<'_> {
    /// Writes the pages that are wanted. One that can't be written is a failure beside the backups.
    pub(super) fn write_pages(&mut self) {
        let job = self.job;
        if let Some(path) = &job.pages.html
            && let Err(error) = self.html().and_then(|html| write(path, &html))
        {
            self.went_wrong(&error);
        }
        if let Some(path) = &job.pages.prometheus
            && let Err(error) = self.metrics().and_then(|text| write(path, &text))
        {
            self.went_wrong(&error);
        }
    }

    fn html(&self) -> Result<String> {
        let page = Page {
            host: &self.env().host,
            lines: &overview(&self.job.whole(), self.now())?,
            last: Some(self.report()),
            now: self.now(),
            zone: self.job.zone,
        };
        Ok(page.html())
    }

    fn metrics(&self) -> Result<String> {
        let status = status(&self.job.whole(), self.now(), None)?;
        Ok(metrics::text(&status, Some(self.report())))
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| {
        let what = format!("{} can't be a report's name", path.display());
        Error::new(Kind::Config, what)
    })?;
    fs::publish(
        path.parent().unwrap_or(Path::new("")),
        name,
        text.as_bytes(),
    )
}
