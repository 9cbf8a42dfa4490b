//! Mail and webhooks, as written and as resolved: who is told of a run, how and when. Pure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::expand::expand;
use super::hook::OnError;
use super::resolve::Password;
use super::secret::Secret;
use super::{duration, size};
use crate::env::Env;
use crate::error::{Error, Kind, Result};

/// The program that sends mail where no server is named.
const SENDMAIL: &str = "/usr/sbin/sendmail";

/// Who is told by mail.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawMail {
    /// When: never, failure or always. Default failure.
    pub on: Option<RawOn>,
    /// smtp://…, smtps://… or smtp://…?tls=required. Without it `sendmail` sends.
    pub smtp: Option<String>,
    /// The sendmail program, where there is no smtp. Default /usr/sbin/sendmail.
    pub sendmail: Option<String>,
    /// A file that holds the password on its first line.
    pub password_file: Option<String>,
    /// An environment variable that holds the password.
    pub password_env: Option<String>,
    /// A file of certificates that the server's must be signed by, beside the system's.
    pub ca_file: Option<String>,
    /// The sender.
    pub from: String,
    /// The receivers.
    pub to: Vec<String>,
    /// The bytes of log that are attached, its end: 1M. Default 256K; 0 attaches none.
    pub attach_log: Option<String>,
    /// How long the server may take. Default 1m.
    pub timeout: Option<String>,
}

/// When somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawOn {
    /// Not at all.
    Never,
    /// When a run ends with a non-zero code.
    Failure,
    /// When a run ends well.
    Success,
    /// After each run.
    Always,
    /// When a run begins.
    Start,
}

/// An address that is called.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawWebhook {
    /// Its URL. References such as `${URL}` keep it out of the file.
    pub url: Option<String>,
    /// A file that holds the URL on its first line.
    pub url_file: Option<String>,
    /// When: start, success, failure, always, never. Default always.
    pub on: Option<RawOn>,
    /// What is sent: ping, json, slack, discord, ntfy or gotify. Default ping.
    pub template: Option<RawTemplate>,
    /// Headers, such as Authorization.
    pub headers: BTreeMap<String, String>,
    /// How often it is tried again. Default 3.
    pub retries: Option<u32>,
    /// How long one try may take. Default 10s.
    pub timeout: Option<String>,
    /// A file of certificates that the server's must be signed by, beside the system's.
    pub ca_file: Option<String>,
    /// Whether its failure is the run's. Default warn.
    pub on_error: Option<OnError>,
}

/// What is sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawTemplate {
    /// An empty POST.
    #[default]
    Ping,
    /// The whole report.
    Json,
    /// A message for Slack, and what takes the same (Mattermost, Rocket.Chat).
    Slack,
    /// A message for Discord.
    Discord,
    /// A message for ntfy.
    Ntfy,
    /// A message for Gotify.
    Gotify,
}

/// Who is told by mail, with nothing left to decide.
#[derive(Debug, Clone)]
pub struct Mail {
    /// When.
    pub on: RawOn,
    /// How it is sent.
    pub by: MailBy,
    /// The sender.
    pub from: String,
    /// The receivers.
    pub to: Vec<String>,
    /// The bytes of log that are attached.
    pub attach: u64,
    /// How long sending may take.
    pub timeout: Duration,
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub enum MailBy {
    /// By this program.
    Sendmail(PathBuf),
    /// By a server.
    Smtp {
        /// Its URL; it may hold a password.
        url: Secret,
        /// The password, if not in the URL.
        password: Password,
        /// More certificates to trust.
        ca: Option<PathBuf>,
    },
}

/// An address that is called, with nothing left to decide.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// What it is called in messages: the URL may be a secret.
    pub name: String,
    /// Where it is.
    pub url: UrlFrom,
    /// When it is called.
    pub on: RawOn,
    /// What is sent.
    pub template: RawTemplate,
    /// Headers; their values may be secrets.
    pub headers: Vec<(String, Secret)>,
    /// How often it is tried again.
    pub retries: u32,
    /// How long one try may take.
    pub timeout: Duration,
    /// More certificates to trust.
    pub ca: Option<PathBuf>,
    /// What its failure means.
    pub on_error: OnError,
}

/// Where a URL comes from.
#[derive(Debug, Clone)]
pub enum UrlFrom {
    /// The configuration.
    Known(Secret),
    /// This file's first line.
    File(PathBuf),
}

impl RawOn {
    /// Whether a run that ended with this code is told.
    #[must_use]
    pub fn takes(self, code: u8) -> bool {
        match self {
            Self::Always => true,
            Self::Failure => code != 0,
            Self::Success => code == 0,
            Self::Never | Self::Start => false,
        }
    }
}

/// What surrounds a value while it is resolved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) env: &'a Env,
    pub(super) base: &'a Path,
}

fn wrong(what: String) -> Error {
    Error::new(Kind::Config, what)
}

