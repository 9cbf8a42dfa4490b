//! Who wants to hear of a run is told: by mail, and by calls to addresses.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::config::hook::{OnError, Stage};
use crate::config::notify::{Mail, RawOn, UrlFrom, Webhook};
use crate::error::{Error, Result};
use crate::logging::failure;
use crate::notify::{call, mail, render};
use crate::pipeline::password::{first_line, known};
use crate::report::{Event, Failure};

use super::run::Run;

impl Run<'_> {
    /// Sends the mail where it is wanted, and runs the hook after it.
    pub(super) async fn mail(&mut self, log: &Path) {
        let job = self.job;
        let Some(wanted) = job.mail.as_ref() else {
            return;
        };
        if !wanted.on.takes(self.report().exit_code) {
            return;
        }
        match self.send(wanted, log).await {
            Ok(()) => self.stage(Stage::PostMail).await,
            Err(error) => self.went_wrong(&error),
        }
    }

    async fn send(&self, wanted: &Mail, log: &Path) -> Result<()> {
        let password = mail::password(wanted).map(known).transpose()?.flatten();
        let log = end_of(log, wanted.attach).unwrap_or_default();
        mail::send(wanted, password.as_ref(), self.report(), log).await
    }

    /// Calls the addresses that want to hear of the start; the run goes on meanwhile.
    pub(super) fn call_at_start(&mut self) {
        for webhook in &self.job.webhooks {
            if webhook.on == RawOn::Start {
                let called = called(webhook.clone(), render::started(webhook, self.report()));
                self.calls.push(tokio::spawn(async move {
                    if let Err(error) = called.await {
                        tracing::warn!("{}", error.line());
                    }
                }));
            }
        }
    }

    /// Calls the others.
    pub(super) async fn call_at_end(&mut self) {
        for started in self.calls.drain(..) {
            // A call that died has logged nothing: there is nothing to tell.
            let _ = started.await;
        }
        let job = self.job;
        let code = self.report().exit_code;
        for webhook in job.webhooks.iter().filter(|webhook| webhook.on.takes(code)) {
            let body = render::ended(webhook, self.report());
            match called(webhook.clone(), body).await {
                Err(error) if webhook.on_error == OnError::Fail => self.went_wrong(&error),
                Err(error) => tracing::warn!("{}", error.line()),
                Ok(()) => {}
            }
        }
    }

    pub(super) fn went_wrong(&mut self, error: &Error) {
        failure(error);
        self.take(Event::Failed(Failure::from(error)));
    }
}

async fn called(webhook: Webhook, body: render::Body) -> Result<()> {
    let url = match &webhook.url {
        UrlFrom::Known(url) => url.clone(),
        UrlFrom::File(path) => first_line(path, "URL")?,
    };
    call::post(&webhook, &url, body).await
}

/// The last bytes of a log, from the beginning of a line.
fn end_of(log: &Path, bytes: u64) -> std::io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(bytes);
    file.seek(SeekFrom::Start(from))?;
    let mut read = Vec::new();
    file.read_to_end(&mut read)?;
    let text = String::from_utf8_lossy(&read).into_owned();
    match (from, text.split_once('\n')) {
        (1.., Some((_, whole))) => Ok(format!("(the end of {})\n{whole}", log.display())),
        _ => Ok(text),
    }
}
