//! What is needed to reach a server and log in: the resolved form of a URL, the environment and
//! the option files. Plain values; where they come from is `conninfo`'s.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A password. Never printed.
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
    /// A host by name or address, and its port.
    Tcp(String, u16),
    /// A Unix socket's file.
    Socket(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp(host, port) => write!(f, "{host}:{port}"),
            Self::Socket(path) => write!(f, "{}", path.display()),
        }
    }
}

/// The clients' `ssl-mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TlsMode {
    /// Never.
    Disabled,
    /// Where the server can; the certificate is not checked. Not on a socket.
    #[default]
    Preferred,
    /// Always; the certificate is not checked.
    Required,
    /// Always, with the certificate's chain checked.
    VerifyCa,
    /// Always, with the chain and the host's name checked.
    VerifyIdentity,
}

/// How TLS is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tls {
    /// Whether, and how much is checked.
    pub mode: TlsMode,
    /// Trusted certificates, PEM; without it and `capath` the operating system's.
    pub ca: Option<PathBuf>,
    /// A folder of trusted certificates, PEM.
    pub capath: Option<PathBuf>,
    /// The client's certificate, PEM.
    pub cert: Option<PathBuf>,
    /// The client's private key, PEM.
    pub key: Option<PathBuf>,
}

/// How packets are compressed on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Since MySQL 3.22, MariaDB too.
    Zlib,
    /// MySQL 8.0.18 and newer.
    Zstd,
}

/// All that is needed to open a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the server listens.
    pub place: Place,
    /// Who logs in.
    pub user: String,
    /// With which password; empty for none.
    pub password: Secret,
    /// Into which database, if any.
    pub database: Option<String>,
    /// How TLS is done.
    pub tls: Tls,
    /// How long connecting and logging in may take.
    pub connect_timeout: Duration,
    /// Ask the server for its RSA key where there is no TLS: whoever sits in between may answer.
    pub get_server_public_key: bool,
    /// What packets may be compressed by, the first that the server has; empty: not at all.
    /// `None` among them: uncompressed will do.
    pub compression: Vec<Option<Compression>>,
    /// Send the password in clear to a plugin that wants it so (PAM, LDAP), over TLS or a socket.
    pub cleartext: bool,
    /// Rows may go by `LOAD DATA LOCAL`, where the server takes that.
    pub local_infile: bool,
    /// Whether statements are sent before those before them are answered; `None`: where the server itself answers.
    pub pipelining: Option<bool>,
}
