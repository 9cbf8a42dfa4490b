//! What is needed to reach a server and log in: the resolved form of a URL, the variables, the
//! password and service files. Plain values; where they come from is `conninfo`'s.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::conninfo::passfile::PassFile;

/// A password, or a private key's passphrase. Never printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Keeps the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the message that needs them.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A host by name or address; `addr` (libpq's `hostaddr`) spares the look-up of the name.
    Tcp {
        /// The name that certificates are checked against.
        name: String,
        /// The address to use instead of looking the name up.
        addr: Option<std::net::IpAddr>,
    },
    /// The folder of a Unix socket.
    Socket(PathBuf),
}

/// One of the servers to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Where it listens.
    pub place: Place,
    /// Its port; part of a socket's name.
    pub port: u16,
}

impl Host {
    /// `db1:5432`, `[::1]:5432`, or the socket's path.
    #[must_use]
    pub fn address(&self) -> String {
        match &self.place {
            Place::Tcp { name, .. } if name.contains(':') => format!("[{name}]:{}", self.port),
            Place::Tcp { name, .. } => format!("{name}:{}", self.port),
            Place::Socket(folder) => socket_path(folder, self.port).display().to_string(),
        }
    }
}

/// The socket's file. A folder that begins with `@` is in Linux's abstract namespace.
#[must_use]
pub fn socket_path(folder: &std::path::Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only where the server insists.
    Allow,
    /// Where the server can.
    #[default]
    Prefer,
    /// Always; the certificate is checked only where a root certificate is there.
    Require,
    /// Always, with the certificate's chain checked.
    VerifyCa,
    /// Always, with the chain and the host's name checked.
    VerifyFull,
}

/// libpq's `channel_binding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChannelBinding {
    /// Not used.
    Disable,
    /// Used where both sides can.
    #[default]
    Prefer,
    /// A server that can't is refused.
    Require,
}

/// Whose certificates are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// The operating system's.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

/// How TLS is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tls {
    /// Whether, and how much is checked.
    pub mode: SslMode,
    /// Whose certificates are trusted; `None`: nobody's was given.
    pub roots: Option<Roots>,
    /// The client's certificate, PEM.
    pub cert: Option<PathBuf>,
    /// The client's private key, PEM.
    pub key: Option<PathBuf>,
    /// Start TLS at once, without the question (`sslnegotiation=direct`, servers from 17).
    pub direct: bool,
    /// Whether the server's name is sent (`sslsni`).
    pub no_sni: bool,
    /// Certificate revocation lists, PEM.
    pub crl: Option<PathBuf>,
}

/// libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    /// Any server.
    #[default]
    Any,
    /// A session that may write.
    ReadWrite,
    /// A session that may not.
    ReadOnly,
    /// Not a standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby, else any.
    PreferStandby,
}

/// TCP keepalives: `None` is the system's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepalives {
    /// Whether they are used.
    pub on: bool,
    /// How long a connection is idle before the first.
    pub idle: Option<Duration>,
    /// The time between two.
    pub interval: Option<Duration>,
    /// How many may be lost.
    pub count: Option<u32>,
    /// How long sent bytes may stay unanswered, in milliseconds (`tcp_user_timeout`).
    pub user_timeout: Option<u32>,
}

impl Default for Keepalives {
    fn default() -> Self {
        Self {
            on: true,
            idle: None,
            interval: None,
            count: None,
            user_timeout: None,
        }
    }
}

/// How a server may ask who we are (libpq's `require_auth`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// The password in clear.
    Password,
    /// MD5 of the password.
    Md5,
    /// SCRAM-SHA-256, with or without channel binding.
    Scram,
    /// Not at all: trust, peer, certificate.
    None,
}

/// All that is needed to open a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The servers to try, in this order.
    pub hosts: Vec<Host>,
    /// Who logs in.
    pub user: Vec<u8>,
    /// Into which database.
    pub database: Vec<u8>,
    /// The database was named: it is not the user's name.
    pub database_named: bool,
    /// The password that was given.
    pub password: Option<Secret>,
    /// Where passwords are looked up otherwise.
    pub passfile: PassFile,
    /// How TLS is done.
    pub tls: Tls,
    /// Whether SCRAM is tied to the TLS session.
    pub channel_binding: ChannelBinding,
    /// The ways to log in that are accepted; `None`: all, a clear password where nobody can listen.
    pub auth: Option<Vec<Auth>>,
    /// How long each attempt may take.
    pub connect_timeout: Option<Duration>,
    /// Which of the servers are wanted.
    pub wanted: Wanted,
    /// Command-line options for the session (`PGOPTIONS`).
    pub options: Option<String>,
    /// What the session is called in `pg_stat_activity`.
    pub application_name: String,
    /// TCP keepalives.
    pub keepalives: Keepalives,
    /// What the user should hear of: a password file that others can read.
    pub warnings: Vec<String>,
}

impl Settings {
    /// The same for another database of the server.
    #[must_use]
    pub fn for_database(&self, database: &[u8]) -> Self {
        Self {
            database: database.to_vec(),
            database_named: true,
            ..self.clone()
        }
    }

    /// The password for a host: given, or from the password file.
    #[must_use]
    pub fn password_for(&self, host: &Host) -> Option<Secret> {
        let found = || self.passfile.find(host, &self.database, &self.user);
        self.password.clone().or_else(found)
    }
}
