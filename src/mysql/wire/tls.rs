//! TLS by rustls. The servers' own certificates have no subject alternative name, which rustls
//! demands for a check of the name: VERIFY_CA checks the chain alone, and VERIFY_IDENTITY says so.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
    SignatureScheme,
};
use tokio_rustls::TlsConnector;

use crate::error::{Error, Kind, Result};
use crate::mysql::settings::{Place, Tls, TlsMode};
use crate::mysql::wire::packets::Io;

/// Puts TLS on a connection.
pub async fn wrap(io: Box<dyn Io>, tls: &Tls, place: &Place) -> Result<Box<dyn Io>> {
    let config = config(tls)?;
    let name = server_name(place)?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, io)
        .await
        .map_err(|error| explained(error, place))?;
    Ok(Box::new(stream))
}

/// The name to check and to ask for; on a socket it is the machine itself.
fn server_name(place: &Place) -> Result<ServerName<'static>> {
    let host = match place {
        Place::Tcp(host, _) => host.as_str(),
        Place::Socket(_) => "localhost",
    };
    ServerName::try_from(host.to_owned()).map_err(|error| {
        Error::new(
            Kind::Config,
            format!("{host} is no name that a certificate could be for"),
        )
        .cause(error)
    })
}

fn config(tls: &Tls) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let check = Check {
        mode: tls.mode,
        trusted: trusted(tls)?,
        provider: provider.clone(),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(check));
    match (&tls.cert, &tls.key) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(cert), Some(key)) => {
            let chain = certificates(cert)?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, error))?;
            builder.with_client_auth_cert(chain, key).map_err(broken)
        }
        _ => Err(Error::new(
            Kind::Config,
            "ssl-cert and ssl-key go together: one of them is missing",
        )),
    }
}

fn broken(error: TlsError) -> Error {
    Error::new(Kind::Config, "cannot set TLS up").cause(error)
}

fn unreadable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(Kind::Config, format!("cannot read {}", path.display())).cause(error)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(path, error))?;
    let found = found.collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|error| unreadable(path, error))?;
    if found.is_empty() {
        let message = format!("there is no certificate in {}", path.display());
        return Err(Error::new(Kind::Config, message));
    }
    Ok(found)
}

/// The verifier of chains, and the certificates that are trusted as they stand.
type Trusted = Option<(Arc<WebPkiServerVerifier>, Vec<CertificateDer<'static>>)>;

fn trusted(tls: &Tls) -> Result<Trusted> {
    if tls.mode < TlsMode::VerifyCa {
        return Ok(None);
    }
    let certificates = trusted_certificates(tls)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| {
            Error::new(Kind::Config, "no trusted certificate is usable").cause(error)
        })?;
    Ok(Some((verifier, certificates)))
}

fn trusted_certificates(tls: &Tls) -> Result<Vec<CertificateDer<'static>>> {
    let mut found = tls.ca.as_deref().map_or(Ok(Vec::new()), certificates)?;
    let system = tls.ca.is_none() && tls.capath.is_none();
    let loaded = match &tls.capath {
        Some(folder) => rustls_native_certs::load_certs_from_paths(None, Some(folder)),
        None if system => rustls_native_certs::load_native_certs(),
        None => return Ok(found),
    };
    found.extend(loaded.certs);
    if found.is_empty() {
        return Err(Error::new(Kind::Config, "there is no trusted certificate")
            .hint("Name the certificate authority's file with ssl-ca."));
    }
    Ok(found)
}

/// Checks as much of a server's certificate as the mode asks for; its signature always.
#[derive(Debug)]
struct Check {
    mode: TlsMode,
    trusted: Trusted,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Check {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some((verifier, trusted)) = &self.trusted else {
            return Ok(ServerCertVerified::assertion());
        };
        // rustls looks at the name last: an error about it says that the chain is good
        match verifier.verify_server_cert(end_entity, intermediates, name, ocsp, now) {
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.mode == TlsMode::VerifyCa => Ok(ServerCertVerified::assertion()),
            // the very certificate that was given as trusted, self-signed
            Err(_) if self.mode == TlsMode::VerifyCa && trusted.contains(end_entity) => {
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// A failed handshake, with what can be done about it.
fn explained(error: std::io::Error, place: &Place) -> Error {
    let hint = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TlsError>())
        .and_then(hint);
    let failed = Error::new(Kind::Connect, format!("no TLS with {place}")).cause(error);
    match hint {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}

fn hint(error: &TlsError) -> Option<&'static str> {
    match error {
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Some(
            "Certificates that a server makes for itself carry no usable name: give it one with a \
             subject alternative name, or use ssl-mode=VERIFY_CA.",
        ),
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => {
            Some("Name the certificate authority's file with ssl-ca.")
        }
        TlsError::InvalidCertificate(CertificateError::Expired) => {
            Some("Renew the server's certificate.")
        }
        TlsError::PeerIncompatible(_) | TlsError::AlertReceived(_) => Some(
            "Servers before 5.7 speak TLS 1.0 and 1.1 only, which are no longer safe: use a socket \
             or a tunnel with ssl-mode=DISABLED.",
        ),
        _ => None,
    }
}