impl Place<'_> {
    /// A file's path, where one is named.
    fn file(self, name: Option<&str>, key: &str) -> Result<Option<PathBuf>> {
        let path = name.map(|name| expand(name, key, self.env).map(|name| self.base.join(name)));
        path.transpose()
    }

    /// A password's source, of keys named `password_file` and `password_env`.
    pub(super) fn password(
        self,
        (file, name): (Option<&str>, Option<&str>),
        key: &str,
    ) -> Result<Password> {
        match (file, name) {
            (None, None) => Ok(Password::Engine),
            (Some(file), None) => {
                let file = expand(file, &format!("{key}: password_file"), self.env)?;
                Ok(Password::File(self.base.join(file)))
            }
            (None, Some(name)) => match self.env.var(name) {
                Some(value) => Ok(Password::Variable(name.to_owned(), Secret::new(value))),
                None => Err(wrong(format!(
                    "{key} has its password in {name}, which is not set"
                ))),
            },
            (Some(_), Some(_)) => Err(wrong(format!(
                "{key} has both a password_file and a password_env"
            ))),
        }
    }
}

impl RawMail {
    /// Decides what is left open.
    pub(super) fn resolve(&self, place: Place<'_>) -> Result<Mail> {
        let text = |value: &str, name: &str| expand(value, &format!("mail.{name}"), place.env);
        let to: Vec<String> = self
            .to
            .iter()
            .map(|to| text(to, "to"))
            .collect::<Result<_>>()?;
        if to.is_empty() || self.from.is_empty() {
            return Err(wrong("mail has no from or no to".to_owned())
                .hint("Say who sends it and who is told: from = \"backup@example.org\", to = [\"ops@example.org\"]."));
        }
        if matches!(self.on, Some(RawOn::Start)) {
            return Err(wrong(
                "mail.on is start, which only a webhook can be".to_owned(),
            ));
        }
        Ok(Mail {
            on: self.on.unwrap_or(RawOn::Failure),
            by: self.by(place)?,
            from: text(&self.from, "from")?,
            to,
            attach: size::parse(self.attach_log.as_deref().unwrap_or("256K"))
                .map_err(|said| wrong(format!("mail.attach_log: {said}")))?,
            timeout: time(self.timeout.as_deref(), "1m", "mail.timeout")?,
        })
    }

    fn by(&self, place: Place<'_>) -> Result<MailBy> {
        let Some(smtp) = &self.smtp else {
            let program = self.sendmail.as_deref().unwrap_or(SENDMAIL);
            let program = expand(program, "mail.sendmail", place.env)?;
            return Ok(MailBy::Sendmail(program.into()));
        };
        if self.sendmail.is_some() {
            return Err(wrong("mail has both smtp and sendmail".to_owned()));
        }
        let url = expand(smtp, "mail.smtp", place.env)?;
        if !url.starts_with("smtp://") && !url.starts_with("smtps://") {
            return Err(wrong("mail.smtp is no smtp:// or smtps:// URL".to_owned()));
        }
        let from = (self.password_file.as_deref(), self.password_env.as_deref());
        Ok(MailBy::Smtp {
            url: Secret::new(url),
            password: place.password(from, "mail")?,
            ca: place.file(self.ca_file.as_deref(), "mail.ca_file")?,
        })
    }
}

impl RawWebhook {
    /// Decides what is left open; `index` tells it from others in messages.
    pub(super) fn resolve(&self, index: usize, place: Place<'_>) -> Result<Webhook> {
        let key = format!("webhook {}", index + 1);
        let url = match (&self.url, &self.url_file) {
            (Some(url), None) => {
                let url = expand(url, &format!("{key}: url"), place.env)?;
                if !url.starts_with("http://") && !url.starts_with("https://") {
                    return Err(wrong(format!("{key} has no http:// or https:// URL")));
                }
                UrlFrom::Known(Secret::new(url))
            }
            (None, Some(file)) => {
                let file = expand(file, &format!("{key}: url_file"), place.env)?;
                UrlFrom::File(place.base.join(file))
            }
            _ => return Err(wrong(format!("{key} needs one of url and url_file"))),
        };
        let headers = self.headers.iter().map(|(name, value)| {
            let value = expand(value, &format!("{key}: headers"), place.env)?;
            Ok((name.clone(), Secret::new(value)))
        });
        Ok(Webhook {
            url,
            on: self.on.unwrap_or(RawOn::Always),
            template: self.template.unwrap_or_default(),
            headers: headers.collect::<Result<_>>()?,
            retries: self.retries.unwrap_or(3),
            timeout: time(self.timeout.as_deref(), "10s", &format!("{key}: timeout"))?,
            ca: place.file(self.ca_file.as_deref(), &format!("{key}: ca_file"))?,
            on_error: self.on_error.unwrap_or(OnError::Warn),
            name: key,
        })
    }
}

/// A length of time, or its default.
pub(super) fn time(text: Option<&str>, default: &str, key: &str) -> Result<Duration> {
    duration::parse(text.unwrap_or(default)).map_err(|said| wrong(format!("{key}: {said}")))
}
