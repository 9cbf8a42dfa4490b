//! Sends the mail: by a server, encrypted where it can be, or by the machine's own sendmail.

use std::path::Path;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{
    AsyncSendmailTransport, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
};
use percent_encoding::percent_decode_str;

use super::render;
use crate::config::notify::{Mail, MailBy};
use crate::config::resolve::Password;
use crate::config::secret::Secret;
use crate::error::{Error, Kind, Result};
use crate::report::Report;

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// Where the server's password comes from, where there is a server.
#[must_use]
pub fn password(mail: &Mail) -> Option<&Password> {
    match &mail.by {
        MailBy::Smtp { password, .. } => Some(password),
        MailBy::Sendmail(_) => None,
    }
}

/// Sends the report of a run, with the end of its log.
pub async fn send(
    mail: &Mail,
    password: Option<&Secret>,
    report: &Report,
    log: String,
) -> Result<()> {
    let message = message(mail, report, log)?;
    let sent = async {
        match &mail.by {
            MailBy::Sendmail(program) => by_sendmail(program, message).await,
            MailBy::Smtp { url, ca, .. } => {
                let server = Server::of(url.reveal())?;
                let transport = server.transport(mail, password, ca.as_deref(), &report.host)?;
                let sent = transport.send(message).await;
                sent.map(drop)
                    .map_err(|cause| failed(&server.place(), cause))
            }
        }
    };
    match tokio::time::timeout(mail.timeout, sent).await {
        Ok(sent) => sent,
        Err(_) => Err(Error::new(
            Kind::Io,
            format!(
                "cannot send mail to {}: it takes too long",
                mail.to.join(", ")
            ),
        )
        .hint("Raise mail.timeout, or look at the server.")),
    }
    .inspect(|()| tracing::info!("sent mail to {}", mail.to.join(", ")))
}

/// Says what would keep the mail from being sent, without sending it.
pub async fn check(mail: &Mail, password: Option<&Secret>, host: &str) -> Result<String> {
    addresses(mail)?;
    match &mail.by {
        MailBy::Sendmail(program) if program.is_file() => {
            Ok(format!("mail goes by {}", program.display()))
        }
        MailBy::Sendmail(program) => Err(Error::new(
            Kind::Config,
            format!("there is no program {}", program.display()),
        )
        .hint("Name a server in mail.smtp, or another program in mail.sendmail.")),
        MailBy::Smtp { url, ca, .. } => {
            let server = Server::of(url.reveal())?;
            let transport = server.transport(mail, password, ca.as_deref(), host)?;
            let tested = tokio::time::timeout(mail.timeout, transport.test_connection()).await;
            match tested {
                Ok(Ok(true)) => Ok(format!("mail goes by {}", server.place())),
                Ok(Ok(false)) => Err(failed(&server.place(), "it does not answer")),
                Ok(Err(cause)) => Err(failed(&server.place(), cause)),
                Err(_) => Err(failed(&server.place(), "it takes too long")),
            }
        }
    }
}

fn failed(place: &str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(Kind::Io, format!("cannot send mail by {place}")).cause(chain(&*cause.into()))
}

/// The cause with its own: "Connection error: refused".
fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(deeper) = next {
        let said = deeper.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = deeper.source();
    }
    text
}

async fn by_sendmail(program: &Path, message: Message) -> Result<()> {
    let transport = AsyncSendmailTransport::<Tokio1Executor>::new_with_command(program);
    let sent = transport.send(message).await;
    sent.map_err(|cause| failed(&program.display().to_string(), cause))
}

fn addresses(mail: &Mail) -> Result<(Mailbox, Vec<Mailbox>)> {
    let read = |text: &String| {
        text.parse().map_err(|cause| {
            Error::new(Kind::Config, format!("mail has a bad address \"{text}\"")).cause(cause)
        })
    };
    let to: Vec<Mailbox> = mail.to.iter().map(read).collect::<Result<_>>()?;
    Ok((read(&mail.from)?, to))
}

fn message(mail: &Mail, report: &Report, log: String) -> Result<Message> {
    let (from, to) = addresses(mail)?;
    let mut builder = Message::builder()
        .from(from)
        .subject(render::subject(report));
    for to in to {
        builder = builder.to(to);
    }
    let both = MultiPart::alternative_plain_html(render::text(report), render::html(report));
    let mut parts = MultiPart::mixed().multipart(both);
    if !log.is_empty() && mail.attach > 0 {
        parts = parts.singlepart(attached(&report.run_id, log));
    }
    builder
        .multipart(parts)
        .map_err(|cause| Error::new(Kind::Internal, "cannot write the mail").cause(cause))
}

fn attached(run: &str, log: String) -> SinglePart {
    Attachment::new(format!("{run}.log")).body(log, ContentType::TEXT_PLAIN)
}

