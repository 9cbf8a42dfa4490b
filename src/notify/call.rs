//! Calls an address: a POST, tried again where that can help. What goes wrong is said without the
//! URL: whoever knows it may post there.

use std::path::Path;
use std::time::Duration;

use tokio::task::spawn_blocking;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::render::Body;
use crate::config::notify::Webhook;
use crate::config::secret::Secret;
use crate::error::{Error, Kind, Result};

/// The pause before the second try; twice as long before each further one.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Posts it. An error when no try went well.
pub async fn post(webhook: &Webhook, url: &Secret, body: Body) -> Result<()> {
    let roots = roots(webhook)?;
    let mut tries = 0;
    loop {
        let (hook, url, body, roots) = (webhook.clone(), url.clone(), body.clone(), roots.clone());
        let once = spawn_blocking(move || once(&hook, url.reveal(), &body, roots)).await;
        let (said, again) = match once {
            Ok(Ok(())) => {
                tracing::info!("called {}", webhook.name);
                return Ok(());
            }
            Ok(Err(failed)) => failed,
            Err(_) => ("its worker died".to_owned(), false),
        };
        tries += 1;
        if !again || tries > webhook.retries {
            return Err(Error::new(
                Kind::Io,
                format!("cannot call {}: {said}", webhook.name),
            ));
        }
        let pause = PAUSE
            .saturating_mul(1 << (tries - 1).min(16))
            .min(PAUSE_MAX);
        tokio::time::sleep(pause).await;
    }
}

/// One try; why it failed, and whether another may go well.
fn once(webhook: &Webhook, url: &str, body: &Body, roots: RootCerts) -> Result<(), (String, bool)> {
    let config = Agent::config_builder()
        .timeout_global(Some(webhook.timeout))
        .user_agent(concat!("dumpkeep/", env!("CARGO_PKG_VERSION")))
        // A redirected POST becomes a GET, and would take its headers to another place.
        .max_redirects(0)
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .build();
    let mut request = Agent::new_with_config(config).post(url);
    if !body.content_type.is_empty() {
        request = request.header("Content-Type", body.content_type);
    }
    for (name, value) in &body.headers {
        request = request.header(*name, value);
    }
    for (name, value) in &webhook.headers {
        request = request.header(name, value.reveal());
    }
    let answer = request.send(body.text.as_str()).map_err(why)?;
    match answer.status().as_u16() {
        code @ 300.. => Err((format!("it answered {code}, a redirect"), false)),
        _ => Ok(()),
    }
}

/// The machine's certificates, and those of the configured file.
pub fn roots(webhook: &Webhook) -> Result<RootCerts> {
    let found = rustls_native_certs::load_native_certs().certs;
    let found = found
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned());
    let mut all: Vec<_> = found.collect();
    if let Some(path) = &webhook.ca {
        all.extend(
            authorities(path).map_err(|error| error.while_(format!("calling {}", webhook.name)))?,
        );
    }
    Ok(all.into_iter().into())
}

fn authorities(path: &Path) -> Result<Vec<Certificate<'static>>> {
    let wrong = || {
        Error::new(
            Kind::Config,
            format!("cannot use ca_file {}", path.display()),
        )
    };
    let pem = std::fs::read(path).map_err(|cause| wrong().cause(cause))?;
    let mut all = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|cause| wrong().cause(cause))? {
            all.push(certificate);
        }
    }
    match all.is_empty() {
        true => Err(wrong().cause("there is no certificate in it")),
        false => Ok(all),
    }
}

/// In words of our own: the library's may hold the URL.
fn why(error: ureq::Error) -> (String, bool) {
    match error {
        ureq::Error::StatusCode(code) => (
            format!("it answered {code}"),
            code >= 500 || code == 429 || code == 408,
        ),
        ureq::Error::Timeout(_) => ("it takes too long".to_owned(), true),
        ureq::Error::HostNotFound => ("its host is not known".to_owned(), true),
        ureq::Error::ConnectionFailed => ("no connection".to_owned(), true),
        ureq::Error::Io(cause) => match cause.get_ref() {
            // What TLS has to say comes as an error within.
            Some(inner) if cause.kind() == std::io::ErrorKind::InvalidData => {
                (format!("TLS failed: {inner}"), false)
            }
            _ => (cause.kind().to_string(), true),
        },
        ureq::Error::Rustls(cause) => (cause.to_string(), false),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            ("its URL or a header is not well formed".to_owned(), false)
        }
        _ => ("the call failed".to_owned(), true),
    }
}
