//! TLS by rustls, checked as libpq's `sslmode` says. Like libpq, a root certificate that is there
//! is used whatever the mode; only `verify-full` looks at the name.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, ServerName, UnixTime,
};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
    SignatureScheme,
};
use tokio_rustls::TlsConnector;

use super::certificate;
use super::settings::{Host, Place, Roots, SslMode, Tls};
use super::wire::Io;
use crate::error::{Error, Kind, Result};

/// The protocol's name within TLS; servers from 17 want it where TLS begins at once.
const ALPN: &[u8] = b"postgresql";

/// A stream under TLS, with the hash of the server's certificate for channel binding.
pub struct Secured {
    /// The stream.
    pub io: Box<dyn Io>,
    /// RFC 5929's `tls-server-end-point`, where the certificate's signature defines it.
    pub end_point: Option<Vec<u8>>,
}

/// Lays TLS over a stream. `doing` begins the errors' text.
pub async fn secure(io: Box<dyn Io>, tls: &Tls, host: &Host, doing: &str) -> Result<Secured> {
    let config = config(tls)?;
    let name = server_name(host, tls.mode)?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, io).await;
    let stream = connected.map_err(|error| explained(&error, doing))?;
    let (_, connection) = stream.get_ref();
    let own = connection.peer_certificates().and_then(<[_]>::first);
    let end_point = own.and_then(|own| certificate::end_point(own));
    Ok(Secured {
        io: Box::new(stream),
        end_point,
    })
}

fn server_name(host: &Host, mode: SslMode) -> Result<ServerName<'static>> {
    let name = match &host.place {
        Place::Tcp { name, .. } => name.as_str(),
        Place::Socket(_) => "localhost",
    };
    match ServerName::try_from(name.to_owned()) {
        Ok(name) => Ok(name),
        // No check will ask for it.
        Err(_) if mode < SslMode::VerifyFull => Ok(ServerName::IpAddress(
            std::net::Ipv4Addr::UNSPECIFIED.into(),
        )),
        Err(error) => Err(Error::new(
            Kind::Config,
            format!("{name} is no name that a certificate could be for"),
        )
        .cause(error)),
    }
}

fn config(tls: &Tls) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let check = Check {
        name: tls.mode == SslMode::VerifyFull,
        trusted: trusted(tls, &provider)?,
        provider: Arc::clone(&provider),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(check));
    let mut config = match (&tls.cert, &tls.key) {
        (None, _) => builder.with_no_client_auth(),
        (Some(cert), Some(key)) => builder
            .with_client_auth_cert(certificates(cert)?, private_key(key)?)
            .map_err(unusable)?,
        (Some(cert), None) => {
            let why = format!("{} needs its private key: sslkey", cert.display());
            return Err(Error::new(Kind::Config, "cannot set TLS up").cause(why));
        }
    };
    config.enable_sni = !tls.no_sni;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

fn unusable(error: TlsError) -> Error {
    Error::new(Kind::Config, "cannot set TLS up").cause(error)
}

fn unreadable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(Kind::Config, format!("cannot read {}", path.display())).cause(error)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(path, error))?;
    let found: Result<Vec<_>, _> = found.collect();
    match found.map_err(|error| unreadable(path, error))? {
        none if none.is_empty() => Err(Error::new(
            Kind::Config,
            format!("there is no certificate in {}", path.display()),
        )),
        found => Ok(found),
    }
}

/// As libpq: a key that others can read is no key; root's may be read by its group.
fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let file = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    let forbidden = if file.uid() == 0 { 0o037 } else { 0o077 };
    if file.mode() & forbidden != 0 {
        return Err(Error::new(
            Kind::Config,
            format!("the private key {} can be read by others", path.display()),
        )
        .hint("Its mode should be 0600."));
    }
    PrivateKeyDer::from_pem_file(path).map_err(|error| {
        unreadable(path, error).hint("A key with a passphrase can't be used: decrypt it.")
    })
}

/// What certificates are checked against.
struct Trusted {
    chains: Arc<WebPkiServerVerifier>,
    /// Those that are trusted as they stand: rustls takes no authority for a server, and a server's
    /// self-signed certificate often calls itself one.
    themselves: Vec<CertificateDer<'static>>,
}

fn trusted(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<Option<Trusted>> {
    let themselves = match &tls.roots {
        Some(Roots::File(path)) => certificates(path)?,
        Some(Roots::System) => rustls_native_certs::load_native_certs().certs,
        None if tls.mode < SslMode::VerifyCa => return Ok(None),
        None => {
            return Err(Error::new(Kind::Config, "there is no root certificate")
                .hint("Say sslrootcert=FILE, or sslrootcert=system, or use sslmode=require."));
        }
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(themselves.iter().cloned());
    let crls = match &tls.crl {
        Some(path) => revocations(path)?,
        None => Vec::new(),
    };
    let builder =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let chains = builder.with_crls(crls).build().map_err(|error| {
        Error::new(Kind::Config, "no root certificate can be used").cause(error)
    })?;
    Ok(Some(Trusted { chains, themselves }))
}

fn revocations(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>> {
    let found = CertificateRevocationListDer::pem_file_iter(path);
    let found: Result<Vec<_>, _> = found.map_err(|error| unreadable(path, error))?.collect();
    found.map_err(|error| unreadable(path, error))
}

/// Checks what the mode asks for. That the server has the certificate's key is always checked:
/// channel binding stands on it.
struct Check {
    name: bool,
    trusted: Option<Trusted>,
    provider: Arc<CryptoProvider>,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Check")
    }
}

impl ServerCertVerifier for Check {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(trusted) = &self.trusted else {
            return Ok(ServerCertVerified::assertion());
        };
        if trusted.themselves.iter().any(|root| root == own) {
            if self.name {
                rustls::client::verify_server_name(&ParsedCertificate::try_from(own)?, name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        // The name is the last thing that is looked at: the chain was well.
        match trusted
            .chains
            .verify_server_cert(own, others, name, ocsp, now)
        {
            Err(TlsError::InvalidCertificate(error)) if !self.name && is_name(&error) => {
                Ok(ServerCertVerified::assertion())
            }
            done => done,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn is_name(error: &CertificateError) -> bool {
    matches!(
        error,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
    )
}

fn explained(error: &std::io::Error, doing: &str) -> Error {
    let failed = Error::new(Kind::Connect, doing).cause(format!("TLS failed: {error}"));
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let Some(TlsError::InvalidCertificate(why)) = inner else {
        return failed;
    };
    let hint = match why {
        name if is_name(name) => {
            "The host's name must be a subjectAltName of the server's certificate (a common name \
             is not enough); or use sslmode=verify-ca."
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "Say by sslrootcert which authority signed the server's certificate."
        }
        CertificateError::BadEncoding | CertificateError::Other(_) => {
            "Certificates must be X.509 version 3; those of version 1 can't be read."
        }
        _ => return failed,
    };
    failed.hint(hint)
}