/// A server's URL, taken apart: `smtp[s]://user:password@host:port?tls=none`.
#[derive(Debug, PartialEq, Eq)]
struct Server {
    host: String,
    port: u16,
    tls: Encryption,
    user: Option<String>,
    password: Option<Secret>,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    /// From its first byte.
    Whole,
    /// By STARTTLS, or not at all.
    Required,
    /// By STARTTLS where the server offers it.
    Offered,
    /// Never.
    Never,
}

impl Server {
    fn of(url: &str) -> Result<Self> {
        let wrong = |what: &str| Error::new(Kind::Config, format!("mail.smtp {what}"));
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("is no URL"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let rest = rest.trim_end_matches('/');
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, rest),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                let port = port.parse().map_err(|_| wrong("has a bad port"))?;
                (host, Some(port))
            }
            _ => (place, None),
        };
        if host.is_empty() {
            return Err(wrong("names no host"));
        }
        let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, "")))
        {
            None => (None, None),
            Some((user, "")) => (Some(decoded(user)), None),
            Some((user, password)) => (Some(decoded(user)), Some(Secret::new(decoded(password)))),
        };
        let tls = match (scheme, query) {
            ("smtps", "") => Encryption::Whole,
            // A password is never sent in the clear unless that is asked for.
            ("smtp", "") if user.is_some() => Encryption::Required,
            ("smtp", "" | "tls=opportunistic") => Encryption::Offered,
            ("smtp", "tls=required") => Encryption::Required,
            ("smtp", "tls=none") => Encryption::Never,
            _ => {
                return Err(wrong(
                    "has a parameter other than tls=required, opportunistic or none",
                ));
            }
        };
        Ok(Self {
            port: port.unwrap_or(match (tls, user.is_some()) {
                (Encryption::Whole, _) => 465,
                (_, true) => 587,
                (_, false) => 25,
            }),
            host: host.trim_matches(['[', ']']).to_owned(),
            tls,
            user,
            password,
        })
    }

    fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn transport(
        &self,
        mail: &Mail,
        password: Option<&Secret>,
        ca: Option<&Path>,
        helo: &str,
    ) -> Result<Smtp> {
        let mut builder = Smtp::builder_dangerous(&self.host)
            .port(self.port)
            .timeout(Some(mail.timeout))
            .hello_name(ClientId::Domain(helo.to_owned()))
            .tls(self.tls(ca)?);
        if let Some(user) = &self.user {
            let password = password.or(self.password.as_ref());
            let password = password.ok_or_else(|| {
                Error::new(
                    Kind::Config,
                    "mail.smtp names a user and there is no password",
                )
                .hint("Set mail.password_file or mail.password_env.")
            })?;
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            builder = builder.credentials(credentials);
        }
        Ok(builder.build())
    }

    fn tls(&self, ca: Option<&Path>) -> Result<Tls> {
        if self.tls == Encryption::Never {
            return Ok(Tls::None);
        }
        let mut parameters = TlsParameters::builder(self.host.clone());
        if let Some(path) = ca {
            let wrong = || {
                Error::new(
                    Kind::Config,
                    format!("cannot use mail.ca_file {}", path.display()),
                )
            };
            let pem = std::fs::read(path).map_err(|cause| wrong().cause(cause))?;
            let certificate = Certificate::from_pem(&pem).map_err(|cause| wrong().cause(cause))?;
            parameters = parameters.add_root_certificate(certificate);
        }
        let parameters = parameters.build_rustls().map_err(|cause| {
            Error::new(Kind::Io, "cannot set TLS up for mail").cause(chain(&cause))
        })?;
        Ok(match self.tls {
            Encryption::Whole => Tls::Wrapper(parameters),
            Encryption::Required => Tls::Required(parameters),
            Encryption::Offered | Encryption::Never => Tls::Opportunistic(parameters),
        })
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (url, place, tls, user) in [
            (
                "smtps://user@mail.internal",
                "mail.internal:465",
                Encryption::Whole,
                Some("user"),
            ),
            (
                "smtp://a%40b:p@mail:2525/",
                "mail:2525",
                Encryption::Required,
                Some("a@b"),
            ),
            (
                "smtp://localhost",
                "localhost:25",
                Encryption::Offered,
                None,
            ),
            ("smtp://u@h?tls=none", "h:587", Encryption::Never, Some("u")),
            ("smtp://[::1]:26", "::1:26", Encryption::Offered, None),
        ] {
            let server = Server::of(url).unwrap();
            assert_eq!(
                (server.place().as_str(), server.tls, server.user.as_deref()),
                (place, tls, user)
            );
        }
        for url in [
            "smtp://",
            "smtp://h:x",
            "smtp://h?tls=maybe",
            "smtps://h?tls=none",
        ] {
            assert!(Server::of(url).is_err(), "{url}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let server = Server::of("smtp://u:marker@h").unwrap();
        assert!(!format!("{server:?}").contains("marker"));
    }
}
